"""What tells one soundscape's music from another's: chords, rhythms, forms, and what goes first when it thins out."""

from __future__ import annotations

from dataclasses import dataclass

from pulsetune.sound.harmony import PROGRESSIONS, SLOW_AEOLIAN, SLOW_LYDIAN, Chord

# Phrase rhythms: slots of 16 on which notes begin. The last quarter is always silent: the phrase breathes.
RHYTHMS = (
    (0, 4, 6, 8),
    (0, 2, 4, 8, 10),
    (0, 3, 4, 8, 11),
    (2, 4, 6, 8),
    (0, 4, 6, 7, 8),
    (4, 6, 8, 10),
    (0, 2, 3, 4, 8),
    (0, 6, 8, 11),
)
FORMS = ("ABAC", "AABA", "ABA-", "A-AB", "AAB-")  # four phrases of a section; "-" is a phrase of rest
# The left hand: bass, then upper voices of the chord by number, one a pulse.
LEFT_HANDS = (("bass", 0, 1, 0), ("bass", 1, 0, 1), ("bass", 0, 1, 2), ("bass", 1, 2, 1))


@dataclass(frozen=True, slots=True)
class Style:
    """What tells one soundscape's music from another's; the composer's grammar holds for all of them.

    ``progressions`` fill a section each, every chord ``bars_per_chord`` bars long. ``inner_density`` is where inner
    voices begin to murmur on half-pulses, ``octave_density`` where long notes of the melody are doubled. ``weights`` are
    how much a phrase needs its first note, the first of its second bar, those in the middle of a bar, those on other pulses,
    and those between pulses: 0 goes first when the music thins out, 1 stays. A style of few notes falls more quickly, or its
    calm end would be as full as its lively one; with ``keeps_varied`` the note that is varied this time is what stays.
    """

    progressions: tuple[tuple[Chord, ...], ...] = PROGRESSIONS
    bars_per_chord: int = 1
    left_hands: tuple[tuple[str | int, ...], ...] = LEFT_HANDS
    rhythms: tuple[tuple[int, ...], ...] = RHYTHMS
    forms: tuple[str, ...] = FORMS
    inner_density: float = 0.55
    octave_density: float = 0.8
    weights: tuple[float, float, float, float, float] = (1.0, 1.0, 0.75, 0.5, 0.25)
    keeps_varied: bool = False


FELT = Style()
FEW_NOTES = (0.8, 0.72, 0.58, 0.4, 0.25)
# Chords of eight seconds, a few bells, and a left hand that climbs and rests on the chord's colour.
PAD = Style(
    progressions=SLOW_LYDIAN,
    bars_per_chord=2,
    left_hands=(("bass", 1, 2, 1), ("bass", 2, 1, 2), ("bass", 1, 0, 1)),
    rhythms=((0, 4), (0, 4, 8), (4, 8), (0, 8), (2, 4, 8), (0, 6, 8)),
    forms=("A-B-", "AB--", "A-AB", "ABA-"),
    inner_density=0.45,
    weights=FEW_NOTES,
    keeps_varied=True,
)
# A harp that rolls upward through the chord, and bowed lines of few, long notes.
STRINGS = Style(
    progressions=SLOW_AEOLIAN,
    bars_per_chord=2,
    left_hands=(("bass", 0, 1, 2), ("bass", 0, 2, 1), ("bass", 1, 0, 2)),
    rhythms=((0, 4, 8), (0, 8), (0, 6, 8), (4, 8), (0, 4, 6, 8)),
    forms=("ABA-", "AAB-", "A-AB", "AB-A"),
    inner_density=0.35,
    octave_density=0.9,
    weights=FEW_NOTES,
    keeps_varied=True,
)
