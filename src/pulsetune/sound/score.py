"""What a piece of music is made of: notes in half-bars, and the one question a score writer answers.

Rules of this file:
1. Time is counted in pulses, never in seconds: where a pulse lies is the clock's business alone.
2. A writer is pure and seeded: the same seed and the same requests give the same score, on any machine.
3. A writer is always one half-bar ahead of the sound and never further, so that it follows the newest density.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

PULSES_PER_HALF_BAR = 2
PULSES_PER_BAR = 4


class Hand(StrEnum):
    """What a note is for: ``left`` carries the pulse, ``right`` the melody, ``inner`` fills."""

    LEFT = "left"
    RIGHT = "right"
    INNER = "inner"


@dataclass(frozen=True, slots=True)
class Note:
    """A note that begins when ``at_pulses`` have passed; ``pitch`` is MIDI, ``velocity`` 0..1.

    ``cents`` is how far above ``pitch`` it lies. ``length_pulses`` is how long it lasts where its writer decides that, None
    where it simply rings. ``glide_pulses`` is how long the way from the note before it takes in a line that is sung or
    blown: 0 begins a new breath, None is no part of such a line.
    """

    at_pulses: float
    pitch: int
    velocity: float
    hand: Hand
    cents: float = 0.0
    length_pulses: float | None = None
    glide_pulses: float | None = None


@dataclass(frozen=True, slots=True)
class HalfBar:
    """Two pulses of music: its notes in order, and the chord that may sound unpulsed beneath (MIDI pitches).

    ``begins_phrase`` says that a phrase has just ended: other music may take over here.
    """

    notes: tuple[Note, ...]
    chord: tuple[int, ...]
    begins_phrase: bool = True


class ScoreWriter(Protocol):
    """Writes a piece half a bar at a time; asked once for each half-bar, in order."""

    def half_bar(self, density: float, warmth: float) -> HalfBar:
        """The next two pulses, at ``density`` 0..1 (how much is played) and ``warmth`` 0..1 (how low it lies).

        Notes come in order of ``at_pulses``, which counts from the first pulse of the first half-bar.
        """
        ...
