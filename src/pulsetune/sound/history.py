"""The targets that a new sound process would need.

Rules of this file:
1. One target at or before the moment in question is always kept: it says where the music was.
2. It forgets what nobody can ask for any more, so that a long session does not grow.
"""

from __future__ import annotations

from collections import deque

from pulsetune.model import AudioParameters


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
