"""A whole recording in a few numbers: held against arithmetic by hand, known tones and injected mistakes."""

from __future__ import annotations

import math
from dataclasses import asdict
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.analysis import Analysis, analyze, beats_of_events, beats_of_intervals, clean, series
from pulsetune.model import BeatKind, HeartSample, Link, LinkChanged


def analysis(rr_ms: list[float], gaps: tuple[int, ...] = ()) -> Analysis:
    raw = beats_of_intervals(list(accumulate(rr / 1000 for rr in rr_ms)), rr_ms, gaps)
    return analyze(raw, clean(raw))


def tone(rate_hz: float, amplitude_ms: float, seconds: float) -> list[float]:
    """Intervals of a heart at 60 a minute, swinging as a sine of beat time."""
    rr_ms, t_s = [], 0.0
    while t_s < seconds:
        rr_ms.append(1000 + amplitude_ms * math.sin(2 * math.pi * rate_hz * (t_s + 0.5)))
        t_s += rr_ms[-1] / 1000
    return rr_ms


def samples(rr_ms: list[float]) -> list[tuple[float, HeartSample]]:
    """One notification a beat, as it happens."""
    times = accumulate(rr / 1000 for rr in rr_ms)
    return [(t, HeartSample(t, b"", round(60000 / rr), (rr,))) for t, rr in zip(times, rr_ms, strict=True)]


def test_two_alternating_intervals_by_hand() -> None:
    found = analysis([800.0, 820.0] * 50)  # 99 differences: fifty of +20, forty-nine of -20
    assert (found.intervals, found.duration_s, found.gaps, found.quality) == (100, 81.0, 0, 1.0)
    assert found.artifacts == {"missed": 0, "extra": 0, "ectopic": 0, "noise": 0}
    variance_d = (99 * 400 - 99 * (20 / 99) ** 2) / 98
    variance_rr = 100 * 10**2 / 99
    for metrics in (found.raw, found.clean):
        assert metrics.mean_rr_ms == pytest.approx(810, abs=1e-9)
        assert metrics.heart_rate_bpm == pytest.approx(74.074074074, abs=1e-9)
        assert metrics.sdnn_ms == pytest.approx(math.sqrt(variance_rr), abs=1e-8)
        assert metrics.rmssd_ms == pytest.approx(20, abs=1e-9)
        assert metrics.pnn50_percent == 0.0
        assert metrics.sd1_ms == pytest.approx(math.sqrt(variance_d / 2), abs=1e-8)
        assert metrics.sd2_ms == pytest.approx(math.sqrt(max(0, 2 * variance_rr - variance_d / 2)), abs=1e-6)
        assert metrics.stress_index == pytest.approx(math.sqrt(100 / (2 * 0.81 * 0.02)), abs=1e-8)
        assert metrics.lf_ms2 is None  # 81 s are enough for HF, not for LF
        assert metrics.hf_ms2 is not None


@pytest.mark.parametrize(
    ("seconds", "known"),
    [
        (8, set()),
        (10, {"heart_rate_bpm", "mean_rr_ms"}),
        (30, {"rmssd_ms", "sd1_ms", "stress_index"}),
        (60, {"sdnn_ms", "sd2_ms", "pnn50_percent", "hf_ms2"}),
        (64, {"coherence"}),
        (120, {"lf_ms2"}),
    ],
)
def test_a_number_appears_when_its_shortest_window_is_reached(seconds: int, known: set[str]) -> None:
    rr_ms = [1000.0 + 3 * (at % 7) - 9 for at in range(seconds)]  # 7 intervals of 991 to 1009 ms, over and over
    metrics = asdict(analysis(rr_ms).raw)
    shorter = asdict(analysis(rr_ms[:-2]).raw)
    assert all(metrics[name] is not None for name in known)
    assert all(shorter[name] is None for name in known)


def test_raw_is_the_recording_as_it_stands_and_clean_is_not_harmed_by_a_missed_beat() -> None:
    sound = [round(900 + 40 * math.sin(at / 3), 3) for at in range(300)]
    broken = [*sound[:150], sound[150] + sound[151], *sound[152:]]
    before, after = analysis(sound), analysis(broken)
    assert after.artifacts == {"missed": 2, "extra": 0, "ectopic": 0, "noise": 0}  # the interval and the beat put in
    assert after.intervals == 299
    differences = [b - a for a, b in pairwise(broken)]
    assert after.raw.rmssd_ms == pytest.approx(math.sqrt(sum(d * d for d in differences) / 298), abs=1e-6)
    assert after.raw.rmssd_ms > 4 * before.raw.rmssd_ms
    assert after.clean.rmssd_ms == pytest.approx(before.clean.rmssd_ms, rel=0.01)
    assert after.clean.mean_rr_ms == pytest.approx(before.clean.mean_rr_ms, rel=1e-6)
    assert after.quality == pytest.approx(296 / 299, abs=1e-4)  # three of 299 pairs touch a corrected beat


def test_no_difference_is_taken_across_a_gap_in_clean() -> None:
    rr_ms = [800.0, 801.0] * 30 + [900.0, 901.0] * 30
    raw = beats_of_intervals(
        [t + (20 if at >= 60 else 0) for at, t in enumerate(accumulate(r / 1000 for r in rr_ms))], rr_ms, [60]
    )
    found = analyze(raw, clean(raw))
    assert found.gaps == 1
    assert found.duration_s == pytest.approx(122.06, abs=1e-6)  # 60 x .8005 + 60 x .9005 + 20
    assert found.raw.rmssd_ms == pytest.approx(math.sqrt((118 + 99**2) / 119), abs=1e-6)  # 801 to 900 is the 119th
    assert found.clean.rmssd_ms == pytest.approx(1.0, abs=1e-6)
    assert found.raw.lf_ms2 is None  # two stretches of less than a minute


@pytest.mark.parametrize(("rate_hz", "band", "other"), [(0.1, "lf_ms2", "hf_ms2"), (0.25, "hf_ms2", "lf_ms2")])
def test_power_of_a_sine_is_half_its_squared_amplitude_and_its_rate_is_the_breathing(
    rate_hz: float, band: str, other: str
) -> None:
    metrics = asdict(analysis(tone(rate_hz, 50, 900)).raw)
    assert metrics[band] == pytest.approx(1250, rel=0.05)
    assert metrics[other] < 0.03 * 1250
    assert metrics["breaths_per_min"] == pytest.approx(60 * rate_hz, abs=0.5)
    assert metrics["coherence"] > 3


def test_powers_of_two_stretches_are_weighted_by_their_seconds() -> None:
    strong, weak = tone(0.25, 60, 200), tone(0.25, 20, 100)
    ends = list(accumulate(rr / 1000 for rr in strong + weak))
    times = [t + (100 if at >= len(strong) else 0) for at, t in enumerate(ends)]
    raw = beats_of_intervals(times, strong + weak, [len(strong)])
    assert analyze(raw, clean(raw)).raw.hf_ms2 == pytest.approx((2 * 1800 + 200) / 3, rel=0.05)


def test_a_recording_of_noise_alone_gives_no_clean_number() -> None:
    found = analysis([50.0, 9000.0] * 20)
    assert found.quality == 0
    assert found.artifacts["noise"] == 40
    assert set(asdict(found.clean).values()) == {None}
    assert found.raw.mean_rr_ms == 4525.0


def test_without_an_interval_there_is_nothing_to_analyze() -> None:
    with pytest.raises(ValueError, match="no interval"):
        analyze([], [])


def test_the_series_calibrates_on_the_span_it_is_given() -> None:
    steady = [1000.0 + 4 * (at % 5) for at in range(90)]  # 1008 ms on average
    quicker = [800.0 + 4 * (at % 5) for at in range(150)]
    told = list(series(samples(steady + quicker), 200, (40, 80)))
    estimates = [estimate for estimate, _ in told]
    assert [estimate.t_s for estimate in estimates] == [float(second) for second in range(1, 201)]
    assert all(baseline is None for _, baseline in told[:79])
    baseline = told[79][1]
    assert baseline is not None
    assert (baseline.t_s, baseline.seconds) == (80.0, 40.0)
    assert baseline.heart_rate_bpm == pytest.approx(60000 / 1008, abs=0.05)
    assert max(estimate.confidence for estimate in estimates[:79]) <= 0.5
    assert estimates[85].arousal == pytest.approx(1 / (1 + math.exp(0.5)), abs=0.03)  # at its own level
    assert estimates[180].arousal > 0.8


def test_without_a_span_the_first_minute_after_settling_is_the_baseline() -> None:
    told = list(series(samples([1000.0 + 4 * (at % 5) for at in range(90)]), 80))
    assert next(baseline for _, baseline in told if baseline is not None).t_s == 70.0


def test_beats_of_a_session_know_of_a_lost_link_and_leave_malformed_notifications_out() -> None:
    def sample(t_s: float, malformed: str | None = None) -> HeartSample:
        return HeartSample(t_s, b"", 60, (1000.0,), malformed=malformed)

    raw = beats_of_events([sample(1), sample(2), LinkChanged(3, Link.LOST), sample(4, "cut short"), sample(10)])
    assert [(beat.rr_ms, beat.after_gap) for beat in raw] == [(1000.0, False), (1000.0, False), (1000.0, True)]
    assert [beat.t_s for beat in raw] == pytest.approx([1.0, 2.0, 10.0])


@given(st.lists(st.floats(1, 63_999), min_size=1, max_size=60), st.sets(st.integers(1, 59), max_size=4))
def test_every_interval_is_kept_once_and_no_number_is_nan(rr_ms: list[float], gaps: set[int]) -> None:
    raw = beats_of_intervals(list(accumulate(rr / 1000 for rr in rr_ms)), rr_ms, gaps)
    beats = clean(raw)
    found = analyze(raw, beats)
    assert [beat.rr_ms for beat in beats if beat.rr_ms is not None] == rr_ms
    assert found.intervals == len(rr_ms)
    assert found.artifacts == {
        kind: sum(b.kind == kind for b in beats) for kind in ("missed", "extra", "ectopic", "noise")
    }
    assert all(beat.nn_ms == beat.rr_ms for beat in beats if beat.kind is BeatKind.NORMAL)
    assert 0 <= found.quality <= 1
    for value in (*asdict(found.raw).values(), *asdict(found.clean).values()):
        assert value is None or math.isfinite(value)
