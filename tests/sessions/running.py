"""Run whole sessions through the real loop, engine, program and log, on a clock that costs no time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pulsetune.clocks import SteppedClock
from pulsetune.heart.simulated import SimulatedHeart
from pulsetune.model import Command, CommandKind, Event, ListenerProfile, PolicyName, SessionStarted
from pulsetune.ports import Clock, HeartSource
from pulsetune.programs import find_program, with_minutes
from pulsetune.records.library import Library
from pulsetune.records.store import SessionLog
from pulsetune.session import Parts, nothing, run_session, unheard
from pulsetune.sound.silent import SilentSink
from pulsetune.summary import Summary

Log = list[tuple[float, Event]]


class LateClock(SteppedClock):
    """A computer that is busy: some ticks come up to three seconds late, by a seed."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._rng = random.Random(seed)

    async def sleep_until(self, t_s: float) -> None:
        late_s = self._rng.uniform(0, 3) if self._rng.random() < 0.05 else self._rng.uniform(0, 0.1)
        await super().sleep_until(t_s + late_s)


@dataclass
class Ran:
    summary: Summary
    log: Log
    session_id: int

    def of(self, kind: type) -> list:
        return [event for _, event in self.log if isinstance(event, kind)]


def started(
    source: HeartSource, minutes: float = 8, policy: PolicyName = PolicyName.STAGED_ISO, seed: int = 1
) -> SessionStarted:
    program = with_minutes(find_program("unwind"), minutes)
    return SessionStarted(
        0.0,
        "test",
        1,
        program,
        ListenerProfile(),
        policy,
        source.label,
        source.simulated,
        seed,
        1_764_000_000_000,
        60,
        "Europe/Zurich",
    )


def run(
    home: Path,
    source: HeartSource | None = None,
    *,
    seed: int = 1,
    minutes: float = 8,
    policy: PolicyName = PolicyName.STAGED_ISO,
    clock: Clock | None = None,
    wishes: dict[float, CommandKind | tuple[CommandKind, str]] | None = None,
    sink: SilentSink | None = None,
    watch: Callable[[float, Sequence[Event]], None] | None = None,
) -> Ran:
    heart = source or SimulatedHeart(seed)
    begin = started(heart, minutes, policy, seed)
    store = SessionLog.start(home, begin)
    waiting = dict(wishes or {})

    def commands(now_s: float) -> list[Command]:
        due = sorted(at_s for at_s in waiting if at_s <= now_s)
        asked = [(at_s, waiting.pop(at_s)) for at_s in due]
        return [Command(at_s, *(wish if isinstance(wish, tuple) else (wish,))) for at_s, wish in asked]

    parts = Parts(
        heart,
        sink or SilentSink(),
        clock or SteppedClock(),
        store,
        watch or nothing,
        commands,
        heart.hear if isinstance(heart, SimulatedHeart) else unheard,
    )
    summary = asyncio.run(run_session(begin, parts))
    return Ran(summary, list(Library(home).events(store.session_id)), store.session_id)
