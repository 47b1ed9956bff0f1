"""The strap as a HeartSource.

Rules of this file:
1. ``open`` starts the reader and returns at once; ``drain`` takes what is there; neither ever waits for a radio.
2. ``close`` says goodbye to the strap, in bounded time, and may be called twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from pulsetune.heart.strap.radio import FoundStrap
from pulsetune.heart.strap.reader import StrapReader
from pulsetune.heart.strap.thread import LoopThread
from pulsetune.heart.strap.timing import StrapTiming
from pulsetune.model import SourceEvent
from pulsetune.ports import Clock

CLOSE_MARGIN_S = 1.0  # on top of the strap's goodbye: ending the loop and its thread


class StrapSource:
    """Any maker's strap by its Heart Rate Service, or the one that ``strap`` means.

    ``strap`` is what ``find_straps`` found, or an address, or a name or part of one, or None for any.
    """

    simulated = False
    exhausted = False

    def __init__(
        self, clock: Clock, strap: FoundStrap | str | None = None, *, timing: StrapTiming | None = None
    ) -> None:
        self._timing = timing or StrapTiming()
        self._asked_for = strap
        self._events: deque[SourceEvent] = deque()  # appended by the reader's thread, taken by the session's
        self._reader = StrapReader(clock, strap, self._timing, self._events.append)
        self._thread: LoopThread[None] | None = None

    @property
    def label(self) -> str:
        found = self._reader.strap or self._asked_for
        if isinstance(found, FoundStrap):
            return f"strap {found.name} ({found.address})"
        return "strap" if found is None else f"strap {found}"

    async def open(self) -> None:
        """Start looking for the strap. Raises RuntimeError if it was opened before."""
        if self._thread is not None:
            raise RuntimeError("a strap source opens once")
        self._thread = LoopThread(self._reader.run, "strap")

    def drain(self, now_s: float) -> Sequence[SourceEvent]:
        """Events up to ``now_s``, each once, in order."""
        taken = []
        while self._events and self._events[0].t_s <= now_s:
            taken.append(self._events.popleft())
        return taken

    async def close(self) -> None:
        """Disconnect and end the reader, or leave it behind if the radio stack hangs."""
        if self._thread is not None:
            self._thread.cancel()
            await self._thread.ended(self._timing.disconnect_s + CLOSE_MARGIN_S)
