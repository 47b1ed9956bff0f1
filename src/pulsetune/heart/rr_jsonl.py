"""PulseTune's own ``jsonl`` export to intervals and beat times: the heart samples in it, raw.

Rules of this file:
1. Only the samples count, not the beats that were cleaned from them.
2. A simulated heart stays one: the header says it, and so does the Heart.
3. A line that cannot be read is an error with its number, whatever is in it.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from pulsetune.errors import DamagedData
from pulsetune.heart.arrivals import beat_times_s
from pulsetune.heart.rr_lines import FORMAT_HINT, Heart, possible_ms

FORMAT = "pulsetune-session"


def from_jsonl(text: str, name: str) -> Heart:
    """Intervals, the times of their beats, and whether the session was a simulated listener's."""
    simulated = False
    rr_ms: list[float] = []
    arrived_s: list[float] = []
    for line, content in enumerate(text.splitlines(), start=1):
        if not content.strip():
            continue
        found = _object(content, line, name)
        if line == 1 and found.get("format") != FORMAT:
            raise DamagedData(f"{name}, line 1: this is no PulseTune session.", FORMAT_HINT)
        if line == 1:
            simulated = _flag(found, line, name)
        if found.get("kind") != "heart_sample":
            continue
        intervals = found.get("rr_ms")
        if not isinstance(intervals, list):
            raise DamagedData(f"{name}, line {line}: a heart sample without rr_ms.", _HINT)
        arrival_s = _number(found.get("t_s"), line, name)
        for value in intervals:
            rr_ms.append(possible_ms(_number(value, line, name), line, name))
            arrived_s.append(arrival_s)
    return Heart(rr_ms, beat_times_s(rr_ms, arrived_s), simulated)


_HINT = "It is damaged, or was changed by hand."


def _object(content: str, line: int, name: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise DamagedData(f"{name}, line {line}: not a JSON object.", _HINT)
    return found


def _flag(header: dict[str, Any], line: int, name: str) -> bool:
    simulated = header.get("simulated", False)
    if not isinstance(simulated, bool):
        raise DamagedData(f"{name}, line {line}: simulated is neither true nor false.", _HINT)
    return simulated


def _number(value: object, line: int, name: str) -> float:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
            return float(value)
    except OverflowError:  # an integer beyond every float
        pass
    raise DamagedData(f"{name}, line {line}: {str(value)[:40]!r} is not a number.", _HINT)
