"""The plan of the evening: what is due by the clock of the session, whatever the heart does.

Rules of this file:
1. It counts seconds that counted: pauses extend the session.
2. The latest thing that is due wins, so that a short program still fades and ends in silence.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulsetune.guide.phases import Trigger
from pulsetune.model import Phase, Program


@dataclass(frozen=True, slots=True)
class Due:
    """A trigger that is due, and its reason with and without music."""

    trigger: Trigger
    reason: str
    without_music: str


_SILENCE = Due(Trigger.TIME_FOR_SILENCE, *(["silence: it belongs to the session, stay as long as you like"] * 2))
_FADE = Due(Trigger.TIME_TO_FADE, "the music fades out", "nearly over")
_THIN = Due(Trigger.TIME_TO_THIN, "nearly done: the music thins out", "nearly done")
ENOUGH = "enough of the pulse for one evening: a calm bed from here on"
_PULSE_ENOUGH = Due(Trigger.PULSE_ENOUGH, ENOUGH, ENOUGH)


def over(program: Program, phase: Phase, elapsed_s: float, phase_s: float) -> bool:
    """Whether the session is at its end."""
    return elapsed_s >= 60 * program.minutes or (phase is Phase.SILENCE and phase_s >= program.silence_s)


def due(program: Program, phase: Phase, elapsed_s: float, phase_s: float, pulse_s: float) -> Due | None:
    """What the plan asks for now."""
    left_s = 60 * program.minutes - elapsed_s
    ending_s = program.silence_s
    if left_s <= ending_s or (phase is Phase.FADE and phase_s >= program.fade_s):
        return _SILENCE
    ending_s += program.fade_s
    if left_s <= ending_s:
        return _FADE
    if left_s <= ending_s + program.consolidate_s:
        return _THIN
    return _PULSE_ENOUGH if pulse_s >= program.pulse_most_s else None
