"""Rests: a while without a pulse, planned while the music thins, or for a change of ratio.

Rules of this file:
1. In a rest the pulse fades out quickly, is silent, and comes back by itself where it was.
"""

from __future__ import annotations

from pulsetune.model import Program


class Rest:
    """At most one rest at a time, counted in seconds of music."""

    def __init__(self) -> None:
        self._left_s = 0.0

    def begin(self, seconds: float) -> None:
        self._left_s = max(self._left_s, seconds)

    def second(self) -> bool:
        """One second; True while resting."""
        resting = self._left_s > 0
        self._left_s = max(0.0, self._left_s - 1)
        return resting

    @property
    def now(self) -> bool:
        return self._left_s > 0


def rest_begins(program: Program, phase_s: int) -> bool:
    """Whether a rest of ``consolidate`` begins ``phase_s`` after that phase began: evenly spread over it."""
    if program.rests == 0:
        return False
    between_s = max(0.0, program.consolidate_s - program.rests * program.rest_s) / (program.rests + 1)
    begins_s = [round((k + 1) * between_s + k * program.rest_s) for k in range(program.rests)]
    return phase_s in begins_s
