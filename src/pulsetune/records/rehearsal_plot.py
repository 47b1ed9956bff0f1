"""A rehearsal as a picture: a column for each policy, a row for each type of listener, median and spread over time.

Rules of this file:
1. It draws what it is given and computes nothing: whoever calls it has the numbers.
2. The picture says by itself that it is model-based, in what units it is, and how many listeners are behind each panel.
3. All panels share one scale, so that they can be compared by eye.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pulsetune.records.plots import Panel, axes, band, document, label, line, stripe, upright

MARGIN_LEFT, MARGIN_RIGHT, TOP, BOTTOM = 128.0, 24.0, 148.0, 56.0
ROW, ROW_GAP, COLUMN_GAP = 172.0, 14.0, 36.0
NARROWEST, WIDEST, WHOLE = 236.0, 1010.0, 1200.0  # width of a column in px, and of the picture if the columns allow it
LEAST_WIDTH = 1200.0  # the legend needs this much

Spread = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Course:
    """How something went: at each time (s) the 10th, 50th and 90th percentile, None where it is not known."""

    times_s: Sequence[float]
    spread: Sequence[Spread | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """One type of listener under one policy; everything in 1/min from the own beginning."""

    heart_rate: Course
    tempo: Course
    in_silence: Course
    note: str


@dataclass(frozen=True, slots=True)
class Picture:
    """``cells[row][column]``; ``shaded`` are stretches of time (s) in which nothing leads."""

    title: str
    columns: Sequence[str]
    rows: Sequence[str]
    cells: Sequence[Sequence[Cell]]
    end_s: float
    shaded: Sequence[tuple[float, float]]


def rehearsal_plot(picture: Picture) -> str:
    """An SVG file of at least one row and one column."""
    count = len(picture.columns)
    room = WHOLE - MARGIN_LEFT - MARGIN_RIGHT + COLUMN_GAP
    column = min(WIDEST, max(NARROWEST, room / count - COLUMN_GAP))
    width = max(LEAST_WIDTH, MARGIN_LEFT + count * (column + COLUMN_GAP) - COLUMN_GAP + MARGIN_RIGHT)
    height = TOP + len(picture.rows) * (ROW + ROW_GAP) - ROW_GAP + BOTTOM
    low, high = _scale(picture)
    body = [*_head(picture)]
    for row, name in enumerate(picture.rows):
        top = TOP + row * (ROW + ROW_GAP)
        body.append(upright(26, top + ROW / 2, name, css="title-small"))
        for at in range(count):
            panel = Panel(top, ROW, picture.end_s, low, high, MARGIN_LEFT + at * (column + COLUMN_GAP), column)
            last = row == len(picture.rows) - 1
            body += _panel(panel, picture, picture.cells[row][at], first=at == 0, last=last)
    for at, name in enumerate(picture.columns):
        left = MARGIN_LEFT + at * (column + COLUMN_GAP)
        body.append(label(left + column / 2, TOP - 12, name, anchor="middle", css="title-small"))
        body.append(label(left + column / 2, height - 12, "time (min:s)", anchor="middle"))
    return document(picture.title, _description(picture), body, round(width), round(height))


def _head(picture: Picture) -> list[str]:
    """Title, what is drawn, and the legend."""
    parts = [
        label(26, 36, picture.title, css="title"),
        label(26, 60, "MODEL-BASED: the listeners are invented, nobody was measured.", css="soft"),
        label(
            26,
            82,
            "Median (line) and 10 to 90 % of the listeners (area), from the own heart rate at the beginning.",
            css="soft",
        ),
    ]
    x = 26.0
    for css, area, words in (
        ("line", "band", "heart rate"),
        ("tempo", "tempo-band", "tempo of the music (twice it, at half the pulse)"),
        ("still", "", "heart rate of the same listeners in silence"),
    ):
        if area:
            parts.append(f'<rect class="{area}" x="{x:g}" y="96" width="26" height="14"/>')
        parts.append(f'<path class="{css}" d="M{x:g} 103h26"/>')
        parts.append(label(x + 33, 108, words))
        x += 33 + 6.4 * len(words) + 30
    parts.append(f'<rect class="gap" x="{x:g}" y="96" width="26" height="14"/>')
    parts.append(label(x + 33, 108, "measuring; thinning to silence"))
    return parts


def _panel(panel: Panel, picture: Picture, cell: Cell, *, first: bool, last: bool) -> Iterator[str]:
    for from_s, to_s in picture.shaded:
        yield stripe(panel, from_s, to_s, "gap")
    yield from axes(panel, "change (1/min)" if first else "", times=last, values=first)
    for course, css, area in ((cell.tempo, "tempo", "tempo-band"), (cell.heart_rate, "line", "band")):
        yield band(panel, [_edge(t_s, at) for t_s, at in zip(course.times_s, course.spread, strict=True)], area)
        yield line(panel, _median(course), css)
    yield line(panel, _median(cell.in_silence), "still")
    yield label(panel.left + panel.width - 8, panel.top + 18, cell.note, anchor="end", css="soft")


def _edge(t_s: float, at: Spread | None) -> Spread | None:
    return None if at is None else (t_s, at[0], at[2])


def _median(course: Course) -> Iterator[tuple[float, float | None]]:
    for t_s, at in zip(course.times_s, course.spread, strict=True):
        yield t_s, None if at is None else at[1]


def _scale(picture: Picture) -> tuple[float, float]:
    """Every area of every panel, with a little air."""
    known = [
        value
        for row in picture.cells
        for cell in row
        for course in (cell.heart_rate, cell.tempo, cell.in_silence)
        for at in course.spread
        if at is not None
        for value in at
    ] or [0.0]
    low, high = min(-5.0, *known), max(5.0, *known)
    air = 0.06 * (high - low)
    return low - air, high + 2 * air  # above there is a note in each panel


def _description(picture: Picture) -> str:
    who = f"{len(picture.rows)} types of simulated listeners ({', '.join(picture.rows)})"
    what = f"{len(picture.columns)} policies: median and 10 to 90 % of heart rate and tempo over time."
    words = [f"Model-based. {who} under {what}"]
    for name, row in zip(picture.rows, picture.cells, strict=True):
        notes = (f"{policy} {cell.note}" for policy, cell in zip(picture.columns, row, strict=True))
        words.append(f"{name}: {'; '.join(notes)}.")
    return " ".join(words)
