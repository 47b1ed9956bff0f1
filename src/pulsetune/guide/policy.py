"""What a policy is: it sees a View once a second and proposes a tempo.

Rules of this file:
1. A policy proposes; the Conductor owns phases, freezes, limits and safety.
2. A policy is asked once a second and only while nothing is frozen, so its own counters count honest seconds.
3. Every change of the target carries a reason in one plain sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Manner(StrEnum):
    """What kind of company a policy is."""

    LEADS = "leads"  # meets the heart, then leads it
    FOLLOWS = "follows"  # stays with the heart and never leads
    STEADY = "steady"  # goes its own way from the first pulse on, whatever the heart does
    ACCOMPANIES = "accompanies"  # a bed without a pulse
    SILENT = "silent"  # no sound at all


@dataclass(frozen=True, slots=True)
class View:
    """What a policy may look at. ``gap_percent`` is how far the music is below the heart (negative: above).

    ``heart_rate_bpm`` is the mean of 30 s, ``heart_rate_fast_bpm`` of 6 s; ``elapsed_s`` counts from the session's
    start without pauses, ``lead_s`` the seconds of leading so far.
    """

    heart_rate_bpm: float
    heart_rate_fast_bpm: float
    tempo_bpm: float
    target_bpm: float
    ratio: float
    floor_bpm: float
    elapsed_s: float
    lead_s: int
    baseline_bpm: float
    goal_bpm: float

    @property
    def heart_tempo_bpm(self) -> float:
        return self.ratio * self.heart_rate_bpm

    @property
    def gap_percent(self) -> float:
        return 100 * (1 - self.tempo_bpm / self.heart_tempo_bpm)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A new target and why; ``reason`` is empty while nothing worth saying changed."""

    target_bpm: float
    reason: str = ""


class Plain:
    """What most policies share: inside the limits, not watched, and no arousal level of their own."""

    watched = False
    limited = True
    lead_reason = ""

    def level(self, elapsed_s: float) -> float | None:  # noqa: ARG002 - the guide's own
        return None


class Policy(Protocol):
    """One way to lead. ``watched``: inside the safety wrapper (backtrack, gate, company).

    ``limited`` is False for a warning example that ignores the limits of the tempo. ``lead_reason`` is said when the
    lead begins. ``level`` is the arousal level to sound like, None for the guide's own.
    """

    manner: Manner
    watched: bool
    limited: bool
    lead_reason: str

    def opening_tempo_bpm(self, view: View) -> float: ...

    def follow(self, view: View) -> Proposal: ...

    def lead(self, view: View) -> Proposal: ...

    def level(self, elapsed_s: float) -> float | None: ...
