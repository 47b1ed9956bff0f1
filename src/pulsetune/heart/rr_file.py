"""Files of RR intervals, as HRV programs write them, to a Recording.

Understood by content, never by name: one column of intervals in ms or s (Kubios, Elite HRV), with points or decimal
commas (``rr_commas.py``); two columns, the time of
the beat that ends the interval and the interval, each in s or ms (Kubios, GoldenCheetah); tables with a header
(``rr_tables.py``: PulseTune's ``csv`` export, HRV Logger, Polar Sensor Logger); PulseTune's ``jsonl`` export. Comments
(``#``), blank lines, Windows line ends and a byte order mark are no obstacle.

Rules of this file:
1. Nothing is guessed silently: what does not fit is an error with the file and the line.
2. Intervals are kept as they stand, artifacts included: cleaning is not done here.
3. Arbitrary bytes give a Recording or a PulseTuneError, never anything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path

from pulsetune.errors import DamagedData, WrongUse
from pulsetune.heart.rr_commas import without_decimal_commas
from pulsetune.heart.rr_jsonl import from_jsonl
from pulsetune.heart.rr_lines import (
    FORMAT_HINT,
    GAP_S,
    Heart,
    Row,
    interval_ms,
    interval_unit_ms,
    is_number,
    number,
    rows,
    time_unit_s,
    times_s,
    trimmed,
)
from pulsetune.heart.rr_tables import from_table

MAX_FILE_BYTES = 16_000_000  # a week of intervals with their times takes about 14 MB
MAX_INTERVALS = 1_000_000  # a week at a mean heart rate of 99
MAX_DURATION_S = 7 * 86_400.0

_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Recording:
    """RR intervals with the time of the beat that ends each, in seconds from the start of the first interval.

    ``simulated`` where the file says that no person was measured; only PulseTune's own exports say it.
    """

    name: str
    t_s: tuple[float, ...]
    rr_ms: tuple[float, ...]
    simulated: bool = False


def holes(recording: Recording) -> list[int]:
    """Which intervals come after a hole: times that the interval does not account for."""
    return [
        at
        for at in range(1, len(recording.t_s))
        if recording.t_s[at] - recording.t_s[at - 1] - recording.rr_ms[at] / 1000 > GAP_S
    ]


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
            raise WrongUse(f"{path} is not an ordinary file.", FORMAT_HINT)
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as problem:  # ValueError: a name with a zero byte
        why = getattr(problem, "strerror", None) or str(problem)
        raise DamagedData(f"{path} cannot be read ({why}).", "Check its permissions.") from problem
    return parse_rr(data, path.name)


def parse_rr(data: bytes, name: str) -> Recording:
    """Understand the bytes of such a file; ``name`` is for the messages and the Recording."""
    if len(data) > MAX_FILE_BYTES:
        raise WrongUse(f"{name} is larger than {MAX_FILE_BYTES // 1_000_000} MB.", FORMAT_HINT)
    text = _text(data, name)
    found = from_jsonl(text, name) if text.startswith("{") else _from_rows(text, name)
    recording = _recording(name, found)
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
        raise DamagedData(f"{name} is not a text file.", FORMAT_HINT)
    return text


def _from_rows(text: str, name: str) -> Heart:
    found = list(islice(rows(text), MAX_INTERVALS + 1))
    if len(found) > MAX_INTERVALS:
        raise WrongUse(f"{name} has more than {MAX_INTERVALS} lines.", FORMAT_HINT)
    if not found:
        return Heart([], None)
    if any(character.isalpha() for cell in found[0].cells for character in cell if not is_number(cell)):
        return from_table(found, name)
    return _from_columns(found, name)


def _from_columns(found: list[Row], name: str) -> Heart:
    """One or two columns of bare numbers; the units follow from their size."""
    found = without_decimal_commas(found, name)
    width = len(trimmed(found[0].cells))
    if width not in (1, 2):
        raise DamagedData(f"{name}, line {found[0].line}: {width} columns without a header.", FORMAT_HINT)
    for row in found:
        if len(trimmed(row.cells)) != width:
            raise DamagedData(f"{name}, line {row.line}: not {width} column(s) like the first line.", FORMAT_HINT)
    rr_at = width - 1
    unit_ms = interval_unit_ms([number(row, rr_at, name) for row in found])
    rr_ms = [interval_ms(row, rr_at, unit_ms, name) for row in found]
    if width == 1:
        return Heart(rr_ms, None)
    ends = [number(found[at], 0, name) for at in (0, -1)]
    return Heart(rr_ms, times_s(found, 0, time_unit_s(ends, rr_ms), name))


def _recording(name: str, found: Heart) -> Recording:
    rr_ms, beats_s = found.rr_ms, found.beats_s
    if not rr_ms:
        raise DamagedData(f"{name} holds no RR intervals.", FORMAT_HINT)
    if beats_s is None:
        beats_s = list(accumulate(rr / 1000 for rr in rr_ms))
    else:
        began_s = beats_s[0] - rr_ms[0] / 1000
        beats_s = [t_s - began_s for t_s in beats_s]
    return Recording(name, tuple(beats_s), tuple(rr_ms), found.simulated)
