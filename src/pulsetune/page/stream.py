"""Server-sent events: the session's present to one window, until it goes.

Rules of this file:
1. Nothing is queued: a message is written when the last one is on its way. A window that reads slowly gets fewer
   messages, and one that does not read at all is cut off by its connection (``connection.py``).
2. When the page closes, each stream ends with a word of its own, so that the browser knows.
"""

from __future__ import annotations

import asyncio
import contextlib

from starlette.types import Receive, Scope, Send

from pulsetune.page.hub import Hub, Window

HEARTBEAT_S = 10.0  # a comment now and then keeps middlemen and the browser sure that the line stands
RETRY_MS = 1000  # how long a browser waits before it comes back

_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")],
}


class EventStream:
    """An ASGI answer."""

    def __init__(self, hub: Hub, window: Window) -> None:
        self._hub = hub
        self._window = window

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_gone(receive))
        gone.add_done_callback(lambda _: self._window.news.set())
        try:
            await send(_START)
            await _write(send, f"retry: {RETRY_MS}\n\n")
            while not gone.done() and not self._hub.closed:
                await _write(send, await self._next())
            if not gone.done():
                await _write(send, "event: bye\ndata: {}\n\n", more=False)
        finally:
            gone.cancel()
            self._hub.leave(self._window)

    async def _next(self) -> str:
        """The next message, or a sign of life."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT_S):
                await self._window.news.wait()
                self._window.news.clear()
                return f"data: {self._hub.message(self._window)}\n\n"
        return ": still here\n\n"


async def _write(send: Send, text: str, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": more})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
