"""The breathing guide as it is heard: the whole music swells with the breath in and ebbs with the breath out.

Rules of this file:
1. It only takes away: the top of a swell is the level that the music has anyway.
2. The phase of the breath is integrated frame by frame, so that a new length of breath bends the wave and never breaks it.
3. The swell grows within one breath when the guide is switched on, and leaves within one breath when it is switched off.
4. It knows nothing of the pulse: breath and music never keep time with each other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.clock import SAMPLE_RATE_HZ

IN_SHARE = 0.4  # of a breath is in, the rest out: the longer way out is what calms (Van Diest 2014), and none is held
SWELL_DB = 4.0  # from the top of a breath to its end: +-2 dB around the middle, clear with closed eyes, no tremolo
DIMMING = 0.12  # of the music's brightness, taken away at the end of a breath out


class Breath:
    """The guided breath over time, a block at a time; begins with a breath in."""

    def __init__(self) -> None:
        self._turns = 0.0  # within the present breath
        self._depth = 0.0
        self._per_frame = 0.0  # breaths a frame; kept while the swell leaves

    def advance(self, frames: int, breath_s: float | None) -> NDArray[np.float64]:
        """How much of the swell is missing, 0 (top of a breath, or no guide) to 1, for each of the next ``frames``."""
        if breath_s is not None:
            self._per_frame = 1.0 / (breath_s * SAMPLE_RATE_HZ)
        elif self._depth == 0.0:
            self._turns = 0.0  # the next breath begins with its beginning
            return np.zeros(frames)
        steps = np.arange(1.0, frames + 1.0) * self._per_frame
        turns: NDArray[np.float64] = self._turns + steps
        depth = np.clip(self._depth + (steps if breath_s is not None else -steps), 0.0, 1.0)
        self._turns, self._depth = float(turns[-1] % 1.0), float(depth[-1])
        missing: NDArray[np.float64] = depth * (1.0 - fullness(turns % 1.0))
        return missing


def fullness(turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """How full the lungs are, 0..1, at a place 0..1 of a breath: half a cosine up, a longer one down, no plateau."""
    rising = 0.5 - 0.5 * np.cos(np.pi * turns / IN_SHARE)
    falling = 0.5 + 0.5 * np.cos(np.pi * (turns - IN_SHARE) / (1.0 - IN_SHARE))
    return np.where(turns < IN_SHARE, rising, falling)
