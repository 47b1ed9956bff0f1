"""Endless sounds and rooms, as numbers: a pad that loops without a seam, air, and the echo of a hall.

Rules of this file:
1. Pure numpy; the random numbers come from a generator that is handed in, the hall's from one of its own.
2. A loop is made in the frequency domain with random phases: it has no beginning, so repeating it has no seam.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PAD_PITCH = 57  # A3: the pad is transposed at most an octave from here
PAD_FRAMES = 1 << 18  # 5.5 s at 48 kHz
AIR_FRAMES = 1 << 19  # 10.9 s: longer than a loop of noise is remembered
PAD_WIDTH_CENTS = 14.0  # how far each partial is smeared: a choir of strings, not an organ pipe
WIDTH_OWN, WIDTH_OTHER = 0.966, 0.259  # 15 degrees of rotation toward each other: a correlation of sin 30 = 0.5
HALL_S = 2.6
HALL_DECAY_S = 2.3  # to -60 dB below 500 Hz: a small wooden hall
HALL_SEED = 1  # one hall for every session: how loud it makes a note must not depend on the session's seed


def pad_loop(rate_hz: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """A warm ensemble on ``PAD_PITCH``, (PAD_FRAMES, 2), root mean square 1."""
    numbers = np.arange(1.0, 15.0)
    levels = numbers**-1.7 * np.where(numbers % 2 == 0, 0.55, 1.0)
    return ensemble_loop(rate_hz, PAD_FRAMES, levels, PAD_WIDTH_CENTS, generator)


def ensemble_loop(
    rate_hz: int, frames: int, levels: NDArray[np.float64], width_cents: float, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Many players of one note on ``PAD_PITCH``, (frames, 2), root mean square 1.

    ``levels`` are the amplitudes of the partials from the first, each smeared by ``width_cents``: few for a synthetic
    pad, some twenty for strings with vibrato.
    """
    fundamental_hz = 440.0 * 2 ** ((PAD_PITCH - 69) / 12)
    bins_hz = np.fft.rfftfreq(frames, 1 / rate_hz)
    spectrum = np.zeros(bins_hz.size)
    for number, level in enumerate(levels, start=1):
        centre_hz = fundamental_hz * number
        width_hz = centre_hz * (2 ** (width_cents / 1200) - 1)
        spectrum += level * np.exp(-(((bins_hz - centre_hz) / width_hz) ** 2)) / np.sqrt(width_hz)
    return _loop(spectrum, frames, generator)


def air_loop(rate_hz: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """Breath-like noise, soft at both ends of the spectrum, (AIR_FRAMES, 2), root mean square 1."""
    return noise_loop(rate_hz, AIR_FRAMES, 480.0, 1.0, generator)


def noise_loop(
    rate_hz: int, frames: int, centre_hz: float, width_octaves: float, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Pink noise in a bell of ``width_octaves`` around ``centre_hz``, (frames, 2), root mean square 1."""
    bins_hz = np.fft.rfftfreq(frames, 1 / rate_hz)
    octaves = np.log2(np.maximum(bins_hz, 1.0) / centre_hz)
    bell = np.exp(-0.5 * (octaves / width_octaves) ** 2)
    return _loop(bell / np.sqrt(np.maximum(bins_hz, 20.0)), frames, generator)


def hall(rate_hz: int) -> NDArray[np.float32]:
    """The impulse response of a quiet wooden hall, always the same, (frames, 2), unit energy in each channel.

    Noise in octave bands, each with its own decay (the treble is swallowed first), after a short dark build-up.
    """
    generator = np.random.default_rng(HALL_SEED)
    frames = int(HALL_S * rate_hz)
    time_s = np.arange(frames) / rate_hz
    noise = np.fft.rfft(generator.standard_normal((2, frames)), axis=1)
    bins_hz = np.fft.rfftfreq(frames, 1 / rate_hz)
    octaves = np.log2(np.maximum(bins_hz, 1.0))
    response = np.zeros((2, frames))
    for centre_hz, decay_s, level in (
        (125.0, 1.0, 0.45),
        (250.0, 1.0, 0.9),
        (500.0, 0.95, 1.0),
        (1000.0, 0.82, 0.75),
        (2000.0, 0.62, 0.42),
        (4000.0, 0.42, 0.20),
    ):
        band = np.clip(1 - np.abs(octaves - np.log2(centre_hz)), 0, 1)
        response += level * np.fft.irfft(noise * band, frames, axis=1) * 10 ** (-3 * time_s / (decay_s * HALL_DECAY_S))
    response = _narrow(response)
    build_up = 1 - np.exp(-time_s / 0.030)
    end = np.clip((HALL_S - time_s) / 0.4, 0, 1) ** 2
    response *= build_up * end
    response /= np.sqrt(np.sum(response**2, axis=1, keepdims=True))
    return np.ascontiguousarray(response.T.astype(np.float32))


def _loop(spectrum: NDArray[np.float64], frames: int, generator: np.random.Generator) -> NDArray[np.float32]:
    phase = np.exp(2j * np.pi * generator.random((2, spectrum.size)))
    sound = _narrow(np.fft.irfft(spectrum * phase, frames, axis=1))
    sound /= np.sqrt(np.mean(sound**2, axis=1, keepdims=True))
    return np.ascontiguousarray(sound.T.astype(np.float32))


def _narrow(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Blend two unrelated channels into a gentle stereo image (correlation about 0.5) that also works in mono."""
    return WIDTH_OWN * sound + WIDTH_OTHER * sound[::-1]
