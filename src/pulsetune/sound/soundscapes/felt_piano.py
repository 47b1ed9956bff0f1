"""Felt piano: recordings of a grand piano played softly, felt laid over them, and a slow warm pad in a wooden hall.

Rules of this file:
1. The pulse bus carries everything that has an onset, the bed bus everything that has none; each has its own level.
2. Brightness opens filters and hardens the touch; warmth slows the attack and adds room. Both are read when a note
   begins or glide with the block: nothing steps while it sounds.
3. The bed carries the rests: what the melody leaves is never so empty that its return startles.
"""

from __future__ import annotations

import numpy as np

from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicValues
from pulsetune.sound.quiet_pyo import CHANNELS, pyo
from pulsetune.sound.score import Hand, Note
from pulsetune.sound.soundscapes import felt_recordings, ringing, textures
from pulsetune.sound.soundscapes.stage import Fader, Stage, Strip, Trim
from pulsetune.sound.soundscapes.voices import LoopVoices, NoteVoices, table_of

# At 92 BPM and full density one bass note a bar and up to five notes a second above it ring at the same time.
BASS_VOICES, BASS_S = 5, 4.8  # the longest recording
UPPER_VOICES, UPPER_S = 16, 3.7
PAD_VOICES = 3
SOFT_ATTACK_S, SLOW_ATTACK_S = 0.005, 0.032  # slower, and the ear no longer knows when a pulse was
PULSE_GAIN = 0.56
PAD_GAIN = 0.032
AIR_GAIN = 0.0018
AIR_CUTOFF_HZ = 5000.0
BED_BEND = 0.5  # exponent of the bed level: between a quiet and a full bed lie 3 dB, not 6
ROOM_GAIN = 0.20
HAND_LEVEL = {Hand.LEFT: 1.0, Hand.RIGHT: 0.74, Hand.INNER: 0.65}
TRIM = Trim(-0.35, 0.8, 0.95)  # means of five seeds: -20.7 LUFS calm, -20 else
USUAL = (
    -23.6,
    0.28,
    BED_BEND,
)  # dB, the share of the bed in it, how the bed follows its level: mean of three seeds, no fader


class FeltPiano:
    """The graph and its controls; the player tells it what to play in the next block."""

    def __init__(self, seed: int) -> None:
        generator = np.random.default_rng(seed)
        self._tones = felt_recordings.piano()
        self._basses = NoteVoices(BASS_VOICES, BASS_S, ringing.TONE_RATE_HZ)
        self._uppers = NoteVoices(UPPER_VOICES, UPPER_S, ringing.TONE_RATE_HZ)
        self._pad = LoopVoices(textures.pad_loop(SAMPLE_RATE_HZ, generator), PAD_VOICES, SAMPLE_RATE_HZ)
        air_table = table_of(textures.air_loop(SAMPLE_RATE_HZ, generator))
        self._air = pyo.TableRead(air_table, freq=SAMPLE_RATE_HZ / textures.AIR_FRAMES, loop=1, interp=2).play()
        self._strings = pyo.Mix([self._basses.signal, self._uppers.signal], voices=CHANNELS)
        self._note_strip, self._pad_strip, self._air_strip = (
            Strip(self._strings),
            Strip(self._pad.signal),
            Strip(self._air),
        )
        self._stage = Stage([self._note_strip, self._pad_strip, self._air_strip], TRIM, Fader(*USUAL))

    def play(self, note: Note, values: MusicValues, offset: int, block_start: int) -> None:
        """Begin ``note`` at frame ``offset`` of the next block."""
        recorded = felt_recordings.nearest(note.pitch)
        speed = 2 ** ((note.pitch - recorded) / 12)
        velocity = note.velocity * HAND_LEVEL[note.hand]
        hardness = (0.04 + 0.96 * values.brightness**1.4) * min(1.0, 0.35 + note.velocity)
        attack_s = SOFT_ATTACK_S * (SLOW_ATTACK_S / SOFT_ATTACK_S) ** values.warmth
        tone = felt_recordings.heard_in_time(self._tones[recorded], speed)
        sound = ringing.touched(tone, velocity, hardness, attack_s)
        voices = self._uppers if len(sound) <= UPPER_S * ringing.TONE_RATE_HZ else self._basses
        voices.start(sound, offset, block_start, SAMPLE_RATE_HZ, speed)

    def chord(self, pitches: tuple[int, ...], values: MusicValues, seconds: float) -> None:
        """Let the bed cross over to a chord within ``seconds``."""
        chosen = (pitches[0], pitches[1], pitches[-1])
        self._pad.change(tuple(float(pitch - textures.PAD_PITCH) for pitch in chosen), seconds, SAMPLE_RATE_HZ)

    def shape(self, values: MusicValues) -> None:
        """Glide every control to ``values`` by the end of the next block."""
        self._note_strip.glide(PULSE_GAIN * values.pulse_level, 700.0 * 9.0**values.brightness)
        self._pad_strip.glide(PAD_GAIN * values.bed_level**BED_BEND, 300.0 * 6.0**values.brightness)
        self._air_strip.glide(AIR_GAIN * values.bed_level**BED_BEND, AIR_CUTOFF_HZ)
        self._stage.glide(values, ROOM_GAIN * (0.5 + 0.5 * values.warmth))
        self._pad.glide()

    def block_done(self) -> None:
        self._basses.block_done()
        self._uppers.block_done()

    @property
    def dropped_notes(self) -> int:
        """Notes that found no silent voice; zero unless the composer writes more than the voices can hold."""
        return self._basses.dropped + self._uppers.dropped
