"""Sounds of nature that can lie under any soundscape; the list is importable without pyo.

Rules of this file:
1. A bed is one entry here: its name and a sentence for people; how it sounds is in ``nature_sounds.py``.
2. It has a sound engine of its own, so that it runs on while soundscapes change.
3. It never makes the whole louder: what it adds is taken from everything that sounds together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.clock import MusicValues

BEDS: dict[str, str] = {
    "water": "A small stream over stones, not far away.",
    "rain": "Steady, soft rain on leaves.",
    "wind": "A light wind that comes and goes in the trees.",
    "birds": "A few birds far off on a mild morning.",
}
UNDER_MUSIC_DB = -9.0  # of the bed against the music at ...
MIDDLE_BED_LEVEL = 0.475  # ... the bed level in the middle between calm and lively, to which it is proportional


class NatureBed:
    """The bed ``name``, rendered block by block beside the music."""

    def __init__(self, name: str, seed: int) -> None:
        from pulsetune.sound.quiet_pyo import BUILDING, ManualServer
        from pulsetune.sound.soundscapes.nature_sounds import SOUNDS

        with BUILDING:
            self._server = ManualServer(seed)
            self._sound = SOUNDS[name](np.random.default_rng(seed))
            self._server.start()

    def render(self, values: MusicValues) -> NDArray[np.float32]:
        """The next block at the bed level that it reaches at its end."""
        self._sound.shape(values.bed_level / MIDDLE_BED_LEVEL)
        block = self._server.process()
        self._sound.block_done()
        return block

    def close(self) -> None:
        """Let go of the sound engine."""
        self._server.close()


def room_for_bed(values: MusicValues) -> float:
    """The gain of music and bed together that keeps the loudness of the music alone: their powers add up."""
    level: float = 10 ** (UNDER_MUSIC_DB / 20) * values.bed_level / MIDDLE_BED_LEVEL
    return float((1.0 + level**2) ** -0.5)
