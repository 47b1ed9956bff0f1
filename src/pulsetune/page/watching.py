"""What another device in the same network gets: the running session to look at, and nothing else.

Rules of this file:
1. What may be read is a list of addresses (``READABLE``). Whatever is not on it is refused, also what the page will
   learn to answer later: this app holds no door of the page, only its copy of the session.
2. Nothing changes anything: there is GET and no other method.
3. Nothing is shown but the session that runs now; ``Hub`` leaves out what is not for others (``far``).
"""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from pulsetune.page.hub import Hub
from pulsetune.page.stream import EventStream

STATIC = Path(__file__).parent / "static"
READABLE = frozenset({"/", "/events", "/favicon.ico"})
READABLE_BELOW = "/static/"  # the program's own files, the same for everybody
VIEW_ONLY = "This page is for watching only: nothing can be started, changed, looked up or taken from here."


class Watching:
    """The answers to those who watch, as an ASGI app without a lifespan: it lives as long as the page does."""

    def __init__(self, hub: Hub) -> None:
        self._answers = Starlette(
            routes=[
                Route("/", _index),
                Route("/events", _Streams(hub)),
                Route("/favicon.ico", _icon),
                Mount("/static", StaticFiles(directory=STATIC)),
            ]
        )
        self._answers.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        readable = path in READABLE or path.startswith(READABLE_BELOW)
        inner: ASGIApp = self._answers if readable and scope["method"] == "GET" else _refused
        await inner(scope, receive, send)


class _Streams:
    """``/events``: one stream a window, of a number of its own."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        window = self._hub.open(far=True)
        full = PlainTextResponse("Too many windows are watching.\n", 503)
        stream: ASGIApp = full if window is None else EventStream(self._hub, window)
        await stream(scope, receive, send)


async def _refused(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(VIEW_ONLY + "\n", 403)(scope, receive, send)


async def _index(_request: Request) -> Response:
    return FileResponse(STATIC / "watch.html", media_type="text/html")


async def _icon(_request: Request) -> Response:
    return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")
