"""The limiter holds its promise by an independent measure, and leaves quiet music alone.

True peak is measured with scipy's polyphase resampler at eight times the rate, which shares no code with the limiter.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import resample_poly

from pulsetune.sound.limiter import TruePeakLimiter

RATE_HZ = 48_000
PROMISED_DBTP = -1.0


def limited(sound: NDArray[np.float64], block: int = 1024) -> NDArray[np.float32]:
    """The limiter's output, aligned with its input."""
    limiter = TruePeakLimiter(RATE_HZ)
    padded = np.concatenate([sound, np.zeros((limiter.latency_frames, 2))]).astype(np.float32)
    out = [limiter.process(padded[at : at + block]) for at in range(0, len(padded), block)]
    return np.concatenate(out)[limiter.latency_frames :]


def true_peak_dbtp(sound: NDArray[np.float32]) -> float:
    return float(20 * np.log10(np.abs(resample_poly(sound.astype(np.float64), 8, 1)).max()))


def seconds(length_s: float) -> NDArray[np.float64]:
    return np.arange(round(length_s * RATE_HZ)) / RATE_HZ


def bursts_over_bass() -> NDArray[np.float64]:
    t, noise = seconds(3), np.random.default_rng(7)
    left = 0.7 * np.sin(2 * np.pi * 110 * t) + noise.standard_normal(len(t)) * np.exp(-(t % 0.37) * 20) * 0.8
    return np.stack([left, 1.2 * np.sin(2 * np.pi * 11_000.7 * t)], 1)


def near_nyquist() -> NDArray[np.float64]:
    t = seconds(1)
    return 3 * np.stack([np.sin(2 * np.pi * 23_500 * t), np.sin(2 * np.pi * 20_000.3 * t)], 1)


def between_the_samples() -> NDArray[np.float64]:
    """A quarter of the sampling rate at 45 degrees: samples at 0.9, the wave between them 3 dB higher."""
    t = seconds(1)
    wave = 0.9 * np.sqrt(2) * np.sin(2 * np.pi * 12_000 * t + np.pi / 4)
    return np.stack([wave, -wave], 1)


def white_noise() -> NDArray[np.float64]:
    return 2 * np.random.default_rng(8).standard_normal((RATE_HZ, 2))


def clicks() -> NDArray[np.float64]:
    sound = np.zeros((RATE_HZ, 2))
    sound[::5000] = 10.0
    return sound


@pytest.mark.parametrize("make", [bursts_over_bass, near_nyquist, between_the_samples, white_noise, clicks])
def test_no_true_peak_passes_the_promise(make: object) -> None:
    sound = make()  # type: ignore[operator]
    assert true_peak_dbtp(sound.astype(np.float32)) > 0.0  # the test is worth something
    assert true_peak_dbtp(limited(sound)) <= PROMISED_DBTP


@pytest.mark.parametrize("gain", [0.02, 0.15])
def test_quiet_music_passes_bit_for_bit(gain: float) -> None:
    sound = (bursts_over_bass() * gain).astype(np.float32)
    assert true_peak_dbtp(sound) < -2.0
    np.testing.assert_array_equal(limited(sound), sound)


def test_a_steady_tone_above_the_ceiling_comes_out_at_the_ceiling() -> None:
    t = seconds(1)
    tone = 2 * np.stack([np.sin(2 * np.pi * 440 * t)] * 2, 1)
    settled = limited(tone)[RATE_HZ // 2 :]
    assert true_peak_dbtp(settled) == pytest.approx(-2.0, abs=0.1)


def test_both_channels_are_turned_down_together() -> None:
    t = seconds(1)
    loud, soft = 2 * np.sin(2 * np.pi * 440 * t), 0.02 * np.sin(2 * np.pi * 440 * t)
    out = limited(np.stack([loud, soft], 1))[RATE_HZ // 10 :]
    assert np.abs(out[:, 0] - 100 * out[:, 1]).max() < 1e-4


def test_after_a_peak_the_music_comes_back_unchanged() -> None:
    sound = 0.1 * np.stack([np.sin(2 * np.pi * 440 * seconds(2))] * 2, 1)
    sound[1000] = 4.0
    out = limited(sound)
    assert np.abs(out[940:990]).max() < 0.03  # already turned down when the peak comes: 0.1 x 0.794 / 4 = 0.02
    np.testing.assert_array_equal(out[RATE_HZ:], sound.astype(np.float32)[RATE_HZ:])


def test_a_broken_sample_does_not_break_what_follows() -> None:
    sound = 0.1 * np.ones((4096, 2))
    sound[100, 0], sound[200, 1] = np.nan, np.inf
    out = limited(sound)
    assert np.isfinite(out).all()
    np.testing.assert_array_equal(out[1024:], sound[1024:].astype(np.float32))


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 3000), st.integers(0, 2**32 - 1), st.floats(0.01, 8.0))
def test_the_length_of_the_blocks_makes_no_difference(block: int, seed: int, loudness: float) -> None:
    noise = np.random.default_rng(seed)
    sound = loudness * noise.standard_normal((3000, 2)) * (noise.random((3000, 1)) < 0.3)
    out = limited(sound, block)
    np.testing.assert_allclose(out, limited(sound, 3000), atol=2e-6)
    assert true_peak_dbtp(out) <= PROMISED_DBTP or loudness < 0.1
