"""What the page's servers have in common: how uvicorn is set up, and how a socket is opened.

Rules of this file:
1. A server says nothing of itself, believes no proxy, and has an end to its patience (``connection.py``).
"""

from __future__ import annotations

import socket
import sys

import uvicorn
from starlette.types import ASGIApp

from pulsetune.errors import PulseTuneError
from pulsetune.page.connection import PatientConnection

END_S = 3.0
SEND_BUFFER_BYTES = 65_536  # a minute of news: what a window that never reads may have waiting for it in the system


def settings(app: ASGIApp, connections: int, *, lifespan: bool = True) -> uvicorn.Config:
    """uvicorn's settings for ``connections`` at once; without ``lifespan`` the app is not told when it begins and ends."""
    return uvicorn.Config(
        app,
        http=PatientConnection,
        ws="none",
        loop="asyncio",
        lifespan="auto" if lifespan else "off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=connections,
        timeout_graceful_shutdown=round(END_S) - 1,
    )


def bound(address: str, port: int) -> socket.socket:
    """A socket at ``port`` of ``address``, or at any free port where that one is taken."""
    for wanted in (port, 0):
        # the protocol is named, because asyncio sends without delay (TCP_NODELAY) only where it is
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if sys.platform == "win32":  # there "reuse" would let another program take the port over
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:  # it only spares a wait after a restart
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        try:
            listening.bind((address, wanted))
        except OSError:
            listening.close()
            continue
        return listening
    raise PulseTuneError(f"No port of {address} can be opened for the page.", "Use --no-page to go on in the terminal.")
