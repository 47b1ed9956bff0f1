"""Spectra of synthetic tones of known power, and the detrending against a dense solution."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.arousal.breathing import breaths_per_min
from pulsetune.arousal.spectrum import Floats, smoothness_priors, spectrum


def tone(
    heart_rate_bpm: float, frequency_hz: float, amplitude_ms: float, seconds: float, drift: float = 0.0
) -> tuple[Floats, Floats]:
    """Beats whose interval is a level (drifting, in ms per s) plus a sine of the time at which the interval ends."""
    t_s, times, intervals = 0.0, [], []
    while t_s < seconds:
        level_ms = 60000 / heart_rate_bpm + drift * t_s
        interval = level_ms
        for _ in range(30):  # the interval depends on its own end
            interval = level_ms + amplitude_ms * math.sin(2 * math.pi * frequency_hz * (t_s + interval / 1000))
        t_s += interval / 1000
        times.append(t_s)
        intervals.append(interval)
    return np.array(times), np.array(intervals)


@pytest.mark.parametrize("heart_rate_bpm", [60, 75, 90])
@pytest.mark.parametrize("frequency_hz", [0.1, 0.12, 0.2, 0.25])
def test_power_of_a_tone_is_half_its_squared_amplitude(heart_rate_bpm: float, frequency_hz: float) -> None:
    found = spectrum(*tone(heart_rate_bpm, frequency_hz, 30.0, 64.0))
    assert found is not None
    inside, outside = (found.lf_ms2, found.hf_ms2) if frequency_hz < 0.15 else (found.hf_ms2, found.lf_ms2)
    assert inside == pytest.approx(450.0, rel=0.05)
    assert outside < 0.03 * inside
    assert found.breaths_per_min == pytest.approx(60 * frequency_hz, abs=0.3)
    assert found.coherence > 3


def test_an_irregular_rhythm_is_not_coherent() -> None:
    rr = 800 + np.random.default_rng(1).normal(0, 40, 90)
    found = spectrum(np.cumsum(rr) / 1000, rr)
    assert found is not None
    assert found.coherence < 1


def test_smoothness_priors_solve_the_published_equation() -> None:
    x = np.cumsum(np.random.default_rng(2).normal(0, 10, 80))
    second = np.diff(np.eye(80), 2, axis=0)
    trend = np.linalg.solve(np.eye(80) + 500.0**2 * second.T @ second, x)
    assert smoothness_priors(x) == pytest.approx(x - trend, abs=1e-6)


@pytest.mark.parametrize(
    ("t_s", "nn_ms"),
    [([], []), ([1.0, 2.0], [1000.0, 1000.0]), ([1.0] * 60, [1000.0] * 60), (range(1, 60), [1000.0] * 59)],
)
def test_nothing_to_see_is_none(t_s: list[float], nn_ms: list[float]) -> None:
    assert spectrum(t_s, nn_ms) is None


@pytest.mark.parametrize("per_min", [6.0, 12.0, 15.0, 20.0])
def test_breathing_rate_of_a_tone(per_min: float) -> None:
    _, rr = tone(66.0, per_min / 60, 40.0, 64.0)
    assert breaths_per_min(rr) == pytest.approx(per_min, abs=0.3)


def test_breathing_is_found_on_top_of_a_drifting_heart_rate() -> None:
    _, rr = tone(66.0, 0.2, 25.0, 64.0, drift=2.0)
    assert breaths_per_min(rr) == pytest.approx(12.0, abs=0.4)


def test_noise_has_no_breathing_rate() -> None:
    seen = [breaths_per_min(850 + np.random.default_rng(seed).normal(0, 40, 75)) for seed in range(20)]
    assert sum(value is not None for value in seen) <= 2


@given(st.lists(st.floats(273, 2000), min_size=1, max_size=120))
def test_breathing_rate_of_anything_is_none_or_possible(nn_ms: list[float]) -> None:
    value = breaths_per_min(np.array(nn_ms))
    assert value is None or 4 <= value <= 30
