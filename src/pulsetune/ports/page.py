"""The doors between the page and the sessions, straps and sounds. What may take a moment says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pulsetune.model import CheckIn, CommandKind, Event


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
    """A way to take a session home: its name, what it is, and how the file is called (``{}``: the session's number).

    ``simulated_file_name`` is for a session of a simulated listener: the name says so, for formats that cannot.
    """

    name: str
    description: str
    file_name: str
    simulated_file_name: str

    def file_of(self, row: ListedSession) -> str:
        """What the file of this session is called."""
        return (self.simulated_file_name if row.simulated else self.file_name).format(int(row.session_id))


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
