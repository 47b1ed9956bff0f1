"""A past session as the page shows it: curves, phases, every step with its reason, quality, check-ins.

Rules of this file:
1. Pure: the events of a log give its story. What is damaged ends the story there, and is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pulsetune.errors import DamagedData
from pulsetune.model import CheckIn, Event
from pulsetune.page.view_state import Moment, Point, Span, ViewFold
from pulsetune.page.words import ENDINGS, quality_words
from pulsetune.summary import Summary, SummaryFold


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
