"""Raga: an evening raga on a bansuri over a tanpura, one soft string on every pulse, in just intonation.

How it follows the music's values:

- brightness: the tanpura's bridge opens, the flute's tone fills and takes on breath, all filters open; at the calm end
  what is left is a dark string and nearly a sine;
- density: the alap's; at the calm end two or three notes every half minute over the strings;
- warmth: attacks slow down (strings 4 to 24 ms, flute 160 to 340 ms), the room grows; the alap comes down;
- pulse level: strings and flute; bed level: the drone.

Rules of this file:
1. The pulse bus carries everything that has an onset, the bed bus everything that has none; each has its own level.
2. Nothing steps while it sounds: notes read the values when they begin, controls glide with the block.
3. The drone stands: Sa and Pa under everything, its harmonics slowly moving, never its notes.
4. Strings are made before the first sound: making one takes longer than a block lasts.
"""

from __future__ import annotations

import math

import numpy as np

from pulsetune.sound.alap import string_cents
from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicValues
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES
from pulsetune.sound.raga import PA, cents
from pulsetune.sound.score import Note
from pulsetune.sound.soundscapes import tanpura_tone, textures
from pulsetune.sound.soundscapes.bansuri import Bansuri
from pulsetune.sound.soundscapes.stage import Fader, Stage, Strip, Trim
from pulsetune.sound.soundscapes.voices import LoopVoices, NoteVoices, table_of

STRING_VOICES = 10  # at 92 BPM nine strings ring at the same time
SOFT_ATTACK_S, SLOW_ATTACK_S = 0.004, 0.024
MOST_OPEN = 0.9  # of the bridge
PULSE_GAIN, FLUTE_GAIN, DRONE_GAIN = 0.295, 0.074, 0.040
EVEN_TEMPO_BPM, EVEN_TEMPO_POWER = 60.0, 0.4  # twice as many plucks are nearly twice the energy: play them softer
CLOSED_GAIN = 0.60  # a string with its bridge closed is played stronger
ROOM_GAIN = 0.12
# Of the room for strings and drone: they ring long enough, and a room makes single partials loud or faint.
NEAR_ROOM = 0.2
TRIM = Trim(-1.0, -0.1, -0.4)  # means of five seeds: -21.0 LUFS calm, -20.1 else
USUAL = (-22.4, 0.07)  # dB, and the share of the bed in it: mean of three seeds, no fader
DRONE_PLACES = (-7, PA - 7, 0)
SWEEP_S, SWEEP_OCTAVES = 23.0, 0.5  # the slow wave of the drone's harmonics
TURNS = (0.0, 0.25, -0.25, 0.0)  # of the right channel against the left, for Pa Sa' Sa' Sa: see tanpura_tone.py


class Raga:
    """The graph and its controls; the player tells it what to play in the next block."""

    def __init__(self, seed: int, sa_pitch: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._frames = 0
        self._strings = {
            pitch_cents: tanpura_tone.tanpura_tone(_frequency_hz(pitch_cents), turn, self._generator)
            for pitch_cents, turn in zip(string_cents(sa_pitch), TURNS, strict=True)
        }
        self._voices = NoteVoices(STRING_VOICES, tanpura_tone.RING_S, tanpura_tone.TONE_RATE_HZ)
        air = table_of(textures.air_loop(SAMPLE_RATE_HZ, self._generator))
        self._flute = Bansuri(air, SAMPLE_RATE_HZ / textures.AIR_FRAMES)
        self._drone = LoopVoices(textures.pad_loop(SAMPLE_RATE_HZ, self._generator), len(DRONE_PLACES), SAMPLE_RATE_HZ)
        tuning = tuple(sa_pitch - textures.PAD_PITCH + cents(place) / 100 for place in DRONE_PLACES)
        self._drone.change(tuning, 0.0, SAMPLE_RATE_HZ)
        self._string_strip, self._flute_strip = Strip(self._voices.signal), Strip(self._flute.signal)
        self._drone_strip = Strip(self._drone.signal)
        strips = [self._string_strip, self._flute_strip, self._drone_strip]
        near = {self._string_strip: NEAR_ROOM, self._drone_strip: NEAR_ROOM}
        self._stage = Stage(strips, TRIM, Fader(*USUAL), near)

    def play(self, note: Note, values: MusicValues, offset: int, block_start: int) -> None:
        """Begin ``note`` at frame ``offset`` of the next block."""
        pitch_cents = 100 * note.pitch + note.cents
        if note.length_pulses is not None and note.glide_pulses is not None:
            pulses = (note.length_pulses, note.glide_pulses)
            self._flute.play(self._frames + offset, pitch_cents, note.velocity, pulses, values)
            return
        nearest = min(self._strings, key=lambda known: abs(known - pitch_cents))
        attack_s = SOFT_ATTACK_S * (SLOW_ATTACK_S / SOFT_ATTACK_S) ** values.warmth
        openness = MOST_OPEN * values.brightness**1.5
        place = float(self._generator.random())
        velocity = note.velocity * _ease(values)
        sound = tanpura_tone.plucked(self._strings[nearest], velocity, openness, attack_s, place)
        self._voices.start(sound, offset, block_start, SAMPLE_RATE_HZ)

    def chord(self, pitches: tuple[int, ...], values: MusicValues, seconds: float) -> None:
        """The drone stands where it is."""

    def shape(self, values: MusicValues) -> None:
        """Glide every control to ``values`` by the end of the next block."""
        bright = values.brightness
        wave = math.sin(2 * math.pi * self._frames / (SWEEP_S * SAMPLE_RATE_HZ))
        self._string_strip.glide(PULSE_GAIN * values.pulse_level, 500.0 * 9.0**bright)
        self._flute_strip.glide(FLUTE_GAIN * (1.25 - 0.35 * bright) * values.pulse_level, 700.0 * 7.0**bright)
        drone_level = DRONE_GAIN * values.bed_level * (0.8 + 0.2 * values.warmth)
        self._drone_strip.glide(drone_level, 260.0 * 5.0**bright * 2 ** (SWEEP_OCTAVES * wave))
        self._stage.glide(values, ROOM_GAIN * (0.5 + 0.5 * values.warmth))
        self._flute.shape(self._frames, values)
        self._drone.glide()
        self._frames += BLOCK_FRAMES

    def block_done(self) -> None:
        self._voices.block_done()

    @property
    def dropped_notes(self) -> int:
        """Strings that found no silent voice; zero unless the tempo leaves the range of the product."""
        return self._voices.dropped


def _ease(values: MusicValues) -> float:
    """How much stronger a string is played when its bridge is closed or it has more time: loudness stays the same."""
    slow: float = (EVEN_TEMPO_BPM / values.tempo_bpm) ** EVEN_TEMPO_POWER
    return slow * (1.0 + CLOSED_GAIN * (1.0 - values.brightness**2))


def _frequency_hz(pitch_cents: float) -> float:
    return float(440.0 * 2 ** ((pitch_cents - 6900) / 1200))
