"""The one loop: the only place where heart, engine, sound and log meet.

Rules of this file:
1. One tick is: sleep, drain, step, log, play. Nothing else may enter in between.
2. Session time lives on the 4 Hz grid; a late wake-up takes the newest tick and rushes nothing.
3. Edges are closed in reverse order, always, and the log last: whatever happens, what was recorded is kept.
"""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

from pulsetune.engine import SessionEngine
from pulsetune.model import (
    TICK_S,
    AudioParameters,
    Command,
    CommandKind,
    EndedBecause,
    Event,
    Input,
    Link,
    LinkChanged,
    SessionEnded,
    SessionStarted,
)
from pulsetune.ports import AudioSink, Clock, HeartSource, SessionStore
from pulsetune.summary import Summary, SummaryFold

STALL_S = (
    10.0  # a tick this late was no busy computer: a suspend that session time ran through, or Ctrl-Z; it is a pause
)
SUSPEND_S = 2.0  # wall time running this far ahead of session time means the computer slept
STOP_FADE_S = 1.0  # heard at once, while the log's own fade is still on its way through the buffers
PAUSE_FADE_S = 1.5
RESUME_FADE_S = 3.0

Watch = Callable[[float, Sequence[Event]], None]
Commands = Callable[[float], Sequence[Command]]
Hear = Callable[[AudioParameters], None]


def nothing(_now_s: float, _events: Sequence[Event]) -> None:
    """Nobody watches."""


def no_commands(_now_s: float) -> Sequence[Command]:
    """Nobody asks for anything."""
    return ()


def unheard(_parameters: AudioParameters) -> None:
    """No simulated listener hears the music."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The edges of one session, chosen by the caller.

    ``breath`` is False where nobody will ask how fast the listener breathes: a rehearsal without a breathing guide.
    """

    source: HeartSource
    sink: AudioSink
    clock: Clock
    store: SessionStore
    watch: Watch = nothing
    commands: Commands = no_commands
    hear: Hear = unheard
    breath: bool = True


async def run_session(started: SessionStarted, parts: Parts) -> Summary:
    """Run one session from its first event to its last; returns its summary.

    Raises
    ------
    PulseTuneError
        From an edge that cannot open, or whose log could not be saved. What was recorded is kept.
    """
    engine = SessionEngine(started.program, started.profile, started.policy, started.tape, breath=parts.breath)
    fold = SummaryFold()
    log = _Log(parts, fold)
    fold.take(0.0, started)  # the store was begun with it
    async with _opened(parts, log, engine):
        await _loop(engine, parts, log)
    return fold.summary()


async def _loop(engine: SessionEngine, parts: Parts, log: _Log) -> None:
    tick, slept_s, source_ended = 0, parts.clock.slept_s(), False
    while not engine.finished:
        due_s = (tick + 1) * TICK_S
        await parts.clock.sleep_until(due_s)
        tick = max(tick + 1, math.floor(parts.clock.now_s() / TICK_S))
        now_s = tick * TICK_S
        inputs: list[Input] = [*parts.source.drain(now_s), *parts.commands(now_s)]
        if now_s - due_s > STALL_S and not engine.paused:
            held_up = [Command(due_s, CommandKind.PAUSE, "PulseTune is held up: everything waits")]
            log.step(due_s, (), log.made(due_s, held_up, engine))
            back = f"PulseTune was held up for {now_s - due_s:.0f} s: going on from here"
            inputs.insert(0, Command(now_s, CommandKind.RESUME, back))
        if parts.clock.slept_s() - slept_s > SUSPEND_S:
            inputs.insert(0, _suspended(now_s, parts.clock.slept_s() - slept_s))
        slept_s = max(slept_s, parts.clock.slept_s())
        if parts.source.exhausted and not source_ended:
            source_ended = True
            inputs.append(Command(now_s, CommandKind.SOURCE_ENDED))
        log.step(now_s, inputs, log.made(now_s, inputs, engine))
        await parts.sink.ready(now_s)


class _Log:
    """Writes events to the store, plays the audio parameters, and lets everybody watch."""

    def __init__(self, parts: Parts, fold: SummaryFold) -> None:
        self._parts = parts
        self._fold = fold
        self.last_s = 0.0

    def write(self, at_s: float, event: Event) -> None:
        self.last_s = max(self.last_s, at_s)
        self._fold.take(at_s, event)
        self._parts.store.append(at_s, event)

    def made(self, now_s: float, inputs: Sequence[Input], engine: SessionEngine) -> list[tuple[float, Event]]:
        """What the engine makes of ``inputs``; if it fails, they are kept, so that a replay fails as well."""
        try:
            return engine.step(now_s, inputs)
        except Exception:
            for event in inputs:
                self.write(now_s, event)
            raise

    def step(self, now_s: float, inputs: Sequence[Input], made: Sequence[tuple[float, Event]]) -> None:
        for asked in inputs:
            if isinstance(asked, Command):
                _fade_now(self._parts.sink, asked.kind)
        for at_s, event in made:
            self.write(at_s, event)
            if isinstance(event, AudioParameters):
                self._parts.sink.apply(event)
                self._parts.hear(event)
        seen = [event for _, event in made]
        for sound in self._parts.sink.drain(now_s):
            self.write(now_s, sound)
            seen.append(sound)
        self._parts.watch(now_s, seen)

    def end(self, engine: SessionEngine, because: EndedBecause, detail: str) -> None:
        for sound in self._parts.sink.drain(self.last_s):
            self.write(self.last_s, sound)
        beats = self._fold.summary().beats
        self.write(self.last_s, SessionEnded(self.last_s, because, detail, beats, engine.gaps))
        self._parts.store.finish(json.dumps(asdict(self._fold.summary()), separators=(",", ":")))


@asynccontextmanager
async def _opened(parts: Parts, log: _Log, engine: SessionEngine) -> AsyncIterator[None]:
    """Open sink and source; close in reverse order, whatever happens, and write the end of the log last."""
    try:
        await parts.sink.open()
        try:
            await parts.source.open()
            yield
        finally:
            try:
                await parts.source.close()
            finally:
                await parts.sink.close()
    except BaseException as error:
        log.end(engine, EndedBecause.ERROR, f"{type(error).__name__}: {error}")
        parts.store.close()
        raise
    log.end(engine, *engine.ended)
    parts.store.close()


def _fade_now(sink: AudioSink, kind: CommandKind) -> None:
    """What must be heard at once, although seconds of music are already on their way to the ear."""
    match kind:
        case CommandKind.STOP:
            sink.fade(0.0, STOP_FADE_S)
        case CommandKind.PAUSE:
            sink.fade(0.0, PAUSE_FADE_S)
        case CommandKind.RESUME:
            sink.fade(1.0, RESUME_FADE_S)


def _suspended(now_s: float, seconds: float) -> LinkChanged:
    return LinkChanged(now_s, Link.LOST, f"The computer slept for {seconds:.0f} s: going on from here.")
