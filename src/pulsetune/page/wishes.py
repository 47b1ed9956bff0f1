"""What a browser may ask for, from JSON to values; anything else is a ``Malformed`` with a sentence.

Rules of this file:
1. Pure: bytes and text in, frozen values out; nothing unknown passes in silence.
2. Every text has a longest length, every number a range.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from pulsetune.model import CheckIn, CommandKind, OwnWord
from pulsetune.ports import SessionWish

HIGHEST_NUMBER = 2**63 - 1  # that a database counts to
NUMBERS_AT_ONCE = 50  # of sessions: a page of the list
NAME_LENGTH = 200
NOTE_LENGTH = 2000
SCALE = range(11)  # 0..10
WORDS = 5  # of the listener's own
WORD_LENGTH = 40
LONGEST_MINUTES = 60.0
TEXT_LENGTH = 65_536  # of a program; the door lets no more bytes in
# not a listener's: a recording that ended, and a soundscape by its name (the page asks for the next one)
COMMANDS = frozenset(CommandKind) - {CommandKind.SOURCE_ENDED, CommandKind.SOUNDSCAPE}
FELT = {"calm", "tension", "note", "words"}


class Malformed(ValueError):
    """A request that no page of ours sends."""


def session_wish(body: bytes) -> SessionWish:
    """What to start."""
    values = _object(body, {"program", "simulated", "strap", "soundscape", "minutes", "check_in"})
    check_in = values.get("check_in")
    simulated = values.get("simulated", False)
    if type(simulated) is not bool:
        raise Malformed("simulated is true or false.")
    soundscape = values.get("soundscape")
    return SessionWish(
        program=_text(values.get("program"), "program", NAME_LENGTH, least=1),
        simulated=simulated,
        strap=_text(values.get("strap", ""), "strap", NAME_LENGTH),
        soundscape=None if soundscape is None else _text(soundscape, "soundscape", NAME_LENGTH, least=1),
        minutes=_minutes(values.get("minutes")),
        check_in=None if check_in is None else _check_in(_fields(check_in, FELT), "before"),
    )


def check_in_after(body: bytes) -> CheckIn:
    """How the listener feels after a session."""
    return _check_in(_object(body, FELT), "after")


def command(body: bytes) -> CommandKind:
    """What the listener asks for while the music plays."""
    kind = _object(body, {"kind"}).get("kind")
    if not isinstance(kind, str) or kind not in COMMANDS:
        raise Malformed("There is no such wish.")
    return CommandKind(kind)


def session_numbers(text: str) -> list[int]:
    """Which sessions are meant: ``12,11,10``."""
    parts = text.split(",") if text else []
    if len(parts) > NUMBERS_AT_ONCE or not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):
        raise Malformed(f"sessions are up to {NUMBERS_AT_ONCE} numbers with commas between them.")
    numbers = [int(part) for part in parts]
    if any(number > HIGHEST_NUMBER for number in numbers):
        raise Malformed("no session has such a number.")
    return numbers


def soundscape(body: bytes) -> str:
    """Which soundscape to taste."""
    return _text(_object(body, {"soundscape"}).get("soundscape"), "soundscape", NAME_LENGTH, least=1)


def listen_only(body: bytes) -> bool:
    """Whether the music may never lead."""
    said = _object(body, {"listen_only"}).get("listen_only")
    if type(said) is not bool:
        raise Malformed("listen_only is true or false.")
    return said


def program_text(body: bytes) -> str:
    """The text of a program to look at."""
    return _text(_object(body, {"text"}).get("text"), "text", TEXT_LENGTH)


def program_to_save(body: bytes) -> tuple[str, bool]:
    """The text of a program to save, and whether it may replace one."""
    values = _object(body, {"text", "replace"})
    replace = values.get("replace", False)
    if type(replace) is not bool:
        raise Malformed("replace is true or false.")
    return _text(values.get("text"), "text", TEXT_LENGTH), replace


def _check_in(values: dict[str, Any], when: str) -> CheckIn:
    note = _text(values.get("note", ""), "note", NOTE_LENGTH)
    calm, tension = _scale(values.get("calm"), "calm"), _scale(values.get("tension"), "tension")
    return CheckIn(0.0, when, calm, tension, note, _own_words(values.get("words", [])))


def _own_words(values: object) -> tuple[OwnWord, ...]:
    if not isinstance(values, list) or len(values) > WORDS:
        raise Malformed(f"words are a list of at most {WORDS}.")
    return tuple(map(_own_word, values))


def _own_word(values: object) -> OwnWord:
    fields = _fields(values, {"word", "rating"})
    rating = _scale(fields.get("rating"), "rating")
    if rating is None:
        raise Malformed("A word has a rating.")
    return OwnWord(_text(fields.get("word"), "word", WORD_LENGTH, least=1), rating)


def _object(body: bytes, known: set[str]) -> dict[str, Any]:
    try:
        values = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise Malformed("That is no JSON.") from None
    return _fields(values, known)


def _fields(values: object, known: set[str]) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise Malformed("A JSON object is expected.")
    if not values.keys() <= known:
        raise Malformed("There is a field that this page does not know.")
    return values


def _text(value: object, name: str, longest: int, least: int = 0) -> str:
    if not isinstance(value, str) or not least <= len(value) <= longest:
        raise Malformed(f"{name} is a text of {least} to {longest} characters.")
    return value


def _scale(value: object, name: str) -> int | None:
    if value is not None and (type(value) is not int or value not in SCALE):
        raise Malformed(f"{name} is a whole number from 0 to 10, or left out.")
    return value


def _minutes(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Malformed("minutes is a number.")
    if not (math.isfinite(value) and 0 < value <= LONGEST_MINUTES):
        raise Malformed(f"minutes is at most {LONGEST_MINUTES:.0f}.")
    return float(value)


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
