"""The line protocol's lines: the values of ``wire.py`` to bytes and back, one JSON array a line, its first item the kind.

Rules of this file:
1. It is pure: values to bytes and back, both directions, exact (floats keep every bit).
2. A line that is no message of the protocol decodes to None: a killed process leaves half a line behind.
3. A line never holds a line break, and never NaN or infinity: encoding one is a caller's mistake (ValueError).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from pulsetune.model import AudioParameters, SoundState
from pulsetune.sound.score import Hand
from pulsetune.sound.wire import (
    Close,
    Command,
    Fade,
    Message,
    Open,
    OutputKind,
    Prepare,
    Problem,
    Progress,
    Ready,
    Sounded,
    State,
    Target,
    Tick,
)


def encode(value: Command | Message) -> bytes:
    """One line, with its line break; raises ValueError for NaN and infinity."""
    kind = type(value)
    items = [_plain(getattr(value, field.name)) for field in fields(kind)]
    return json.dumps([kind.__name__, *items], allow_nan=False, separators=(",", ":")).encode() + b"\n"


def decode_command(line: bytes) -> Command | None:
    """The command in a line, or None if there is none."""
    value = _decode(line, _COMMANDS)
    return value if isinstance(value, Command) else None


def decode_message(line: bytes) -> Message | None:
    """The message in a line, or None if there is none."""
    value = _decode(line, _MESSAGES)
    return value if isinstance(value, Message) else None


def _plain(value: object) -> object:
    if isinstance(value, AudioParameters):
        return [getattr(value, field.name) for field in fields(value)]
    return value


def _decode(line: bytes, table: dict[type, tuple[Callable[[Any], object], ...]]) -> object:
    try:
        items = json.loads(line, parse_constant=_refuse)
        kind = next(kind for kind in table if kind.__name__ == items[0])
        value: object = kind(*(read(item) for read, item in zip(table[kind], items[1:], strict=True)))
    except (ValueError, TypeError, LookupError, StopIteration, RecursionError):
        return None
    return value


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a number of the protocol")


def _whole(item: object) -> int:
    if type(item) is not int:
        raise TypeError("not a whole number")
    return item


def _real(item: object) -> float:
    if type(item) not in (int, float):
        raise TypeError("not a number")
    value = float(item)  # type: ignore[arg-type]
    if value - value != 0.0:  # "1e999" reads as infinity
        raise ValueError("not finite")
    return value


def _text(item: object) -> str:
    if not isinstance(item, str):
        raise TypeError("not a text")
    return item


def _truth(item: object) -> bool:
    if not isinstance(item, bool):
        raise TypeError("neither true nor false")
    return item


def _optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda item: None if item is None else read(item)


def _parameters(item: Any) -> AudioParameters:
    make: Callable[..., AudioParameters] = AudioParameters
    *numbers, breath_s, soundscape = item
    return make(*map(_real, numbers), _optional(_real)(breath_s), _optional(_text)(soundscape))


_COMMANDS: dict[type, tuple[Callable[[Any], object], ...]] = {
    Prepare: (_text, _whole, _text),
    Open: (
        OutputKind,
        _optional(_text),
        _optional(_text),
        _text,
        _whole,
        _whole,
        _real,
        _real,
        _truth,
        _text,
    ),
    Target: (_parameters,),
    Fade: (_real, _real),
    Close: (),
}
_MESSAGES: dict[type, tuple[Callable[[Any], object], ...]] = {
    Ready: (),
    State: (SoundState, _optional(Problem), _text, _optional(_text)),
    Progress: (_whole, _whole, _whole, _whole),
    Tick: (_whole, _whole),
    Sounded: (_whole, _whole, _real, Hand, _real, _optional(_real), _optional(_real), _text),
}
