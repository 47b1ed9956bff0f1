"""Deleting with a window in which it can be undone.

Rules of this file:
1. A session that waits to be deleted is hidden at once, and really gone after ``UNDO_S``, or when the page closes.
2. What cannot be deleted comes back into the list.
"""

from __future__ import annotations

import asyncio

from pulsetune.errors import PulseTuneError
from pulsetune.ports import SessionLibrary

UNDO_S = 10.0


class Deleting:
    """Sessions on their way out."""

    def __init__(self, library: SessionLibrary, undo_s: float = UNDO_S) -> None:
        self.undo_s = undo_s
        self._library = library
        self._waiting: dict[int, asyncio.TimerHandle] = {}
        self._going: dict[int, asyncio.Task[None]] = {}

    def hides(self, session_id: int) -> bool:
        """Whether the session is on its way out."""
        return session_id in self._waiting or session_id in self._going

    def begin(self, session_id: int) -> None:
        """Hide it now, delete it soon."""
        if not self.hides(session_id):
            loop = asyncio.get_running_loop()
            self._waiting[session_id] = loop.call_later(self.undo_s, self._go, session_id)

    def undo(self, session_id: int) -> bool:
        """Keep it; False where it is too late."""
        waiting = self._waiting.pop(session_id, None)
        if waiting is not None:
            waiting.cancel()
        return waiting is not None

    async def finish(self) -> None:
        """Delete everything that waits, now."""
        for session_id in list(self._waiting):
            self._waiting[session_id].cancel()
            self._go(session_id)
        await asyncio.gather(*self._going.values())

    def _go(self, session_id: int) -> None:
        del self._waiting[session_id]
        self._going[session_id] = asyncio.ensure_future(self._delete(session_id))

    async def _delete(self, session_id: int) -> None:
        try:
            await asyncio.to_thread(self._library.delete, session_id)
        except PulseTuneError:
            pass  # a running session, or one that somebody else deleted: the list tells
        finally:
            del self._going[session_id]
