"""What an artifact looks like: one doubtful interval and its successor, against the beats before them.

Every test compares with a ``Reference`` (level and thresholds of this listener) and ``near_ms``, the cleaned interval
just before. The shares below are dimensionless. How they were found, and what was held back: ``docs/signals.md``.

Rules of this file:
1. Pure tests, no state: the same numbers give the same answer.
2. Time is conserved. A beat found at the wrong moment takes from one interval what it gives to the next, so the second
   overshoots the beats before by as much as the first falls short. Breathing bends the rhythm and comes back to where it
   was, without overshoot; and no artifact makes one interval longer alone, unless a whole beat is missing.
3. A bend counts, not a deviation: breathing moves a beat away from the level or from its neighbour, but hardly ever
   away from the mean of both neighbours.
4. A wider ``SPLIT_TOLERANCE`` halves the real long beats of slow breathing, and a level caught at half rate stays.
"""

from __future__ import annotations

from pulsetune.arousal.reference import Reference

SHORTEST_MS = 273.0  # 220 beats a minute
LONGEST_MS = 2000.0  # 30 beats a minute

HELD_BEND = 0.42  # a step of so many bends waits for the next beat: a displaced beat steps by two thirds of its bend

DISPLACED_STEP = 0.43  # least share of the bend that lies in the step before the beat (ideal: two thirds)
DISPLACED_NEAR = 0.33  # what the two intervals are measured from: so much beat before, the rest level
DISPLACED_BALANCE = 0.65  # how much of what the two intervals do not cancel is added to the threshold
DISPLACED_SUM_BANDS = 1.8  # the two together are two beats, give or take so many bands
DISPLACED_SUM_LEVEL = 0.02  # ... and so much of the level

PREMATURE_LEVEL = 0.05  # least bend, as a share of the level, of an early beat in an otherwise steady run
PREMATURE_STEADY = 0.3  # steady: the beats before it spread over no more than this share of its bend
PREMATURE_STEP = (0.5, 0.8)  # share of the bend in the step before the beat, around the ideal of two thirds
PREMATURE_SUM_LEVEL = 0.02  # the pause makes up for it to within this share of the level

EXTRA_SECOND_BANDS = 0.5  # the second part of a cut interval is shorter than the level by at least this
EXTRA_SUM_LEVEL = 0.12  # the parts together are one beat, within this share of the level or a band

TOGETHER_BANDS = 0.8  # two beats on the same side of the level this close to each other are a change of pace ...
TOGETHER_FALL = 0.67  # ... unless the first is this much shorter: no heart quickens by half from one beat to the next

SPLIT_TOLERANCE = 0.15  # most that a part may lie off the level, as a share of it (anything from .12 to .16 does)
SPLIT_FLOOR = 0.12  # ... and least
SPLIT_MANY = 1.5  # three or more parts must fit so much better: their lengths lie closer together
SPLIT_STANDS_OUT = 1.4  # a missed beat shows against the beat before, too, not only against the level
MOST_PARTS = 4

KEPT_LONG = 1.45  # a long beat without a partner is kept up to so many levels: a pause, a sigh, a deep breath out
KEPT_SHORT_BANDS = 0.5  # a short one only within so many bands of the level: it may be a beat that came early

PAUSE_LEVELS = 2.6  # a longer interval that no split explains is a hole in the signal


def possible(rr_ms: float) -> bool:
    """Whether a heart can beat at this interval."""
    return SHORTEST_MS <= rr_ms <= LONGEST_MS


def is_plain(rr_ms: float, near_ms: float, reference: Reference) -> bool:
    """Whether an interval raises no doubt: near the level and no step away from the beat before."""
    step_ms = rr_ms - near_ms
    return (
        SHORTEST_MS <= rr_ms <= LONGEST_MS
        and abs(rr_ms - reference.level_ms) <= reference.band_ms
        and abs(step_ms) <= HELD_BEND * reference.bend_ms
        and -step_ms <= PREMATURE_STEP[0] * PREMATURE_LEVEL * reference.level_ms
    )


def is_extra(first_ms: float, second_ms: float, reference: Reference) -> bool:
    """Whether one interval was cut in two by a beat that was none."""
    level_ms, band_ms = reference.level_ms, reference.band_ms
    return (
        first_ms < level_ms
        and second_ms < level_ms - EXTRA_SECOND_BANDS * band_ms
        and abs(first_ms + second_ms - level_ms) <= max(band_ms, EXTRA_SUM_LEVEL * level_ms)
    )


def is_displaced(first_ms: float, second_ms: float, near_ms: float, reference: Reference) -> bool:
    """Whether the beat between two intervals came (or was found) at the wrong time: one too short, one too long."""
    step_ms, back_ms = first_ms - near_ms, second_ms - first_ms
    if step_ms * back_ms >= 0:
        return False
    bend_ms = abs(step_ms - back_ms) / 2  # how far the first lies from the mean of its neighbours
    local_ms = DISPLACED_NEAR * near_ms + (1 - DISPLACED_NEAR) * reference.level_ms
    rest_ms = abs(first_ms + second_ms - 2 * local_ms)
    return (
        bend_ms > reference.bend_ms + DISPLACED_BALANCE * rest_ms
        and (first_ms - local_ms) * (second_ms - local_ms) < 0
        and abs(step_ms) >= DISPLACED_STEP * bend_ms
        and rest_ms <= DISPLACED_SUM_BANDS * reference.band_ms + DISPLACED_SUM_LEVEL * reference.level_ms
    )


def is_premature(first_ms: float, second_ms: float, near_ms: float, reference: Reference) -> bool:
    """Whether an early beat with its full pause interrupts a steady run: plain even where it is only a little early."""
    step_ms, back_ms = first_ms - near_ms, second_ms - first_ms
    bend_ms = (back_ms - step_ms) / 2
    least, most = PREMATURE_STEP
    return (
        bend_ms > PREMATURE_LEVEL * reference.level_ms
        and least * bend_ms <= -step_ms <= most * bend_ms
        and abs(first_ms + second_ms - 2 * near_ms) <= PREMATURE_SUM_LEVEL * reference.level_ms
        and reference.last_spread_ms() <= PREMATURE_STEADY * bend_ms
    )


def is_new_pace(first_ms: float, second_ms: float, reference: Reference) -> bool:
    """Whether two beats left the level together: a real change, not an artifact."""
    level_ms, band_ms = reference.level_ms, reference.band_ms
    return (
        (first_ms - level_ms) * (second_ms - level_ms) > 0
        and abs(second_ms - level_ms) > band_ms
        and abs(second_ms - first_ms) <= TOGETHER_BANDS * band_ms
        and first_ms >= TOGETHER_FALL * level_ms
        and possible(first_ms)
        and possible(second_ms)
    )


def is_on_the_way(first_ms: float, second_ms: float, near_ms: float, reference: Reference) -> bool:
    """Whether a beat lies between its neighbours: off the level, yet on the way somewhere."""
    bend_ms = abs(first_ms - (near_ms + second_ms) / 2)
    return bend_ms <= reference.bend_ms and possible(first_ms) and possible(second_ms)


def is_tolerable(rr_ms: float, reference: Reference) -> bool:
    """Whether a doubtful beat that nothing explains is kept as it is."""
    level_ms = reference.level_ms
    return possible(rr_ms) and level_ms - KEPT_SHORT_BANDS * reference.band_ms <= rr_ms < KEPT_LONG * level_ms


def missed_parts(rr_ms: float, near_ms: float, reference: Reference) -> int:
    """Into how many beats a long interval splits; 0 if no split fits."""
    level_ms, band_ms = reference.level_ms, reference.band_ms
    parts = round(rr_ms / level_ms)
    if rr_ms <= level_ms + band_ms or not 2 <= parts <= MOST_PARTS or rr_ms < SPLIT_STANDS_OUT * near_ms:
        return 0
    tolerance_ms = max(min(band_ms, SPLIT_TOLERANCE * level_ms), SPLIT_FLOOR * level_ms)
    return parts if abs(rr_ms / parts - level_ms) <= tolerance_ms / (1 if parts == 2 else SPLIT_MANY) else 0


def is_hole(rr_ms: float, reference: Reference) -> bool:
    """Whether an interval is longer than any pause of a heart that was seen to beat at this level."""
    return rr_ms > max(PAUSE_LEVELS * reference.level_ms, LONGEST_MS)
