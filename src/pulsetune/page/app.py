"""The page's Starlette app: which address leads where.

Rules of this file:
1. It is given doors (``Doors``) and opens no other: no edge is imported, no part is chosen here.
2. A mistake is a status and a sentence; a traceback never leaves.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from pulsetune.errors import PulseTuneError
from pulsetune.page import wishes
from pulsetune.page.answers import answer, broken, json_body, malformed, refusal, told
from pulsetune.page.choices import Choices
from pulsetune.page.deleting import UNDO_S
from pulsetune.page.doors import Doors
from pulsetune.page.gate import Gate
from pulsetune.page.guard import Guard
from pulsetune.page.hub import Hub
from pulsetune.page.overview import Overview
from pulsetune.page.past import Past
from pulsetune.page.programs import ProgramShelf
from pulsetune.page.stream import EventStream
from pulsetune.ports import SessionHost

STATIC = Path(__file__).parent / "static"
UPDATE_S = 0.08  # between two updates at least: twelve a second are as many as anybody sees
LOOK_S = 0.04  # how soon after a tick its news is fetched: the work is done long before the next one


class Page:
    """The answers. ``app`` is what a server runs; ``hub`` is its copy of the session."""

    def __init__(self, doors: Doors, gate: Gate, *, undo_s: float = UNDO_S) -> None:
        self.hub = Hub(doors.host)
        self._host: SessionHost = doors.host
        self._choices = Choices(doors)
        self._past = Past(doors.library, undo_s)
        self._programs = ProgramShelf(doors.programs, undo_s)
        self._overview = Overview(doors.library, doors.host, self._past.hides)
        self.app: ASGIApp = Guard(self._inner(), gate)

    def _inner(self) -> Starlette:
        choices, past, one = self._choices, self._past, "/api/sessions/{number:int}"
        app = Starlette(
            routes=[
                Route("/", _index),
                Route("/favicon.ico", _icon),
                Route("/events", _Streams(self.hub)),
                Route("/api/home", choices.home),
                Route("/api/profile", choices.profile),
                Route("/api/profile", choices.say, methods=["POST"]),
                Route("/api/straps", choices.straps),
                Route("/api/taste", choices.taste, methods=["POST"]),
                Route("/api/session", self._start, methods=["POST"]),
                Route("/api/session/command", self._command, methods=["POST"]),
                Route("/api/sessions", past.sessions),
                Route(one, past.session),
                Route(f"{one}/check-in", past.check_in, methods=["POST"]),
                Route(f"{one}/export/{{name}}", past.export),
                Route(f"{one}/delete", past.delete, methods=["POST"]),
                Route(f"{one}/undelete", past.undelete, methods=["POST"]),
                *self._programs.routes(),
                Route("/api/curves", self._overview.curves),
                Route("/api/trends", self._overview.trends),
                Route("/api/everything/{name}", self._overview.everything),
                Mount("/static", StaticFiles(directory=STATIC)),
            ],
            exception_handlers={PulseTuneError: told, wishes.Malformed: malformed, Exception: broken},
            lifespan=self._lifespan,
        )
        app.router.redirect_slashes = False
        return app

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        pumping = asyncio.create_task(self._pump())
        try:
            yield
        finally:
            pumping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pumping
            await self._choices.close()
            await self._past.close()
            await self._programs.close()

    async def _pump(self) -> None:
        while True:
            news = self.hub.pump(time.monotonic())
            await asyncio.sleep(LOOK_S if self.hub.runs and not news else UPDATE_S)

    async def _start(self, request: Request) -> Response:
        wish = wishes.session_wish(await json_body(request))
        await self._choices.quiet()
        await asyncio.to_thread(self._host.start, wish)  # it looks a program up
        return answer(asdict(self._host.current()), 202)

    async def _command(self, request: Request) -> Response:
        if not self._host.command(wishes.command(await json_body(request))):
            return refusal("No session is running.", "Start one first.")
        return Response(status_code=204)


class _Streams:
    """``/events``: one stream a window."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            stream: ASGIApp = PlainTextResponse("", 405)
        elif (window := self._hub.open()) is None:
            stream = PlainTextResponse("Too many windows of this page are open.\n", 503)
        else:
            stream = EventStream(self._hub, window)
        await stream(scope, receive, send)


async def _index(_request: Request) -> Response:
    return FileResponse(STATIC / "index.html", media_type="text/html")


async def _icon(_request: Request) -> Response:
    return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")
