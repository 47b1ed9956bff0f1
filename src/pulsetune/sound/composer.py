"""The composer: which notes are played in the next half-bar, and why they belong together.

Rules of this file:
1. Pure and seeded: the same seed and the same requests give the same score, on any machine.
2. A half-bar is two pulses. Every pulse has a left-hand note at any density, because the pulse is what the listener
   hears of the tempo; density adds and removes only what lies above it.
3. Chords change on bar lines, every bar or every second; sections are eight bars; a phrase is two bars and ends in a rest.
4. Density decides how much of a phrase is heard, never how the music goes on: random numbers are drawn whether or not
   a note is played, so that a changing density does not change the piece.
5. No surprise: no accent, no note outside the mode, no melodic leap beyond an octave.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from pulsetune.sound.harmony import STEPS_PER_OCTAVE, Chord, Voicing, lead, nearest_tone, pitch_of
from pulsetune.sound.score import PULSES_PER_HALF_BAR, HalfBar, Hand, Note
from pulsetune.sound.styles import FELT, Style

SLOTS_PER_BAR = 8  # half-pulses
BARS_PER_SECTION = 8
KEYS = (-4, -3, -2, 0, 1)  # semitones: the session's own key, all dark enough for felt
MELODY_LOW, MELODY_HIGH = 34, 46  # B3..G5
BED_LOW = 26  # A2: the bed's lowest step, so that it warms and does not rumble
OFFBEAT_DENSITY = 0.4  # below this nothing falls between the pulses
HUMAN_SPREAD = 0.10  # a pianist's velocity varies about this much; timing does not vary at all

# Contours in steps of the mode, mostly neighbours: they settle downward.
CONTOURS = (
    (0, 1, 2, 1, 0),
    (2, 1, 0, -1, 0),
    (0, 2, 1, 0, -1),
    (4, 3, 2, 1, 0),
    (0, -1, 0, 1, 0),
    (0, 1, -1, 0, -2),
    (1, 2, 3, 1, 0),
    (0, 2, 4, 3, 1),
)
LEFT_VELOCITY = (0.60, 0.52, 0.56, 0.52)  # nearly even: the pulse is steady, its first is only hinted at


@dataclass(frozen=True, slots=True)
class _Motif:
    slots: tuple[int, ...]
    contour: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Tone:
    step: int
    accent: float  # 0..1, from its place in the bar
    weight: float  # 0 goes first when the music thins out, 1 goes last


class Composer:
    """Writes the score half a bar at a time; ``half_bar`` is asked once for each, in order."""

    def __init__(self, seed: int, style: Style = FELT) -> None:
        self._style = style
        self._random = random.Random(f"composer {seed}")  # noqa: S311 music, not cryptography
        self.key = self._random.choice(KEYS)
        self._themes = [self._new_motif() for _ in range(5)]
        self._progression = self._random.randrange(len(style.progressions))
        self._form = style.forms[0]
        self._cast: dict[str, _Motif] = {}
        self._left_hand = style.left_hands[0]
        self._voicing: Voicing | None = None
        self._melody_step = 39
        self._phrase: dict[int, _Tone] = {}
        self._half_bar = 0

    def half_bar(self, density: float, warmth: float) -> HalfBar:
        """The next two pulses, at ``density`` 0..1 (how much is played) and ``warmth`` 0..1 (how low it lies)."""
        first_pulse = self._half_bar * PULSES_PER_HALF_BAR
        bar, half = divmod(self._half_bar, 2)
        if half == 0:
            self._enter_bar(bar, warmth)
        assert self._voicing is not None
        notes: list[Note] = []
        for slot in range(half * 4, half * 4 + 4):
            at_pulses = first_pulse + (slot - half * 4) / 2
            notes += self._slot(at_pulses, slot, bar, density)
        self._half_bar += 1
        bass = self._voicing.bass
        floor = bass if bass >= BED_LOW else bass + STEPS_PER_OCTAVE
        chord = (floor, *self._voicing.upper)
        return HalfBar(tuple(notes), tuple(self._pitch(step) for step in chord), half == 0 and bar % 2 == 0)

    def _enter_bar(self, bar: int, warmth: float) -> None:
        bar_of_section = bar % BARS_PER_SECTION
        if bar_of_section == 0:
            self._enter_section(first=bar == 0)
        slow = self._style.bars_per_chord
        chords = self._style.progressions[self._progression]
        if bar_of_section % slow == 0:
            self._voicing = lead(chords[bar_of_section // slow], self._voicing)
        if bar % 2 == 0:
            part = self._form[bar_of_section // 2]
            motif = self._cast.get(part)
            pair = (chords[bar_of_section // slow], chords[(bar_of_section + 1) // slow])
            self._phrase = self._realise(motif, pair, warmth) if motif else {}

    def _enter_section(self, *, first: bool) -> None:
        if not first:
            others = [number for number in range(len(self._style.progressions)) if number != self._progression]
            self._progression = self._random.choice(others)
        self._form = self._random.choice(self._style.forms)
        self._left_hand = self._random.choice(self._style.left_hands)
        if self._random.random() < 0.25:  # the store of themes renews itself slowly
            self._themes[self._random.randrange(len(self._themes))] = self._new_motif()
        self._cast = dict(zip("ABC", self._random.sample(self._themes, 3), strict=True))

    def _new_motif(self) -> _Motif:
        return _Motif(self._random.choice(self._style.rhythms), self._random.choice(CONTOURS))

    def _realise(self, motif: _Motif, chords: tuple[Chord, Chord], warmth: float) -> dict[int, _Tone]:
        """The motif on these two chords: strong notes on chord tones, near to where the melody is, once varied."""
        centre = 42 - 4 * warmth
        start = round((self._melody_step + centre) / 2) - motif.contour[0] // 2
        varied = self._random.randrange(len(motif.slots))
        shift = self._random.choice((-1, 0, 0, 1))
        tones: dict[int, _Tone] = {}
        for number, slot in enumerate(motif.slots):
            step = start + motif.contour[number] + (shift if number == varied else 0)
            if slot % 4 == 0 or number == len(motif.slots) - 1:
                step = nearest_tone(chords[slot // SLOTS_PER_BAR], step)
            step = _within(step, MELODY_LOW, MELODY_HIGH)
            rank, stays = _rank(slot), self._style.keeps_varied and number == varied
            tones[slot] = _Tone(step, FELT.weights[rank], 1.0 if stays else self._style.weights[rank])
            self._melody_step = step
        return tones

    def _slot(self, at_pulses: float, slot: int, bar: int, density: float) -> list[Note]:
        """All notes of one half-pulse, the left hand first."""
        assert self._voicing is not None
        human = [1 + self._random.uniform(-HUMAN_SPREAD, HUMAN_SPREAD) for _ in range(3)]
        murmurs = self._random.random() < (density - self._style.inner_density) / (1 - self._style.inner_density)
        inner_step = self._voicing.upper[self._random.randrange(3)]
        notes: list[Note] = []
        on_pulse = slot % 2 == 0
        if on_pulse:
            pulse = slot // 2
            voice = self._left_hand[pulse]
            step = self._voicing.bass if isinstance(voice, str) else self._voicing.upper[voice]
            notes.append(Note(at_pulses, self._pitch(step), LEFT_VELOCITY[pulse] * human[0], Hand.LEFT))
        tone = self._phrase.get(slot + SLOTS_PER_BAR * (bar % 2))
        if tone is not None and _is_heard(tone, density, on_pulse=on_pulse):
            velocity = (0.50 + 0.14 * tone.accent) * human[1]
            notes.append(Note(at_pulses, self._pitch(tone.step), velocity, Hand.RIGHT))
            if density > self._style.octave_density and tone.accent >= 0.75:
                notes.append(Note(at_pulses, self._pitch(tone.step + STEPS_PER_OCTAVE), 0.5 * velocity, Hand.INNER))
        elif murmurs and not on_pulse:
            notes.append(Note(at_pulses, self._pitch(inner_step + STEPS_PER_OCTAVE), 0.30 * human[2], Hand.INNER))
        return notes

    def _pitch(self, step: int) -> int:
        return pitch_of(step, self.key)


def _rank(slot: int) -> int:
    """The place of ``slot`` of a phrase in ``Style.weights``."""
    if slot % SLOTS_PER_BAR == 0:
        return slot // SLOTS_PER_BAR
    if slot % 4 == 0:
        return 2
    return 3 if slot % 2 == 0 else 4


def _is_heard(tone: _Tone, density: float, *, on_pulse: bool) -> bool:
    return tone.weight >= 1.0 - density and (on_pulse or density > OFFBEAT_DENSITY)


def _within(step: int, low: int, high: int) -> int:
    """Move by octaves into the register."""
    while step < low:
        step += STEPS_PER_OCTAVE
    while step > high:
        step -= STEPS_PER_OCTAVE
    return step
