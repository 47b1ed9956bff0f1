"""Surf: when waves come, how high they are, and the noise they are made of.

Rules of this file:
1. Pure numpy; the random numbers come from a generator that is handed in.
2. A wave rises and falls without a corner, and the next begins where the last one ended: no level ever steps.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.soundscapes.textures import noise_loop

SURF_FRAMES = 1 << 20  # 21.8 s at 48 kHz: noise that long is never recognised when it returns
SHORTEST_S, LONGEST_S = 9.0, 14.0  # between two waves: a calm sea, slower than any breath guide
LOWEST, HIGHEST = 0.55, 1.0  # how high a wave gets
RISE_SHARE = 0.45  # of a wave's time; it draws back a little more slowly than it comes


def surf_loop(rate_hz: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """The noise of water, (SURF_FRAMES, 2), root mean square 1: full below, falling by about 5 dB an octave."""
    return noise_loop(rate_hz, SURF_FRAMES, 420.0, 1.9, generator)


class Swell:
    """The height of the water at one place, 0..1, wave after wave."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._place = float(generator.uniform(0.0, 1.0))
        self._new_wave()

    def advance(self, seconds: float) -> float:
        """The height ``seconds`` later."""
        self._place += seconds / self._length_s
        if self._place >= 1.0:
            self._place -= 1.0
            self._new_wave()
        rising = self._place < RISE_SHARE
        angle = self._place / RISE_SHARE if rising else (1.0 - self._place) / (1.0 - RISE_SHARE)
        return self._height * (0.5 - 0.5 * math.cos(math.pi * angle))

    def _new_wave(self) -> None:
        self._length_s = float(self._generator.uniform(SHORTEST_S, LONGEST_S))
        self._height = float(self._generator.uniform(LOWEST, HIGHEST))
