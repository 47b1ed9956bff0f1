"""The whole way, with whole signals: rest, dropout, lost contact, straps without RR, nonsense."""

from __future__ import annotations

import dataclasses
import math
import random
import sys
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetune.arousal.pipeline import Pipeline
from pulsetune.model import (
    ArousalEstimate,
    Beat,
    BeatKind,
    Contact,
    HeartSample,
    Link,
    LinkChanged,
    SignalIssue,
    SignalWarning,
)
from tests.needs import examples


def heart(from_s: float, to_s: float, rate_bpm: float = 60.0, swing_ms: float = 30.0) -> Iterator[HeartSample]:
    """One notification a beat; the intervals swing with a breath of 4.5 s."""
    t_s = from_s
    while True:
        rr_ms = round((60000 / rate_bpm + swing_ms * math.sin(2 * math.pi * t_s / 4.5)) * 1.024) / 1.024
        t_s += rr_ms / 1000
        if t_s > to_s:
            return
        yield HeartSample(t_s, b"", round(60000 / rr_ms), (rr_ms,), Contact.ON_SKIN)


def run(
    pipeline: Pipeline, samples: Iterator[HeartSample] | list[HeartSample], from_s: int, to_s: int
) -> tuple[list[Beat], list[ArousalEstimate]]:
    """Feed samples and ask for an estimate on every whole second."""
    beats: list[Beat] = []
    estimates = []
    waiting = list(samples)
    for now_s in range(from_s + 1, to_s + 1):
        while waiting and waiting[0].t_s <= now_s:
            beats += pipeline.sample(waiting.pop(0))
        estimates.append(pipeline.estimate(float(now_s)))
    return beats, estimates


def rested() -> Pipeline:
    pipeline = Pipeline(60.0)
    run(pipeline, heart(0, 120), 0, 120)
    assert pipeline.baseline is not None
    return pipeline


def test_a_resting_heart_is_calibrated_and_read() -> None:
    pipeline = Pipeline(60.0)
    beats, estimates = run(pipeline, heart(0, 120), 0, 120)
    assert all(beat.kind is BeatKind.NORMAL for beat in beats)
    assert pipeline.baseline is not None
    assert pipeline.baseline.heart_rate_bpm == pytest.approx(60.0, abs=0.3)
    last = estimates[-1]
    assert last.heart_rate_bpm == pytest.approx(60.0, abs=0.3)
    assert last.arousal == pytest.approx(0.3775, abs=0.03)
    assert last.breaths_per_min == pytest.approx(60 / 4.5, abs=0.5)
    assert (last.quality, last.confidence) == (1.0, 1.0)
    assert estimates[57].confidence <= 0.5  # before the baseline


def test_where_nobody_asks_for_the_breath_everything_else_is_the_same() -> None:
    _, whole = run(Pipeline(60.0), heart(0, 120), 0, 120)
    _, without = run(Pipeline(60.0, breath=False), heart(0, 120), 0, 120)
    assert any(estimate.breaths_per_min is not None for estimate in whole)
    assert without == [dataclasses.replace(estimate, breaths_per_min=None) for estimate in whole]


def test_the_baseline_comes_exactly_on_time() -> None:
    pipeline = Pipeline(60.0)
    run(pipeline, heart(0, 59), 0, 59)
    assert pipeline.baseline is None
    run(pipeline, heart(59, 60), 59, 60)
    assert pipeline.baseline is not None


def test_a_racing_heart_reads_aroused_and_a_slower_one_calm() -> None:
    _, fast = run(rested(), heart(120, 200, 75.0, 12.0), 120, 200)
    _, slow = run(rested(), heart(120, 200, 54.0, 45.0), 120, 200)
    assert fast[-1].arousal is not None
    assert slow[-1].arousal is not None
    assert fast[-1].arousal > 0.85
    assert slow[-1].arousal < 0.25


def test_estimates_keep_coming_through_a_dropout_and_nothing_jumps_when_it_ends() -> None:
    pipeline = rested()
    _, silent = run(pipeline, [], 120, 180)
    assert [e.age_s for e in silent] == sorted(e.age_s for e in silent if e.age_s is not None)
    assert silent[-1].age_s == pytest.approx(60, abs=1.1)
    assert [e.confidence for e in silent] == sorted((e.confidence for e in silent), reverse=True)
    assert silent[5].heart_rate_bpm is not None
    assert silent[25].heart_rate_bpm is None
    beats, back = run(pipeline, heart(180, 240), 180, 240)
    assert [beat.after_gap for beat in beats] == [True] + [False] * (len(beats) - 1)
    assert pipeline.gaps == 1
    course = [e.arousal for e in silent + back if e.arousal is not None]
    assert len(course) == 120
    assert max(abs(b - a) for a, b in pairwise(course)) < 0.05
    assert back[-1].confidence == 1.0


def test_a_lost_link_is_a_gap_even_when_it_is_short() -> None:
    pipeline = rested()
    pipeline.link(LinkChanged(120.0, Link.LOST))
    pipeline.link(LinkChanged(121.0, Link.CONNECTED))
    beats, _ = run(pipeline, heart(120.4, 130), 120, 130)
    assert beats[0].after_gap
    assert pipeline.gaps == 1


def test_a_strap_off_the_skin_feeds_nothing_and_keeps_everything() -> None:
    pipeline = rested()
    off = [dataclasses.replace(sample, contact=Contact.OFF_SKIN) for sample in heart(120, 140)]
    beats, estimates = run(pipeline, off, 120, 140)
    ours = [beat for beat in beats if beat.t_s > 120.5]
    assert {beat.kind for beat in ours} == {BeatKind.NOISE}
    assert len(ours) >= 18
    assert estimates[0].quality in {0.0, 1.0}
    assert estimates[-1].quality == 0.0
    assert estimates[-1].heart_rate_bpm is None
    assert estimates[-1].age_s is not None
    assert estimates[-1].age_s > 18


def test_a_heart_rate_of_zero_is_no_heart_rate() -> None:
    pipeline = rested()
    zero = [dataclasses.replace(sample, heart_rate_bpm=0, contact=Contact.UNKNOWN) for sample in heart(120, 150)]
    beats, estimates = run(pipeline, zero, 120, 150)
    assert {beat.kind for beat in beats if beat.t_s > 120.5} == {BeatKind.NOISE}
    assert estimates[-1].confidence == 0.0


def test_a_strap_without_rr_gives_estimates_from_its_rate_and_invents_no_beat() -> None:
    pipeline = Pipeline(60.0)
    samples = [HeartSample(float(k), b"", 60 if k <= 100 else 75) for k in range(1, 201)]
    beats, estimates = run(pipeline, samples, 0, 200)
    assert beats == []
    assert pipeline.flush() == []
    assert pipeline.baseline is not None
    assert pipeline.baseline.rmssd_ms is None
    calm, roused = estimates[99], estimates[-1]
    assert calm.rmssd_ms is None
    assert calm.breaths_per_min is None
    assert calm.confidence == 0.7
    assert calm.age_s == 0.0
    assert calm.arousal is not None
    assert roused.arousal is not None
    assert calm.arousal == pytest.approx(0.3775, abs=0.01)
    assert roused.arousal > 0.8
    _, silent = run(pipeline, [], 200, 240)
    assert silent[-1].age_s == 40.0
    assert silent[-1].heart_rate_bpm is None


def test_a_strap_that_stops_sending_rr_is_followed_by_its_rate_after_ten_seconds() -> None:
    pipeline = rested()
    _, estimates = run(pipeline, [HeartSample(float(k), b"", 60) for k in range(121, 161)], 120, 160)
    assert estimates[8].age_s == pytest.approx(9.0, abs=1.1)
    assert estimates[-1].age_s == 0.0
    assert estimates[-1].heart_rate_bpm == pytest.approx(60.0, abs=1.0)
    assert estimates[-1].rmssd_ms is None
    assert estimates[-1].confidence == 0.7


@pytest.mark.parametrize("issue", [SignalIssue.SYNTHESISED_RR, SignalIssue.NO_RR])
def test_intervals_that_the_strap_makes_up_say_nothing_of_variability(issue: SignalIssue) -> None:
    pipeline = rested()
    pipeline.warn(SignalWarning(120.0, issue, active=True))
    _, during = run(pipeline, heart(120, 150), 120, 150)
    assert during[-1].rmssd_ms is None
    assert during[-1].confidence == 0.7
    pipeline.warn(SignalWarning(150.0, issue, active=False))
    _, after = run(pipeline, heart(150, 160), 150, 160)
    assert after[-1].rmssd_ms is not None


@pytest.mark.parametrize("issue", [SignalIssue.CONTACT_LOST, SignalIssue.FROZEN_RATE])
def test_a_signal_that_cannot_be_believed_has_no_quality(issue: SignalIssue) -> None:
    pipeline = rested()
    pipeline.warn(SignalWarning(120.0, issue, active=True))
    _, estimates = run(pipeline, heart(120, 125), 120, 125)
    assert {e.quality for e in estimates} == {0.0}
    assert {e.heart_rate_bpm for e in estimates} == {None}


def test_the_beat_held_at_the_end_is_not_lost() -> None:
    pipeline = rested()
    samples = [*heart(120, 130), HeartSample(130.5, b"", 60, (600.0,))]
    beats, _ = run(pipeline, samples, 120, 131)
    assert 600.0 not in [beat.rr_ms for beat in beats]
    assert [beat.rr_ms for beat in pipeline.flush()] == [600.0]


def test_intervals_at_random_are_never_of_good_quality() -> None:
    """A strap that sends noise must not be believed."""
    rng = random.Random(4)
    samples, t_s = [], 0.0
    for _ in range(600):
        rr_ms = rng.uniform(250, 1000)
        t_s += rr_ms / 1000
        samples.append(HeartSample(t_s, b"", 90, (rr_ms,)))
    _, estimates = run(Pipeline(60.0), samples, 0, 360)
    assert sum(e.quality < 0.7 for e in estimates) >= 0.95 * len(estimates)
    assert sum(e.rmssd_ms is None for e in estimates) >= 0.95 * len(estimates)


def test_the_live_way_needs_no_scipy() -> None:
    """Importing scipy takes a second or two: too long for the middle of a session."""
    import subprocess

    code = (
        "import sys; from pulsetune.arousal.pipeline import Pipeline; from pulsetune.model import HeartSample\n"
        "p = Pipeline(60.0)\n"
        "for k in range(1, 100): p.sample(HeartSample(float(k), b'', 60, (1000.0 + k % 7,))); p.estimate(float(k))\n"
        "assert p.baseline is not None; assert 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


anything = st.builds(
    HeartSample,
    t_s=st.floats(0, 120),
    payload=st.just(b""),
    heart_rate_bpm=st.none() | st.integers(0, 65535),
    rr_ms=st.lists(st.integers(0, 65535).map(lambda unit: unit * 1000 / 1024) | st.just(1000.0), max_size=9).map(tuple),
    contact=st.sampled_from(Contact),
    malformed=st.sampled_from([None, None, None, "half an RR interval"]),
)


@settings(max_examples=examples(60))
@given(st.lists(anything, max_size=80), st.lists(st.tuples(st.sampled_from(SignalIssue), st.booleans()), max_size=4))
def test_any_stream_is_survived_deterministic_and_complete(
    samples: list[HeartSample], warnings: list[tuple[SignalIssue, bool]]
) -> None:
    def once() -> tuple[list[Beat], list[ArousalEstimate]]:
        pipeline = Pipeline(20.0)
        for issue, active in warnings:
            pipeline.warn(SignalWarning(0.0, issue, active))
        beats: list[Beat] = []
        estimates = []
        for second, sample in enumerate(samples, start=1):  # arrivals in any order, estimates in theirs
            beats += pipeline.sample(sample)
            estimates.append(pipeline.estimate(float(second)))
        return beats + pipeline.flush(), estimates

    beats, estimates = once()
    assert (beats, estimates) == once()
    readable = [sample for sample in samples if sample.malformed is None]
    assert [beat.rr_ms for beat in beats if beat.rr_ms is not None] == [rr for s in readable for rr in s.rr_ms]
    assert all(b.t_s >= a.t_s for a, b in pairwise(beats))
    for estimate in estimates:
        assert 0 <= estimate.quality <= 1
        assert 0 <= estimate.confidence <= 1
        assert estimate.arousal is None or 0 <= estimate.arousal <= 1
        for field in dataclasses.fields(estimate):
            value = getattr(estimate, field.name)
            assert value is None or (math.isfinite(value) and round(value, 4) == value)
