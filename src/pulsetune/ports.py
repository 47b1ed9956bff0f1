"""The doors between the edges and the loop, and between the page and everything else.

Each docstring is the specification of its contract tests. All times are seconds of session time. Nothing in the first
part waits unless it is ``async``; what in the second part may take a moment says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pulsetune.model import AudioParameters, CheckIn, CommandKind, Event, Phase, Program, SoundEvent, SourceEvent


class Clock(Protocol):
    """Session time. ``now_s`` never goes back; ``sleep_until`` returns at or after ``t_s`` and always yields once."""

    def now_s(self) -> float: ...

    async def sleep_until(self, t_s: float) -> None: ...

    def slept_s(self) -> float:
        """Seconds for which the computer was suspended so far; session time does not count them."""
        ...


class HeartSource(Protocol):
    """Heartbeats. ``drain`` gives each event once, in order, with ``t_s <= now_s``, and never waits.

    ``close`` may be called twice. ``exhausted`` turns True when no event will ever come again (end of a recording).
    """

    @property
    def label(self) -> str: ...

    @property
    def simulated(self) -> bool: ...

    @property
    def exhausted(self) -> bool: ...

    async def open(self) -> None: ...

    def drain(self, now_s: float) -> Sequence[SourceEvent]: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class OutputReport:
    """What became of the music: ``seconds`` really played or written."""

    kind: str
    path: str | None
    seconds: float
    underruns: int


class AudioSink(Protocol):
    """Music. ``apply`` takes targets in order of ``t_s`` and returns at once.

    ``ready(to_s)`` waits while the sink is more than ``AHEAD_S`` of audio behind ``to_s`` (back-pressure for a
    stepped clock); live sinks and silence return at once. ``drain`` gives the pulse ticks and status changes that
    came since the last call. ``fade(gain, seconds)`` acts at once on what is *heard* (pause, resume, stop); a file
    takes its fades from the parameters alone. ``close`` plays or writes what was applied and ends; twice is harmless.
    """

    async def open(self) -> None: ...

    def apply(self, parameters: AudioParameters) -> None: ...

    async def ready(self, to_s: float) -> None: ...

    def drain(self, now_s: float) -> Sequence[SoundEvent]: ...

    def fade(self, gain: float, seconds: float) -> None: ...

    async def close(self) -> None: ...

    @property
    def report(self) -> OutputReport: ...


AHEAD_S = 8.0  # audio that may be asked for but not yet rendered


class SessionStore(Protocol):
    """The log of one session, begun with its ``SessionStarted``. ``append`` returns at once; at most one second is lost if the process is killed.

    ``trouble`` is a sentence while events cannot be saved (they are kept and retried), else None.
    """

    @property
    def session_id(self) -> int: ...

    @property
    def trouble(self) -> str | None: ...

    def append(self, at_s: float, event: Event) -> None: ...

    def finish(self, summary_json: str) -> None:
        """Mark the session complete, with its summary."""
        ...

    def close(self) -> None:
        """Write what is left; raises LogNotSaved if that fails."""
        ...


# ---------------------------------------------------------------- the doors of the page


@dataclass(frozen=True, slots=True)
class SessionWish:
    """What the listener chose. ``strap`` (an address or part of a name; empty: any) where not ``simulated``.

    ``soundscape`` and ``minutes`` are the program's own where None; ``check_in`` is how they felt before.
    """

    program: str
    simulated: bool
    strap: str = ""
    soundscape: str | None = None
    minutes: float | None = None
    check_in: CheckIn | None = None


class HostState(StrEnum):
    """Whether a session runs."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    ENDED = "ended"  # the newest session is over, and another may be started


@dataclass(frozen=True, slots=True)
class HostedSession:
    """The newest session of a host. ``number`` counts them from 1, 0 before the first.

    ``notes`` are sentences on what was chosen for the listener; ``problem`` and ``hint`` say why it did not begin or
    broke off; ``not_saved`` is a sentence while the log cannot be written. ``session_id`` is known once it is logged.
    """

    number: int
    state: HostState
    session_id: int | None = None
    notes: tuple[str, ...] = ()
    problem: str = ""
    hint: str = ""
    not_saved: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What one tick of hosted session ``number`` brought; ``now_s`` is its session time."""

    number: int
    now_s: float
    events: Sequence[Event]


class SessionHost(Protocol):
    """Runs one live session at a time. Every method may be called from any thread, and none but ``start`` waits.

    ``start`` begins one and returns before it runs; it may read a file. ``SessionBusy`` while one runs, ``WrongUse`` for
    what does not exist. ``command`` hands a wish to the running session (STOP also ends one that is only starting); False where
    none runs. ``take`` gives each tick once, in order; whoever takes too rarely loses the oldest.
    """

    def start(self, wish: SessionWish) -> None: ...

    def command(self, kind: CommandKind, text: str = "") -> bool: ...

    def current(self) -> HostedSession: ...

    def take(self) -> Sequence[Seen]: ...


@dataclass(frozen=True, slots=True)
class ListedSession:
    """One session in a list; ``state`` is complete, interrupted or running; ``replayed``: its heart came from a recording.

    ``policy`` is how it was led, in the log's own word; empty where that is not known.
    """

    session_id: int
    program: str
    source: str
    simulated: bool
    started_at: str
    duration_s: float
    beats: int
    state: str
    quality: float | None
    baseline_heart_rate_bpm: float | None
    final_heart_rate_bpm: float | None
    replayed: bool = False
    policy: str = ""


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """A way to take a session home: its name, what it is, and how the file is called (``{}``: the session's number)."""

    name: str
    description: str
    file_name: str


class SessionLibrary(Protocol):
    """Sessions of the past. Methods read a database: call them from a worker thread.

    ``WrongUse`` for a number that does not exist, ``DamagedData`` (while iterating, too) for what cannot be read.
    """

    @property
    def exports(self) -> Sequence[ExportChoice]: ...

    def sessions(self) -> Sequence[ListedSession]: ...

    def session(self, session_id: int) -> ListedSession: ...

    def events(self, session_id: int) -> Iterator[tuple[float, Event]]: ...

    def heart_curve(self, session_id: int, points: int) -> Sequence[float | None]:
        """The heart rate of a session in ``points`` equal parts of its time; None where none was fresh."""
        ...

    def export(self, session_id: int, name: str) -> Iterator[str]: ...

    def add_check_in(self, session_id: int, check_in: CheckIn) -> None: ...

    def delete(self, session_id: int) -> None: ...


@dataclass(frozen=True, slots=True)
class SeenStrap:
    """A strap nearby; strength and battery where they are known."""

    name: str
    address: str
    rssi_dbm: int | None
    battery_percent: int | None


class StrapFinder(Protocol):
    """``find`` looks for ``seconds``; raises ``BluetoothUnavailable`` where that cannot be done."""

    async def find(self, seconds: float) -> Sequence[SeenStrap]: ...


class SoundTaster(Protocol):
    """``taste`` plays a soundscape on the speakers for ``seconds``; cancelling it fades it out.

    ``WrongUse`` for a soundscape that does not exist, ``SoundDeviceMissing`` without speakers.
    """

    async def taste(self, soundscape: str, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class ListedSoundscape:
    """A soundscape to choose: its name, and one sentence."""

    name: str
    description: str


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
    programs only, also one that cannot be read. ``copy`` is a text to begin with, under a name that is free.
    """

    def programs(self) -> Sequence[Program]: ...

    def soundscapes(self) -> Sequence[ListedSoundscape]: ...

    def listed(self) -> Sequence[ListedProgram]: ...

    def text(self, name: str) -> ProgramText: ...

    def copy(self, name: str) -> str: ...

    def check(self, text: str, *, to_save: bool) -> CheckedProgram: ...

    def save(self, text: str, *, replace: bool) -> str: ...

    def delete(self, name: str) -> None: ...
