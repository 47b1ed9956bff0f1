"""Events to the text that the log keeps, and back.

Rules of this file:
1. Pure: no file, clock or database; the same event always gives the same text, so that a replay can be compared.
2. A body is a compact JSON array of the event's fields in their order in ``model``, without ``t_s``, which has a
   column of its own. Appending a field with a default keeps every older log readable; anything else needs a migration.
3. NaN and infinity are never written: ``ValueError``, for it is a mistake of the program that made the event.
4. What cannot be read is ``DamagedData`` and names the kind; nothing is guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from math import isfinite
from types import UnionType
from typing import Any, NoReturn, Union, get_args, get_origin, get_type_hints

from pulsetune import model
from pulsetune.errors import DamagedData

KINDS: Mapping[str, type[model.Event]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", event_type.__name__).lower(): event_type for event_type in get_args(model.Event)
}
"""Every kind of event, by its name in the log: ``HeartSample`` is ``heart_sample``."""

BODY_FIELDS: Mapping[type[model.Event], tuple[str, ...]] = {
    event_type: tuple(field.name for field in fields(event_type) if field.name != "t_s")
    for event_type in KINDS.values()
}
"""Names of the values in a body, in order."""

_KIND_OF = {event_type: kind for kind, event_type in KINDS.items()}
_Decoder = Callable[[Any], Any]


def kind_of(event: model.Event) -> str:
    """The kind of an event: its class name in snake_case."""
    return _KIND_OF[type(event)]


def encode_event(event: model.Event) -> tuple[str, str]:
    """The kind and the body of an event.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, or ``t_s`` is.
    """
    if not isfinite(event.t_s):
        raise ValueError(f"{event!r} has no finite time")
    return kind_of(event), _WRITER.encode([getattr(event, name) for name in BODY_FIELDS[type(event)]])


def decode_event(kind: str, t_s: float, body: str) -> model.Event:
    """The event that ``encode_event`` wrote.

    Raises
    ------
    DamagedData
        If the kind is unknown or the body does not fit it.
    """
    event_type = KINDS.get(kind)
    if event_type is None:
        raise DamagedData(f"The log holds an event of the unknown kind {kind!r}.", _NEWER_HINT)
    try:
        event: model.Event = _build(event_type, {"t_s": t_s, **_named_values(event_type, body)})
    except (ValueError, TypeError, OverflowError, RecursionError) as problem:
        why = str(problem)[:_LONGEST_REASON]
        raise DamagedData(f"The log holds a {kind} that cannot be read ({why}).", _NEWER_HINT) from problem
    return event


def event_object(event: model.Event) -> dict[str, object]:
    """An event as a JSON-ready object: ``kind``, ``t_s``, then its own fields by name.

    ``kind`` is the kind of event. A field of the event itself that is called ``kind`` is named after the event:
    ``beat_kind``, ``command_kind``.
    """
    kind = kind_of(event)
    own = {
        f"{kind}_kind" if name == "kind" else name: _plain(getattr(event, name)) for name in BODY_FIELDS[type(event)]
    }
    return {"kind": kind, "t_s": event.t_s, **own}


_LONGEST_REASON = 120  # characters: a damaged body may be megabytes long

_NEWER_HINT = (
    "If a newer PulseTune wrote it, update PulseTune; otherwise the file is damaged and the rest can be exported."
)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes) or is_dataclass(value):
        return _as_json(value)
    return str(value) if isinstance(value, StrEnum) else value


def _as_json(value: object) -> object:
    """What the JSON writer cannot write by itself."""
    if isinstance(value, bytes):
        return value.hex()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no place in the log")


# ASCII only: lone surrogates (from file names) and control characters survive the way through the database
_WRITER = json.JSONEncoder(allow_nan=False, ensure_ascii=True, separators=(",", ":"), default=_as_json)


def _named_values(event_type: type[model.Event], body: str) -> dict[str, Any]:
    values = _exactly(list, json.loads(body, parse_constant=_refuse_constant))
    names = BODY_FIELDS[event_type]
    if len(values) > len(names):
        raise TypeError(f"{len(values)} values where {len(names)} are known")
    return dict(zip(names, values, strict=False))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a value")


def _build(made: type[Any], values: Mapping[str, Any]) -> Any:
    """Make a dataclass from JSON values by field name; a missing field takes its default."""
    known = _fields_of(made)
    unknown = values.keys() - known.keys()
    if unknown:
        raise TypeError(f"unknown {min(unknown)!r}")
    arguments = {}
    for name, (field, decoder) in known.items():
        if name in values:
            arguments[name] = decoder(values[name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise TypeError(f"{name} is missing")
    return made(**arguments)


_FIELDS_OF: dict[type[Any], dict[str, tuple[Field[Any], _Decoder]]] = {}  # filled on first use: type hints are slow


def _fields_of(made: type[Any]) -> dict[str, tuple[Field[Any], _Decoder]]:
    if made not in _FIELDS_OF:
        hints = get_type_hints(made)
        _FIELDS_OF[made] = {field.name: (field, _decoder(hints[field.name])) for field in fields(made)}
    return _FIELDS_OF[made]


def _decoder(hint: Any) -> _Decoder:
    """How to read a JSON value of the declared type."""
    if get_origin(hint) in (Union, UnionType):
        inner = [_decoder(option) for option in get_args(hint) if option is not type(None)]
        assert len(inner) == 1, f"only X | None is supported, not {hint}"
        return lambda value: None if value is None else inner[0](value)
    if get_origin(hint) is tuple:
        item, _ = get_args(hint)
        decode_item = _decoder(item)
        return lambda value: tuple(decode_item(one) for one in _exactly(list, value))
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda value: _build(hint, _exactly(dict, value))
    if issubclass(hint, StrEnum):
        return lambda value: hint(_exactly(str, value))
    if hint is bytes:
        return lambda value: bytes.fromhex(_exactly(str, value))
    if hint is float:
        return _decode_float
    assert hint in (int, str, bool), f"no rule for {hint}"
    return lambda value: _exactly(hint, value)


def _decode_float(value: Any) -> float:
    if type(value) not in (int, float) or not isfinite(value):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def _exactly(wanted: type[Any], value: Any) -> Any:
    if type(value) is not wanted:
        raise TypeError(f"{value!r} is not {wanted.__name__}")
    return value
