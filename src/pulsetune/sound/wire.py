"""The line protocol between the session and its sound process: one JSON array a line, its first item the kind.

Rules of this file:
1. It is pure: values to bytes and back, both directions, exact (floats keep every bit).
2. A line that is no message of the protocol decodes to None: a killed process leaves half a line behind.
3. A line never holds a line break, and never NaN or infinity: encoding one is a caller's mistake (ValueError).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from pulsetune.model import AudioParameters, SoundState
from pulsetune.sound.score import Hand


class OutputKind(StrEnum):
    """Where the music goes."""

    SPEAKERS = "speakers"
    NULL = "null"  # paced like a sound card, heard by nobody
    FILE = "file"


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """Where the music goes; ``path`` (``.flac`` or ``.wav``) for a file only."""

    kind: OutputKind
    path: Path | None = None


class Problem(StrEnum):
    """Why the sound process gave up, where starting it again would not help, or might."""

    NO_DEVICE = "no_device"
    FILE = "file"
    CRASH = "crash"


# ---------------------------------------------------------------- to the sound process


@dataclass(frozen=True, slots=True)
class Prepare:
    """Before ``Open``, any number of times: build the music that it will probably ask for. The fields are as there."""

    soundscape: str
    seed: int
    bed: str


@dataclass(frozen=True, slots=True)
class Open:
    """The first line, but for ``Prepare``: build everything. ``gain`` is where the fade-in at the device ends.

    Without ``device_required`` a missing sound device is waited for, because the session has begun already. ``bed`` is a
    sound of nature under the music, empty for none.
    """

    output: OutputKind
    path: str | None
    record: str | None
    soundscape: str
    seed: int
    start_frame: int
    gain: float
    fade_in_s: float
    device_required: bool
    bed: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the music shall be at ``parameters.t_s``."""

    parameters: AudioParameters


@dataclass(frozen=True, slots=True)
class Fade:
    """Fade what is heard; files are not touched."""

    gain: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Close:
    """Play or write everything up to the last target, then end."""


# ---------------------------------------------------------------- from the sound process


@dataclass(frozen=True, slots=True)
class Ready:
    """The soundscape is built and the output open."""


@dataclass(frozen=True, slots=True)
class State:
    """A change that a listener may want to know of."""

    state: SoundState
    problem: Problem | None
    detail: str
    device: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """The sign of life: music time rendered (in a file: written), music time at the ear, frames really played."""

    rendered_frame: int
    heard_frame: int
    played_frames: int
    underruns: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A musical pulse in the rendered sound."""

    index: int
    frame: int


@dataclass(frozen=True, slots=True)
class Sounded:
    """A note of ``soundscape`` began in the rendered sound; all but that and ``frame`` as in ``score.Note``."""

    frame: int
    pitch: int
    velocity: float
    hand: Hand
    cents: float
    length_pulses: float | None
    glide_pulses: float | None
    soundscape: str


Command = Prepare | Open | Target | Fade | Close
Message = Ready | State | Progress | Tick | Sounded


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
