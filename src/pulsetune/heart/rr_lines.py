"""Lines of a text file as rows of cells, and cells as numbers, for the readers of RR files.

Rules of this file:
1. Every mistake is ``DamagedData`` and names the file and the line.
2. What separates cells is decided once, by the first line with content.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import median

from pulsetune.errors import DamagedData

MIN_RR_MS = 0.976  # the smallest interval that a strap can express, 1/1024 s; it may also say 0
MAX_RR_MS = 63_999.1  # the largest: 16 bits of 1/1024 s
GAP_S = 3.0  # time that no interval accounts for: less is the jitter of optical sensors, whose beats come in bursts
SECONDS_BELOW = 20.0  # a median interval below this is in seconds: no heart beats every 20 ms, nor every 20 s
MILLISECONDS_RATIO = 100.0  # times that span a hundred times the summed intervals are in ms
FORMAT_HINT = "Expected are RR intervals, one a line, or a table with the header t_s,rr_ms."

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Row:
    """One line with content; ``line`` counts from 1, ``text`` is what stands there."""

    line: int
    cells: list[str]
    text: str


@dataclass(frozen=True, slots=True)
class Heart:
    """What a reader found: intervals in ms, the times of their beats in s (None: only their sum is known), and whose."""

    rr_ms: list[float]
    beats_s: list[float] | None
    simulated: bool = False


def rows(text: str) -> Iterator[Row]:
    """Lines with content, split into cells; comments (``#``) and blank lines are passed over."""
    delimiter: str | None = None
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        if delimiter is None:
            delimiter = next((mark for mark in "\t;," if mark in content), " ")
        yield Row(number, _cells(content, delimiter), content)


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells that a separator at the end of the line leaves."""
    end = len(cells)
    while end > 1 and not cells[end - 1]:
        end -= 1
    return cells[:end]


def is_number(text: str) -> bool:
    """Whether a cell is a plain decimal number."""
    return _NUMBER.fullmatch(text) is not None


def number(row: Row, at: int, name: str) -> float:
    """The finite number in one cell."""
    text = cell(row, at)
    value = float(text) if is_number(text) else float("nan")
    if not isfinite(value):
        raise DamagedData(f"{name}, line {row.line}: {text[:40]!r} is not a number.", FORMAT_HINT)
    return value


def cell(row: Row, at: int) -> str:
    """One cell, empty where the row is too short."""
    return row.cells[at] if at < len(row.cells) else ""


def interval_ms(row: Row, at: int, unit_ms: float, name: str) -> float:
    """One cell as an RR interval in ms."""
    return possible_ms(number(row, at, name) * unit_ms, row.line, name)


def interval_unit_ms(values: Sequence[float]) -> float:
    """The unit of intervals, told from their size: 1000 ms where they are in s, else 1 ms."""
    return 1000.0 if median(map(abs, values)) < SECONDS_BELOW else 1.0


def time_unit_s(times: Sequence[float], rr_ms: Sequence[float]) -> float:
    """The unit of the times beside such intervals: 0.001 s where they are in ms, else 1 s."""
    return 0.001 if times[-1] - times[0] > MILLISECONDS_RATIO * sum(rr_ms[1:]) / 1000 else 1.0


def possible_ms(rr_ms: float, line: int, name: str) -> float:
    """``rr_ms`` itself, if a heart-rate strap could have sent it."""
    if rr_ms != 0 and not MIN_RR_MS <= rr_ms <= MAX_RR_MS:
        raise DamagedData(
            f"{name}, line {line}: {rr_ms:g} ms is no RR interval.",
            f"Possible are 1 to {MAX_RR_MS:.0f} ms.",
        )
    return rr_ms


def times_s(rows: Sequence[Row], at: int, unit_s: float, name: str) -> list[float]:
    """One column as times in s that never go back."""
    times: list[float] = []
    for row in rows:
        t_s = number(row, at, name) * unit_s
        if times and t_s < times[-1]:
            raise DamagedData(
                f"{name}, line {row.line}: time goes back from {times[-1]:g} to {t_s:g} s.",
                "With decimal commas, separate columns by tabs or semicolons.",
            )
        times.append(t_s)
    return times


def _cells(content: str, delimiter: str) -> list[str]:
    if delimiter == " ":
        return content.split()
    try:
        cells = next(csv.reader([content], delimiter=delimiter), [])
    except csv.Error:  # a cell longer than csv allows: it will be refused as a number
        cells = [content]
    decimal = "." if delimiter == "," else ","  # with another separator a comma is a decimal comma
    return [cell.strip().replace(decimal, ".") for cell in cells]
