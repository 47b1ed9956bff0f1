"""Tables with a header, as heart-rate programs write them, to intervals and beat times.

| program | header | times |
|---|---|---|
| PulseTune, and plain tables | ``t_s,rr_ms`` among others | of the beats, in s |
| HRV Logger | ``date,rr,since start``; newer: ``timestamp, rr, since_start`` | arrivals, in ms |
| Polar Sensor Logger | ``Phone timestamp;RR-interval [ms]`` among others | arrivals, ISO 8601 |

Rules of this file:
1. Columns are found by name: their order differs between versions of one program.
2. Arrival times only tell where beats are missing (``arrivals.py``).
3. A simulated heart stays one: PulseTune's own tables say it in a column, 0 or 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from pulsetune.errors import DamagedData
from pulsetune.heart.arrivals import beat_times_s
from pulsetune.heart.rr_lines import FORMAT_HINT, Heart, Row, cell, interval_ms, is_number, number, times_s, trimmed

INTERVALS = ("rr_ms", "rr-interval [ms]", "rr")  # names of the column of intervals, all in ms
BEAT_TIMES = ("t_s",)
SIMULATED = ("simulated",)
ARRIVALS = ("since start", "since_start", "phone timestamp", "timestamp", "date")  # the best first

_WIDE_HINT = "With decimal commas, separate columns by tabs or semicolons."


def from_table(rows: Sequence[Row], name: str) -> Heart:
    """Intervals, the times of their beats, and whether the heart was a simulated one.

    A row without an interval (a beat that a program inserted) is passed over.
    """
    header = [title.lower() for title in rows[0].cells]
    rr_at = _column(header, INTERVALS)
    if rr_at is None:
        raise DamagedData(f"{name}, line {rows[0].line}: neither a number nor a header with rr_ms.", FORMAT_HINT)
    for row in rows[1:]:
        if len(trimmed(row.cells)) > len(header):
            raise DamagedData(f"{name}, line {row.line}: more cells than the header has.", _WIDE_HINT)
    kept = [row for row in rows[1:] if len(row.cells) <= rr_at or row.cells[rr_at]]
    rr_ms = [interval_ms(row, rr_at, 1.0, name) for row in kept]
    simulated_at = _column(header, SIMULATED)
    said = set() if simulated_at is None else {_is_simulated(row, simulated_at, name) for row in kept}
    return Heart(rr_ms, _beats_s(header, kept, rr_ms, name), simulated=True in said)


def _beats_s(header: Sequence[str], kept: Sequence[Row], rr_ms: Sequence[float], name: str) -> list[float] | None:
    beat_at, arrived_at = _column(header, BEAT_TIMES), _column(header, ARRIVALS)
    if beat_at is not None:
        return times_s(kept, beat_at, 1.0, name)
    if arrived_at is not None:
        return beat_times_s(rr_ms, [_arrival_s(row, arrived_at, name) for row in kept])
    return None


def _column(header: Sequence[str], names: Sequence[str]) -> int | None:
    return next((header.index(title) for title in names if title in header), None)


def _is_simulated(row: Row, at: int, name: str) -> bool:
    text = cell(row, at)
    if text not in ("0", "1"):
        raise DamagedData(f"{name}, line {row.line}: simulated is {text[:40]!r}, neither 0 nor 1.", FORMAT_HINT)
    return text == "1"


def _arrival_s(row: Row, at: int, name: str) -> float:
    """A bare number is in ms; anything else a date and time of day."""
    text = cell(row, at)
    if is_number(text):
        return number(row, at, name) / 1000
    try:
        moment = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-"))
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError) as problem:
        raise DamagedData(f"{name}, line {row.line}: {text[:40]!r} is not a time.", FORMAT_HINT) from problem
