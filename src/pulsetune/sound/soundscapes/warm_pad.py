"""Warm pad: slow wide chords that breathe, a soft wooden pluck on every pulse, and now and then a glass bell.

How it follows the music's values:

- brightness: the pad's bright layer and all filters open (pad 260 Hz to 2.1 kHz), a touch becomes harder; from the middle
  upward chords lie close together, below it their tones are where they beat least with each other;
- density: the composer's; at the calm end plucks and one bell note a phrase are left;
- warmth: attacks slow down from 5 to 32 ms, the room grows, the pad's own movement deepens; the composer lowers bells;
- pulse level: plucks and bells; bed level: the pad, compressed, because here the pad is the music.

Rules of this file:
1. The pulse bus carries everything that has an onset, the bed bus everything that has none; each has its own level.
2. Nothing steps while it sounds: notes read the values when they begin, controls glide with the block.
"""

from __future__ import annotations

import math

import numpy as np

from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicValues
from pulsetune.sound.consonance import smoothest
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES
from pulsetune.sound.score import Hand, Note
from pulsetune.sound.soundscapes import textures
from pulsetune.sound.soundscapes.ringing import TONE_RATE_HZ, Tone, touched
from pulsetune.sound.soundscapes.stage import Fader, Stage, Strip, Trim
from pulsetune.sound.soundscapes.struck import BELL, PLUCK, Instrument, struck
from pulsetune.sound.soundscapes.voices import LoopVoices, NoteVoices

LOOP_FRAMES = 1 << 19  # 10.9 s at 48 kHz
WIDTH_CENTS = 12.0  # how far a partial is smeared: wide and soft; wider, and partials near each other are rough
PLUCK_VOICES, BELL_VOICES = 12, 12  # at 92 BPM and full density nine and ten ring at the same time
FAST_ATTACK_S, SLOW_ATTACK_S = 0.005, 0.032
PLUCK_GAIN, BELL_GAIN = 0.34, 0.17
DARK_GAIN, BRIGHT_GAIN = 0.028, 0.023
FULL_BRIGHTNESS = (
    0.5  # above this the dark layer's chords lie close together, and are a little rough as full chords are
)
BED_BEND = 0.5  # exponent of the bed level: between a quiet and a full bed lie 3 dB, not 6
SWEEPS_S = (19.0, 31.0)  # two slow waves move the filter; together they return only after ten minutes
SWEEP_OCTAVES = 0.30
ROOM_GAIN = 0.26
HAND_LEVEL = {Hand.LEFT: 1.0, Hand.RIGHT: 1.0, Hand.INNER: 0.7}
TRIM = Trim(-0.8, 0.3, 0.9)  # means of five seeds: -20.8 LUFS calm, -20 else
USUAL = (
    -23.3,
    0.42,
    BED_BEND,
)  # dB, the share of the bed in it, how the bed follows its level: mean of three seeds, no fader


class WarmPad:
    """The graph and its controls; the player tells it what to play in the next block."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._tones: dict[tuple[int, bool], Tone] = {}
        self._plucks = NoteVoices(PLUCK_VOICES, PLUCK.longest_s, TONE_RATE_HZ)
        self._bells = NoteVoices(BELL_VOICES, BELL.longest_s, TONE_RATE_HZ)
        numbers = np.arange(1.0, 21.0)
        dark = numbers**-1.8 * np.where(numbers % 2 == 0, 0.7, 1.0)
        bright = numbers**-0.8 * np.clip(numbers / 4, 0.0, 1.0)
        self._dark, self._bright = self._layer(dark, voices=4), self._layer(bright, voices=3)
        self._pluck_strip, self._bell_strip = Strip(self._plucks.signal), Strip(self._bells.signal)
        self._dark_strip, self._bright_strip = Strip(self._dark.signal), Strip(self._bright.signal)
        strips = [self._pluck_strip, self._bell_strip, self._dark_strip, self._bright_strip]
        self._stage = Stage(strips, TRIM, Fader(*USUAL))
        self._played_s = float(self._generator.uniform(0, 600))  # where the sweeps begin

    def _layer(self, levels: np.typing.NDArray[np.float64], voices: int) -> LoopVoices:
        loop = textures.ensemble_loop(SAMPLE_RATE_HZ, LOOP_FRAMES, levels, WIDTH_CENTS, self._generator)
        return LoopVoices(loop, voices, SAMPLE_RATE_HZ)

    def play(self, note: Note, values: MusicValues, offset: int, block_start: int) -> None:
        """Begin ``note`` at frame ``offset`` of the next block: the melody on bells, all else on the pluck."""
        bell = note.hand is Hand.RIGHT
        pitch = note.pitch + 12 if note.hand is Hand.LEFT and note.pitch < 50 else note.pitch
        attack_s = FAST_ATTACK_S * (SLOW_ATTACK_S / FAST_ATTACK_S) ** values.warmth
        hardness = 0.05 + 0.95 * values.brightness
        tone = self._tone(BELL if bell else PLUCK, pitch)
        sound = touched(tone, note.velocity * HAND_LEVEL[note.hand], hardness, attack_s)
        voices = self._bells if bell else self._plucks
        voices.start(sound, offset, block_start, SAMPLE_RATE_HZ)

    def _tone(self, instrument: Instrument, pitch: int) -> Tone:
        key = pitch, instrument is BELL
        if key not in self._tones:
            self._tones[key] = struck(instrument, pitch, self._generator)
        return self._tones[key]

    def chord(self, pitches: tuple[int, ...], values: MusicValues, seconds: float) -> None:
        """Let the bed cross over to a chord within ``seconds``: a full one while lively, else the smoothest."""
        full = values.brightness > FULL_BRIGHTNESS
        self._dark.change(_shifts(pitches if full else smoothest(pitches)), seconds, SAMPLE_RATE_HZ)
        self._bright.change(_shifts(pitches[1:]), seconds, SAMPLE_RATE_HZ)

    def shape(self, values: MusicValues) -> None:
        """Glide every control to ``values`` by the end of the next block."""
        self._played_s += BLOCK_FRAMES / SAMPLE_RATE_HZ
        waves = sum(math.sin(2 * math.pi * self._played_s / sweep_s) for sweep_s in SWEEPS_S) / len(SWEEPS_S)
        sweep = 2 ** (SWEEP_OCTAVES * (0.5 + 0.5 * values.warmth) * waves)
        bed = values.bed_level**BED_BEND
        note_cutoff_hz = 900.0 * 8.0**values.brightness
        self._pluck_strip.glide(PLUCK_GAIN * values.pulse_level, note_cutoff_hz)
        self._bell_strip.glide(BELL_GAIN * values.pulse_level, note_cutoff_hz)
        self._dark_strip.glide(DARK_GAIN * bed, 260.0 * 8.0**values.brightness * sweep)
        self._bright_strip.glide(BRIGHT_GAIN * bed * values.brightness, 500.0 * 8.0**values.brightness * sweep)
        self._stage.glide(values, ROOM_GAIN * (0.5 + 0.5 * values.warmth))
        self._dark.glide()
        self._bright.glide()

    def block_done(self) -> None:
        self._plucks.block_done()
        self._bells.block_done()

    @property
    def dropped_notes(self) -> int:
        """Notes that found no silent voice; zero unless the composer writes more than the voices can hold."""
        return self._plucks.dropped + self._bells.dropped


def _shifts(pitches: tuple[int, ...]) -> tuple[float, ...]:
    """Semitones from the pitch of the loop."""
    return tuple(float(pitch - textures.PAD_PITCH) for pitch in pitches)
