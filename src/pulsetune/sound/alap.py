"""The score of the raga soundscape: a tanpura that plucks one string on every pulse, and a slow bansuri line over it.

The line is an alap, the unhurried unfolding with which a raga begins: phrases of one or two breaths around the low Ni, then
Ga, then Pa, then the upper Sa, and home again, with rests as long as the phrases.

Rules of this file:
1. Pure and seeded: the same seed and the same requests give the same score, on any machine.
2. Every pulse has a tanpura string at any density, because the pulse is what the listener hears of the tempo.
3. Within a breath the line takes only the raga's own steps (``raga.moves``); it ends on a nyas; no leap over a rest is
   wider than an octave.
4. Density decides how much of a phrase is heard, from its end backwards, so that what is heard always rests on a nyas. It
   never decides how the music goes on: random numbers are drawn whether or not a note is played. Warmth lowers the ceiling.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from itertools import pairwise

from pulsetune.sound.raga import NOTES_PER_OCTAVE, PA, PAKADS, SAMVADI, VADI, breaths, cents, turns
from pulsetune.sound.score import PULSES_PER_HALF_BAR, HalfBar, Hand, Note

SA_PITCHES = (48, 49, 50, 51)  # the tanpura's Sa, C3 to E flat 3: the session's own; the bansuri's lies an octave above
BANSURI_OCTAVES = 1
STRINGS = (PA - NOTES_PER_OCTAVE, 0, 0, -NOTES_PER_OCTAVE)  # places of the tanpura's strings: Pa, Sa', Sa', Sa
STRING_CENTS = (0.0, -0.8, 0.8, 0.0)  # the two middle strings are never quite the same: one slow beat in five seconds
STRING_VELOCITY = (0.56, 0.54, 0.54, 0.56)  # nearly even: the pulse is steady, the cycle is only hinted at
HUMAN_SPREAD = 0.08  # a player's touch varies about this much; timing does not vary at all

PHRASE_PULSES, LONG_PHRASE_PULSES = (12, 12, 16), 16  # with its rest: 10 to 20 s over most of a session
LONG_PHRASE_NOTES = 6
REST_PULSES = 4  # at least, at the end of every phrase
BREATH_PULSES = 0.5  # between two breaths of a phrase
SHORTEST_NYAS_PULSES, LONGEST_NYAS_PULSES = 2.0, 5.0
PAKAD_EVERY = 4  # phrases: the raga is recognised by them
KEEP_PHRASE = (0.0, 0.5, 0.1, 0.7)  # the density from which each phrase in turn is heard at all
SHORTEST_KEPT = 2  # notes of a thinned phrase
MEEND_SHARE = 0.45  # of the steps within a breath are slow glides
CEILING, CEILING_WARM = 9.0, 5.0  # highest place of the line, from Ga' down to Dha
LOWEST = -3
FEWEST_PLACES = 4  # between the lowest and the highest place of a breath
WIDEST_LEAP = NOTES_PER_OCTAVE


@dataclass(frozen=True, slots=True)
class _Stage:
    """One part of the unfolding: where its phrases begin and rest, and between which places they move."""

    starts: tuple[int, ...]
    goals: tuple[int, ...]
    low: int
    high: int


LOWER = _Stage((-1, -2, 1, 0), (0, 1, -1, 0), LOWEST, 3)
ON_GA = _Stage((-1, 1, 2, 3), (2, 2, 2, 1), -1, 5)
ON_PA = _Stage((2, 3, 1, 5), (4, 4, 2, 2), 1, 6)
UPPER = _Stage((3, 5, 2, 6), (6, 7, 7, 4), 2, 9)
HOMEWARD = _Stage((4, 5, 3, 6), (2, 2, 1, 0), -1, 7)
HOME = _Stage((2, 4, 1), (0,), -1, 5)
UNFOLDING = (LOWER, ON_GA, ON_GA, ON_PA, UPPER, HOMEWARD, HOME)


@dataclass(frozen=True, slots=True)
class _Tone:
    at_pulses: float  # from the beginning of the phrase
    place: int
    length_pulses: float
    glide_pulses: float
    velocity: float


class Alap:
    """Writes the score half a bar at a time; ``half_bar`` is asked once for each, in order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"alap {seed}")  # noqa: S311 music, not cryptography
        self.sa_pitch = self._random.choice(SA_PITCHES)
        self._half_bar = 0
        self._phrase_from = self._phrase_to = 0  # pulses
        self._phrase: list[_Tone] = []
        self._phrases = 0
        self._stage = 0
        self._phrases_left = 2
        self._place = self._heard_place = 0  # where the line is, and where it was last heard

    def half_bar(self, density: float, warmth: float) -> HalfBar:
        """The next two pulses, at ``density`` 0..1 (how much is played) and ``warmth`` 0..1 (how low it lies)."""
        first = self._half_bar * PULSES_PER_HALF_BAR
        if first >= self._phrase_to:
            self._enter_phrase(first, density, warmth)
        notes: list[Note] = [self._string(pulse) for pulse in range(first, first + PULSES_PER_HALF_BAR)]
        for tone in self._phrase:
            at_pulses = self._phrase_from + tone.at_pulses
            if first <= at_pulses < first + PULSES_PER_HALF_BAR:
                notes.append(self._sung(tone, at_pulses))
        self._half_bar += 1
        chord = (self.sa_pitch - 12, self.sa_pitch - 5, self.sa_pitch)
        return HalfBar(tuple(sorted(notes, key=lambda note: note.at_pulses)), chord, first == self._phrase_from)

    # ------------------------------------------------------------ tanpura

    def _string(self, pulse: int) -> Note:
        string = pulse % len(STRINGS)
        semitones, off_cents = _equal_tempered(cents(STRINGS[string]) + STRING_CENTS[string])
        velocity = STRING_VELOCITY[string] * self._human()
        rings = float(len(STRINGS))
        return Note(float(pulse), self.sa_pitch + semitones, velocity, Hand.LEFT, off_cents, rings)

    # ------------------------------------------------------------ bansuri

    def _enter_phrase(self, first: int, density: float, warmth: float) -> None:
        lines = self._lines(round(CEILING + (CEILING_WARM - CEILING) * warmth))
        drawn = self._random.choice(PHRASE_PULSES)
        pulses = LONG_PHRASE_PULSES if sum(map(len, lines)) >= LONG_PHRASE_NOTES else drawn
        self._phrase_from, self._phrase_to = first, first + pulses
        begins = float(self._random.choice((0, 1, 2)))
        tones = self._timed(lines, begins, pulses - REST_PULSES)
        heard = density >= KEEP_PHRASE[self._phrases % len(KEEP_PHRASE)]
        self._phrase = self._near(_thinned(tones, density)) if heard else []
        self._place = lines[-1][-1]
        self._phrases += 1

    def _near(self, tones: list[_Tone]) -> list[_Tone]:
        """The end of the phrase that lies within an octave of what was heard last, although phrases between were not."""
        while tones and abs(tones[0].place - self._heard_place) > WIDEST_LEAP:
            tones = tones[1:]
        if not tones:
            return []
        self._heard_place = tones[-1].place
        return [replace(tones[0], glide_pulses=0.0), *tones[1:]]

    def _lines(self, high: int) -> tuple[tuple[int, ...], ...]:
        """The places of the next phrase, a tuple for each breath; none above ``high`` unless the last one ended there."""
        if self._phrases_left == 0:
            self._stage = (self._stage + 1) % len(UNFOLDING)
            self._phrases_left = self._random.choice((1, 2, 2, 3))
        self._phrases_left -= 1
        pakad = self._random.choice(PAKADS)
        if self._phrases % PAKAD_EVERY == PAKAD_EVERY - 1 and self._fits(pakad, high):
            return pakad
        stage = UNFOLDING[self._stage]
        notes = self._random.choice((3, 4, 4, 5, 5, 6, 7))
        return (self._line(stage, notes, high),)

    def _fits(self, lines: tuple[tuple[int, ...], ...], high: int) -> bool:
        joints = [self._place, *(place for line in lines for place in (line[0], line[-1]))]
        near = all(abs(joints[at + 1] - joints[at]) < WIDEST_LEAP for at in range(0, len(joints) - 1, 2))
        return near and max(place for line in lines for place in line) <= high

    def _line(self, stage: _Stage, notes: int, high: int) -> tuple[int, ...]:
        """One breath of this stage: of all that the raga allows, those that turn less are likelier."""
        high = min(stage.high, high)
        low = min(stage.low, high - FEWEST_PLACES)
        starts = self._random.sample(stage.starts, len(stage.starts))
        goals = self._random.sample(stage.goals, len(stage.goals))
        drawn = self._random.random()
        for length in (notes, notes - 1, notes + 1, notes - 2, notes + 2):
            for goal in goals:
                for start in starts:
                    if abs(start - self._place) < WIDEST_LEAP and (found := breaths(start, goal, length, low, high)):
                        return _drawn(found, drawn)
        raise AssertionError("a stage without a way to its goals")

    def _timed(self, lines: tuple[tuple[int, ...], ...], begins: float, ends: float) -> list[_Tone]:
        """Lengths in half-pulses: passing notes are short, Ga and Ni are dwelt upon, and the nyas takes what is left."""
        tones: list[_Tone] = []
        for number, line in enumerate(lines):
            for at, place in enumerate(line):
                glide = self._random.uniform(0.3, 0.6) if self._random.random() < MEEND_SHARE else 0.12
                length = self._length(place, first=at == 0)
                velocity = 0.55 * self._human()
                tones.append(_Tone(0.0, place, length, 0.0 if at == 0 else glide, velocity))
            if number < len(lines) - 1:
                tones[-1] = replace(tones[-1], length_pulses=tones[-1].length_pulses + 2 * BREATH_PULSES)
        return _placed(tones, begins, ends)

    def _length(self, place: int, *, first: bool) -> float:
        note = place % NOTES_PER_OCTAVE
        drawn = self._random.choice((0.5, 1.0, 1.0))
        if note == VADI:
            return drawn + 1.0
        return drawn + (0.5 if first or note == SAMVADI else 0.0)

    def _sung(self, tone: _Tone, at_pulses: float) -> Note:
        semitones, off_cents = _equal_tempered(cents(tone.place + BANSURI_OCTAVES * NOTES_PER_OCTAVE))
        pitch = self.sa_pitch + semitones
        return Note(at_pulses, pitch, tone.velocity, Hand.RIGHT, off_cents, tone.length_pulses, tone.glide_pulses)

    def _human(self) -> float:
        return 1 + self._random.uniform(-HUMAN_SPREAD, HUMAN_SPREAD)


def string_cents(sa_pitch: int) -> tuple[float, ...]:
    """The tanpura's strings in the order in which they are plucked, in cents above MIDI pitch 0."""
    return tuple(100 * sa_pitch + cents(place) + off for place, off in zip(STRINGS, STRING_CENTS, strict=True))


def _equal_tempered(above_sa_cents: float) -> tuple[int, float]:
    """The nearest semitone, and how far above it the pitch really is."""
    semitones = round(above_sa_cents / 100)
    return semitones, above_sa_cents - 100 * semitones


def _drawn(lines: tuple[tuple[int, ...], ...], drawn: float) -> tuple[int, ...]:
    weights = [1 / (1 + turns(line)) for line in lines]
    left = drawn * sum(weights)
    for line, weight in zip(lines, weights, strict=True):
        left -= weight
        if left < 0:
            return line
    return lines[-1]


def _placed(tones: list[_Tone], begins: float, ends: float) -> list[_Tone]:
    """One after the other from ``begins``, or earlier and quicker if the last would get less than its share."""
    before_last = sum(tone.length_pulses for tone in tones[:-1])
    begins = max(0.0, min(begins, ends - before_last - SHORTEST_NYAS_PULSES))
    pace = min(1.0, (ends - SHORTEST_NYAS_PULSES) / before_last)
    at, out = begins, []
    for number, tone in enumerate(tones):
        length = max(0.5, round(2 * pace * tone.length_pulses) / 2)
        if number == len(tones) - 1:
            length = max(SHORTEST_NYAS_PULSES, min(LONGEST_NYAS_PULSES, ends - at))
        glide = min(tone.glide_pulses, 0.6 * length)
        out.append(replace(tone, at_pulses=at, length_pulses=length, glide_pulses=glide))
        at += length
    return [
        replace(tone, length_pulses=tone.length_pulses - BREATH_PULSES) if after.glide_pulses == 0.0 else tone
        for tone, after in pairwise(out)
    ] + out[-1:]


def _thinned(tones: list[_Tone], density: float) -> list[_Tone]:
    """The end of the phrase: all of it at full density, the last step and its nyas at none."""
    kept = max(SHORTEST_KEPT, round(len(tones) * (0.3 + 0.7 * density)))
    return tones[-kept:]
