"""Ocean strings: a soft harp on every pulse and slow string lines, over surf that comes and goes.

How it follows the music's values:

- brightness: string and harp filters open, their bright layers come in; the sea comes nearer (its low-pass rises);
- density: the composer's; at the calm end a harp note on each pulse and one string note a phrase are left;
- warmth: harp attacks slow down from 4 to 28 ms, strings rise in 0.4 to 1.4 s, the room grows; lines lie lower;
- pulse level: harp and string lines; bed level: string chords, and surf a little less than in proportion.

Rules of this file:
1. The pulse bus carries everything that has an onset, the bed bus everything that has none; each has its own level.
2. Nothing steps while it sounds: notes read the values when they begin, controls glide with the block.
3. Waves never keep time with the music: their lengths are random.
"""

from __future__ import annotations

import numpy as np

from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicValues
from pulsetune.sound.harmony import opened
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES, pyo
from pulsetune.sound.score import Hand, Note
from pulsetune.sound.soundscapes import textures
from pulsetune.sound.soundscapes.bowed import Ensemble
from pulsetune.sound.soundscapes.ringing import TONE_RATE_HZ, Tone, touched
from pulsetune.sound.soundscapes.stage import Fader, Stage, Strip, Trim
from pulsetune.sound.soundscapes.struck import HARP, struck
from pulsetune.sound.soundscapes.voices import LoopVoices, NoteVoices, table_of
from pulsetune.sound.soundscapes.waves import SURF_FRAMES, Swell, surf_loop

VIBRATO_CENTS = 21.0  # how far a section's vibrato and intonation smear each partial
HARP_VOICES, STRING_VOICES = 16, 10  # at 92 BPM and full density 13 and 7 sound at the same time
FAST_ATTACK_S, SLOW_ATTACK_S = 0.004, 0.028
FAST_RISE_S, SLOW_RISE_S = 0.4, 1.4
LINE_PULSES = 3.5  # how long a string note is
SHORTEST_LINE_S, LONGEST_LINE_S = 2.2, 5.0
HARP_GAIN, LINE_GAIN = 0.38, 0.042
CHORD_GAIN = 0.020
SURF_GAIN = 0.036
SURF_BEND = 0.7  # exponent of the bed level for the surf
EBB = 0.35  # what is left of the surf between two waves
WAVE_OCTAVES = 1.0  # how far the surf's low-pass opens as a wave comes in
ROOM_GAIN = 0.24
HAND_LEVEL = {Hand.LEFT: 1.0, Hand.RIGHT: 1.0, Hand.INNER: 0.8}
TRIM = Trim(0.9, 1.8, 2.2)  # means of five seeds: -20.7 LUFS calm, -20.1 else
USUAL = (
    -24.5,
    0.19,
    SURF_BEND,
)  # dB, the share of the bed in it, how the bed follows its level: mean of three seeds, no fader


class OceanStrings:
    """The graph and its controls; the player tells it what to play in the next block."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._tones: dict[int, Tone] = {}
        numbers = np.arange(1.0, 21.0)
        dark, bright = numbers**-1.6, numbers**-0.9 * np.clip(numbers / 3, 0.0, 1.0)
        self._section = Ensemble(dark, bright, VIBRATO_CENTS, self._generator)
        self._harps = NoteVoices(HARP_VOICES, HARP.longest_s, TONE_RATE_HZ)
        self._lines = NoteVoices(STRING_VOICES, LONGEST_LINE_S, TONE_RATE_HZ)
        chord_loop = textures.ensemble_loop(
            SAMPLE_RATE_HZ, textures.AIR_FRAMES, numbers**-1.2, VIBRATO_CENTS, self._generator
        )
        self._chords = LoopVoices(chord_loop, 4, SAMPLE_RATE_HZ)
        self._swells = [Swell(self._generator) for _ in range(2)]
        self._build()

    def _build(self) -> None:
        surf = table_of(surf_loop(SAMPLE_RATE_HZ, self._generator))
        turns_per_s = SAMPLE_RATE_HZ / SURF_FRAMES
        # The second sea reads the same water a little slower: the two never meet in the same order again.
        self._seas = [pyo.TableRead(surf, freq=turns_per_s * pace, loop=1, interp=2).play() for pace in (1.0, 0.917)]
        self._harp_strip, self._line_strip = Strip(self._harps.signal), Strip(self._lines.signal)
        self._chord_strip = Strip(self._chords.signal)
        self._sea_strips = [Strip(sea) for sea in self._seas]
        strips = [self._harp_strip, self._line_strip, self._chord_strip, *self._sea_strips]
        self._stage = Stage(strips, TRIM, Fader(*USUAL))

    def play(self, note: Note, values: MusicValues, offset: int, block_start: int) -> None:
        """Begin ``note`` at frame ``offset`` of the next block: the melody on strings, all else on the harp."""
        if note.hand is Hand.RIGHT:
            self._lines.start(self._line(note, values), offset, block_start, SAMPLE_RATE_HZ)
            return
        if note.pitch not in self._tones:
            self._tones[note.pitch] = struck(HARP, note.pitch, self._generator)
        attack_s = FAST_ATTACK_S * (SLOW_ATTACK_S / FAST_ATTACK_S) ** values.warmth
        hardness = 0.05 + 0.85 * values.brightness
        sound = touched(self._tones[note.pitch], note.velocity * HAND_LEVEL[note.hand], hardness, attack_s)
        self._harps.start(sound, offset, block_start, SAMPLE_RATE_HZ)

    def _line(self, note: Note, values: MusicValues) -> np.typing.NDArray[np.float32]:
        seconds = float(np.clip(LINE_PULSES * 60 / values.tempo_bpm, SHORTEST_LINE_S, LONGEST_LINE_S))
        rise_s = FAST_RISE_S * (SLOW_RISE_S / FAST_RISE_S) ** values.warmth
        return self._section.note(note.pitch, seconds, rise_s, note.velocity, 0.8 * values.brightness)

    def chord(self, pitches: tuple[int, ...], values: MusicValues, seconds: float) -> None:
        """Let the bed cross over to a chord within ``seconds``."""
        bass, low, middle, high = pitches
        shifts = tuple(float(pitch - textures.PAD_PITCH) for pitch in opened((bass, low, middle, high)))
        self._chords.change(shifts, seconds, SAMPLE_RATE_HZ)

    def shape(self, values: MusicValues) -> None:
        """Glide every control to ``values`` by the end of the next block."""
        self._harp_strip.glide(HARP_GAIN * values.pulse_level, 1000.0 * 7.0**values.brightness)
        self._line_strip.glide(LINE_GAIN * values.pulse_level, 700.0 * 6.0**values.brightness)
        self._chord_strip.glide(CHORD_GAIN * values.bed_level, 420.0 * 6.0**values.brightness)
        surf = SURF_GAIN * values.bed_level**SURF_BEND
        for swell, strip in zip(self._swells, self._sea_strips, strict=True):
            height = swell.advance(BLOCK_FRAMES / SAMPLE_RATE_HZ)
            cutoff_hz = 260.0 * 7.0**values.brightness * 2 ** (WAVE_OCTAVES * height)
            strip.glide(surf * (EBB + (1.0 - EBB) * height), cutoff_hz)
        self._stage.glide(values, ROOM_GAIN * (0.5 + 0.5 * values.warmth))
        self._chords.glide()

    def block_done(self) -> None:
        self._harps.block_done()
        self._lines.block_done()

    @property
    def dropped_notes(self) -> int:
        """Notes that found no silent voice; zero unless the composer writes more than the voices can hold."""
        return self._harps.dropped + self._lines.dropped
