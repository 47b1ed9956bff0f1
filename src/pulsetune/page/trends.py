"""What many sessions say together: minutes a week, how the heart rate changed, how it began, and how surely.

Rules of this file:
1. Pure: listed sessions give the trends; today is handed in.
2. Measured sessions and simulated ones are never put together. What was played from a recording is in neither: it was
   not lived on that day.
3. Sessions that were stopped early count from ``SHORTEST_S`` on: to leave out what a listener did not like would flatter.
4. A program that was led in several ways is several programs: each has a mean of its own.
5. Intervals, not scores. The words describe; a low number is no achievement, and nothing is said to be the cause.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean

from pulsetune.page.intervals import FEWEST, evenly, mean_interval, smooth
from pulsetune.page.story import QUIET, sat_quietly
from pulsetune.page.trend_words import beside_words, mean_words, needed_words
from pulsetune.ports import ListedSession

SHORTEST_S = 360.0  # the shortest session that a program has: below this the music could not lead yet
WEEKS = 26  # half a year of weeks fits on a screen
BANDWIDTH_DAYS = 14.0  # two weeks: an odd night does not bend the smooth, a season does
SMOOTH_STEPS = 60
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Evening:
    """One session: when, what (``_names``), how the heart rate began and changed (beats a minute)."""

    session_id: int
    program: str
    at_ms: int
    began_bpm: float
    change_bpm: float


@dataclass(frozen=True, slots=True)
class Week:
    """Minutes of all sessions that began in the week of this Monday."""

    monday: str
    minutes: float
    sessions: int


@dataclass(frozen=True, slots=True)
class ProgramTrend:
    """How the heart rate changed in one program; ``low_bpm`` and ``high_bpm`` are None for too few sessions."""

    program: str
    sessions: int
    mean_bpm: float
    low_bpm: float | None
    high_bpm: float | None
    words: str
    beside_quiet: str


@dataclass(frozen=True, slots=True)
class Trends:
    """Field names are the keys that the page's scripts read; ``smooth`` is pairs of time (ms) and beats a minute."""

    evenings: list[Evening]
    weeks: list[Week]
    programs: list[ProgramTrend]
    smooth: list[tuple[int, float | None]]
    needed_words: str


def trends(sessions: Iterable[ListedSession], *, simulated: bool, today: date) -> Trends:
    """Everything that is over, of one kind."""
    kind = [row for row in sessions if row.simulated == simulated and not row.replayed and row.state != "running"]
    found = [_evening(row, name) for row, name in zip(kind, _names(kind), strict=True)]
    evenings = sorted(filter(None, found), key=lambda evening: evening.at_ms)
    changes: dict[str, list[float]] = defaultdict(list)
    for evening in evenings:
        changes[evening.program].append(evening.change_bpm)
    return Trends(
        evenings, _weeks(kind, today), _programs(changes), _smooth(evenings), needed_words(list(changes.values()))
    )


def _names(sessions: Sequence[ListedSession]) -> list[str]:
    """What each is called: its program, with the way it was led where that program was led in several ways."""
    ways: dict[str, set[str]] = defaultdict(set)
    for row in sessions:
        ways[row.program].add(row.policy)
    return [
        row.program
        if len(ways[row.program]) == 1 or not row.policy or sat_quietly(row)
        else f"{row.program} ({row.policy.replace('_', ' ')})"
        for row in sessions
    ]


def _evening(row: ListedSession, name: str) -> Evening | None:
    """None for a session that is too short, broken off, or without a beginning to compare with."""
    began, ended = row.baseline_heart_rate_bpm, row.final_heart_rate_bpm
    if row.state != "complete" or row.duration_s < SHORTEST_S or began is None or ended is None:
        return None
    at_ms = round(1000 * datetime.fromisoformat(row.started_at).timestamp())
    return Evening(row.session_id, name, at_ms, began, round(ended - began, 1))


def _weeks(sessions: Sequence[ListedSession], today: date) -> list[Week]:
    """Every week from the first session's to this one, empty ones too, at most the last ``WEEKS``."""
    minutes: dict[date, list[float]] = defaultdict(list)
    for row in sessions:
        minutes[_monday(datetime.fromisoformat(row.started_at).date())].append(row.duration_s / 60)
    if not minutes:
        return []
    last = max(_monday(today), *minutes)
    first = max(min(minutes), last - timedelta(weeks=WEEKS - 1))
    mondays = [first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1)]
    return [Week(day.isoformat(), round(sum(minutes[day]), 1), len(minutes[day])) for day in mondays]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _programs(changes: dict[str, list[float]]) -> list[ProgramTrend]:
    """The quiet program first, then the most played."""
    quiet = changes.get(QUIET, [])
    order = sorted(changes, key=lambda name: (name != QUIET, -len(changes[name]), name))
    return [_program(name, changes[name], quiet) for name in order]


def _program(name: str, values: list[float], quiet: list[float]) -> ProgramTrend:
    interval = mean_interval(values)
    return ProgramTrend(
        program=name,
        sessions=len(values),
        mean_bpm=round(fmean(values), 2),
        low_bpm=round(interval.low, 2) if interval else None,
        high_bpm=round(interval.high, 2) if interval else None,
        words=mean_words(interval, len(values)),
        beside_quiet="" if name == QUIET else beside_words(values, quiet),
    )


def _smooth(evenings: Sequence[Evening]) -> list[tuple[int, float | None]]:
    """How the heart rate at the beginning went along; nothing for too few sessions."""
    if len(evenings) < FEWEST:
        return []
    days = [evening.at_ms / 1000 / DAY_S for evening in evenings]
    at = evenly(days[0], days[-1], SMOOTH_STEPS)
    line = smooth(days, [evening.began_bpm for evening in evenings], at, BANDWIDTH_DAYS)
    return [
        (round(day * DAY_S * 1000), None if value is None else round(value, 2))
        for day, value in zip(at, line, strict=True)
    ]
