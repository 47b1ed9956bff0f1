"""Water, rain, wind and birds, made of noise and a few soft chirps that never come twice in the same order.

Rules of this file:
1. Everything is made while it sounds: noise from pyo, slow chance from pyo and from the generator that is handed in. There
   is no loop that could be recognised.
2. Nothing is sudden: what swells does so within tenths of seconds at least, and chirps begin softly.
3. Each sound has the loudness ``nature.UNDER_MUSIC_DB`` under the music at a level of 1, which was measured.
4. No direct current: all noise is high-passed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.clock import SAMPLE_RATE_HZ
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES, CHANNELS, pyo
from pulsetune.sound.soundscapes.voices import Line, NoteVoices, room

WATER_GAIN, RAIN_GAIN, WIND_GAIN, AIR_GAIN, BIRD_GAIN = 0.147, 0.111, 0.298, 0.205, 0.068
LOWEST_HZ = 60.0
# Bands of a stream: centre in Hz, and how many times a second the chance that moves it finds a new level.
STREAM = ((260.0, 0.7), (480.0, 1.3), (760.0, 2.1), (1150.0, 2.9), (1700.0, 3.7), (2500.0, 4.6))
# Calls: lowest pitch in Hz, how far it bends in octaves, length of a note, notes in a call.
CALLS = ((2300.0, 0.25, 0.16, 3), (3100.0, -0.3, 0.11, 5), (1900.0, 0.12, 0.30, 2), (2700.0, 0.5, 0.09, 4))
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 2.5, 9.0  # between two calls
BIRD_VOICES = 6
CHIRP_S = 0.5  # longest note
DISTANCE_S = 1.2


class Sound(Protocol):
    """A graph of pyo objects with one level."""

    def shape(self, level: float) -> None: ...

    def block_done(self) -> None: ...


class _Noise:
    """Bands of noise as one sound; a subclass says which."""

    def __init__(self, source: Any) -> None:
        self._level = Line(0.0)
        self._source = source
        self._high = pyo.ButHP(source, freq=LOWEST_HZ)
        self._out = pyo.Mix(self._high, voices=CHANNELS, mul=self._level.signal).out()

    def shape(self, level: float) -> None:
        """Reach ``level`` by the end of the next block."""
        self._level.glide(level)

    def block_done(self) -> None:
        """There are no triggers."""


class Water(_Noise):
    """Bands whose levels wander quickly: babbling; a low one that stands."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._noise = pyo.PinkNoise(mul=[WATER_GAIN] * CHANNELS)
        self._moves = [pyo.Randi(min=0.1, max=1.0, freq=[pace, pace * 1.07]) for _, pace in STREAM]
        self._bands = [
            pyo.ButBP(self._noise, freq=hz, q=2.5, mul=move) for (hz, _), move in zip(STREAM, self._moves, strict=True)
        ]
        super().__init__(pyo.Mix(self._bands, voices=CHANNELS))


class Rain(_Noise):
    """A wide hiss that hardly moves, and a patter of quicker, narrower ones."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._noise = pyo.PinkNoise(mul=[RAIN_GAIN] * CHANNELS)
        self._slow = pyo.Randi(min=0.8, max=1.0, freq=[0.11, 0.13])
        self._hiss = pyo.ButLP(pyo.ButHP(self._noise, freq=900.0), freq=5500.0, mul=self._slow)
        self._quick = [pyo.Randi(min=0.0, max=1.0, freq=[pace, pace * 1.1]) for pace in (11.0, 17.0)]
        self._patter = [
            pyo.ButBP(self._noise, freq=hz, q=3.0, mul=quick * quick)
            for hz, quick in zip((1700.0, 3000.0), self._quick, strict=True)
        ]
        super().__init__(pyo.Mix([self._hiss, *self._patter], voices=CHANNELS))


class Wind(_Noise):
    """Two wide resonances that wander in pitch and level, slower than anybody breathes."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._noise = pyo.PinkNoise(mul=[WIND_GAIN] * CHANNELS)
        self._gusts = [_wander(0.35, 1.0, 0.09), _wander(0.05, 0.45, 0.06)]
        self._pitches = [_wander(200.0, 420.0, 0.07), _wander(520.0, 900.0, 0.05)]
        self._bands = [
            pyo.ButBP(self._noise, freq=pitch, q=q, mul=gust)
            for pitch, gust, q in zip(self._pitches, self._gusts, (1.0, 2.5), strict=True)
        ]
        super().__init__(pyo.Mix(self._bands, voices=CHANNELS))


class Birds:
    """Soft air, and calls from far off: each a few gliding notes in a room without walls."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._level = Line(0.0)
        self._voices = NoteVoices(BIRD_VOICES, CHIRP_S, SAMPLE_RATE_HZ)
        self._noise = pyo.PinkNoise(mul=[AIR_GAIN] * CHANNELS)
        self._slow = _wander(0.6, 1.0, 0.08)
        self._air = pyo.ButLP(pyo.ButHP(self._noise, freq=150.0), freq=900.0, mul=self._slow)
        self._wet = room(self._voices.signal, distance(generator), SAMPLE_RATE_HZ)
        self._mix = pyo.Mix([self._air, self._wet], voices=CHANNELS, mul=self._level.signal)
        self._out = pyo.DCBlock(self._mix).out()
        self._frame = 0
        self._waiting: list[tuple[int, NDArray[np.float32]]] = []
        self._next_call = round(SHORTEST_PAUSE_S * SAMPLE_RATE_HZ)

    def shape(self, level: float) -> None:
        """Reach ``level`` by the end of the next block, and begin the chirps that lie in it."""
        self._level.glide(level)
        end = self._frame + BLOCK_FRAMES
        if self._next_call < end:
            self._call(self._next_call)
        while self._waiting and self._waiting[0][0] < end:
            at, sound = self._waiting.pop(0)
            self._voices.start(sound, at - self._frame, self._frame, SAMPLE_RATE_HZ)
        self._frame = end

    def block_done(self) -> None:
        """Take the triggers of the block away."""
        self._voices.block_done()

    def _call(self, at: int) -> None:
        """Plan one call from frame ``at`` on, and when the next one comes."""
        draw = self._generator
        pitch_hz, bend, note_s, most = CALLS[int(draw.integers(len(CALLS)))]
        pitch_hz *= 2 ** float(draw.uniform(-0.15, 0.15))
        side, loud = float(draw.uniform(0.15, 0.85)), float(draw.uniform(0.4, 1.0))
        for _ in range(int(draw.integers(1, most + 1))):
            seconds = note_s * float(draw.uniform(0.8, 1.25))
            self._waiting.append((at, chirp(pitch_hz, bend * float(draw.uniform(0.6, 1.2)), seconds, side, loud)))
            at += round((seconds + float(draw.uniform(0.05, 0.22))) * SAMPLE_RATE_HZ)
        self._next_call = at + round(float(draw.uniform(SHORTEST_PAUSE_S, LONGEST_PAUSE_S)) * SAMPLE_RATE_HZ)


def chirp(pitch_hz: float, bend_octaves: float, seconds: float, side: float, loud: float) -> NDArray[np.float32]:
    """One gliding note, (frames, 2), that begins and ends at zero; ``side`` is 0 left to 1 right."""
    place = np.linspace(0.0, 1.0, round(seconds * SAMPLE_RATE_HZ))
    hz = pitch_hz * 2 ** (bend_octaves * np.sin(np.pi * place / 2))
    tone = np.sin(2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ) * np.sin(np.pi * place) ** 2
    sides = np.array([np.cos(np.pi / 2 * side), np.sin(np.pi / 2 * side)])
    sound: NDArray[np.float32] = (BIRD_GAIN * loud * tone[:, None] * sides).astype(np.float32)
    return sound


def distance(generator: np.random.Generator) -> NDArray[np.float32]:
    """The impulse response of trees far off, (frames, 2), unit energy in each channel: no echo, a soft dark cloud."""
    time_s = np.arange(round(DISTANCE_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    noise = np.fft.rfft(generator.standard_normal((2, time_s.size)), axis=1)
    dark = 1.0 / (1.0 + (np.fft.rfftfreq(time_s.size, 1 / SAMPLE_RATE_HZ) / 3000.0) ** 2)
    shape = (1 - np.exp(-time_s / 0.02)) * np.exp(-time_s / 0.22) * np.clip((DISTANCE_S - time_s) / 0.2, 0, 1)
    response = np.fft.irfft(noise * dark, time_s.size, axis=1) * shape
    response /= np.sqrt(np.sum(response**2, axis=1, keepdims=True))
    return np.ascontiguousarray(response.T.astype(np.float32))


def _wander(low: float, high: float, per_s: float) -> Any:
    """Slow chance, different on both sides."""
    return pyo.Randi(min=low, max=high, freq=[per_s, per_s * 1.13])


SOUNDS: dict[str, Callable[[np.random.Generator], Sound]] = {"water": Water, "rain": Rain, "wind": Wind, "birds": Birds}
