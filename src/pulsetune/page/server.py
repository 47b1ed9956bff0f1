"""The page's server: uvicorn in a thread and loop of its own.

Rules of this file:
1. It binds 127.0.0.1 and nothing else. The one exception is asked for (``--lan``) and is a server, a socket and keys
   of its own (``lan.py``), which only share this thread and its loop: there the session can be watched, no more.
2. The session never waits for it, and a page that fails does not take the session along.
3. It ends within ``END_S``: first the streams are sent home, then the server closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading

import uvicorn

from pulsetune.errors import PulseTuneError
from pulsetune.page.app import Page
from pulsetune.page.deleting import UNDO_S
from pulsetune.page.doors import Doors
from pulsetune.page.gate import Gate
from pulsetune.page.lan import LanDoor
from pulsetune.page.serving import END_S, bound, settings

LOCAL = "127.0.0.1"
PORT = 8723  # unassigned (IANA); the same each time, so that an open window finds a restarted page
START_S = 10.0  # a slow, busy machine
CONNECTIONS = 64  # at once; a browser opens six


class PageServer:
    """The page as long as it is up. ``address`` gives a new one-time address.

    With ``lan``, an address of this computer in its network, ``self.lan`` is the door at which others can watch.
    """

    def __init__(
        self, doors: Doors, cookie_secret: str, port: int = PORT, *, undo_s: float = UNDO_S, lan: str | None = None
    ) -> None:
        self._socket = bound(LOCAL, port)
        self._gate = Gate(cookie_secret, self._socket.getsockname()[1])
        self.page = Page(doors, self._gate, undo_s=undo_s)
        self._server = uvicorn.Server(settings(self.page.app, CONNECTIONS))
        self.lan = None if lan is None else self._door(lan)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    @property
    def port(self) -> int:
        return self._gate.port

    @property
    def windows(self) -> int:
        """How many browser windows are watching."""
        return self.page.hub.windows

    def address(self) -> str:
        """A new address, good for one browser."""
        return self._gate.address()

    def start(self) -> None:
        """Serve; returns when the page answers. Raises PulseTuneError if it does not."""
        self._thread.start()
        waited = threading.Event()
        for _ in range(round(START_S / 0.01)):
            if self._started() or not self._thread.is_alive():
                break
            waited.wait(0.01)
        if not self._started():
            raise PulseTuneError("The page could not be started.", "Use --no-page to go on in the terminal.")

    def stop(self) -> None:
        """End; harmless twice."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # its loop has ended already
                loop.call_soon_threadsafe(self._end)
        if self._thread.is_alive():
            self._thread.join(END_S + START_S)
        self._socket.close()
        if self.lan is not None:
            self.lan.socket.close()

    def _door(self, address: str) -> LanDoor:
        try:
            return LanDoor(self.page.hub, address)
        except PulseTuneError:
            self._socket.close()
            raise

    def _started(self) -> bool:
        return self._server.started and (self.lan is None or self.lan.server.started)

    def _end(self) -> None:
        self.page.hub.close()
        self._server.should_exit = True
        if self.lan is not None:
            self.lan.server.should_exit = True

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as serving:
            serving.create_task(self._server.serve(sockets=[self._socket]))
            if self.lan is not None:
                serving.create_task(self.lan.server.serve(sockets=[self.lan.socket]))
