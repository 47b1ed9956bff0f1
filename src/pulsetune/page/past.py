"""Sessions that are over: the list, the story of one, what the listener adds to it, exports, deletion with undo.

Rules of this file:
1. Whatever may wait (a database, a file) waits in a worker thread, so that the event streams go on.
2. A running session is shown in the list and never changed here.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, astuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pulsetune.errors import WrongUse
from pulsetune.page import wishes
from pulsetune.page.answers import NotThere, answer, json_body, refusal
from pulsetune.page.deleting import Deleting
from pulsetune.page.story import tell, usual_change, usual_words
from pulsetune.ports import ListedSession, SessionLibrary


class Past:
    """Answers about sessions of the past."""

    def __init__(self, library: SessionLibrary, undo_s: float) -> None:
        self._library = library
        self._deleting = Deleting(library, undo_s)
        self.hides = self._deleting.hides

    async def sessions(self, _request: Request) -> Response:
        """The list, newest first, without those on their way out."""
        listed = await asyncio.to_thread(self._library.sessions)
        return answer({"sessions": [asdict(row) for row in listed if not self._deleting.hides(row.session_id)]})

    async def session(self, request: Request) -> Response:
        """The story of one, and how to take it home."""
        row = await self._row(request)
        story = await asyncio.to_thread(lambda: tell(self._library.events(row.session_id)))
        others = await asyncio.to_thread(self._library.sessions)
        usual = usual_change(others, row)
        return answer(
            asdict(story)
            | {
                "row": asdict(row),
                "points": [astuple(point) for point in story.points],
                "usual": asdict(usual) if usual else None,
                "usual_words": usual_words(usual, simulated=row.simulated) if usual else "",
                "exports": [asdict(choice) for choice in self._library.exports],
            }
        )

    async def check_in(self, request: Request) -> Response:
        """How the listener felt afterwards; a later one adds to it."""
        check_in = wishes.check_in_after(await json_body(request))
        row = await self._row(request)
        await asyncio.to_thread(self._library.add_check_in, row.session_id, check_in)
        return Response(status_code=204)

    async def export(self, request: Request) -> Response:
        """A file to keep."""
        row, name = await self._row(request), request.path_params["name"]
        choice = next((choice for choice in self._library.exports if choice.name == name), None)
        if choice is None:
            raise NotThere("There is no such export.", "Choose one of the buttons.")
        text = await asyncio.to_thread(lambda: "".join(self._library.export(row.session_id, name)))
        headers = {"content-disposition": f'attachment; filename="{choice.file_of(row)}"'}
        # a file name with odd bytes may be in the log: it leaves as an escape, not as an error
        return PlainTextResponse(text.encode("utf-8", "backslashreplace"), headers=headers)

    async def delete(self, request: Request) -> Response:
        """Hide it now, delete it soon."""
        row = await self._row(request)
        if row.state == "running":
            return refusal("This session is running.", "Stop it before you delete it.")
        self._deleting.begin(row.session_id)
        return answer({"undo_s": self._deleting.undo_s}, 202)

    async def undelete(self, request: Request) -> Response:
        """Think again, in time."""
        if not self._deleting.undo(request.path_params["number"]):
            return refusal("It is too late: the session is gone.")
        return Response(status_code=204)

    async def close(self) -> None:
        """Delete what waits to be deleted."""
        await self._deleting.finish()

    async def _row(self, request: Request) -> ListedSession:
        number = request.path_params["number"]
        if number > wishes.HIGHEST_NUMBER or self._deleting.hides(number):
            raise NotThere
        try:
            return await asyncio.to_thread(self._library.session, number)
        except WrongUse as problem:
            raise NotThere from problem
