"""The phases of a session and what moves it from one to the next, as a table.

Rules of this file:
1. Every transition the Conductor can make is a row here; a trigger without a row in a phase does nothing there.
2. STOPPING is final: it only ever ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pulsetune.model import Phase


class Trigger(StrEnum):
    """What can move a session on."""

    CALIBRATED = "calibrated"
    ALREADY_CALM = "already calm, or listening only"
    JUST_COMPANY = "company was asked for"
    NO_BASELINE = "no usable pulse"
    MATCHED = "the music is with the heart"
    ARRIVED = "slow music reached"
    BACKTRACK = "heart rose"
    COMPANION = "leading does not help"
    PULSE_ENOUGH = "enough of the pulse"
    LONG_DROPOUT = "no beat for 2 min"
    RETURNED = "back, far from the music"
    TIME_TO_THIN = "time to thin"
    TIME_TO_FADE = "time to fade"
    NO_EFFECT = "company did not help"
    LOST = "no beat for 5 min"
    TIME_FOR_SILENCE = "faded"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class News:
    """Something to say, and perhaps a trigger for the next phase."""

    reason: str
    trigger: Trigger | None = None


PLAYING = (Phase.MATCH, Phase.LEAD, Phase.HOLD, Phase.COMPANION)

TRANSITIONS: dict[tuple[Phase, Trigger], Phase] = {
    (Phase.CALIBRATE, Trigger.CALIBRATED): Phase.MATCH,
    (Phase.CALIBRATE, Trigger.ALREADY_CALM): Phase.HOLD,
    (Phase.CALIBRATE, Trigger.JUST_COMPANY): Phase.COMPANION,
    (Phase.CALIBRATE, Trigger.NO_BASELINE): Phase.COMPANION,
    (Phase.MATCH, Trigger.MATCHED): Phase.LEAD,
    (Phase.LEAD, Trigger.ARRIVED): Phase.HOLD,
    (Phase.LEAD, Trigger.BACKTRACK): Phase.MATCH,
    (Phase.HOLD, Trigger.BACKTRACK): Phase.MATCH,
    (Phase.LEAD, Trigger.COMPANION): Phase.COMPANION,
    (Phase.HOLD, Trigger.COMPANION): Phase.COMPANION,
    (Phase.MATCH, Trigger.COMPANION): Phase.COMPANION,
    (Phase.CALIBRATE, Trigger.COMPANION): Phase.COMPANION,
    (Phase.LEAD, Trigger.RETURNED): Phase.MATCH,
    (Phase.HOLD, Trigger.RETURNED): Phase.MATCH,
    **{(phase, Trigger.PULSE_ENOUGH): Phase.COMPANION for phase in (Phase.MATCH, Phase.LEAD, Phase.HOLD)},
    **{(phase, Trigger.LONG_DROPOUT): Phase.COMPANION for phase in (Phase.MATCH, Phase.LEAD, Phase.HOLD)},
    **{(phase, Trigger.TIME_TO_THIN): Phase.CONSOLIDATE for phase in PLAYING},
    **{(phase, Trigger.TIME_TO_FADE): Phase.FADE for phase in (*PLAYING, Phase.CALIBRATE, Phase.CONSOLIDATE)},
    (Phase.COMPANION, Trigger.NO_EFFECT): Phase.FADE,
    **{(phase, Trigger.LOST): Phase.STOPPING for phase in (Phase.CALIBRATE, *PLAYING, Phase.CONSOLIDATE)},
    (Phase.FADE, Trigger.TIME_FOR_SILENCE): Phase.SILENCE,
    **{(phase, Trigger.STOP): Phase.STOPPING for phase in Phase if phase is not Phase.STOPPING},
}
