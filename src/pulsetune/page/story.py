"""A past session as the page shows it: curves, phases, every step with its reason, quality, check-ins.

Rules of this file:
1. Pure: the events of a log give its story. What is damaged ends the story there, and is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import fmean

from pulsetune.errors import DamagedData
from pulsetune.model import CheckIn, Event
from pulsetune.page.intervals import mean_interval
from pulsetune.page.values import Moment, Point, Span
from pulsetune.page.view_state import ViewFold
from pulsetune.page.words import ENDINGS, quality_words
from pulsetune.ports import ListedSession
from pulsetune.summary import Summary, SummaryFold

QUIET = "quiet"  # the program without music: one's own measure of what sitting still does
# of two values Student's interval is nine standard deviations wide to either side; of three it is wide, and says so
FEWEST_QUIET = 3


@dataclass(frozen=True, slots=True)
class Story:
    """Field names are the keys that the page's scripts read; ``damage`` is a sentence where the log breaks off."""

    title: str
    summary: Summary
    points: list[Point]
    spans: list[Span]
    moments: list[Moment]
    check_ins: list[CheckIn]
    ended_words: str
    quality_words: str
    damage: str | None


def tell(events: Iterator[tuple[float, Event]]) -> Story:
    """Read a log to its end, or to where it is damaged."""
    view, summary, damage = ViewFold(), SummaryFold(), None
    try:
        for at_s, event in events:
            view.take(at_s, event)
            summary.take(at_s, event)
    except DamagedData as problem:
        damage = str(problem)
    result = summary.summary()
    return Story(
        title=view.started.program.title if view.started else result.program,
        summary=result,
        points=view.points,
        spans=view.spans(result.duration_s),
        moments=view.moments,
        check_ins=view.check_ins,
        ended_words=ENDINGS[view.ended.ended_because] if view.ended else "It was interrupted.",
        quality_words=quality_words(result.quality),
        damage=damage,
    )


@dataclass(frozen=True, slots=True)
class UsualChange:
    """How this listener's heart rate changes when they sit quietly without music, on average of ``sessions``.

    ``low_bpm`` to ``high_bpm`` is Student's 95 % interval of that mean; None for fewer than ``FEWEST_QUIET`` sessions.
    """

    change_bpm: float
    sessions: int
    low_bpm: float | None = None
    high_bpm: float | None = None


def usual_words(usual: UsualChange, *, simulated: bool) -> str:
    """That change as a sentence, as surely as it is known."""
    when = "In simulated quiet sessions" if simulated else "When you sat quietly, without music,"
    quietly = f"{when} the heart rate changed by {usual.change_bpm:+.1f}"
    if usual.sessions == 1:
        return f"{quietly}, in the one session there is: too few to compare."
    mean = f"{quietly} on average of {usual.sessions} sessions"
    if usual.low_bpm is None or usual.high_bpm is None:
        return f"{mean}: too few to say how surely."
    surely = f"95 % interval of that mean: {usual.low_bpm:+.1f} to {usual.high_bpm:+.1f}"
    return f"{mean} ({surely}). One evening beside it says little."


def sat_quietly(row: ListedSession) -> bool:
    """Whether it was the program without music, as it is: it can be led in another way."""
    return row.program == QUIET and row.policy in ("", QUIET)


def usual_change(sessions: Iterable[ListedSession], beside: ListedSession) -> UsualChange | None:
    """The listener's own usual change, to be shown beside a session; None where none was measured in the same way."""
    changes = [
        row.final_heart_rate_bpm - row.baseline_heart_rate_bpm
        for row in sessions
        if sat_quietly(row)
        and row.state == "complete"
        and row.simulated == beside.simulated
        and not row.replayed
        and row.session_id != beside.session_id
        and row.baseline_heart_rate_bpm is not None
        and row.final_heart_rate_bpm is not None
    ]
    if not changes:
        return None
    interval = mean_interval(changes, FEWEST_QUIET)
    ends = (round(interval.low, 1), round(interval.high, 1)) if interval else (None, None)
    return UsualChange(round(fmean(changes), 1), len(changes), *ends)
