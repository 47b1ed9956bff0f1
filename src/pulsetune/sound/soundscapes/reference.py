"""The reference: a steady noise with the spectrum of speech, exactly as loud as the soundscapes are.

It is for setting the volume by ear: when it is as loud as quiet speech in the room, so is the music.

Rules of this file:
1. It follows the level and nothing else: what brightness, density and the rest say must not change its loudness.
2. It has no onset and no pulse.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicValues
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES, CHANNELS, pyo
from pulsetune.sound.score import HalfBar, Note
from pulsetune.sound.soundscapes.voices import Line, table_of

# About the long-term average spectrum of speech, in dB in third-octave bands from 63 Hz to 8 kHz (cf. Byrne et al. 1994,
# J. Acoust. Soc. Am. 96:2108; approximate values, a colour only: how loud it is was measured).
FIRST_BAND_HZ = 63.0
SPEECH_DB = (
    38.6, 43.5, 54.4, 57.7, 56.8, 60.2, 60.3, 59.0, 62.1, 62.1, 60.5,
    56.8, 53.7, 53.0, 52.0, 48.7, 48.1, 46.8, 45.6, 44.5, 44.3, 43.7,
)  # fmt: skip
LOOP_FRAMES = 1 << 19  # 10.9 s: longer than a loop of noise is remembered
GAIN = 0.0755  # for -20.0 LUFS (ITU-R BS.1770-4)
FADE_IN_S = 1.0


class Rest:
    """A score without notes."""

    def half_bar(self, density: float, warmth: float) -> HalfBar:
        """Two pulses of nothing."""
        return HalfBar((), ())


class Reference:
    """The noise; see ``Soundscape`` in this package for what the methods mean."""

    dropped_notes = 0

    def __init__(self, seed: int) -> None:
        table = table_of(speech_noise(np.random.default_rng(seed)))
        self._level = Line(0.0)
        self._reader = pyo.TableRead(table, freq=SAMPLE_RATE_HZ / LOOP_FRAMES, loop=1, interp=2).play()
        self._noise = pyo.Sig(self._reader, mul=self._level.signal)
        self._mix = pyo.Mix(self._noise, voices=CHANNELS)
        self._out = pyo.DCBlock(self._mix).out()
        self._risen = 0.0

    def play(self, note: Note, values: MusicValues, offset: int, block_start: int) -> None:
        """There are no notes."""

    def chord(self, pitches: tuple[int, ...], values: MusicValues, seconds: float) -> None:
        """There are no chords."""

    def shape(self, values: MusicValues) -> None:
        """Come in; then stand."""
        self._risen = min(1.0, self._risen + BLOCK_FRAMES / (FADE_IN_S * SAMPLE_RATE_HZ))
        self._level.glide(GAIN * self._risen**2)

    def block_done(self) -> None:
        """There are no triggers."""


def speech_noise(generator: np.random.Generator) -> NDArray[np.float32]:
    """A loop without a seam, (LOOP_FRAMES, 2), root mean square 1; both channels the same, as a voice in front is."""
    bins_hz = np.fft.rfftfreq(LOOP_FRAMES, 1 / SAMPLE_RATE_HZ)
    bands_hz = FIRST_BAND_HZ * 2 ** (np.arange(len(SPEECH_DB)) / 3)
    # a band's power is spread over a width that grows with its frequency; beyond the bands it falls away quickly
    density_db = np.interp(np.log(np.maximum(bins_hz, 1.0)), np.log(bands_hz), SPEECH_DB - 10 * np.log10(bands_hz))
    inside = np.minimum(1.0, (bins_hz / bands_hz[0]) ** 3) * np.minimum(
        1.0, (bands_hz[-1] / np.maximum(bins_hz, 1.0)) ** 6
    )
    spectrum = 10 ** (density_db / 20) * inside * np.exp(2j * np.pi * generator.random(bins_hz.size))
    sound = np.fft.irfft(spectrum, LOOP_FRAMES)
    sound /= np.sqrt(np.mean(sound**2))
    return np.ascontiguousarray(np.stack([sound, sound], axis=1).astype(np.float32))
