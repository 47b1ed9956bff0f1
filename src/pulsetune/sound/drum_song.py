"""The score of drum and drone: a quiet stroke on every pulse, and a hummed line of a few long notes above one root.

Rules of this file:
1. Pure and seeded: the same seed and the same requests give the same score, on any machine.
2. Every pulse has a stroke at any density, at an even distance: never the uneven pair that sounds like a heart.
3. Strokes between the pulses are brushes, exactly half-way, and the first to go when the music thins out.
4. The line is pentatonic, walks by steps, settles on the root or fifth, and rests in the last quarter of two bars.
5. Random numbers are drawn whether or not a note is played, so that a changing density does not change the piece.
"""

from __future__ import annotations

import random

from pulsetune.sound.score import PULSES_PER_BAR, PULSES_PER_HALF_BAR, HalfBar, Hand, Note

ROOTS = (41, 42, 43, 45)  # F2..A2: a drum and a drone that small loudspeakers still give
# Semitones above the root: minor, open (no third at all) and major pentatonic.
SCALES = ((0, 3, 5, 7, 10), (0, 2, 5, 7, 10), (0, 2, 4, 7, 9))
# The drone: root, octave, twelfth, and an upper tone above them. Nothing below A3 is nearer than a fifth, and no fifth stands on
# the root, where it would beat 44 times a second.
OCTAVE, TWELFTH = 12, 19
BARS_PER_SECTION = 8
BARS_PER_PHRASE = 2
BARS_PER_COLOUR = 4  # how long the drone keeps its upper tone
# Strokes of a bar in semitones above the root: 0 is the deep stroke in the middle of the skin, 7 nearer the rim.
PATTERNS = ((0, 7, 7, 7), (0, 7, 0, 7), (0, 7, 7, 12), (0, 12, 7, 12), (0, 7, 12, 7))
STROKE_VELOCITY = (0.62, 0.50, 0.54, 0.50)
BRUSH = 24  # semitones above the root: as a score shows it; the drum has no such tone
BRUSH_DENSITY = 0.45  # above this brushes begin to fall between the pulses
# The line: pulses of eight on which notes begin, and steps of the scale from where it is.
RHYTHMS = ((0,), (0, 4), (0, 3), (0, 2, 4), (2, 4), (0, 2, 3, 4), (0, 3, 5))
WALKS = ((0, 1, 0, -1), (0, -1, -2, -1), (1, 2, 1, 0), (2, 1, 0, 0), (0, 1, 2, 1), (-1, 0, 1, 0))
REST_SHARE = 0.3  # of all phrases, at any density: a line that never stops is not a calm one
LOWEST_STEP, HIGHEST_STEP = 5, 13  # of the scale, five an octave: from an octave to two and a half above the root
HUMAN_SPREAD = 0.10


class DrumSong:
    """Writes the score half a bar at a time; ``half_bar`` is asked once for each, in order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"drum song {seed}")  # noqa: S311 music, not cryptography
        self.root = self._random.choice(ROOTS)
        self.scale = self._random.choice(SCALES)
        self._pattern = PATTERNS[0]
        self._colour = 2 * OCTAVE
        self._step = 7
        self._phrase: dict[int, tuple[int, float]] = {}
        self._half_bar = 0

    def half_bar(self, density: float, warmth: float) -> HalfBar:
        """The next two pulses, at ``density`` 0..1 (how much is played) and ``warmth`` 0..1 (how low it lies)."""
        bar, half = divmod(self._half_bar, 2)
        if half == 0:
            self._enter_bar(bar, warmth)
        notes: list[Note] = []
        for pulse_of_half in range(PULSES_PER_HALF_BAR):
            pulse = half * PULSES_PER_HALF_BAR + pulse_of_half
            at_pulses = float(self._half_bar * PULSES_PER_HALF_BAR + pulse_of_half)
            notes += self._pulse(at_pulses, pulse, bar, density)
        self._half_bar += 1
        chord = (self.root, self.root + OCTAVE, self.root + TWELFTH, self.root + self._colour)
        return HalfBar(tuple(notes), chord, half == 0 and bar % BARS_PER_PHRASE == 0)

    def _enter_bar(self, bar: int, warmth: float) -> None:
        if bar % BARS_PER_SECTION == 0:
            self._pattern = self._random.choice(PATTERNS)
        if bar % BARS_PER_COLOUR == 0:
            tones = [2 * OCTAVE + tone for tone in (*self.scale, OCTAVE)]
            self._colour = self._random.choice([tone for tone in tones if tone != self._colour])
        if bar % BARS_PER_PHRASE == 0:
            self._phrase = self._new_phrase(warmth)

    def _new_phrase(self, warmth: float) -> dict[int, tuple[int, float]]:
        """Pulse of the phrase to a note's pitch and weight; a weight of 1 goes last when the music thins out."""
        rests = self._random.random() < REST_SHARE
        rhythm, walk = self._random.choice(RHYTHMS), self._random.choice(WALKS)
        centre = 10 - 3 * warmth
        start = round((self._step + centre) / 2)
        phrase: dict[int, tuple[int, float]] = {}
        for number, pulse in enumerate(rhythm):
            step = min(HIGHEST_STEP, max(LOWEST_STEP, start + walk[number]))
            if number == len(rhythm) - 1:
                step = self._settled(step)
            self._step = step
            phrase[pulse] = self._pitch(step), 1.0 if number == 0 else 0.75 if pulse == PULSES_PER_BAR else 0.5
        return {} if rests else phrase

    def _settled(self, step: int) -> int:
        """The nearest step on the root or the fifth above it, the lower where two are as near."""
        near = [other for other in range(LOWEST_STEP, HIGHEST_STEP + 1) if self._pitch(other) % 12 in self._homes()]
        return min(near, key=lambda other: (abs(other - step), other))

    def _homes(self) -> set[int]:
        return {self.root % 12, (self.root + 7) % 12}

    def _pitch(self, step: int) -> int:
        octave, degree = divmod(step, len(self.scale))
        return self.root + 12 * octave + self.scale[degree]

    def _pulse(self, at_pulses: float, pulse: int, bar: int, density: float) -> list[Note]:
        """All notes from one pulse to the next, the stroke first."""
        human = [1 + self._random.uniform(-HUMAN_SPREAD, HUMAN_SPREAD) for _ in range(3)]
        brushes = self._random.random() < (density - BRUSH_DENSITY) / (1 - BRUSH_DENSITY)
        stroke = Note(at_pulses, self.root + self._pattern[pulse], STROKE_VELOCITY[pulse] * human[0], Hand.LEFT)
        notes = [stroke]
        hummed = self._phrase.get(pulse + PULSES_PER_BAR * (bar % BARS_PER_PHRASE))
        if hummed is not None and hummed[1] >= 1.0 - density:
            notes.append(Note(at_pulses, hummed[0], 0.55 * human[1], Hand.RIGHT))
        if brushes:
            notes.append(Note(at_pulses + 0.5, self.root + BRUSH, 0.34 * human[2], Hand.INNER))
        return notes
