"""One string of a tanpura, as numbers: a plucked string whose harmonics open and close again over the curved bridge.

The bridge (with its thread, the jivari) lets the string graze, which feeds high harmonics; a bright band of them blooms
after the pluck and slides slowly down through the sound. Here every partial has its own envelope: a decay, and for the
bright layer a wave that passes partial after partial from high to low.

Rules of this file:
1. Pure numpy; the random numbers come from a generator that is handed in.
2. A plucked string begins and ends at exactly zero, so that it can be played at any time without a click.
3. Strings share frequencies (the two middle ones nearly all), so what one adds another may take away. Two things keep their
   sum even: a string is read from a place of its own at every pluck, and the right channel is turned by ``turn`` against the
   left. Two strings turned by opposite quarters cannot cancel: what the left channel loses, the right one gains.
4. Two layers of the same length: ``dark`` (the string) and ``bright`` (what the bridge adds), equally loud; and the touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

TONE_RATE_HZ = 24_000  # nothing here lies above 6 kHz; half the rate is half the memory, read with cubic interpolation
RING_S = 5.6  # a string sounds into its own next turn at all but the slowest tempi
SPARE_S = 0.03  # more than two periods of the lowest string: where the reading may begin
FADE_S = 1.6  # at the end, so that it ends at zero
ENVELOPE_RATE_HZ = 100.0
DARK_PARTIALS = 7
BRIGHT_PARTIALS = range(3, 25)
HIGHEST_PARTIAL_HZ = 4_200.0
DARK_DECAY_S, BRIGHT_DECAY_S = 5.5, 3.4  # to -60 dB would be twice as long: these are heard, not measured, lengths
BLOOM_FROM, BLOOM_TO, BLOOM_S = 20.0, 4.0, 2.2  # the bright band: from this partial to that one within this time
BLOOM_WIDTH = 0.55  # of the band, in octaves
LOUDNESS_S, LEVEL_RMS = 2.0, 0.2  # every layer of every string has this root mean square over its first seconds
PLUCK_S = 0.004  # shortest rise: a fingertip, not a nail
# The finger's own sound on the string: by it a pluck is heard although the string still rings.
TOUCH_S, TOUCH_LEVEL = 0.014, 1.0
TOUCH_LOW_HZ, TOUCH_HIGH_HZ = 180.0, 1500.0


@dataclass(frozen=True, slots=True)
class TanpuraTone:
    """A string at ``TONE_RATE_HZ``; each layer is (frames, 2), float32."""

    dark: NDArray[np.float32]
    bright: NDArray[np.float32]
    touch: NDArray[np.float32]


def tanpura_tone(frequency_hz: float, turn: float, generator: np.random.Generator) -> TanpuraTone:
    """The string of ``frequency_hz``, not yet touched; ``turn`` in turns (a quarter is 90 degrees)."""
    frames = int((RING_S + SPARE_S) * TONE_RATE_HZ)
    coarse_s = np.arange(int((RING_S + SPARE_S) * ENVELOPE_RATE_HZ) + 2) / ENVELOPE_RATE_HZ
    dark = np.zeros((2, frames))
    for number in range(1, DARK_PARTIALS + 1):
        envelope = number**-1.25 * np.exp(-coarse_s * (1 + 0.35 * (number - 1)) * 3 / DARK_DECAY_S)
        _add(dark, frequency_hz * number, coarse_s, envelope, turn, generator)
    bright = np.zeros((2, frames))
    band = BLOOM_TO + (BLOOM_FROM - BLOOM_TO) * np.exp(-coarse_s * 3 / BLOOM_S)
    opened = 1 - np.exp(-coarse_s / 0.03)
    for number in BRIGHT_PARTIALS:
        if frequency_hz * number < HIGHEST_PARTIAL_HZ:
            near = np.exp(-0.5 * (np.log2(number / band) / BLOOM_WIDTH) ** 2)
            envelope = number**-0.45 * near * opened * np.exp(-coarse_s * 3 / BRIGHT_DECAY_S)
            _add(bright, frequency_hz * number, coarse_s, envelope, turn, generator)
    return TanpuraTone(_finished(dark), _finished(bright), _touch(generator))


def plucked(tone: TanpuraTone, velocity: float, openness: float, attack_s: float, place: float) -> NDArray[np.float32]:
    """The string as it is played, ``RING_S`` long.

    ``openness`` 0..1 is how much the bridge adds, ``attack_s`` the rise from zero, ``place`` 0..1 where reading begins.
    """
    rise = max(int(PLUCK_S * TONE_RATE_HZ), int(attack_s * TONE_RATE_HZ))
    first = int(place * SPARE_S * TONE_RATE_HZ)
    read = slice(first, first + int(RING_S * TONE_RATE_HZ))
    sound = tone.dark[read] * np.float32(velocity)
    sound += tone.bright[read] * np.float32(velocity * openness)
    sound[: len(tone.touch)] += tone.touch * np.float32(velocity)
    sound[:rise] *= (0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / rise)).astype(np.float32)[:, None]
    fade = _fade()
    sound[-len(fade) :] *= fade
    return sound


@cache
def _fade() -> NDArray[np.float32]:
    """How every string ends, (frames, 1)."""
    tail = int(FADE_S * TONE_RATE_HZ)
    fade: NDArray[np.float32] = (0.5 + 0.5 * np.cos(np.pi * np.arange(1, tail + 1) / tail)).astype(np.float32)[:, None]
    return fade


def _add(
    sound: NDArray[np.float64],
    frequency_hz: float,
    coarse_s: NDArray[np.float64],
    envelope: NDArray[np.float64],
    turn: float,
    generator: np.random.Generator,
) -> None:
    """Add one partial to both channels, somewhere between them."""
    time_s = np.arange(sound.shape[1]) / TONE_RATE_HZ
    level = np.interp(time_s, coarse_s, envelope)
    phase = 2 * np.pi * (frequency_hz * time_s + generator.random())
    angle = np.pi / 2 * generator.uniform(0.42, 0.58)
    sound[0] += np.cos(angle) * level * np.sin(phase)
    sound[1] += np.sin(angle) * level * np.sin(phase + 2 * np.pi * turn)


def _touch(generator: np.random.Generator) -> NDArray[np.float32]:
    """A fingertip leaving the string: a short soft band of noise, the same in both channels, peak ``TOUCH_LEVEL``."""
    frames = int(8 * TOUCH_S * TONE_RATE_HZ)
    bins_hz = np.maximum(np.fft.rfftfreq(frames, 1 / TONE_RATE_HZ), 1.0)
    band = 1 / (1 + (TOUCH_LOW_HZ / bins_hz) ** 4) / (1 + (bins_hz / TOUCH_HIGH_HZ) ** 4)
    noise = np.fft.irfft(np.fft.rfft(generator.standard_normal(frames)) * band, frames)
    noise *= np.exp(-np.arange(frames) / (TOUCH_S * TONE_RATE_HZ)) * np.linspace(1.0, 0.0, frames)
    noise *= TOUCH_LEVEL / np.max(np.abs(noise))
    return np.repeat(noise.astype(np.float32)[:, None], 2, axis=1)


def _finished(sound: NDArray[np.float64]) -> NDArray[np.float32]:
    first = sound[:, : int(LOUDNESS_S * TONE_RATE_HZ)]
    sound *= LEVEL_RMS / np.sqrt(
        np.mean(first**2)
    )  # not the peak: where partials happen to meet says nothing of loudness
    return np.ascontiguousarray(sound.T.astype(np.float32))
