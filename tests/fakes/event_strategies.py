"""Hypothesis strategies for every kind of event, made from the types that ``model`` declares."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from pulsetune.model import Event
from pulsetune.records.encoding import KINDS


def events_of(event_type: type[Any]) -> st.SearchStrategy[Any]:
    """Any value of a dataclass whose fields have any value of their types, numbers finite."""
    hints = get_type_hints(event_type)
    return st.builds(event_type, **{field.name: _values(hints[field.name]) for field in fields(event_type)})


def events() -> st.SearchStrategy[Event]:
    return st.one_of([events_of(event_type) for event_type in KINDS.values()])


def _values(hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) in (Union, UnionType):
        return st.one_of([st.none() if option is type(None) else _values(option) for option in get_args(hint)])
    if get_origin(hint) is tuple:
        return st.lists(_values(get_args(hint)[0]), max_size=9).map(tuple)
    if is_dataclass(hint):
        return events_of(hint)
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return {
        float: st.floats(allow_nan=False, allow_infinity=False),
        int: st.integers(-(2**53), 2**53),
        str: st.text(st.characters(exclude_categories=()), max_size=30),  # lone surrogates too
        bytes: st.binary(max_size=20),
        bool: st.booleans(),
    }[hint]
