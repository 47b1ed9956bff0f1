"""What the last 30 seconds say: by hand, and through silence."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.arousal.rate_window import RateWindow
from pulsetune.arousal.window import BeatWindow
from pulsetune.model import Beat, BeatKind


def filled(rr_ms: list[float], **labels: BeatKind) -> BeatWindow:
    window, t_s = BeatWindow(), 0.0
    for k, rr in enumerate(rr_ms):
        t_s += rr / 1000
        kind = labels.get(f"beat_{k}", BeatKind.NORMAL)
        window.push(Beat(t_s, rr, None if kind is BeatKind.NOISE else rr, kind))
    return window


def test_rates_and_rmssd_by_hand() -> None:
    reading = filled([980.0, 1020.0] * 15).read(30.0)
    assert reading.heart_rate_bpm == pytest.approx(60.0)
    assert reading.heart_rate_fast_bpm == pytest.approx(60.0)
    assert reading.rmssd_ms == pytest.approx(40.0)
    assert reading.quality == 1.0


def test_the_fast_rate_follows_six_seconds() -> None:
    reading = filled([1000.0] * 24 + [500.0] * 12).read(30.0)
    assert reading.heart_rate_fast_bpm == pytest.approx(120.0)
    assert reading.heart_rate_bpm == pytest.approx(60000 * 36 / 30000)


def test_a_corrected_beat_costs_its_two_pairs_and_nothing_else() -> None:
    reading = filled([980.0, 1020.0] * 15, beat_14=BeatKind.ECTOPIC).read(30.0)
    assert reading.rmssd_ms == pytest.approx(40.0)
    assert reading.quality == pytest.approx(27 / 29)


def test_noise_feeds_no_rate() -> None:
    reading = filled([1000.0] * 20 + [300.0] + [1000.0] * 8, beat_20=BeatKind.NOISE).read(28.3)
    assert reading.heart_rate_bpm == pytest.approx(60.0)


def test_a_gap_makes_no_pair() -> None:
    window = BeatWindow()
    for k in range(30):
        window.push(Beat(float(k + 1), 1000.0, 900.0 if k < 15 else 1000.0, after_gap=k == 15))
    reading = window.read(30.0)
    assert reading.rmssd_ms == 0.0
    assert reading.quality == pytest.approx(28 / 29)


def test_silence_empties_the_window_second_by_second() -> None:
    window = filled([1000.0] * 30)
    readings = [window.read(30.0 + k) for k in range(31)]
    qualities = [reading.quality for reading in readings]
    assert qualities == sorted(qualities, reverse=True)
    assert readings[10].heart_rate_bpm == pytest.approx(60.0)
    assert readings[19].heart_rate_bpm is None  # eleven beats left
    assert readings[30] == (type(readings[30]))(None, None, None, 0.0)


def test_rmssd_is_not_given_where_too_many_beats_were_corrected() -> None:
    third = {f"beat_{k}": BeatKind.ECTOPIC for k in range(0, 30, 5)}
    reading = filled([1000.0] * 30, **third).read(30.0)
    assert reading.rmssd_ms is None
    assert reading.heart_rate_bpm == pytest.approx(60.0)


def test_no_contact_means_nothing_is_known() -> None:
    reading = filled([1000.0] * 30).read(30.0, contact=0.0)
    assert (reading.quality, reading.heart_rate_bpm, reading.rmssd_ms) == (0.0, None, None)


beats = st.builds(
    Beat,
    t_s=st.floats(0, 100),
    rr_ms=st.none() | st.floats(0, 70000),
    nn_ms=st.none() | st.floats(1, 70000),
    kind=st.sampled_from(BeatKind),
    after_gap=st.booleans(),
)


@given(st.lists(beats, max_size=100).map(lambda b: sorted(b, key=lambda beat: beat.t_s)), st.floats(0, 200))
def test_quality_stays_within_0_and_1_and_nothing_is_nan(stream: list[Beat], now_s: float) -> None:
    window = BeatWindow()
    for beat in stream:
        window.push(beat)
    reading = window.read(now_s)
    assert 0 <= reading.quality <= 1
    for value in (reading.heart_rate_bpm, reading.heart_rate_fast_bpm, reading.rmssd_ms):
        assert value is None or math.isfinite(value)


# ---------------------------------------------------------------- heart-rate field only


def test_a_rate_field_is_smoothed_over_twenty_seconds() -> None:
    window = RateWindow()
    for k in range(40):
        window.push(float(k), 60.0)
    for k in range(40, 60):
        window.push(float(k), 80.0)
    reading = window.read(59.0)
    assert reading.heart_rate_bpm == pytest.approx(80 - 20 * math.exp(-1), abs=0.01)
    assert reading.heart_rate_fast_bpm == pytest.approx(80.0)
    assert reading.rmssd_ms is None
    assert reading.quality == 1.0


def test_a_rate_field_that_stops_is_forgotten() -> None:
    window = RateWindow()
    for k in range(40):
        window.push(float(k), 60.0)
    assert window.read(45.0).heart_rate_bpm == pytest.approx(60.0)
    assert window.read(68.0).heart_rate_bpm is None


def test_a_rate_field_that_comes_only_now_and_then_is_worth_less() -> None:
    window = RateWindow()
    for k in range(0, 60, 10):
        window.push(float(k), 60.0)
    assert window.read(55.0).quality == pytest.approx(3 * 2.0 / 20.0)  # three notifications, two seconds each
