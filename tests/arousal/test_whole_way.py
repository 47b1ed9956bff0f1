"""What must hold from radio to estimate, however the packets come: same beats, same estimates, no trust in noise."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetune.arousal.pipeline import Pipeline
from pulsetune.arousal.timeline import RawBeat, Timeline
from pulsetune.arousal.window import BeatWindow
from pulsetune.engine import SessionEngine
from pulsetune.model import ArousalEstimate, Beat, BeatKind, HeartSample, ListenerProfile, PolicyName
from pulsetune.programs import find_program
from tests.needs import examples


def intervals(beats: int, seed: int, artifacts: float = 0.0) -> list[float]:
    """A breathing heart near 66 a minute in whole 1/1024 s; a share of its beats missed, doubled or displaced."""
    rng = random.Random(seed)
    clean = [910 + 45 * math.sin(0.9 * k) + rng.gauss(0, 12) for k in range(beats)]
    out: list[float] = []
    k = 0
    while k < beats:
        if k < 12 or k > beats - 3 or rng.random() >= artifacts:
            out.append(clean[k])
            k += 1
            continue
        match rng.randrange(3):
            case 0:
                out.append(clean[k] + clean[k + 1])
            case 1:
                out += [0.6 * clean[k], clean[k + 1] + 0.4 * clean[k]]
            case _:
                out += [0.4 * clean[k], 0.6 * clean[k], clean[k + 1]]
        k += 2
    return [round(rr * 1.024) / 1.024 for rr in out]


def packets(rr_ms: list[float], sizes: list[int], jitter_s: list[float]) -> list[HeartSample]:
    """Notifications of so many intervals, each sent at its last beat and late by its jitter, in order."""
    samples: list[HeartSample] = []
    beat_s, at, number = 0.0, 0, 0
    while at < len(rr_ms):
        part = rr_ms[at : at + sizes[number % len(sizes)]]
        at += len(part)
        beat_s += sum(part) / 1000
        arrival_s = beat_s + jitter_s[number % len(jitter_s)]
        number += 1
        samples.append(HeartSample(arrival_s, b"", 66, tuple(part)))
    return samples


def cleaned(samples: list[HeartSample]) -> list[Beat]:
    pipeline = Pipeline(60.0)
    return [beat for sample in samples for beat in pipeline.sample(sample)] + pipeline.flush()


@settings(max_examples=examples(40))
@given(
    st.integers(0, 10_000),
    st.lists(st.integers(1, 4), min_size=1, max_size=20),
    st.lists(st.floats(0, 0.25), min_size=1, max_size=30),
)
def test_packet_size_and_jitter_change_no_label_and_no_interval(
    seed: int, sizes: list[int], jitter_s: list[float]
) -> None:
    rr_ms = intervals(150, seed, 0.05)
    beats = cleaned(packets(rr_ms, sizes, jitter_s))
    plain = cleaned(packets(rr_ms, [1], [0.0]))
    assert [(b.rr_ms, b.nn_ms, b.kind) for b in beats] == [(b.rr_ms, b.nn_ms, b.kind) for b in plain]
    assert max(abs(a.t_s - b.t_s) for a, b in zip(beats, plain, strict=True)) <= 0.3


@settings(max_examples=examples(40))
@given(
    st.integers(0, 10_000),
    st.lists(st.integers(1, 4), min_size=1, max_size=20),
    st.lists(st.floats(0, 0.25), min_size=1, max_size=30),
    st.sets(st.integers(5, 60), max_size=4),
)
def test_raw_intervals_add_up_to_the_time_between_gaps(
    seed: int, sizes: list[int], jitter_s: list[float], silences: set[int]
) -> None:
    timeline, beats, pause_s = Timeline(), list[RawBeat](), 0.0
    for number, sample in enumerate(packets(intervals(150, seed), sizes, jitter_s)):
        pause_s += 12.0 * (number in silences)
        late = HeartSample(sample.t_s + pause_s, b"", 66, sample.rr_ms)
        beats += timeline.push(late)
    starts = [k for k, beat in enumerate(beats) if beat.after_gap]
    sent = [number for number, _ in enumerate(packets(intervals(150, seed), sizes, jitter_s))]
    assert len(starts) == len(silences & set(sent))
    for first, end in pairwise([0, *starts, len(beats)]):
        stretch = beats[first:end]
        elapsed_s = stretch[-1].t_s - stretch[0].t_s
        assert elapsed_s == pytest.approx(sum(b.rr_ms for b in stretch[1:]) / 1000, abs=0.3)


# ---------------------------------------------------------------- the same log, at any speed


def program_events(step_ticks: list[int]) -> list[tuple[float, object]]:
    """Two minutes of a session; the engine is called after so many grid points of 0.25 s, the inputs always in time."""
    engine = SessionEngine(find_program("unwind"), ListenerProfile(), PolicyName.STAGED_ISO)
    samples = packets(intervals(140, 7, 0.05), [1, 2], [0.0, 0.2, 0.1])
    arrivals: dict[int, list[HeartSample]] = {math.ceil(sample.t_s * 4): [] for sample in samples}
    for sample in samples:
        arrivals[math.ceil(sample.t_s * 4)].append(sample)
    out: list[tuple[float, object]] = []
    tick, turn = 0, 0
    while tick <= 480:
        out += engine.step(tick / 4, arrivals.get(tick, ()))
        coming = min((t for t in arrivals if t > tick), default=481)
        tick = min(tick + step_ticks[turn % len(step_ticks)], coming)
        turn += 1
    return out


@pytest.mark.parametrize("step_ticks", [[4], [40], [1, 7, 2, 13]])
def test_the_same_log_at_any_speed_gives_the_same_estimates(step_ticks: list[int]) -> None:
    slow = [event for event in program_events([1]) if isinstance(event[1], ArousalEstimate | Beat)]
    fast = [event for event in program_events(step_ticks) if isinstance(event[1], ArousalEstimate | Beat)]
    assert sum(isinstance(event, ArousalEstimate) for _, event in slow) >= 118
    last_s = fast[-1][0]
    assert fast == [event for event in slow if event[0] <= last_s]


# ---------------------------------------------------------------- noise


@settings(max_examples=examples(60))
@given(
    st.integers(0, 10_000),
    st.dictionaries(st.integers(0, 79), st.sampled_from([k for k in BeatKind if k is not BeatKind.NORMAL])),
    st.floats(5, 80),
)
def test_quality_never_rises_when_beats_turn_out_to_be_artifacts(
    seed: int, labels: dict[int, BeatKind], now_s: float
) -> None:
    clean, dirty, t_s = BeatWindow(), BeatWindow(), 0.0
    for k, rr in enumerate(intervals(80, seed)):
        t_s += rr / 1000
        if t_s > now_s:
            break
        kind = labels.get(k, BeatKind.NORMAL)
        clean.push(Beat(t_s, rr, rr))
        dirty.push(Beat(t_s, rr, None if kind is BeatKind.NOISE else rr, kind))
    assert dirty.read(now_s).quality <= clean.read(now_s).quality


def qualities(rr_ms: list[float]) -> list[float]:
    pipeline, found = Pipeline(60.0), []
    samples = packets(rr_ms, [1], [0.0])
    for second in range(1, int(samples[-1].t_s) + 1):
        while samples and samples[0].t_s <= second:
            pipeline.sample(samples.pop(0))
        found.append(pipeline.estimate(float(second)).quality)
    return found


@settings(max_examples=examples(15))
@given(st.integers(0, 10_000), st.floats(0.15, 0.3))
def test_quality_never_rises_on_injected_artifacts(seed: int, share: float) -> None:
    """Once the window is full the clean heart has quality 1 and no damage can have more; the mean only falls."""
    clean, damaged = qualities(intervals(120, seed)), qualities(intervals(120, seed, share))
    both = list(zip(clean[30:], damaged[30:], strict=False))
    assert all(hurt <= whole for whole, hurt in both)
    assert sum(hurt for _, hurt in both) < sum(whole for whole, _ in both)


@pytest.mark.parametrize("seed", range(6))
def test_a_burst_of_noise_has_low_quality_for_as_long_as_it_lasts(seed: int) -> None:
    """Bad contact: beats cut into unequal parts and intervals out of nowhere, for two minutes."""
    rng = random.Random(seed)
    calm = intervals(90, seed)
    noise: list[float] = []
    while sum(noise) < 120_000:
        cut = rng.uniform(0.25, 0.75)
        noise += [900 * cut, 900 * (1 - cut)] if rng.random() < 0.6 else [rng.uniform(280, 1700)]
    found = qualities([*calm, *noise, *intervals(90, seed + 1)])
    began_s = int(sum(calm) / 1000)
    during = found[began_s + 20 : began_s + 120]  # the window forgets the calm before in so many seconds
    assert max(during) < 0.7
    assert min(found[25:began_s]) > 0.9
    assert found[-1] > 0.9


@pytest.mark.parametrize("seed", range(6))
def test_intervals_at_random_are_of_low_quality_on_95_percent_of_seconds(seed: int) -> None:
    rng = random.Random(seed)
    found = qualities([rng.uniform(250, 1000) for _ in range(600)])
    assert sum(quality < 0.7 for quality in found) >= 0.95 * len(found)


@pytest.mark.parametrize("factor", [0.6, 1.5])
def test_intervals_that_do_not_fill_the_time_they_came_in_are_not_trusted(factor: float) -> None:
    """A strap that says nothing of contact and sends steady intervals which are not those of these beats."""
    window = BeatWindow()
    for k in range(1, 61):
        window.push(Beat(k * 0.9, 900.0 * factor, 900.0 * factor))
    assert window.read(54.0).quality == 0.0


def test_a_twentieth_of_the_time_is_within_what_clocks_and_radios_do() -> None:
    window = BeatWindow()
    for k in range(1, 61):
        window.push(Beat(k * 0.9, 855.0, 855.0))
    assert window.read(54.0).quality == 1.0
