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

    def chord(self, pitches: tuple[int, ...], values: MusicValues, seconds: float) -> None:
        """Let the bed cross over to a chord (MIDI pitches, the bass first) within ``seconds``, as it suits ``values``."""
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


def _raga(seed: int) -> Parts:
    from pulsetune.sound.alap import Alap
    from pulsetune.sound.soundscapes.raga import Raga

    alap = Alap(seed)
    return alap, Raga(seed, alap.sa_pitch)


def _reference(seed: int) -> Parts:
    from pulsetune.sound.soundscapes.reference import Reference, Rest

    return Rest(), Reference(seed)


def _warm_pad(seed: int) -> Parts:
    from pulsetune.sound.composer import Composer
    from pulsetune.sound.soundscapes.warm_pad import WarmPad
    from pulsetune.sound.styles import PAD

    return Composer(seed, PAD), WarmPad(seed)


def _ocean_strings(seed: int) -> Parts:
    from pulsetune.sound.composer import Composer
    from pulsetune.sound.soundscapes.ocean_strings import OceanStrings
    from pulsetune.sound.styles import STRINGS

    return Composer(seed, STRINGS), OceanStrings(seed)


def _frame_drum(seed: int) -> Parts:
    from pulsetune.sound.drum_song import DrumSong
    from pulsetune.sound.soundscapes.frame_drum import FrameDrum

    song = DrumSong(seed)
    return song, FrameDrum(seed, song.root)


_ENTRIES = {
    "felt-piano": _Entry(
        "A felt-damped piano over a slow, warm pad: a quiet left hand on every pulse, a melody that breathes.",
        _felt_piano,
    ),
    "warm-pad": _Entry(
        "Slow, wide chords that breathe, a soft wooden pluck on every pulse, and now and then a glass bell.",
        _warm_pad,
    ),
    "ocean-strings": _Entry(
        "A soft harp on every pulse and slow string lines, over surf that comes and goes.", _ocean_strings
    ),
    "frame-drum": _Entry(
        "A quiet hand on a large drum at every pulse, a low drone that breathes, and a hummed line far back.",
        _frame_drum,
    ),
    "raga": _Entry(
        "An evening raga: one soft tanpura string on every pulse, a drone, and a bamboo flute that takes its time.",
        _raga,
    ),
}
PIANO_CREDIT = "The felt piano plays the Salamander Grand Piano V3 by Alexander Holm (CC BY 3.0), with changes."
SOUNDSCAPES: dict[str, str] = {name: entry.description for name, entry in _ENTRIES.items()}
REFERENCE = "reference"
REFERENCE_DESCRIPTION = "Not music: a steady, soft noise as loud as every soundscape. Set it as loud as quiet speech."
_MADE = _ENTRIES | {REFERENCE: _Entry(REFERENCE_DESCRIPTION, _reference)}


def build(name: str, seed: int) -> Parts:
    """The score writer and the instruments of the soundscape ``name``; the pyo server must be booted, not started.

    ``REFERENCE`` is made here too, but is no soundscape that a session can have.

    Raises
    ------
    KeyError
        If there is no such soundscape; who asks a person for the name checks it against ``SOUNDSCAPES`` first.
    """
    return _MADE[name].build(seed)
