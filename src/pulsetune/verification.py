"""Replay a log through the engine and hold every decision against what was recorded.

Rules of this file:
1. Only what entered through ``step`` is fed again, at the tick that used it; nothing else may be asked.
2. Decisions are compared as a whole, exactly: a replay that is nearly equal is not equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pulsetune.engine import SessionEngine
from pulsetune.errors import DamagedData
from pulsetune.model import (
    TICK_S,
    ArousalEstimate,
    AudioParameters,
    Baseline,
    Beat,
    Command,
    Cue,
    Event,
    HeartSample,
    Input,
    LinkChanged,
    SessionEnded,
    SessionStarted,
    SignalWarning,
    StrapInfo,
)

_INPUTS = (HeartSample, LinkChanged, StrapInfo, SignalWarning, Command)
_DECISIONS = (Beat, Baseline, ArousalEstimate, Cue, AudioParameters)


@dataclass(frozen=True, slots=True)
class Verification:
    """How many decisions were compared, and the first that differs (None: the replay is exact)."""

    inputs: int
    decisions: int
    first_difference: str | None

    @property
    def exact(self) -> bool:
        return self.first_difference is None


def verify(log: Iterable[tuple[float, Event]]) -> Verification:
    """Feed the inputs of a log again and compare; of a log without an end all but its last tick.

    Raises
    ------
    DamagedData
        If the log does not begin with SessionStarted.
    """
    started: SessionStarted | None = None
    ended = False
    inputs: dict[int, list[Input]] = {}
    recorded: list[tuple[float, Event]] = []
    last_tick = 0
    for at_s, event in log:
        last_tick = max(last_tick, round(at_s / TICK_S))
        ended = ended or isinstance(event, SessionEnded)
        if isinstance(event, SessionStarted):
            started = event
        elif isinstance(event, _INPUTS):
            inputs.setdefault(round(at_s / TICK_S), []).append(event)
        elif isinstance(event, _DECISIONS):
            recorded.append((at_s, event))
    if started is None:
        raise DamagedData("This log has no beginning, so it cannot be replayed.", "Export what is there as jsonl.")
    if not ended:  # it was cut off, perhaps in the middle of its last tick
        last_tick -= 1
        inputs = {tick: some for tick, some in inputs.items() if tick <= last_tick}
        recorded = [(at_s, event) for at_s, event in recorded if round(at_s / TICK_S) <= last_tick]
    replayed = _replayed(started, inputs, last_tick)
    return Verification(sum(map(len, inputs.values())), len(recorded), _first_difference(recorded, replayed))


def _replayed(started: SessionStarted, inputs: dict[int, list[Input]], last_tick: int) -> list[tuple[float, Event]]:
    engine = SessionEngine(started.program, started.profile, started.policy, started.tape)
    out: list[tuple[float, Event]] = []
    for tick in range(1, last_tick + 1):
        if engine.finished:
            break
        made = engine.step(tick * TICK_S, inputs.get(tick, []))
        out.extend((at_s, event) for at_s, event in made if isinstance(event, _DECISIONS))
    return out


def _first_difference(recorded: list[tuple[float, Event]], replayed: list[tuple[float, Event]]) -> str | None:
    for (was_at, was), (is_at, now) in zip(recorded, replayed, strict=False):
        if (was_at, was) != (is_at, now):
            return f"recorded at {was_at:g} s: {was}; replayed at {is_at:g} s: {now}"
    if len(recorded) != len(replayed):
        return f"{len(recorded)} decisions recorded, {len(replayed)} replayed"
    return None
