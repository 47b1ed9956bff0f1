"""The soundscapes a listener can choose; the list is importable without pyo.

Rules of this file:
1. A soundscape is one entry here: its name, a sentence for people, and how its two parts are made.
2. The parts are imported when they are made, because pyo costs time and is not there on every platform.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pulsetune.sound.clock import MusicValues
from pulsetune.sound.score import Note, ScoreWriter


class Soundscape(Protocol):
    """How notes and chords sound: a graph of pyo objects, built once, that the player steers a block at a time."""

    def play(self, note: Note, values: MusicValues, offset: int, block_start: int) -> None:
        """Begin ``note`` at frame ``offset`` of the next block, whose first frame is ``block_start``."""
        ...

    def chord(self, pitches: tuple[int, ...], seconds: float) -> None:
        """Let the bed cross over to a chord (MIDI pitches, the bass first) within ``seconds``."""
        ...

    def shape(self, values: MusicValues) -> None:
        """Glide every control to ``values`` by the end of the next block."""
        ...

    def block_done(self) -> None:
        """The block was heard: take its triggers away."""
        ...

    @property
    def dropped_notes(self) -> int:
        """Notes that found no silent voice so far; a sound design keeps this at zero."""
        ...


Parts = tuple[ScoreWriter, Soundscape]


@dataclass(frozen=True, slots=True)
class _Entry:
    description: str
    build: Callable[[int], Parts]


def _felt_piano(seed: int) -> Parts:
    from pulsetune.sound.composer import Composer
    from pulsetune.sound.soundscapes.felt_piano import FeltPiano

    return Composer(seed), FeltPiano(seed)


_ENTRIES = {
    "felt-piano": _Entry(
        "A felt-damped piano over a slow, warm pad: a quiet left hand on every pulse, a melody that breathes.",
        _felt_piano,
    ),
}
SOUNDSCAPES: dict[str, str] = {name: entry.description for name, entry in _ENTRIES.items()}


def build(name: str, seed: int) -> Parts:
    """The score writer and the instruments of the soundscape ``name``; the pyo server must be booted, not started.

    Raises
    ------
    KeyError
        If there is no such soundscape; who asks a person for the name checks it against ``SOUNDSCAPES`` first.
    """
    return _ENTRIES[name].build(seed)
