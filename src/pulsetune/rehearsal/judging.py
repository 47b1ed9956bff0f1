"""One evening beside the quiet evening of the same listener.

Rules of this file:
1. Both evenings are read at the same seconds, to the end of the program, whenever the session ended.
2. Pure arithmetic on two evenings. No randomness, nothing of other listeners.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from pulsetune.heart.listener import Responder
from pulsetune.model import Program
from pulsetune.rehearsal.evening import Evening

BEGINNING_S = 60  # the own beginning: the last minute of calibrate
JUDGED_S = 180  # vs silence: mean of the last three minutes before consolidate (and of the final silence)
HARM_S = 600  # rise, and harmed: mean of the last ten minutes before consolidate ...
HARM_BPM = 1.0  # ... this far above the same listener's quiet evening
REACHED_BPM = 5.0  # below the beginning ...
REACHED_S = 60  # ... for a minute: reached the target


@dataclass(frozen=True, slots=True)
class Outcome:
    """One listener's evening beside the same listener's quiet evening; all numbers model-based.

    ``beginning_bpm`` is the mean of the last minute of calibrate, ``change_bpm`` how far the last three minutes before
    consolidate lie from it. ``vs_silence_at_end_bpm`` is None for a program without silence at its end. ``rise_bpm`` is
    the difference from the quiet evening over the last ten minutes before consolidate; ``harmed`` says that it is large.
    """

    seed: int
    responder: Responder
    beginning_bpm: float
    change_bpm: float
    vs_silence_bpm: float
    vs_silence_at_end_bpm: float | None
    rise_bpm: float
    reached_target: bool
    harmed: bool
    companion: bool
    ended_early: bool
    max_fall_percent_per_min: float
    max_rise_percent_per_min: float
    dropout_moves_percent: tuple[float, ...]


def judge(evening: Evening, quiet: Evening, program: Program) -> Outcome:
    """Hold an evening against the quiet one of the same listener, second by second."""
    end_s = round(60 * program.minutes)
    silent_s = round(program.silence_s)
    thin_s = round(end_s - program.silence_s - program.fade_s - program.consolidate_s)
    heart, still = evening.true_heart_rate_bpm, quiet.true_heart_rate_bpm
    first_s = round(program.calibrate_s)
    beginning_bpm = fmean(heart[first_s - BEGINNING_S : first_s])
    judged_s = max(first_s, thin_s - JUDGED_S)  # a short session has less to judge

    def difference(from_s: int, to_s: int) -> float:
        return fmean(heart[from_s:to_s]) - fmean(still[from_s:to_s])

    rise_bpm = difference(max(first_s, thin_s - HARM_S), thin_s)
    return Outcome(
        evening.seed,
        evening.responder,
        beginning_bpm,
        change_bpm=fmean(heart[judged_s:thin_s]) - beginning_bpm,
        vs_silence_bpm=difference(judged_s, thin_s),
        vs_silence_at_end_bpm=difference(end_s - silent_s, end_s) if silent_s else None,
        rise_bpm=rise_bpm,
        reached_target=_stays_below(heart, beginning_bpm - REACHED_BPM, REACHED_S),
        harmed=rise_bpm > HARM_BPM,
        companion=evening.companion,
        ended_early=evening.ended_s < end_s,
        max_fall_percent_per_min=evening.max_fall_percent_per_min,
        max_rise_percent_per_min=evening.max_rise_percent_per_min,
        dropout_moves_percent=evening.dropout_moves_percent,
    )


def _stays_below(series: Sequence[float], level: float, seconds: int) -> bool:
    run = 0
    for value in series:
        run = run + 1 if value <= level else 0
        if run >= seconds:
            return True
    return False
