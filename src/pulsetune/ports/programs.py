"""The door between the page and the programs: list, show, check, keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pulsetune.model import Phase, Program
from pulsetune.ports.page import ListedSoundscape


@dataclass(frozen=True, slots=True)
class ListedProgram:
    """A program in a list. ``own``: the listener's. With ``mistakes`` it cannot be played, and only its name is known.

    ``unreadable`` is a sentence where even its file cannot be read as a text.
    """

    name: str
    own: bool
    mistakes: int
    program: Program | None
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class ProgramText:
    """What the file of a program says; nothing where ``unreadable`` says why it cannot be read as a text."""

    name: str
    own: bool
    text: str
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class ProgramMistake:
    """One mistake in a text: its line (from 1), its dotted key (may be empty), and a sentence."""

    line: int
    key: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ProgramNumber:
    """One key of a program, with its value as it is written; ``table`` is empty above the first table."""

    table: str
    key: str
    value: str
    unit: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """A phase of a planned session."""

    phase: Phase
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class ShownProgram:
    """A program in full, and how it would go with an invented heart that begins at ``begins_bpm`` and follows calmly.

    Index k of the series is second k; ``tempo_bpm`` is None while nothing pulsed is heard. ``listen_only``: it is planned
    without a lead, as the listener said. ``breath_words`` is a sentence on the breathing guide, empty without one.
    """

    program: Program
    numbers: tuple[ProgramNumber, ...]
    begins_bpm: float
    listen_only: bool
    heart_rate_bpm: tuple[float, ...]
    tempo_bpm: tuple[float | None, ...]
    phases: tuple[PlannedPhase, ...]
    breath_words: str


@dataclass(frozen=True, slots=True)
class CheckedProgram:
    """What is to be said of a text: its mistakes in the order of lines, or the program where there are none.

    ``replaces``: saving it would replace a program of the listener's own.
    """

    mistakes: tuple[ProgramMistake, ...]
    shown: ShownProgram | None
    replaces: bool


class ProgramLibrary(Protocol):
    """What there is to play, and what the listener writes. Methods read files: call them from a worker thread.

    ``WrongUse`` for a name that does not exist. ``check`` takes any text and never raises; ``to_save`` also minds the
    names that are taken. ``save`` writes a text without mistakes whole or not at all, under the name that it holds
    itself, and returns that; ``ProgramError`` for mistakes, ``ProgramExists`` without ``replace``. ``delete`` takes own
    programs only, also one that cannot be read, and puts it aside: ``undelete`` brings it back until ``forget_deleted``,
    or until another one is deleted. ``copy`` is a text to begin with, under a name that is free.

    ``listen_only`` is whether the listener said that no program may lead them, None if they never said; ``DamagedData``
    where that cannot be read. ``say_listen_only`` keeps what they say now, for sessions that start from then on.
    """

    def programs(self) -> Sequence[Program]: ...

    def soundscapes(self) -> Sequence[ListedSoundscape]: ...

    def listed(self) -> Sequence[ListedProgram]: ...

    def text(self, name: str) -> ProgramText: ...

    def copy(self, name: str) -> str: ...

    def check(self, text: str, *, to_save: bool) -> CheckedProgram: ...

    def save(self, text: str, *, replace: bool) -> str: ...

    def delete(self, name: str) -> None: ...

    def undelete(self, name: str) -> None: ...

    def forget_deleted(self) -> None: ...

    def listen_only(self) -> bool | None: ...

    def say_listen_only(self, *, listen_only: bool) -> None: ...
