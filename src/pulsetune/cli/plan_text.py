"""A program for people in a terminal: every number with its reason, and a picture of the tempo.

Rules of this file:
1. The words come from ``program_keys.py``, the tempo from ``program_plan.py``; nothing is computed here.
2. Plain characters only: the picture must come through any terminal.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING

from pulsetune.model import Phase, Program
from pulsetune.program_file import TABLES, table_keys
from pulsetune.program_keys import KEY_WORDS

if TYPE_CHECKING:
    from pulsetune.program_plan import Plan

PICTURE_COLUMNS = 72
PICTURE_ROWS = 14
NOT_A_PROMISE = "The heart is simulated: yours may do something else, and then so does the music"
HEAD = ("name", "title", "description")  # shown in the first lines, with no need of a reason
_INDENT = " " * 6
_MARKS = {
    Phase.CALIBRATE: "c",
    Phase.MATCH: "m",
    Phase.LEAD: "l",
    Phase.HOLD: "h",
    Phase.COMPANION: "k",
    Phase.CONSOLIDATE: "t",
    Phase.FADE: "f",
    Phase.SILENCE: "s",
    Phase.STOPPING: "x",
}
_WORDS = {
    Phase.CALIBRATE: "measuring",
    Phase.COMPANION: "keeping company",
    Phase.CONSOLIDATE: "thinning",
}


def program_text(program: Program, columns: int) -> str:
    """Every key of a program with its value, unit, meaning and reason."""
    lines = [f"{program.title} ({program.name}): {program.description}"]
    for table in ("", *TABLES):
        lines += ["", f"[{table}]"] if table else [""]
        for key in (key for key in table_keys(table) if key not in HEAD):
            words = KEY_WORDS[key]
            unit = f"   ({words.unit})" if words.unit not in ("", key) else ""
            lines.append(f"  {key} = {value_text(program_value(program, table, key))}{unit}")
            lines += textwrap.wrap(
                f"{words.what}. {words.why}.", columns, initial_indent=_INDENT, subsequent_indent=_INDENT
            )
    return "\n".join(lines)


def program_value(program: Program, table: str, key: str) -> object:
    """What a program has for a key of its file."""
    return getattr(program.imagery if table == "imagery" else program, key)


def value_text(value: object) -> str:
    """A value as it is written in a program file."""
    match value:
        case list() | tuple():
            return f"[{', '.join(map(value_text, value))}]"
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False)  # a TOML string, too
    return f"{value:g}"


def plan_words(plan: Plan) -> str:
    """What a picture of a plan shows, in a sentence."""
    said = ", not led, as you said in `pulsetune profile`" if plan.listen_only else ""
    return f"Planned tempo, for a heart that begins at {plan.begins_bpm:g} a minute and follows calmly{said}"


def breath_words(plan: Plan) -> str:
    """How the breathing guide would go, in a sentence; empty where there is none."""
    asked = [value for value in plan.breaths_per_min if value is not None]
    if not asked:
        return ""
    return f"Breathing guide: from {asked[0]:.1f} to {min(asked):.1f} breaths a minute; follow it or not, softly, not deeply."


def phase_word(phase: str) -> str:
    """A phase in a word for people."""
    return _WORDS.get(Phase(phase), phase)


def tempo_picture(plan: Plan) -> str:
    """The tempo (``*``), the heart (``.``) and the phases of a plan over time."""
    tempo, heart = _columns(plan.tempo_bpm), _columns(plan.heart_rate_bpm)
    known = [value for value in (*tempo, *heart) if value is not None]
    room = max(1.0, (PICTURE_ROWS - 1 - (max(known) - min(known))) / 2)  # a row is a beat a minute at least
    low = float(floor(min(known) - room))
    high = low + max(PICTURE_ROWS - 1, ceil(max(known) + 1 - low))
    rows = [[" "] * PICTURE_COLUMNS for _ in range(PICTURE_ROWS)]
    for series, mark in ((heart, "."), (tempo, "*")):
        for column, value in enumerate(series):
            if value is not None:
                rows[round((high - value) / (high - low) * (PICTURE_ROWS - 1))][column] = mark
    step = (high - low) / (PICTURE_ROWS - 1)
    picture = [f"{high - step * row:5.0f} |{''.join(cells).rstrip()}" for row, cells in enumerate(rows)]
    return "\n".join([*picture, f"      +{'-' * PICTURE_COLUMNS}", _minutes(plan), _phase_marks(plan), _legend(plan)])


def _columns(series: tuple[float | None, ...] | tuple[float, ...]) -> list[float | None]:
    """One value a column: the mean of its seconds, None where none is known."""
    out: list[float | None] = []
    edges = [round(column * len(series) / PICTURE_COLUMNS) for column in range(PICTURE_COLUMNS + 1)]
    for from_s, to_s in pairwise(edges):
        known = [value for value in series[from_s:to_s] if value is not None]
        out.append(sum(known) / len(known) if known else None)
    return out


def _minutes(plan: Plan) -> str:
    minutes = (len(plan.tempo_bpm) - 1) / 60
    step = 5 if minutes > 12 else 1
    line = [" "] * (PICTURE_COLUMNS + 12)
    for minute in range(0, int(minutes) + 1, step):
        column = round(minute / minutes * (PICTURE_COLUMNS - 1))
        line[column : column + len(str(minute))] = str(minute)
    return f"  min  {''.join(line).rstrip()}"


def _phase_marks(plan: Plan) -> str:
    marks, end_s = [" "] * PICTURE_COLUMNS, len(plan.tempo_bpm) - 1
    for span in plan.phases:
        first = round(span.from_s / end_s * PICTURE_COLUMNS)
        last = max(first + 1, round(span.to_s / end_s * PICTURE_COLUMNS))
        marks[first:last] = _MARKS[Phase(span.phase)] * (min(last, PICTURE_COLUMNS) - first)
    return f"       {''.join(marks)}"


def _legend(plan: Plan) -> str:
    phases: Iterable[str] = dict.fromkeys(span.phase for span in plan.phases)
    played = any(value is not None for value in plan.tempo_bpm)
    marks = [*(["* tempo of the music"] if played else ["no pulse"]), ". heart rate"]
    named = [f"{_MARKS[Phase(phase)]} {phase_word(phase)}" for phase in phases]
    return textwrap.fill(", ".join([*marks, *named]), PICTURE_COLUMNS + 7, initial_indent="  ", subsequent_indent="  ")
