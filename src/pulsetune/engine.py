"""The SessionEngine: heart in, decisions out, one grid point after the other.

Rules of this file:
1. It is a function of its arguments: no clock, file, device, thread or randomness. A log of its inputs replays it.
2. A late call never rushes: every grid point it missed is passed in order, and late inputs enter at the last one.
3. Everything that goes in comes out again, in order, with the tick that used it; nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulsetune.arousal.pipeline import Pipeline
from pulsetune.guide.conductor import Conductor
from pulsetune.model import (
    TICK_S,
    Command,
    EndedBecause,
    Event,
    HeartSample,
    Input,
    LinkChanged,
    ListenerProfile,
    PolicyName,
    Program,
    SignalWarning,
    TapePoint,
)

TICKS_PER_S = round(1 / TICK_S)


class SessionEngine:
    """Arousal and guide in order; ``step`` returns ``(at_s, event)`` pairs, inputs included.

    Without ``breath`` the listener's breathing rate is not looked for: cheaper, where nothing will ask for it.
    """

    def __init__(
        self,
        program: Program,
        profile: ListenerProfile,
        policy: PolicyName,
        tape: Sequence[TapePoint] = (),
        *,
        breath: bool = True,
    ) -> None:
        self._pipeline = Pipeline(program.calibrate_s, breath=breath)
        self._conductor = Conductor(program, profile, policy, tape)
        self._next_tick = 0
        self._baseline_told = False

    @property
    def finished(self) -> bool:
        return self._conductor.finished

    @property
    def paused(self) -> bool:
        return self._conductor.paused

    @property
    def ended(self) -> tuple[EndedBecause, str]:
        return self._conductor.ended_because, self._conductor.ended_detail

    @property
    def gaps(self) -> int:
        return self._pipeline.gaps

    def step(self, now_s: float, inputs: Sequence[Input]) -> list[tuple[float, Event]]:
        """Advance to ``now_s``, which lies on the 4 Hz grid; ``inputs`` came since the last call.

        Returns
        -------
        list of (at_s, event)
            ``at_s`` is the grid point at which the event was used or made.
        """
        out: list[tuple[float, Event]] = []
        too_late: list[tuple[float, Event]] = []
        last = round(now_s / TICK_S)
        while self._next_tick < last and not self.finished:
            self._point(self._next_tick, (), out)
            self._next_tick += 1
        if not self.finished and self._next_tick == last:
            self._point(last, inputs, out)
            self._next_tick += 1
        else:
            too_late = [(now_s, event) for event in inputs]
        if self.finished:
            ended_at_s = (self._next_tick - 1) * TICK_S  # which a late call has passed already
            out.extend((ended_at_s, beat) for beat in self._pipeline.flush())
        return out + too_late

    def _point(self, tick: int, inputs: Sequence[Input], out: list[tuple[float, Event]]) -> None:
        at_s = tick * TICK_S
        if tick == 0:
            self._conductor.start(at_s)
        for event in inputs:
            out.append((at_s, event))
            self._take(at_s, event, out)
        if tick and tick % TICKS_PER_S == 0:
            estimate = self._pipeline.estimate(at_s, paused=self._conductor.paused)
            out.append((at_s, estimate))
            if self._pipeline.baseline is not None and not self._baseline_told:
                self._baseline_told = True
                out.append((at_s, self._pipeline.baseline))
            self._conductor.second(at_s, estimate, self._pipeline.baseline)
        else:
            self._conductor.tick(at_s)
        out.extend((at_s, decision) for decision in self._conductor.take())

    def _take(self, at_s: float, event: Input, out: list[tuple[float, Event]]) -> None:
        match event:
            case HeartSample():
                out.extend((at_s, beat) for beat in self._pipeline.sample(event))
            case LinkChanged():
                self._pipeline.link(event)
            case SignalWarning():
                self._pipeline.warn(event)
            case Command():
                self._conductor.command(at_s, event)
