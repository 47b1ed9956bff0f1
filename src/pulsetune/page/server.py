"""The page's server: uvicorn in a thread and loop of its own.

Rules of this file:
1. It binds 127.0.0.1 and nothing else.
2. The session never waits for it, and a page that fails does not take the session along.
3. It ends within ``END_S``: first the streams are sent home, then the server closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading

import uvicorn

from pulsetune.errors import PulseTuneError
from pulsetune.page.app import Page
from pulsetune.page.connection import PatientConnection
from pulsetune.page.deleting import UNDO_S
from pulsetune.page.doors import Doors
from pulsetune.page.gate import Gate

LOCAL = "127.0.0.1"
PORT = 8723  # unassigned (IANA); the same each time, so that an open window finds a restarted page
START_S = 10.0  # a slow, busy machine
END_S = 3.0
SEND_BUFFER_BYTES = 65_536  # a minute of news: what a window that never reads may have waiting for it in the system
CONNECTIONS = 64  # at once; a browser opens six


class PageServer:
    """The page as long as it is up. ``address`` gives a new one-time address."""

    def __init__(self, doors: Doors, cookie_secret: str, port: int = PORT, *, undo_s: float = UNDO_S) -> None:
        self._socket = _bind(port)
        self._gate = Gate(cookie_secret, self._socket.getsockname()[1])
        self.page = Page(doors, self._gate, undo_s=undo_s)
        config = uvicorn.Config(
            self.page.app,
            http=PatientConnection,
            ws="none",
            loop="asyncio",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=round(END_S) - 1,
        )
        self._server = uvicorn.Server(config)
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
            if self._server.started or not self._thread.is_alive():
                break
            waited.wait(0.01)
        if not self._server.started:
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

    def _end(self) -> None:
        self.page.hub.close()
        self._server.should_exit = True

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._socket])


def _bind(port: int) -> socket.socket:
    """A listening socket at ``port``, or at any free port where that one is taken."""
    for wanted in (port, 0):
        # the protocol is named, because asyncio sends without delay (TCP_NODELAY) only where it is
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if sys.platform == "win32":  # there "reuse" would let another program take the port over
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:  # it only spares a wait after a restart
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        try:
            listening.bind((LOCAL, wanted))
        except OSError:
            listening.close()
            continue
        return listening
    raise PulseTuneError(f"No port of {LOCAL} can be opened for the page.", "Use --no-page to go on in the terminal.")
