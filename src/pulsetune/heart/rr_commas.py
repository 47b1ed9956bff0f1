"""Files without a header whose commas may be decimal: ``0,826`` is one interval in s, or a time in s and one in ms.

Rules of this file:
1. Both readings are tried on the whole file. The one that alone makes sense is taken; where both do, or neither, that
   is an error which names the line.
2. Two columns make sense if no time goes back and the times grow like the intervals, holes aside.
3. One column makes sense if all numbers are in one unit: ``826`` beside ``1,012`` is a thousands separator.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from statistics import median

from pulsetune.errors import DamagedData
from pulsetune.heart.rr_lines import (
    GAP_S,
    MAX_RR_MS,
    MIN_RR_MS,
    SECONDS_BELOW,
    Row,
    interval_unit_ms,
    is_number,
    time_unit_s,
    trimmed,
)

USUAL_MS = (200.0, 3000.0)  # where the middle interval of a person lies: 300 to 20 beats a minute
AHEAD = 1.25  # intervals may sum up to this much more than their times span: arrivals, and seconds that count beats
SAME_MS = 2.0  # a time and an interval, each rounded to ms

_HINT = "Write decimal points and no thousands separators; separate two columns by semicolons."


def without_decimal_commas(found: Sequence[Row], name: str) -> list[Row]:
    """The rows as they are, or one cell each with a point where commas turn out to be decimal.

    Raises
    ------
    DamagedData
        Where a comma may be decimal or may separate columns, or where neither makes sense.
    """
    first = next((row for row in found if "," in row.text), None)
    if first is None or not all(is_number(_pointed(row)) for row in found):
        return list(found)
    odd = _odd([float(_pointed(row)) for row in found])
    columns = _columns(found)
    if columns is None:
        if odd is None:
            return [Row(row.line, [_pointed(row)], row.text) for row in found]
        raise _unclear(found[odd], "is no interval with a decimal comma, nor are the lines times and intervals.", name)
    if odd is None and not _are_exact(*columns):
        raise _unclear(first, "may be a number with a decimal comma, or a time and an interval.", name)
    return list(found)


def _pointed(row: Row) -> str:
    return row.text.replace(",", ".", 1)


def _unclear(row: Row, why: str, name: str) -> DamagedData:
    return DamagedData(f"{name}, line {row.line}: {row.text[:40]!r} {why}", _HINT)


def _odd(values: Sequence[float]) -> int | None:
    """Which number does not make sense as an interval among the others; None where all do."""
    known = [abs(value) for value in values if isfinite(value)]
    unit_ms = interval_unit_ms(known) if known else 1.0
    for at, value in enumerate(values):
        is_possible = MIN_RR_MS <= value * unit_ms <= MAX_RR_MS and (value < SECONDS_BELOW) == (unit_ms > 1)
        if value != 0 and not is_possible:
            return at
    return None if _is_usual([value * unit_ms for value in known]) else 0


def _columns(found: Sequence[Row]) -> tuple[list[float], list[float], bool] | None:
    """Times in s, intervals in ms, and whether the times were in ms; None where they make no sense as such."""
    pairs = [trimmed(row.cells) for row in found]
    if not all(len(pair) == 2 and is_number(pair[0]) and is_number(pair[1]) for pair in pairs):
        return None
    times, intervals = [float(pair[0]) for pair in pairs], [float(pair[1]) for pair in pairs]
    if not all(map(isfinite, times + intervals)) or any(later < before for before, later in pairwise(times)):
        return None
    unit_ms = interval_unit_ms(intervals)
    rr_ms = [value * unit_ms for value in intervals]
    unit_s = time_unit_s(times, rr_ms)
    times_s = [value * unit_s for value in times]
    if not _is_usual(rr_ms) or sum(rr_ms[1:]) / 1000 > AHEAD * (times_s[-1] - times_s[0]) + GAP_S:
        return None
    return times_s, rr_ms, unit_s < 1


def _are_exact(times_s: Sequence[float], rr_ms: Sequence[float], in_ms: bool) -> bool:
    """Whether the times tell the very intervals beside them, to the ms: no list of decimals does that by chance."""
    steps_ms = [(later - before) * 1000 for before, later in pairwise(times_s)]
    off_ms = [step - rr for step, rr in zip(steps_ms, rr_ms[1:], strict=True)]
    same = [abs(off) <= SAME_MS < rr for off, rr in zip(off_ms, rr_ms[1:], strict=True)]
    return in_ms and any(same) and all(is_same or off > GAP_S * 1000 for is_same, off in zip(same, off_ms, strict=True))


def _is_usual(rr_ms: Sequence[float]) -> bool:
    return bool(rr_ms) and USUAL_MS[0] <= median(rr_ms) <= USUAL_MS[1]
