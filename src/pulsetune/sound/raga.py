"""Raga Yaman as a set of rules: its notes in just intonation, where each may go, where a phrase may rest.

Yaman is the first raga of an evening, of the Kalyan family. Ascent: 'N R G M D N S', without Sa and Pa, launched from
the low Ni. Descent: S' N D P M G R S, with the swoop from Pa to Re for which the family is known. Ma is sharp (tivra),
everything else natural. Vadi Ga, samvadi Ni; phrases rest on Sa, Re, Ga, Pa and Ni. The rules are
the common ones of teaching (cf. J. Bor, "The Raga Guide", 1999); no recording or composition is followed.

Rules of this file:
1. A place counts the notes of the scale, 0 is the middle Sa, 7 the Sa above it, -1 the Ni below it.
2. ``moves`` is the only source of steps: a line that follows it cannot break the raga's rules.
3. Pure arithmetic; nothing is random here.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

NOTES_PER_OCTAVE = 7
SA, RE, GA, MA, PA, DHA, NI = range(NOTES_PER_OCTAVE)
# Five-limit just intonation over a drone of Sa and Pa; tivra Ma is a Ga above Re: 9/8 times 5/4.
RATIOS = (1 / 1, 9 / 8, 5 / 4, 45 / 32, 3 / 2, 5 / 3, 15 / 8)
VADI, SAMVADI = GA, NI
NYAS = (SA, RE, GA, PA, NI)

ASCENT = {NI: (1, 2), RE: (1,), GA: (1,), MA: (2,), DHA: (1,)}  # steps up: Ni to Sa' or past it to Re', Ma past Pa
DESCENT = {PA: (-1, -3)}  # steps down, where they are not simply the next note: Pa also swoops to Re
NEXT_BELOW = (-1,)
MOST_TURNS = 3  # changes of direction in one breath: more would be an exercise, not a phrase

# Phrases by which a listener knows the raga (pakad); the bar is a breath.
PAKADS: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((-1, 1, 2, 1), (4, 1, 0)),  # 'N R G R | P R S
    ((-1, 1, 2), (2, 1, 0)),  # 'N R G | G R S
    ((2, 1), (-1, 1, 0)),  # G R | 'N R S
    ((2, 3, 5, 4), (4, 1)),  # G M D P | P R
    ((3, 5, 6, 5, 4), (3, 2)),  # M D N D P | M G
    ((5, 4, 3, 2), (-1, 1, 2)),  # D P M G | 'N R G
)


def cents(place: int) -> float:
    """Pitch of a place above the middle Sa, in cents."""
    octave, note = divmod(place, NOTES_PER_OCTAVE)
    return 1200.0 * (octave + math.log2(RATIOS[note]))


def moves(place: int) -> tuple[int, ...]:
    """The places to which a line may go on from ``place`` within one breath, upward ones first."""
    note = place % NOTES_PER_OCTAVE
    return tuple(place + step for step in (*ASCENT.get(note, ()), *DESCENT.get(note, NEXT_BELOW)))


@lru_cache(maxsize=4096)
def breaths(start: int, goal: int, notes: int, low: int, high: int) -> tuple[tuple[int, ...], ...]:
    """Every line of ``notes`` places from ``start`` to ``goal`` that the raga allows, within ``low`` and ``high``.

    Lines that waver between two notes, or turn more than ``MOST_TURNS`` times, are left out.
    """
    found: list[tuple[int, ...]] = []
    waiting: list[tuple[int, ...]] = [(start,)]
    while waiting:
        line = waiting.pop()
        if len(line) == notes:
            if line[-1] == goal:
                found.append(line)
            continue
        for place in reversed(moves(line[-1])):
            longer = (*line, place)
            if low <= place <= high and not _wavers(longer) and turns(longer) <= MOST_TURNS:
                waiting.append(longer)
    return tuple(found)


def turns(line: tuple[int, ...]) -> int:
    """How often a line changes its direction."""
    rising = [after > before for before, after in pairwise(line)]
    return sum(now != then for now, then in pairwise(rising))


def _wavers(line: tuple[int, ...]) -> bool:
    return len(line) >= 4 and line[-4:-2] == line[-2:]
