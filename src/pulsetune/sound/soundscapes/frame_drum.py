"""Frame drum: a soft hand on a large skin at every pulse, a low drone that breathes, and a hummed line far back.

How it follows the music's values:

- brightness: the hand on the skin and the skin's upper modes come in, drone and hum open from "oo" toward "ah";
- density: the score's; brushes between the pulses and all but the first note of the line go as it falls;
- warmth: the hand grows softer (3 to 18 ms), the hum rises more slowly and lies lower, the room grows;
- pulse level: drum and hum; bed level: the drone, compressed, because it carries the music.

Rules of this file:
1. The pulse bus carries everything that has an onset, the bed bus everything that has none; each has its own level.
2. Nothing steps while it sounds: notes read the values when they begin, controls glide with the block.
3. No beep and no heart: strokes are skin, not sine, and come one a pulse.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicValues
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES
from pulsetune.sound.score import Hand, Note
from pulsetune.sound.soundscapes import drum_tone, textures
from pulsetune.sound.soundscapes.bowed import Ensemble
from pulsetune.sound.soundscapes.ringing import TONE_RATE_HZ, Tone, touched
from pulsetune.sound.soundscapes.stage import Fader, Stage, Strip, Trim
from pulsetune.sound.soundscapes.voices import LoopVoices, NoteVoices

DRUM_VOICES, HUM_VOICES = 8, 8  # at 92 BPM four strokes, four brushes and three hummed notes sound at the same time
VARIANTS = 4  # of each stroke: a hand never falls twice in the same place
HUM_CENTS = 24.0  # how far voices and breath smear each partial
FAST_ATTACK_S, SLOW_ATTACK_S = 0.003, 0.018
FAST_RISE_S, SLOW_RISE_S = 0.5, 1.5
HUM_PULSES = 4.0  # how long a hummed note is
SHORTEST_HUM_S, LONGEST_HUM_S = 2.6, 5.5
DRUM_GAIN, HUM_GAIN = 0.62, 0.060
DRONE_GAIN = 0.040
BED_BEND = 0.5  # exponent of the bed level: between a quiet and a full bed lie 3 dB, not 6
SWEEPS_S = (17.0, 29.0)  # two slow waves move the drone's vowel; together they return only after eight minutes
SWEEP_OCTAVES = 0.4
LEAST_SWEEP = 0.4  # of it in the dark, where a sweep would be heard as louder and softer
ROOM_GAIN = 0.22
TRIM = Trim(-0.35, 0.85, 1.7)  # means of five seeds: -20.8 LUFS calm, -20 else
USUAL = (
    -23.7,
    0.74,
    BED_BEND,
)  # dB, the share of the bed in it, how the bed follows its level: mean of three seeds, no fader


class FrameDrum:
    """The graph and its controls; the player tells it what to play in the next block."""

    def __init__(self, seed: int, root_pitch: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._root_pitch = root_pitch
        self._strokes: dict[int, list[Tone]] = {}
        self._brushes = [drum_tone.brush(self._generator) for _ in range(VARIANTS)]
        numbers = np.arange(1.0, 17.0)
        hum, sung = numbers**-1.9, numbers**-1.0 * np.clip(numbers / 3, 0.0, 1.0)
        self._choir = Ensemble(hum, sung, HUM_CENTS, self._generator)
        self._drums = NoteVoices(DRUM_VOICES, drum_tone.STROKE_S, TONE_RATE_HZ)
        self._hums = NoteVoices(HUM_VOICES, LONGEST_HUM_S, TONE_RATE_HZ)
        drone = textures.ensemble_loop(
            SAMPLE_RATE_HZ, textures.AIR_FRAMES, numbers**-1.1, textures.PAD_WIDTH_CENTS, self._generator
        )
        self._drone = LoopVoices(drone, 4, SAMPLE_RATE_HZ)
        self._drum_strip, self._hum_strip = Strip(self._drums.signal), Strip(self._hums.signal)
        self._drone_strip = Strip(self._drone.signal)
        strips = [self._drum_strip, self._hum_strip, self._drone_strip]
        self._stage = Stage(strips, TRIM, Fader(*USUAL))
        self._played_s = float(self._generator.uniform(0, 600))  # where the sweeps begin

    def play(self, note: Note, values: MusicValues, offset: int, block_start: int) -> None:
        """Begin ``note`` at frame ``offset`` of the next block: the line is hummed, all else is the drum's."""
        if note.hand is Hand.RIGHT:
            self._hums.start(self._hummed(note, values), offset, block_start, SAMPLE_RATE_HZ)
            return
        choice = self._brushes if note.hand is Hand.INNER else self._stroke(note.pitch)
        tone = choice[int(self._generator.integers(len(choice)))]
        attack_s = FAST_ATTACK_S * (SLOW_ATTACK_S / FAST_ATTACK_S) ** values.warmth
        sound = touched(tone, note.velocity, 0.04 + 0.96 * values.brightness, attack_s)
        self._drums.start(sound, offset, block_start, SAMPLE_RATE_HZ)

    def _stroke(self, pitch: int) -> list[Tone]:
        if pitch not in self._strokes:
            root_hz = 440.0 * 2 ** ((self._root_pitch - 69) / 12)
            rim = min(1.0, (pitch - self._root_pitch) / 12)
            self._strokes[pitch] = [drum_tone.stroke(root_hz, rim, self._generator) for _ in range(VARIANTS)]
        return self._strokes[pitch]

    def _hummed(self, note: Note, values: MusicValues) -> NDArray[np.float32]:
        seconds = float(np.clip(HUM_PULSES * 60 / values.tempo_bpm, SHORTEST_HUM_S, LONGEST_HUM_S))
        rise_s = FAST_RISE_S * (SLOW_RISE_S / FAST_RISE_S) ** values.warmth
        return self._choir.note(note.pitch, seconds, rise_s, note.velocity, 0.7 * values.brightness)

    def chord(self, pitches: tuple[int, ...], values: MusicValues, seconds: float) -> None:
        """Let the drone cross over to a chord within ``seconds``."""
        shifts = tuple(float(pitch - textures.PAD_PITCH) for pitch in pitches)
        self._drone.change(shifts, seconds, SAMPLE_RATE_HZ)

    def shape(self, values: MusicValues) -> None:
        """Glide every control to ``values`` by the end of the next block."""
        self._played_s += BLOCK_FRAMES / SAMPLE_RATE_HZ
        waves = sum(math.sin(2 * math.pi * self._played_s / sweep_s) for sweep_s in SWEEPS_S) / len(SWEEPS_S)
        self._drum_strip.glide(DRUM_GAIN * values.pulse_level, 500.0 * 12.0**values.brightness)
        self._hum_strip.glide(HUM_GAIN * values.pulse_level, 500.0 * 5.0**values.brightness)
        sweep_octaves = SWEEP_OCTAVES * (LEAST_SWEEP + (1.0 - LEAST_SWEEP) * values.brightness)
        drone_cutoff_hz = 260.0 * 6.0**values.brightness * 2 ** (sweep_octaves * waves)
        self._drone_strip.glide(DRONE_GAIN * values.bed_level**BED_BEND, drone_cutoff_hz)
        self._stage.glide(values, ROOM_GAIN * (0.5 + 0.5 * values.warmth))
        self._drone.glide()

    def block_done(self) -> None:
        self._drums.block_done()
        self._hums.block_done()

    @property
    def dropped_notes(self) -> int:
        """Notes that found no silent voice; zero unless the score asks for more than the voices can hold."""
        return self._drums.dropped + self._hums.dropped
