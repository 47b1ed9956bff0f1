"""Arousal against the own baseline: values by hand, hold and decay, calibration with good and with poor signals."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from pulsetune.arousal.calibration import Calibration, baseline_of
from pulsetune.arousal.estimate import ArousalModel
from pulsetune.arousal.window import Reading
from pulsetune.model import Baseline

BASELINE = Baseline(120.0, 60.0, 40.0, 4.0, 0.3, 60.0)


def reading(heart_rate_bpm: float | None, rmssd_ms: float | None = None, quality: float = 1.0) -> Reading:
    return Reading(heart_rate_bpm, heart_rate_bpm, rmssd_ms, quality)


def settled(model: ArousalModel, what: Reading, seconds: int = 120, *, rate_only: bool = False) -> tuple[float, float]:
    for k in range(seconds):
        arousal, confidence = model.step(float(k), what, 0.5, rate_only=rate_only)
    assert arousal is not None
    return arousal, confidence


def calibrated(baseline: Baseline = BASELINE) -> ArousalModel:
    model = ArousalModel()
    model.baseline = baseline
    return model


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_at_the_own_baseline_arousal_is_below_the_middle() -> None:
    arousal, confidence = settled(calibrated(), reading(60.0, 40.0))
    assert arousal == pytest.approx(logistic(-0.5), abs=1e-6)
    assert confidence == 1.0


def test_one_spread_of_heart_rate_and_of_rmssd_weigh_3_to_1() -> None:
    assert settled(calibrated(), reading(64.0, 40.0))[0] == pytest.approx(logistic(0.75 - 0.5), abs=1e-6)
    assert settled(calibrated(), reading(60.0, 40.0 * math.exp(-0.3)))[0] == pytest.approx(
        logistic(0.25 - 0.5), abs=1e-6
    )


def test_a_strap_without_rr_is_judged_by_heart_rate_alone_and_less_surely() -> None:
    arousal, confidence = settled(calibrated(), reading(64.0), rate_only=True)
    assert arousal == pytest.approx(logistic(1.0 - 0.5), abs=1e-6)
    assert confidence == 0.7


def test_one_wild_reading_cannot_move_arousal_far() -> None:
    model = calibrated()
    before = settled(model, reading(60.0, 40.0))[0]
    after, _ = model.step(120.0, reading(200.0, 40.0), 0.5, rate_only=False)
    assert after is not None
    assert after - before < 0.12


def test_confidence_falls_while_no_beat_comes_and_arousal_holds_then_fades_to_unknown() -> None:
    model = calibrated()
    last, _ = settled(model, reading(72.0, 30.0))
    course = [model.step(120.0 + k, reading(None, None, 0.0), float(k), rate_only=False) for k in range(200)]
    values = [arousal for arousal, _ in course if arousal is not None]
    assert len(values) == 200
    assert values[8] == pytest.approx(last)
    assert all(b <= a + 1e-12 for a, b in pairwise(values))
    assert values[-1] == pytest.approx(0.5, abs=0.01)
    assert max(a - b for a, b in pairwise(values)) < 0.03
    assert {confidence for _, confidence in course} == {0.0}


def test_without_a_baseline_confidence_is_at_most_a_half() -> None:
    model = ArousalModel()
    assert model.step(0.0, reading(60.0, 40.0), 0.5, rate_only=False)[0] is None
    assert settled(model, reading(60.0, 40.0))[1] == 0.5


def test_nothing_known_is_none() -> None:
    assert ArousalModel().step(0.0, reading(None, None, 0.0), None, rate_only=False) == (None, 0.0)


# ---------------------------------------------------------------- calibration


def calibrate(readings: list[Reading], calibrate_s: float) -> tuple[int, Baseline] | None:
    calibration = Calibration(calibrate_s)
    for k, what in enumerate(readings, start=1):
        baseline = calibration.step(float(k), what)
        if baseline is not None:
            return k, baseline
    return None


def test_the_baseline_is_the_median_of_the_last_minute() -> None:
    found = calibrate([reading(90.0, 20.0)] * 60 + [reading(60.0, 40.0)] * 60, 120.0)
    assert found is not None
    second, baseline = found
    assert second == 120
    assert (baseline.heart_rate_bpm, baseline.rmssd_ms, baseline.seconds) == (60.0, 40.0, 60.0)


def test_a_flat_minute_keeps_a_usual_spread() -> None:
    baseline = baseline_of([reading(60.0, 40.0)] * 60, 120.0)
    assert baseline is not None
    assert baseline.heart_rate_spread_bpm == pytest.approx(math.sqrt(30 * 16 / 90), abs=1e-4)
    assert baseline.ln_rmssd_spread == pytest.approx(math.sqrt(30 * 0.09 / 90), abs=1e-4)


def test_a_poor_signal_extends_the_calibration_until_it_is_good() -> None:
    found = calibrate([reading(60.0, None, 0.5)] * 130 + [reading(62.0, 40.0)] * 100, 120.0)
    assert found is not None
    assert 155 <= found[0] <= 165  # half of the last minute good


def test_after_two_more_minutes_the_best_is_taken() -> None:
    readings = [reading(60.0, None, 0.5)] * 150 + [reading(70.0, None, 0.4)] * 150
    found = calibrate(readings, 120.0)
    assert found is not None
    assert found[0] == 240
    assert found[1].heart_rate_bpm == 60.0


def test_no_beat_at_all_is_no_baseline_and_no_crash_and_a_late_heart_is_still_calibrated() -> None:
    silence = [reading(None, None, 0.0)] * 400
    assert calibrate(silence, 120.0) is None
    found = calibrate(silence + [reading(60.0, 40.0)] * 60, 120.0)
    assert found is not None
    assert 410 <= found[0] <= 440


def falling(bpm_per_min: float, seconds: int, from_bpm: float = 80.0) -> list[Reading]:
    return [reading(from_bpm - bpm_per_min * k / 60, 40.0) for k in range(seconds)]


def test_a_heart_still_coming_to_rest_extends_the_calibration_until_it_does() -> None:
    """Falls by 6 a minute for 150 s, then stays: a minute later at most half of it is left in the slope."""
    course = falling(6.0, 150)
    found = calibrate(course + [reading(course[-1].heart_rate_bpm, 40.0)] * 100, 120.0)
    assert found is not None
    assert 160 <= found[0] <= 200
    assert found[1].heart_rate_bpm == pytest.approx(65.1, abs=1.0)


def test_a_heart_that_falls_slowly_or_rises_extends_nothing() -> None:
    for bpm_per_min in (2.5, -8.0):
        found = calibrate(falling(bpm_per_min, 300), 120.0)
        assert found is not None
        assert found[0] == 120


def test_a_heart_that_never_comes_to_rest_is_calibrated_on_its_last_minute_after_two_more() -> None:
    found = calibrate(falling(4.0, 400), 120.0)
    assert found is not None
    assert found[0] == 240
    assert found[1].heart_rate_bpm == pytest.approx(80 - 4 * 209.5 / 60, abs=0.1)


def test_a_baseline_over_a_given_span_does_not_wait_for_rest() -> None:
    calibration = Calibration(60.0, 50, await_rest=False)
    found = [calibration.step(float(k), what) for k, what in enumerate(falling(9.0, 61), start=0)]
    assert found[-1] is not None
    assert found[-1].t_s == 60.0
