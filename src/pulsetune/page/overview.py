"""All sessions together: small curves for the list, trends, and everything to take home.

Rules of this file:
1. Whatever may wait (a database) waits in a worker thread, so that the event streams go on.
2. What is on its way to be deleted is in none of it.
3. A running session comes first: what takes long rests between its lines, so that a tick need not wait for its turn.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pulsetune.errors import PulseTuneError
from pulsetune.page import wishes
from pulsetune.page.answers import NotThere, answer
from pulsetune.page.bundle import bundle, bundle_name
from pulsetune.page.trends import trends
from pulsetune.ports import HostState, ListedSession, SessionHost, SessionLibrary

CURVE_POINTS = 48  # as many as a line of some centimetres shows
REST_S = 0.002  # four times as long as the work between two rests: the interpreter is free for the session then


class Overview:
    """Answers about all sessions. ``hides`` says which are on their way out."""

    def __init__(self, library: SessionLibrary, host: SessionHost, hides: Callable[[int], bool]) -> None:
        self._library = library
        self._host = host
        self._hides = hides

    async def curves(self, request: Request) -> Response:
        """The heart rate of some sessions, each in a few points; nothing where it cannot be read."""
        numbers = wishes.session_numbers(request.query_params.get("sessions", ""))
        found = await asyncio.to_thread(lambda: {n: self._curve(n) for n in numbers if not self._hides(n)})
        return answer({"curves": {str(number): curve for number, curve in found.items()}})

    async def trends(self, request: Request) -> Response:
        """What many sessions say together; of simulated listeners only when asked, and then of nobody else."""
        simulated = request.query_params.get("simulated") == "1"
        today = datetime.now().astimezone().date()
        rows = await asyncio.to_thread(self._rows)
        found = await asyncio.to_thread(trends, rows, simulated=simulated, today=today)
        return answer(asdict(found))

    async def everything(self, request: Request) -> Response:
        """All sessions that are over, in one ZIP file, made while it leaves."""
        choice = next((made for made in self._library.exports if made.name == request.path_params["name"]), None)
        if choice is None:
            raise NotThere("There is no such export.", "Choose one of the buttons.")
        rows = [row for row in await asyncio.to_thread(self._rows) if row.state != "running"]
        headers = {"content-disposition": f'attachment; filename="{bundle_name(choice)}"'}
        if request.method == "HEAD":  # who asks only what it would be need not wait for it
            return Response(media_type="application/zip", headers=headers)
        pieces = bundle(self._library, rows, choice, self._rest)
        return StreamingResponse(pieces, media_type="application/zip", headers=headers)

    def _rest(self) -> None:
        if self._host.current().state is HostState.RUNNING:
            time.sleep(REST_S)

    def _rows(self) -> Sequence[ListedSession]:
        return [row for row in self._library.sessions() if not self._hides(row.session_id)]

    def _curve(self, number: int) -> Sequence[float | None]:
        try:
            return self._library.heart_curve(number, CURVE_POINTS)
        except PulseTuneError:  # deleted, or damaged: its story tells
            return ()
