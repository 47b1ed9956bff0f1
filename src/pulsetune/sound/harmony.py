"""Chords of one calm mode, and how one leads to the next: pure arithmetic on scale steps.

Rules of this file:
1. A step counts the notes of the mode (seven an octave); only ``pitch_of`` turns steps into MIDI pitches, so a note
   outside the mode cannot be written.
2. Upper voices move as little as they can (common tones stay); the bass takes the chord's own bass note.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

STEPS_PER_OCTAVE = 7
WHITE_KEYS = (0, 2, 4, 5, 7, 9, 11)  # semitones of the steps C D E F G A B: D dorian, A aeolian, F lydian by emphasis
C, D, E, F, G, A, B = range(STEPS_PER_OCTAVE)

BASS_LOW, BASS_HIGH = 22, 29  # D2..D3: deep enough to be a floor, high enough for small loudspeakers
VOICE_LOW, VOICE_HIGH = 31, 39  # F3..G4: the middle of the keyboard, where felt is warmest
SMALLEST_GAP = 2  # steps between neighbouring voices: seconds this low are rough
FIFTH, OCTAVE = 7, 12  # semitones


@dataclass(frozen=True, slots=True)
class Chord:
    """Step classes (0..6): what the bass plays, and the tones, the characteristic ones (third, seventh) among them."""

    bass: int
    tones: tuple[int, ...]
    third: int


@dataclass(frozen=True, slots=True)
class Voicing:
    """One chord as it sounds: a bass step and three upper steps, rising."""

    bass: int
    upper: tuple[int, int, int]


AM7 = Chord(A, (A, C, E, G), C)
AM9 = Chord(A, (A, C, E, B), C)
C_ADD9 = Chord(C, (C, E, G, D), E)
C_OVER_E = Chord(E, (C, E, G), C)
DM7 = Chord(D, (D, F, A, C), F)
DM9 = Chord(D, (D, F, A, E), F)
EM7 = Chord(E, (E, G, B, D), G)
F_MAJ7 = Chord(F, (F, A, C, E), A)
F_ADD9 = Chord(F, (F, A, C, G), A)
F_OVER_A = Chord(A, (F, A, C), F)
G_SIX = Chord(G, (G, B, D, E), B)
G_SUS = Chord(G, (G, C, D, A), C)
G_OVER_B = Chord(B, (G, B, D), G)

# Eight bars each. All end where any of them can begin (A minor, F or C), so that a session is one long line.
PROGRESSIONS: tuple[tuple[Chord, ...], ...] = (
    (F_MAJ7, C_OVER_E, DM9, AM7, F_MAJ7, C_ADD9, G_SUS, AM7),
    (AM9, F_MAJ7, C_OVER_E, G_SIX, AM7, DM7, F_ADD9, C_ADD9),
    (DM9, G_SUS, C_ADD9, AM7, DM7, EM7, F_MAJ7, F_MAJ7),
    (C_ADD9, G_OVER_B, AM7, F_MAJ7, C_OVER_E, F_ADD9, DM7, F_OVER_A),
    (F_ADD9, EM7, DM7, C_ADD9, F_MAJ7, EM7, AM7, AM9),
    (AM7, EM7, F_MAJ7, C_ADD9, DM9, AM7, F_ADD9, AM7),
)
# Four chords in eight bars, for sounds that need time: around F and C, open and without a pull ...
SLOW_LYDIAN: tuple[tuple[Chord, ...], ...] = (
    (F_MAJ7, C_ADD9, AM7, G_SIX),
    (C_ADD9, F_MAJ7, DM9, F_ADD9),
    (F_MAJ7, EM7, AM9, C_OVER_E),
    (AM9, F_MAJ7, C_OVER_E, F_ADD9),
    (C_ADD9, G_OVER_B, F_OVER_A, C_OVER_E),
    (DM9, F_MAJ7, C_ADD9, AM7),
)
# ... and around A and D, graver.
SLOW_AEOLIAN: tuple[tuple[Chord, ...], ...] = (
    (AM9, EM7, F_MAJ7, C_ADD9),
    (DM9, AM7, F_MAJ7, AM9),
    (AM7, F_ADD9, C_OVER_E, DM7),
    (F_MAJ7, G_SIX, AM7, EM7),
    (DM7, G_SUS, C_ADD9, AM7),
    (AM9, C_OVER_E, DM9, F_MAJ7),
)


def pitch_of(step: int, key: int) -> int:
    """MIDI pitch of a step of the mode, moved by ``key`` semitones."""
    octave, degree = divmod(step, STEPS_PER_OCTAVE)
    return 12 * octave + WHITE_KEYS[degree] + key


def lead(chord: Chord, before: Voicing | None) -> Voicing:
    """Voice ``chord`` so that it is nearest to what sounded before; the middle of the range where nothing did."""
    bass_before = before.bass if before else (BASS_LOW + BASS_HIGH) // 2
    upper_before = before.upper if before else (32, 35, 37)
    basses = [step for step in range(BASS_LOW, BASS_HIGH + 1) if step % STEPS_PER_OCTAVE == chord.bass]
    bass = min(basses, key=lambda step: (abs(step - bass_before), step))
    upper = min(_voicings(chord), key=lambda steps: (_motion(steps, upper_before), steps))
    return Voicing(bass, upper)


def nearest_tone(chord: Chord, step: int) -> int:
    """The step of a chord tone nearest to ``step``; the lower one where two are as near."""
    return min(
        range(step - 3, step + 4), key=lambda near: (near % STEPS_PER_OCTAVE not in chord.tones, abs(near - step), near)
    )


def opened(pitches: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """A chord of MIDI pitches (bass first, rising) in open position, for sounds that last: below A3 nothing is nearer than a
    fifth, where sustained tones beat 20 to 50 times a second and are heard as rough."""
    bass, low, middle, high = pitches
    raised = low if low - bass >= FIFTH else low + OCTAVE
    return bass, raised, high if high - low >= FIFTH else high + OCTAVE, middle + OCTAVE


def _voicings(chord: Chord) -> list[tuple[int, int, int]]:
    steps = [step for step in range(VOICE_LOW, VOICE_HIGH + 1) if step % STEPS_PER_OCTAVE in chord.tones]
    return [
        (low, middle, high)
        for low, middle, high in combinations(steps, 3)
        if middle - low >= SMALLEST_GAP
        and high - middle >= SMALLEST_GAP
        and len({step % STEPS_PER_OCTAVE for step in (low, middle, high)}) == 3
        and chord.third in {step % STEPS_PER_OCTAVE for step in (low, middle, high)}
    ]


def _motion(steps: tuple[int, int, int], before: tuple[int, int, int]) -> float:
    """How far the voices travel, with a slight pull to the middle so that an hour does not wander off."""
    middle = (VOICE_LOW + VOICE_HIGH) / 2
    return sum(abs(now - then) for now, then in zip(steps, before, strict=True)) + 0.25 * abs(steps[1] - middle)
