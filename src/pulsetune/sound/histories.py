"""Two small memories that outlive a sound process: the targets of the music, and how its pulses are numbered.

Rules of this file:
1. One target at or before the moment in question is always kept: it says where the music was. Older ones are forgotten.
2. In the log pulses count up and go on in time, whatever a new process counts from.
"""

from __future__ import annotations

from collections import deque

from pulsetune.model import AudioParameters, PulseTick
from pulsetune.sound.clock import SAMPLE_RATE_HZ
from pulsetune.sound.wire import Tick


class TargetHistory:
    """Targets in order of time."""

    def __init__(self) -> None:
        self._targets: deque[AudioParameters] = deque()

    @property
    def newest_s(self) -> float | None:
        return self._targets[-1].t_s if self._targets else None

    def __len__(self) -> int:
        return len(self._targets)

    def add(self, target: AudioParameters, needed_from_s: float) -> None:
        """Append a target; nothing before ``needed_from_s`` will be asked for again."""
        self._targets.append(target)
        while len(self._targets) > 1 and self._targets[1].t_s <= needed_from_s:
            self._targets.popleft()

    def clear(self) -> None:
        self._targets.clear()

    def since(self, t_s: float) -> list[AudioParameters]:
        """The newest target at or before ``t_s``, if any, and all later ones."""
        later = [target for target in self._targets if target.t_s > t_s]
        before = len(self._targets) - len(later) - 1
        return [self._targets[before], *later] if before >= 0 else later


class TickNumbering:
    """Numbers pulses through, although a new process counts from zero and renders a little of the past again."""

    def __init__(self) -> None:
        self._last = PulseTick(-1.0, -1, -1)
        self._offset: int | None = 0

    def new_process(self) -> None:
        self._offset = None

    def next(self, tick: Tick) -> PulseTick | None:
        if tick.frame <= self._last.frame:
            return None
        if self._offset is None:
            self._offset = self._last.index + 1 - tick.index
        self._last = PulseTick(tick.frame / SAMPLE_RATE_HZ, tick.index + self._offset, tick.frame)
        return self._last
