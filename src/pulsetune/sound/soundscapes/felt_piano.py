"""Felt piano: a damped upright at night, over a slow warm pad in a wooden hall.

Rules of this file:
1. The pulse bus carries everything that has an onset, the bed bus everything that has none; each has its own level.
2. Brightness opens filters and hardens the touch; warmth slows the attack, adds room and bed. Both are read when a
   note begins or glide with the block: nothing steps while it sounds.
"""

from __future__ import annotations

import numpy as np

from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicValues
from pulsetune.sound.quiet_pyo import CHANNELS, pyo
from pulsetune.sound.score import Hand, Note
from pulsetune.sound.soundscapes import felt_tone, ringing, textures
from pulsetune.sound.soundscapes.voices import Line, LoopVoices, NoteVoices, room, table_of

# At 92 BPM and full density one bass note a bar and up to five notes a second above it ring at the same time.
BASS_VOICES, BASS_S = 4, felt_tone.LONGEST_S
UPPER_VOICES, UPPER_S = 16, 3.7
PAD_VOICES = 3
SOFT_ATTACK_S, SLOW_ATTACK_S = 0.006, 0.080
PULSE_GAIN = 0.48
PAD_GAIN = 0.0175
AIR_GAIN = 0.0018
ROOM_GAIN = 0.20
CROWD_EASE = 0.1  # more notes are each played a little softer, as one would
CALM_EASE = 0.2  # and the calmest music is softest: loudness drifts down with arousal, never up
HAND_LEVEL = {Hand.LEFT: 0.74, Hand.RIGHT: 1.0, Hand.INNER: 0.85}


class FeltPiano:
    """The graph and its controls; the player tells it what to play in the next block."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._tones: dict[int, ringing.Tone] = {}
        self._basses = NoteVoices(BASS_VOICES, BASS_S, ringing.TONE_RATE_HZ)
        self._uppers = NoteVoices(UPPER_VOICES, UPPER_S, ringing.TONE_RATE_HZ)
        self._pad = LoopVoices(textures.pad_loop(SAMPLE_RATE_HZ, self._generator), PAD_VOICES, SAMPLE_RATE_HZ)
        self._pulse_level, self._bed_level, self._air_level = Line(0.0), Line(0.0), Line(0.0)
        self._note_cutoff_hz, self._pad_cutoff_hz = Line(2000.0), Line(800.0)
        self._room_send = Line(0.3)
        self._build()

    def _build(self) -> None:
        air_table = table_of(textures.air_loop(SAMPLE_RATE_HZ, self._generator))
        self._air = pyo.TableRead(
            air_table, freq=SAMPLE_RATE_HZ / textures.AIR_FRAMES, loop=1, interp=2, mul=self._air_level.signal
        ).play()
        self._strings = pyo.Mix([self._basses.signal, self._uppers.signal], voices=CHANNELS)
        self._pulse_bus = pyo.ButLP(self._strings, freq=self._note_cutoff_hz.signal, mul=self._pulse_level.signal)
        self._pad_bus = pyo.ButLP(self._pad.signal, freq=self._pad_cutoff_hz.signal, mul=self._bed_level.signal)
        self._dry = pyo.Mix([self._pulse_bus, self._pad_bus, self._air], voices=CHANNELS)
        self._send = pyo.Sig(self._dry, mul=self._room_send.signal)
        self._wet = room(self._send, textures.hall(SAMPLE_RATE_HZ, self._generator), SAMPLE_RATE_HZ)
        self._mix = pyo.Mix([self._dry, self._wet], voices=CHANNELS)
        self._out = pyo.DCBlock(self._mix).out()

    def play(self, note: Note, values: MusicValues, offset: int, block_start: int) -> None:
        """Begin ``note`` at frame ``offset`` of the next block."""
        if note.pitch not in self._tones:
            self._tones[note.pitch] = felt_tone.felt_tone(note.pitch, self._generator)
        velocity = note.velocity * HAND_LEVEL[note.hand] * _ease(values)
        hardness = (0.04 + 0.96 * values.brightness**1.4) * min(1.0, 0.35 + note.velocity)
        attack_s = SOFT_ATTACK_S * (SLOW_ATTACK_S / SOFT_ATTACK_S) ** values.warmth
        sound = ringing.touched(self._tones[note.pitch], velocity, hardness, attack_s)
        voices = self._uppers if felt_tone.ring_s(note.pitch) <= UPPER_S else self._basses
        voices.start(sound, offset, block_start, SAMPLE_RATE_HZ)

    def chord(self, pitches: tuple[int, ...], seconds: float) -> None:
        """Let the bed cross over to a chord within ``seconds``."""
        chosen = (pitches[0], pitches[1], pitches[-1])
        self._pad.change(tuple(float(pitch - textures.PAD_PITCH) for pitch in chosen), seconds, SAMPLE_RATE_HZ)

    def shape(self, values: MusicValues) -> None:
        """Glide every control to ``values`` by the end of the next block."""
        self._pulse_level.glide(PULSE_GAIN * values.pulse_level)
        self._bed_level.glide(PAD_GAIN * values.bed_level * (0.7 + 0.3 * values.warmth))
        self._air_level.glide(AIR_GAIN * values.bed_level)
        self._note_cutoff_hz.glide(700.0 * 9.0**values.brightness)
        self._pad_cutoff_hz.glide(300.0 * 6.0**values.brightness)
        self._room_send.glide(ROOM_GAIN * (0.5 + 0.5 * values.warmth))
        self._pad.glide()

    def block_done(self) -> None:
        self._basses.block_done()
        self._uppers.block_done()

    @property
    def dropped_notes(self) -> int:
        """Notes that found no silent voice; zero unless the composer writes more than the voices can hold."""
        return self._basses.dropped + self._uppers.dropped


def _ease(values: MusicValues) -> float:
    """How much softer or stronger every note is played: keeps all of arousal within about 3 dB, the calm end lowest."""
    return (1.0 + CROWD_EASE * (0.5 - values.density)) * (1.0 - CALM_EASE * max(0.0, values.warmth - 0.5))
