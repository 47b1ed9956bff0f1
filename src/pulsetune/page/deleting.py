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
        self._waiting: dict[int, asyncio.Task[None]] = {}

    def hides(self, session_id: int) -> bool:
        """Whether the session is on its way out."""
        return session_id in self._waiting

    def begin(self, session_id: int) -> None:
        """Hide it now, delete it soon."""
        if session_id not in self._waiting:
            self._waiting[session_id] = asyncio.create_task(self._later(session_id))

    def undo(self, session_id: int) -> bool:
        """Keep it; False where it is too late."""
        task = self._waiting.pop(session_id, None)
        return task is not None and task.cancel()

    async def finish(self) -> None:
        """Delete everything that waits, without waiting."""
        waiting, self._waiting = self._waiting, {}
        for session_id, task in waiting.items():
            task.cancel()
            await self._delete(session_id)

    async def _later(self, session_id: int) -> None:
        await asyncio.sleep(self.undo_s)
        await asyncio.shield(self._delete(session_id))
        self._waiting.pop(session_id, None)

    async def _delete(self, session_id: int) -> None:
        try:
            await asyncio.to_thread(self._library.delete, session_id)
        except PulseTuneError:
            return  # a running session, or one that somebody else deleted: the list tells
