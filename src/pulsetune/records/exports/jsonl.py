"""Everything in the log as JSON Lines: a header object, then one object an event.

Rules of this file:
1. Nothing is left out and nothing rounded: numbers read back as the same numbers.
2. Every event has ``kind``, ``at_s`` (the tick that used it) and ``t_s`` (when it happened), then its own fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from pulsetune.model import Event
from pulsetune.records.encoding import event_object
from pulsetune.records.library import SessionRow

FORMAT_VERSION = 1


def lines(row: SessionRow, events: Iterable[tuple[float, Event]]) -> Iterator[str]:
    """The header holds ``format``, ``version`` and what ``sessions --json`` says of the session."""
    yield _line({"format": "pulsetune-session", "version": FORMAT_VERSION, **asdict(row)})
    for at_s, event in events:
        fields = event_object(event)
        yield _line({"kind": fields.pop("kind"), "at_s": at_s, **fields})


def _line(values: dict[str, object]) -> str:
    return json.dumps(values, allow_nan=False, separators=(",", ":")) + "\n"
