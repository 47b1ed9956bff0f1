"""Says each state of the link once.

The reader tries for ever, and most attempts end like the one before. Attempts climb the stages below; when one fails,
progress up to the stage that it reached is not reported again until an attempt gets further.

Rules of this file:
1. The same state with the same sentence is never said twice in a row.
2. LOST is said exactly once for every link that was said to be connected.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from pulsetune.model import Link, LinkChanged


class Stage(IntEnum):
    """How far an attempt got."""

    NOTHING = 0
    SEARCH = 1
    CONNECT = 2
    SUBSCRIBE = 3
    BEATS = 4


class Announcer:
    """Turns the reader's progress and trouble into LinkChanged events without floods."""

    def __init__(self, emit: Callable[[LinkChanged], None]) -> None:
        self._emit = emit
        self._said: tuple[Link, str] | None = None
        self._reached = Stage.NOTHING
        self._silenced_to = Stage.NOTHING

    @property
    def connected(self) -> bool:
        """Whether the last thing said was that the link stands."""
        return self._said is not None and self._said[0] is Link.CONNECTED

    def progress(self, t_s: float, stage: Stage, link: Link, detail: str) -> None:
        """An attempt reached ``stage``; silent where an earlier attempt failed at it or beyond."""
        self._reached = stage
        if stage > self._silenced_to:
            self._silenced_to = Stage.NOTHING
            self._say(t_s, link, detail)

    def trouble(self, t_s: float, link: Link, detail: str) -> None:
        """An attempt failed."""
        if self.connected and link is not Link.LOST:
            self._say(t_s, Link.LOST, detail)
        # where attempts fail alike at different stages, the furthest counts; beats are always worth a word
        before = self._silenced_to if (link, detail) == self._said else Stage.NOTHING
        self._silenced_to = min(Stage.SUBSCRIBE, max(before, self._reached))
        self._reached = Stage.NOTHING
        self._say(t_s, link, detail)

    def lost(self, t_s: float, detail: str) -> None:
        """A link that gave beats has ended; the next attempt reports its progress again."""
        self._say(t_s, Link.LOST, detail)
        self._reached = self._silenced_to = Stage.NOTHING

    def _say(self, t_s: float, link: Link, detail: str) -> None:
        if (link, detail) != self._said:
            self._said = (link, detail)
            self._emit(LinkChanged(t_s, link, detail))
