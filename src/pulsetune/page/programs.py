"""Programs to look at and to write: the list, one in full with its planned tempo, a text with its mistakes, save, delete.

Rules of this file:
1. One text at a time is checked and planned: whoever types fast waits, and the session shares with one thread at most.
2. A name in an address is looked up among those that exist; it is never part of a path.
3. What was deleted last can come back for a while, as sessions can (``deleting.py``).
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pulsetune.errors import WrongUse
from pulsetune.page import wishes
from pulsetune.page.answers import NotThere, answer, json_body
from pulsetune.page.words import PHASES
from pulsetune.ports import CheckedProgram, ListedProgram, ProgramLibrary, ProgramText, ShownProgram

EVERY_S = 5  # seconds between two points of a planned curve: finer is not seen


class ProgramShelf:
    """Answers about programs."""

    def __init__(self, library: ProgramLibrary, undo_s: float) -> None:
        self._library = library
        self._undo_s = undo_s
        self._forgetting: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Where it is reached."""
        one = "/api/programs/{name}"
        return [
            Route("/api/programs", self.programs),
            Route("/api/program/check", self.check, methods=["POST"]),
            Route("/api/program/save", self.save, methods=["POST"]),
            Route(one, self.program),
            Route(f"{one}/copy", self.copy),
            Route(f"{one}/delete", self.delete, methods=["POST"]),
            Route(f"{one}/undelete", self.undelete, methods=["POST"]),
        ]

    async def programs(self, _request: Request) -> Response:
        """The list: what came with PulseTune, then the listener's own."""
        listed = await asyncio.to_thread(self._library.listed)
        return answer({"programs": [_row(program) for program in listed]})

    async def program(self, request: Request) -> Response:
        """One program: its text, and in full where it has no mistakes."""
        found = await self._text(request)
        if found.unreadable:
            return answer(asdict(found) | _told(CheckedProgram((), None, replaces=False)))
        return answer(asdict(found) | await self._checked(found.text, to_save=False))

    async def copy(self, request: Request) -> Response:
        """A text to begin with."""
        found = await self._text(request)
        text = await asyncio.to_thread(self._library.copy, found.name)
        return answer({"text": text} | await self._checked(text, to_save=True))

    async def check(self, request: Request) -> Response:
        """All mistakes of a text, or what it would play."""
        text = wishes.program_text(await json_body(request))
        return answer(await self._checked(text, to_save=True))

    async def save(self, request: Request) -> Response:
        """Keep a text among the listener's own programs."""
        text, replace = wishes.program_to_save(await json_body(request))
        async with self._one_at_a_time:
            name = await asyncio.to_thread(lambda: self._library.save(text, replace=replace))
        return answer({"name": name})

    async def delete(self, request: Request) -> Response:
        """Delete one of the listener's own: it is gone at once, and for good soon."""
        await asyncio.to_thread(self._library.delete, request.path_params["name"])
        if self._forgetting is not None:
            self._forgetting.cancel()
        self._forgetting = asyncio.create_task(self._forget_later())
        return answer({"undo_s": self._undo_s}, 202)

    async def undelete(self, request: Request) -> Response:
        """Think again, in time."""
        await asyncio.to_thread(self._library.undelete, request.path_params["name"])
        return Response(status_code=204)

    async def close(self) -> None:
        """What was deleted is so for good."""
        if self._forgetting is not None:
            self._forgetting.cancel()
        await asyncio.to_thread(self._library.forget_deleted)

    async def _forget_later(self) -> None:
        await asyncio.sleep(self._undo_s)
        await asyncio.to_thread(self._library.forget_deleted)

    async def _text(self, request: Request) -> ProgramText:
        try:
            return await asyncio.to_thread(self._library.text, request.path_params["name"])
        except WrongUse as problem:
            raise NotThere("There is no such program.", "It may have been deleted.") from problem

    async def _checked(self, text: str, *, to_save: bool) -> dict[str, object]:
        async with self._one_at_a_time:
            checked = await asyncio.to_thread(lambda: self._library.check(text, to_save=to_save))
        return _told(checked)


def _row(listed: ListedProgram) -> dict[str, object]:
    program = listed.program
    known = {} if program is None else {key: getattr(program, key) for key in ("title", "description", "minutes")}
    unreadable = {"unreadable": listed.unreadable} if listed.unreadable else {}
    return {"name": listed.name, "own": listed.own, "mistakes": listed.mistakes} | unreadable | known


def _told(checked: CheckedProgram) -> dict[str, object]:
    return {
        "mistakes": [asdict(mistake) for mistake in checked.mistakes],
        "replaces": checked.replaces,
        "shown": None if checked.shown is None else _shown(checked.shown),
    }


def _shown(shown: ShownProgram) -> dict[str, object]:
    program = shown.program
    last_s = len(shown.tempo_bpm) - 1
    curve = zip(range(last_s + 1), shown.heart_rate_bpm, shown.tempo_bpm, strict=True)
    return {
        "name": program.name,
        "title": program.title,
        "description": program.description,
        "minutes": program.minutes,
        "numbers": [asdict(number) for number in shown.numbers],
        "begins_bpm": shown.begins_bpm,
        "listen_only": shown.listen_only,
        "breath_words": shown.breath_words,
        "phases": [
            {"phase": span.phase.value, "words": PHASES[span.phase], "from_s": span.from_s, "to_s": span.to_s}
            for span in shown.phases
        ],
        "points": [
            (t_s, round(heart, 1), None if tempo is None else round(tempo, 1))
            for t_s, heart, tempo in curve
            if t_s % EVERY_S == 0 or t_s == last_s
        ],
    }
