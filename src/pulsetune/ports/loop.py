"""The doors between the edges and the loop. All times are seconds of session time; nothing here waits unless it is ``async``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pulsetune.model import AudioParameters, Event, SoundEvent, SourceEvent


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
    """What became of the music: ``seconds`` really played or written; ``problem`` is why it ended too early, if it did."""

    kind: str
    path: str | None
    seconds: float
    underruns: int
    problem: str | None = None


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
