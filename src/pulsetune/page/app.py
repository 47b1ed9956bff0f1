"""The page's Starlette app: what each address answers.

Rules of this file:
1. It is given doors (``Doors``) and opens no other: no edge is imported, no part is chosen here.
2. Whatever may wait (a database, a file) waits in a worker thread, so that the event streams go on.
3. A mistake is a status and a sentence; a traceback never leaves.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from pulsetune import __version__
from pulsetune.errors import (
    BluetoothUnavailable,
    DamagedData,
    PulseTuneError,
    SessionBusy,
    SoundDeviceMissing,
    StrapNotFound,
    WrongUse,
)
from pulsetune.page import wishes
from pulsetune.page.deleting import UNDO_S, Deleting
from pulsetune.page.guard import Gate, Guard
from pulsetune.page.hub import Hub
from pulsetune.page.story import tell
from pulsetune.page.stream import EventStream
from pulsetune.ports import ListedSession, ProgramLibrary, SessionHost, SessionLibrary, SoundTaster, StrapFinder

STATIC = Path(__file__).parent / "static"
UPDATE_S = 0.1  # how often the session is asked for news: ten times a second at most
SCAN_S = 4.0  # one look for straps; the picker asks again and again while it is open
TASTE_S = 10.0
_STATUS: tuple[tuple[type[PulseTuneError], int], ...] = (
    (SessionBusy, 409),
    (WrongUse, 400),
    (StrapNotFound, 404),
    (BluetoothUnavailable, 503),
    (SoundDeviceMissing, 503),
    (DamagedData, 500),
)


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything that the page may reach."""

    host: SessionHost
    library: SessionLibrary
    programs: ProgramLibrary
    straps: StrapFinder
    taster: SoundTaster


class Page:
    """The answers. ``app`` is what a server runs; ``hub`` is its copy of the session."""

    def __init__(self, doors: Doors, gate: Gate, *, undo_s: float = UNDO_S) -> None:
        self.hub = Hub(doors.host)
        self._doors = doors
        self._deleting = Deleting(doors.library, undo_s)
        self._scan: asyncio.Task[Response] | None = None
        self._taste: asyncio.Task[None] | None = None
        inner = Starlette(
            routes=[
                Route("/", self._index),
                Route("/favicon.ico", self._icon),
                Route("/events", _Streams(self.hub)),
                Route("/api/home", self._home),
                Route("/api/straps", self._straps),
                Route("/api/taste", self._taste_sound, methods=["POST"]),
                Route("/api/session", self._start, methods=["POST"]),
                Route("/api/session/command", self._command, methods=["POST"]),
                Route("/api/sessions", self._sessions),
                Route("/api/sessions/{number:int}", self._session),
                Route("/api/sessions/{number:int}/check-in", self._check_in, methods=["POST"]),
                Route("/api/sessions/{number:int}/export/{name}", self._export),
                Route("/api/sessions/{number:int}/delete", self._delete, methods=["POST"]),
                Route("/api/sessions/{number:int}/undelete", self._undelete, methods=["POST"]),
                Mount("/static", StaticFiles(directory=STATIC)),
            ],
            exception_handlers={PulseTuneError: _told, wishes.Malformed: _malformed, Exception: _broken},
            lifespan=self._lifespan,
        )
        self.app: ASGIApp = Guard(inner, gate)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        pumping = asyncio.create_task(self._pump())
        try:
            yield
        finally:
            for task in (pumping, self._scan, self._taste):
                if task is not None:
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError, PulseTuneError):
                        await task
            await self._deleting.finish()

    async def _pump(self) -> None:
        while True:
            self.hub.pump(time.monotonic())
            await asyncio.sleep(UPDATE_S)

    # ------------------------------------------------------------ home

    async def _index(self, _request: Request) -> Response:
        return FileResponse(STATIC / "index.html", media_type="text/html")

    async def _icon(self, _request: Request) -> Response:
        return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")

    async def _home(self, _request: Request) -> Response:
        programs, soundscapes = await asyncio.to_thread(
            lambda: (self._doors.programs.programs(), self._doors.programs.soundscapes())
        )
        return _answer(
            {
                "version": __version__,
                "programs": [asdict(program) for program in programs],
                "soundscapes": [asdict(soundscape) for soundscape in soundscapes],
                "exports": [asdict(choice) for choice in self._doors.library.exports],
            }
        )

    async def _straps(self, _request: Request) -> Response:
        """One look for straps, shared by all who ask meanwhile."""
        if self._scan is None or self._scan.done():
            self._scan = asyncio.create_task(self._look())
        found = await asyncio.shield(self._scan)
        return Response(found.body, media_type="application/json")

    async def _look(self) -> Response:
        try:
            straps = await self._doors.straps.find(SCAN_S)
        except PulseTuneError as problem:
            return _answer({"straps": [], "problem": problem.message, "hint": problem.hint})
        return _answer({"straps": [asdict(strap) for strap in straps], "problem": "", "hint": ""})

    async def _taste_sound(self, request: Request) -> Response:
        name = wishes.soundscape(await _body(request))
        await self._stop_tasting()
        task = asyncio.create_task(self._doors.taster.taste(name, TASTE_S))
        self._taste = task
        with contextlib.suppress(asyncio.CancelledError):  # another taste, or a session, took its place
            await asyncio.shield(task)
        return Response(status_code=204)

    async def _stop_tasting(self) -> None:
        if self._taste is not None and not self._taste.done():
            self._taste.cancel()
            with contextlib.suppress(asyncio.CancelledError, PulseTuneError):
                await self._taste

    # ------------------------------------------------------------ the session

    async def _start(self, request: Request) -> Response:
        wish = wishes.session_wish(await _body(request))
        await self._stop_tasting()
        self._doors.host.start(wish)
        return _answer(asdict(self._doors.host.current()), 202)

    async def _command(self, request: Request) -> Response:
        if not self._doors.host.command(wishes.command(await _body(request))):
            return _answer({"message": "No session is running.", "hint": "Start one first."}, 409)
        return Response(status_code=204)

    # ------------------------------------------------------------ the past

    async def _sessions(self, _request: Request) -> Response:
        listed = await asyncio.to_thread(self._doors.library.sessions)
        shown = [asdict(row) for row in listed if not self._deleting.hides(row.session_id)]
        return _answer({"sessions": shown})

    async def _session(self, request: Request) -> Response:
        row = await self._row(request)
        story = await asyncio.to_thread(lambda: tell(self._doors.library.events(row.session_id)))
        body = asdict(story) | {"row": asdict(row), "points": [astuple(point) for point in story.points]}
        return _answer(body)

    async def _check_in(self, request: Request) -> Response:
        check_in = wishes.check_in_after(await _body(request))
        row = await self._row(request)
        await asyncio.to_thread(self._doors.library.add_check_in, row.session_id, check_in)
        return Response(status_code=204)

    async def _export(self, request: Request) -> Response:
        row, name = await self._row(request), request.path_params["name"]
        choice = next((choice for choice in self._doors.library.exports if choice.name == name), None)
        if choice is None:
            return _answer({"message": "There is no such export.", "hint": ""}, 404)
        text = await asyncio.to_thread(lambda: "".join(self._doors.library.export(row.session_id, name)))
        file_name = choice.file_name.format(row.session_id)
        disposition = {"content-disposition": f'attachment; filename="{file_name}"'}
        return PlainTextResponse(text.encode("utf-8", "backslashreplace"), headers=disposition)

    async def _delete(self, request: Request) -> Response:
        row = await self._row(request)
        if row.state == "running":
            return _answer({"message": "This session is running.", "hint": "Stop it before you delete it."}, 409)
        self._deleting.begin(row.session_id)
        return _answer({"undo_s": self._deleting.undo_s}, 202)

    async def _undelete(self, request: Request) -> Response:
        if not self._deleting.undo(request.path_params["number"]):
            return _answer({"message": "It is too late: the session is gone.", "hint": ""}, 409)
        return Response(status_code=204)

    async def _row(self, request: Request) -> ListedSession:
        number = request.path_params["number"]
        if number >= 2**63:  # more than a database counts to
            raise _NotThere
        try:
            return await asyncio.to_thread(self._doors.library.session, number)
        except WrongUse as problem:
            raise _NotThere from problem


class _NotThere(PulseTuneError):
    def __init__(self) -> None:
        super().__init__("There is no such session.", "It may have been deleted.")


class _Streams:
    """``/events``: one stream a window."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            answer: ASGIApp = PlainTextResponse("", 405)
        elif (window := self._hub.open()) is None:
            answer = PlainTextResponse("Too many windows of this page are open.\n", 503)
        else:
            answer = EventStream(self._hub, window)
        await answer(scope, receive, send)


async def _body(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise wishes.Malformed("JSON is expected.")  # a form of another site cannot send it
    return await request.body()


def _answer(value: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(value, separators=(",", ":"), allow_nan=False), status, media_type="application/json")


async def _told(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, PulseTuneError)
    status = 404 if isinstance(problem, _NotThere) else _status(problem)
    return _answer({"message": problem.message, "hint": problem.hint}, status)


def _status(problem: PulseTuneError) -> int:
    return next((status for kind, status in _STATUS if isinstance(problem, kind)), 500)


async def _malformed(_request: Request, problem: Exception) -> Response:
    return _answer({"message": f"That request makes no sense: {problem}", "hint": ""}, 400)


async def _broken(_request: Request, problem: Exception) -> Response:
    what = f"Something went wrong inside PulseTune: {type(problem).__name__}."
    return _answer({"message": what, "hint": "The session is not affected."}, 500)
