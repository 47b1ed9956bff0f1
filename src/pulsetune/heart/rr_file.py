"""Files of RR intervals, as HRV programs write them, to a Recording.

Understood by content, never by name: one column of intervals in ms or s (Kubios, Elite HRV); two columns, the time of
the beat that ends the interval and the interval, each in s or ms (Kubios, GoldenCheetah); a table with the header
``t_s,rr_ms``, more columns tolerated (PulseTune's own export among them). Comments (``#``), blank lines, Windows line
ends and a byte order mark are no obstacle.

Rules of this file:
1. Nothing is guessed silently: what does not fit is an error with the file and the line.
2. Intervals are kept as they stand, artifacts included: cleaning is not done here.
3. Arbitrary bytes give a Recording or a PulseTuneError, never anything else.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from math import isfinite
from pathlib import Path
from statistics import median

from pulsetune.errors import DamagedData, WrongUse

MAX_FILE_BYTES = 16_000_000  # a week of intervals with their times takes about 14 MB
MAX_INTERVALS = 1_000_000  # a week at a mean heart rate of 99
MAX_DURATION_S = 7 * 86_400.0
MIN_RR_MS = 1.0  # about the smallest interval that a strap can express (1/1024 s)
MAX_RR_MS = 63_999.0  # the largest: 16 bits of 1/1024 s
SECONDS_BELOW = 20.0  # a median interval below this is in seconds: no heart beats every 20 ms, nor every 20 s
MILLISECONDS_RATIO = 100.0  # times that span a hundred times the summed intervals are in ms

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
_FORMAT_HINT = "Expected are RR intervals, one a line, or a table with the header t_s,rr_ms."


@dataclass(frozen=True, slots=True)
class Recording:
    """RR intervals with the time of the beat that ends each, in seconds from the start of the first interval."""

    name: str
    t_s: tuple[float, ...]
    rr_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: list[str]


def read_rr_file(path: Path) -> Recording:
    """Read a file of RR intervals.

    Raises
    ------
    WrongUse
        If there is no such file, or it cannot be a recording: a folder, a device, far too large.
    DamagedData
        If it cannot be read or understood; the message names the line.
    """
    try:
        if path.is_dir():
            raise WrongUse(f"{path} is a folder.", "Name one file of RR intervals.")
        if not path.exists():
            raise WrongUse(f"There is no file {path}.", "Check its name and folder.")
        if not path.is_file():
            raise WrongUse(f"{path} is not an ordinary file.", _FORMAT_HINT)
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as problem:  # ValueError: a name with a zero byte
        why = getattr(problem, "strerror", None) or str(problem)
        raise DamagedData(f"{path} cannot be read ({why}).", "Check its permissions.") from problem
    return parse_rr(data, path.name)


def parse_rr(data: bytes, name: str) -> Recording:
    """Understand the bytes of such a file; ``name`` is for the messages and the Recording."""
    if len(data) > MAX_FILE_BYTES:
        raise WrongUse(f"{name} is larger than {MAX_FILE_BYTES // 1_000_000} MB.", _FORMAT_HINT)
    rows = list(islice(_rows(_text(data, name)), MAX_INTERVALS + 1))
    if len(rows) > MAX_INTERVALS:
        raise WrongUse(f"{name} has more than {MAX_INTERVALS} lines.", _FORMAT_HINT)
    if not rows:
        raise DamagedData(f"{name} holds no RR intervals.", _FORMAT_HINT)
    if any(character.isalpha() for cell in rows[0].cells for character in cell if not _is_number(cell)):
        recording = _from_table(rows, name)
    else:
        recording = _from_columns(rows, name)
    if recording.t_s[-1] > MAX_DURATION_S:
        raise DamagedData(
            f"{name} would last {recording.t_s[-1] / 86_400:.0f} days.", "Times are taken as seconds or ms."
        )
    return recording


def _text(data: bytes, name: str) -> str:
    """UTF-8, UTF-16 with its byte order mark, else Latin-1: the numbers are ASCII in all of them."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if _NOT_TEXT.search(text):
        raise DamagedData(f"{name} is not a text file.", _FORMAT_HINT)
    return text


def _rows(text: str) -> Iterator[_Row]:
    """Lines with content, split into cells; the first of them decides what separates cells."""
    delimiter: str | None = None
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        if delimiter is None:
            delimiter = next((mark for mark in "\t;," if mark in content), " ")
        yield _Row(number, _cells(content, delimiter))


def _cells(content: str, delimiter: str) -> list[str]:
    if delimiter == " ":
        return content.split()
    try:
        cells = next(csv.reader([content], delimiter=delimiter), [])
    except csv.Error:  # a cell longer than csv allows: it will be refused as a number
        cells = [content]
    decimal = "." if delimiter == "," else ","  # with another separator a comma is a decimal comma
    return [cell.strip().replace(decimal, ".") for cell in cells]


def _from_table(rows: list[_Row], name: str) -> Recording:
    """A table with a header; a row without an interval (a beat that a program inserted) is passed over."""
    header = [cell.lower() for cell in rows[0].cells]
    if "rr_ms" not in header:
        raise DamagedData(f"{name}, line {rows[0].line}: neither a number nor a header with rr_ms.", _FORMAT_HINT)
    rr_at = header.index("rr_ms")
    t_at = header.index("t_s") if "t_s" in header else None
    kept = [row for row in rows[1:] if len(row.cells) <= rr_at or row.cells[rr_at]]
    rr_ms = [_interval_ms(row, rr_at, 1.0, name) for row in kept]
    times_s = None if t_at is None else _times_s(kept, t_at, 1.0, name)
    return _recording(name, rr_ms, times_s)


def _from_columns(rows: list[_Row], name: str) -> Recording:
    """One or two columns of bare numbers; the units follow from their size."""
    width = len(_trimmed(rows[0].cells))
    if width not in (1, 2):
        raise DamagedData(f"{name}, line {rows[0].line}: {width} columns without a header.", _FORMAT_HINT)
    for row in rows:
        if len(_trimmed(row.cells)) != width:
            raise DamagedData(f"{name}, line {row.line}: not {width} column(s) like the first line.", _FORMAT_HINT)
    rr_at = width - 1
    middle = median(abs(_number(row, rr_at, name)) for row in rows)
    rr_ms = [_interval_ms(row, rr_at, 1000.0 if middle < SECONDS_BELOW else 1.0, name) for row in rows]
    if width == 1:
        return _recording(name, rr_ms, None)
    span = _number(rows[-1], 0, name) - _number(rows[0], 0, name)
    in_ms = span > MILLISECONDS_RATIO * sum(rr_ms[1:]) / 1000
    return _recording(name, rr_ms, _times_s(rows, 0, 0.001 if in_ms else 1.0, name))


def _recording(name: str, rr_ms: list[float], times_s: list[float] | None) -> Recording:
    if not rr_ms:
        raise DamagedData(f"{name} holds no RR intervals.", _FORMAT_HINT)
    if times_s is None:
        times_s = list(accumulate(rr / 1000 for rr in rr_ms))
    else:
        began_s = times_s[0] - rr_ms[0] / 1000
        times_s = [t_s - began_s for t_s in times_s]
    return Recording(name, tuple(times_s), tuple(rr_ms))


def _times_s(rows: list[_Row], at: int, unit_s: float, name: str) -> list[float]:
    times_s: list[float] = []
    for row in rows:
        t_s = _number(row, at, name) * unit_s
        if times_s and t_s < times_s[-1]:
            raise DamagedData(
                f"{name}, line {row.line}: time goes back from {times_s[-1]:g} to {t_s:g} s.",
                "With decimal commas, separate columns by tabs or semicolons.",
            )
        times_s.append(t_s)
    return times_s


def _interval_ms(row: _Row, at: int, unit_ms: float, name: str) -> float:
    rr_ms = _number(row, at, name) * unit_ms
    if not MIN_RR_MS <= rr_ms <= MAX_RR_MS:
        raise DamagedData(
            f"{name}, line {row.line}: {rr_ms:g} ms is no RR interval.",
            f"Possible are {MIN_RR_MS:g} to {MAX_RR_MS:g} ms.",
        )
    return rr_ms


def _number(row: _Row, at: int, name: str) -> float:
    text = row.cells[at] if at < len(row.cells) else ""
    value = float(text) if _is_number(text) else float("nan")
    if not isfinite(value):
        raise DamagedData(f"{name}, line {row.line}: {text[:40]!r} is not a number.", _FORMAT_HINT)
    return value


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells that a separator at the end of the line leaves."""
    end = len(cells)
    while end > 1 and not cells[end - 1]:
        end -= 1
    return cells[:end]
