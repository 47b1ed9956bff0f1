"""How far a session has come: its phases, its pauses, the time that is left.

Rules of this file:
1. Pure: time is handed in, never asked for.
2. A pause does not use up time. A session that ends early says so in the time that is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pulsetune.model import Command, CommandKind, Cue, Phase, Program
from pulsetune.page.values import Span
from pulsetune.page.words import PHASES

STOPPING_S = 1.0  # a listener's stop fades for one second
LONGEST_S = 86_400.0  # no session lasts a day: a log that says more is damaged, and its numbers must stay numbers


@dataclass(slots=True)
class Course:
    """Feed it cues and commands in the order of the log."""

    program: Program | None = None
    _phases: list[tuple[Phase, float]] = field(default_factory=list)
    _paused_since_s: float | None = None
    _paused_s: float = 0.0

    @property
    def paused(self) -> bool:
        return self._paused_since_s is not None

    @property
    def total_s(self) -> float:
        """The whole session, as its program says; 0 while that is not known."""
        return 0.0 if self.program is None else max(0.0, min(60 * self.program.minutes, LONGEST_S))

    def cue(self, cue: Cue) -> None:
        """A phase begins where its first cue is."""
        if not self._phases or self._phases[-1][0] is not cue.phase:
            self._phases.append((cue.phase, cue.t_s))

    def command(self, at_s: float, command: Command) -> None:
        """Pause and resume; twice is harmless."""
        if command.kind is CommandKind.PAUSE and self._paused_since_s is None:
            self._paused_since_s = at_s
        elif command.kind is CommandKind.RESUME and self._paused_since_s is not None:
            self._paused_s += at_s - self._paused_since_s
            self._paused_since_s = None

    def spans(self, until_s: float | None) -> list[Span]:
        """The phases so far; the last one ends at ``until_s``."""
        ends: list[float | None] = [*(from_s for _, from_s in self._phases[1:]), until_s]
        return [
            Span(phase.value, PHASES[phase], from_s, to_s)
            for (phase, from_s), to_s in zip(self._phases, ends, strict=bool(self._phases))
        ]

    def left_s(self, now_s: float) -> float:
        """Time left: the program's own, or what the phase that has begun still takes if that is less."""
        if self.program is None:
            return 0.0
        paused_s = self._paused_s + (now_s - self._paused_since_s if self._paused_since_s is not None else 0.0)
        left_s = self.total_s - (now_s - paused_s)
        if self._phases:
            phase, since_s = self._phases[-1]
            lasts_s = {
                Phase.FADE: self.program.fade_s + self.program.silence_s,
                Phase.SILENCE: self.program.silence_s,
                Phase.STOPPING: STOPPING_S,
            }.get(phase)
            if lasts_s is not None:
                left_s = min(left_s, lasts_s - (now_s - since_s))
        return max(0.0, left_s)
