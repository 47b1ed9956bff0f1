"""Long notes that swell and fade: pieces of an endless ensemble, cut anywhere, at any pitch.

Rules of this file:
1. Pure numpy; the random numbers come from a generator that is handed in.
2. A note begins and ends at exactly zero, so that it can be played at any time without a click.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.soundscapes.ringing import TONE_RATE_HZ
from pulsetune.sound.soundscapes.textures import PAD_PITCH, ensemble_loop

ENSEMBLE_FRAMES = 1 << 18  # 10.9 s: two notes hardly ever share a moment of it


class Ensemble:
    """Players of one instrument: a dark and a bright layer of the same note, both of root mean square 1."""

    def __init__(
        self,
        dark: NDArray[np.float64],
        bright: NDArray[np.float64],
        width_cents: float,
        generator: np.random.Generator,
    ) -> None:
        self._dark = ensemble_loop(TONE_RATE_HZ, ENSEMBLE_FRAMES, dark, width_cents, generator)
        self._bright = ensemble_loop(TONE_RATE_HZ, ENSEMBLE_FRAMES, bright, width_cents, generator)
        self._generator = generator

    def note(self, pitch: int, seconds: float, rise_s: float, level: float, brightness: float) -> NDArray[np.float32]:
        """A note of ``pitch`` (MIDI), (frames, 2) at ``TONE_RATE_HZ``; it fades over what the rise leaves."""
        frames = int(seconds * TONE_RATE_HZ)
        speed = 2 ** ((pitch - PAD_PITCH) / 12)
        places = self._generator.uniform(0, ENSEMBLE_FRAMES) + speed * np.arange(frames)
        before = places.astype(np.int64)
        share = (places - before).astype(np.float32)[:, None]
        before %= ENSEMBLE_FRAMES
        after = (before + 1) % ENSEMBLE_FRAMES
        sound = np.zeros((frames, 2), np.float32)
        for layer, weight in ((self._dark, 1.0 - 0.5 * brightness), (self._bright, brightness)):
            first = layer[before]
            sound += np.float32(level * weight) * (first + share * (layer[after] - first))
        sound *= _swell(frames, rise_s / seconds)[:, None]
        return sound


def _swell(frames: int, rise_share: float) -> NDArray[np.float32]:
    rise = min(frames // 2, max(1, int(frames * rise_share)))
    fall = max(1, (frames - rise) * 2 // 3)
    shape = np.ones(frames, np.float32)
    shape[:rise] = 0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / rise)
    shape[frames - fall :] = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fall + 1) / fall)
    return shape
