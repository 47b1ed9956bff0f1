"""What there is to choose: programs, soundscapes, straps nearby, a taste of how it sounds, and whether to be led.

Rules of this file:
1. One look for straps at a time, shared by all who ask meanwhile: the radio is one.
2. One sound at a time: a new taste, or a session, ends the one before.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response

from pulsetune import __version__
from pulsetune.errors import DamagedData, PulseTuneError
from pulsetune.page import wishes
from pulsetune.page.answers import answer, json_body
from pulsetune.page.doors import Doors

SCAN_S = 4.0  # one look for straps; the picker asks again and again while it is open
TASTE_S = 10.0


class Choices:
    """Answers of the home screen."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._scan: asyncio.Task[dict[str, object]] | None = None
        self._taste: asyncio.Task[None] | None = None

    async def home(self, _request: Request) -> Response:
        """Everything that does not change while the page is open."""
        programs, soundscapes = await asyncio.to_thread(
            lambda: (self._doors.programs.programs(), self._doors.programs.soundscapes())
        )
        return answer(
            {
                "version": __version__,
                "programs": [asdict(program) for program in programs],
                "soundscapes": [asdict(soundscape) for soundscape in soundscapes],
            }
        )

    async def profile(self, _request: Request) -> Response:
        """Whether the music may never lead; where that cannot be read, why: who says it again needs the switch."""
        try:
            said = await asyncio.to_thread(self._doors.programs.listen_only)
        except DamagedData as problem:
            return answer({"listen_only": None, "problem": problem.message, "hint": problem.hint})
        return answer({"listen_only": bool(said), "problem": "", "hint": ""})

    async def say(self, request: Request) -> Response:
        """Keep whether the music may never lead, for the sessions that start from now on."""
        said = wishes.listen_only(await json_body(request))
        await asyncio.to_thread(lambda: self._doors.programs.say_listen_only(listen_only=said))
        return Response(status_code=204)

    async def straps(self, _request: Request) -> Response:
        """Straps nearby, or why there can be none: a page that shows one is not broken by the other."""
        if self._scan is None or self._scan.done():
            self._scan = asyncio.create_task(self._look())
        return answer(await asyncio.shield(self._scan))

    async def _look(self) -> dict[str, object]:
        try:
            straps = await self._doors.straps.find(SCAN_S)
        except PulseTuneError as problem:
            return {"straps": [], "problem": problem.message, "hint": problem.hint}
        return {"straps": [asdict(strap) for strap in straps], "problem": "", "hint": ""}

    async def taste(self, request: Request) -> Response:
        """Play a soundscape; answers when it is over."""
        name = wishes.soundscape(await json_body(request))
        await self.quiet()
        task = asyncio.create_task(self._doors.taster.taste(name, TASTE_S))
        self._taste = task
        with contextlib.suppress(asyncio.CancelledError):  # another taste, or a session, took its place
            await asyncio.shield(task)
        return Response(status_code=204)

    async def quiet(self) -> None:
        """End a taste."""
        await _ended(self._taste)

    async def close(self) -> None:
        """End everything that is under way."""
        await _ended(self._scan)
        await _ended(self._taste)


async def _ended(task: asyncio.Task[dict[str, object]] | asyncio.Task[None] | None) -> None:
    if task is not None and not task.done():
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, PulseTuneError):
            await task
