"""One stroke on a frame drum, as numbers: the modes of a skin, the breath of the frame, and the hand on it.

Rules of this file:
1. Pure numpy; the random numbers come from a generator that is handed in.
2. ``dark`` is the skin alone, ``bright`` the hand on it and the skin's upper modes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.soundscapes.ringing import TONE_RATE_HZ, Tone, fade_out, peak, ring, stereo

STROKE_S = 1.5
BRUSH_S = 0.5
# Modes of an ideal skin (zeros of the Bessel functions), and whether a stroke in the middle moves them (its node lines
# are circles only) or one near the rim does.
RATIOS = np.array([1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501, 3.600, 4.060])
MIDDLE = np.array([1.0, 0.10, 0.06, 0.34, 0.05, 0.04, 0.03, 0.03, 0.16, 0.02])
RIM = np.array([0.55, 0.60, 0.45, 0.20, 0.32, 0.24, 0.16, 0.14, 0.10, 0.10])
DECAY_S = 1.15  # of the lowest mode to -60 dB: goat skin, loosely strung
DAMPING = 0.75  # how much sooner a mode dies that is one ratio higher
SINK, SINK_S = 0.05, 0.07  # a struck skin is tighter at first: so much sharper, for so long
BRIGHT_PEAK = 0.55  # of the bright layer, the dark one being 1
HAND_LOW_HZ, HAND_HIGH_HZ = 350.0, 2600.0  # what skin on skin sounds like
BRUSH_LOW_HZ, BRUSH_HIGH_HZ = 900.0, 4200.0


def stroke(fundamental_hz: float, rim: float, generator: np.random.Generator) -> Tone:
    """A stroke between the middle (``rim`` 0) and the rim (1); no two are the same."""
    frames = int(STROKE_S * TONE_RATE_HZ)
    rim = float(np.clip(rim + generator.uniform(-0.08, 0.08), 0.0, 1.0))
    levels = (1 - rim) * MIDDLE + rim * RIM
    levels = levels * generator.uniform(0.85, 1.15, levels.size)
    decay_s = (1.0 - 0.25 * rim) * DECAY_S / (1 + DAMPING * (RATIOS - 1))
    left = generator.uniform(0.44, 0.56, levels.size)
    bright = levels * np.clip(RATIOS - 1.4, 0, None)
    columns = [layer * side for layer in (levels / RATIOS, bright) for side in (left, 1 - left)]
    sound = ring(fundamental_hz * RATIOS, decay_s, np.zeros(levels.size), np.stack(columns), frames)
    sound = _sunk(sound)
    sound[2:] = 0.8 * sound[2:] / peak(sound[2:]) + _hand(frames, 0.035, HAND_LOW_HZ, HAND_HIGH_HZ, generator)
    sound *= fade_out(frames)
    return Tone(stereo(sound[:2] / peak(sound[:2])), stereo(BRIGHT_PEAK * sound[2:] / peak(sound[2:])))


def brush(generator: np.random.Generator) -> Tone:
    """Fingertips drawn over the skin: no tone at all."""
    frames = int(BRUSH_S * TONE_RATE_HZ)
    sound = np.concatenate(
        [
            _hand(frames, 0.070, HAND_LOW_HZ, HAND_HIGH_HZ, generator),
            _hand(frames, 0.050, BRUSH_LOW_HZ, BRUSH_HIGH_HZ, generator),
        ]
    )
    sound *= fade_out(frames)
    return Tone(stereo(0.4 * sound[:2] / peak(sound[:2])), stereo(0.6 * sound[2:] / peak(sound[2:])))


def _sunk(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every mode a little sharp at first, by running through the sound faster."""
    time_s = np.arange(sound.shape[1]) / TONE_RATE_HZ
    warped_s = time_s + SINK * SINK_S * (1 - np.exp(-time_s / SINK_S))
    return np.stack([np.interp(warped_s, time_s, channel) for channel in sound])


def _hand(
    frames: int, decay_s: float, low_hz: float, high_hz: float, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Noise of a touch, (2, frames), peak 1: a soft band that dies away in ``decay_s`` (to 1/e)."""
    bins_hz = np.maximum(np.fft.rfftfreq(frames, 1 / TONE_RATE_HZ), 1.0)
    band = 1 / (1 + (low_hz / bins_hz) ** 4) / (1 + (bins_hz / high_hz) ** 4)
    common, own = generator.standard_normal(frames), generator.standard_normal((2, frames))
    noise = np.fft.irfft(np.fft.rfft(common + 0.6 * own, axis=1) * band, frames, axis=1)
    time_s = np.arange(frames) / TONE_RATE_HZ
    noise *= (1 - np.exp(-time_s / 0.006)) * np.exp(-time_s / decay_s)
    return noise / peak(noise)
