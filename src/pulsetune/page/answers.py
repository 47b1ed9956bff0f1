"""How the page answers: JSON out, JSON in, and every mistake as a status with a sentence.

Rules of this file:
1. A traceback never leaves; what a listener can do about it does.
2. A body counts only if it says that it is JSON, which a form of another site cannot.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from pulsetune.errors import (
    BluetoothUnavailable,
    DamagedData,
    ProgramExists,
    PulseTuneError,
    SessionBusy,
    SoundDeviceMissing,
    StrapNotFound,
    WrongUse,
)
from pulsetune.page.wishes import Malformed


class NotThere(PulseTuneError):
    """What was asked for is not there (any more)."""

    def __init__(self, message: str = "There is no such session.", hint: str = "It may have been deleted.") -> None:
        super().__init__(message, hint)


STATUS: tuple[tuple[type[PulseTuneError], int], ...] = (
    (NotThere, 404),
    (SessionBusy, 409),
    (ProgramExists, 409),
    (WrongUse, 400),
    (StrapNotFound, 404),
    (BluetoothUnavailable, 503),
    (SoundDeviceMissing, 503),
    (DamagedData, 500),
)


def answer(value: Mapping[str, object], status: int = 200) -> Response:
    """A JSON object."""
    return Response(json.dumps(value, separators=(",", ":"), allow_nan=False), status, media_type="application/json")


def refusal(message: str, hint: str = "", status: int = 409) -> Response:
    """What happened and what to do, a sentence each."""
    return answer({"message": message, "hint": hint}, status)


async def json_body(request: Request) -> bytes:
    """The body of a request that says it is JSON; ``Malformed`` otherwise."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Malformed("JSON is expected.")
    return await request.body()


async def told(_request: Request, problem: Exception) -> Response:
    """Something that a listener can do something about."""
    assert isinstance(problem, PulseTuneError)
    status = next((status for kind, status in STATUS if isinstance(problem, kind)), 500)
    return refusal(problem.message, problem.hint, status)


async def malformed(_request: Request, problem: Exception) -> Response:
    """A request that no page of ours sends."""
    return refusal(f"That request makes no sense: {problem}", "", 400)


async def broken(_request: Request, problem: Exception) -> Response:
    """A mistake of ours."""
    what = f"Something went wrong inside PulseTune: {type(problem).__name__}."
    return refusal(what, "The session is not affected.", 500)
