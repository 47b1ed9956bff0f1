"""One note of a felt-damped piano, as numbers: two strings, a soft hammer, a wooden body.

Rules of this file:
1. Pure numpy; the random numbers come from a generator that is handed in.
2. ``dark`` is what felt lets through, ``bright`` what a harder touch adds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.soundscapes.ringing import TONE_RATE_HZ, Tone, evened, fade_out, ring, stereo

HIGHEST_PARTIAL_HZ = 6_500.0
MOST_PARTIALS = 28
HAMMER_POSITION = 1 / 8.2  # where the hammer meets the string, of its length: thins every eighth partial
STRINGS_APART = 0.5  # radians at most between the two strings when the hammer leaves them
UNISON_CENTS = 0.9  # between the two strings of a note: a beat of several seconds, life without a wobble
STIFFNESS_AT_MIDDLE_C = 3.2e-4  # inharmonicity of an upright's strings (Fletcher 1962), doubling every 8 semitones up
LONGEST_S, SHORTEST_S = 4.4, 1.9  # as long as a damped string is heard over the next notes
BRIGHT_SHARE = 0.9  # of the bright layer, the dark one being 1: a full touch does not drown the body of the tone
LOUDNESS_TILT = -0.10  # level, in powers of two an octave: the treble is a little softer, as felt makes it
KNOCK_LEVEL = 0.030  # hammer and key bed against the tone, the softest it can be and still be touch

# Modes of a wooden body: frequency in Hz, decay in s (to -60 dB), strength.
BODY_MODES = (
    (94.0, 0.30, 1.0),
    (147.0, 0.24, 0.9),
    (211.0, 0.20, 0.6),
    (332.0, 0.14, 0.45),
    (520.0, 0.10, 0.30),
    (805.0, 0.07, 0.16),
)


def ring_s(pitch: int) -> float:
    """How long a note sounds: long in the bass, short in the treble, as the strings are."""
    return float(np.clip(4.4 - (pitch - 38) * 0.07, SHORTEST_S, LONGEST_S))


def felt_tone(pitch: int, generator: np.random.Generator) -> Tone:
    """Both layers of the note ``pitch`` (MIDI), the dark one at the usual level."""
    frames = int(ring_s(pitch) * TONE_RATE_HZ)
    partials_hz, numbers = _partials(pitch)
    octaves_up = (pitch - 60) / 12
    seconds = _decay_s(pitch, numbers)
    level = np.abs(np.sin(np.pi * numbers * HAMMER_POSITION)) / np.sin(np.pi * HAMMER_POSITION) / numbers
    # Felt is a low-pass whose corner follows the key, but slowly: bass notes have more partials than treble ones.
    corner_hz = 420.0 * 2 ** (0.45 * octaves_up)
    dark = level / (1 + (partials_hz / corner_hz) ** 2)
    bright = 0.8 * level * (partials_hz / corner_hz) / (1 + (partials_hz / (4.2 * corner_hz)) ** 2.2)
    phases = np.tile(generator.uniform(0, 2 * np.pi, numbers.size), (2, 1))
    phases[1] += generator.uniform(-STRINGS_APART, STRINGS_APART, numbers.size)
    detune = 2 ** (np.array([-0.5, 0.5]) * UNISON_CENTS / 1200)
    strings_hz = (partials_hz[None, :] * detune[:, None]).ravel()
    # The second string couples late and decays slowly: the two-stage decay of a piano.
    strings_s = np.stack([seconds, seconds * 2.1]).ravel()
    share = np.repeat([0.72, 0.28], numbers.size)
    left = np.repeat([0.62, 0.42], numbers.size)
    columns = []
    for layer in (dark, bright):
        amplitude = np.tile(layer, 2) * share
        columns += [amplitude * left, amplitude * (1 - left)]
    sound = ring(strings_hz, strings_s, phases.ravel(), np.stack(columns), frames)
    sound[:2] += _knock(frames, 0.4, generator)
    sound[2:] += _knock(frames, 1.2, generator)
    sound *= fade_out(frames)
    scale = 2 ** (LOUDNESS_TILT * octaves_up)
    return Tone(stereo(scale * evened(sound[:2])), stereo(scale * BRIGHT_SHARE * evened(sound[2:])))


def _partials(pitch: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    fundamental_hz = 440.0 * 2 ** ((pitch - 69) / 12)
    numbers = np.arange(1, MOST_PARTIALS + 1, dtype=np.float64)
    stiffness = STIFFNESS_AT_MIDDLE_C * 2 ** (max(pitch - 60, -12) / 8)
    partials_hz = fundamental_hz * numbers * np.sqrt(1 + stiffness * numbers**2)
    kept = partials_hz < HIGHEST_PARTIAL_HZ
    return partials_hz[kept], numbers[kept]


def _decay_s(pitch: int, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Seconds to -60 dB of each partial of the first string: upper partials die sooner."""
    lowest_s: float = 1.15 * ring_s(pitch)
    return lowest_s / (1 + 0.22 * (numbers - 1))


def _knock(frames: int, level: float, generator: np.random.Generator) -> NDArray[np.float64]:
    """The touch itself: a soft thump of the body, (2, frames)."""
    frequency_hz, decay_s, strength = (np.array(column) for column in zip(*BODY_MODES, strict=True))
    frequency_hz = frequency_hz * generator.uniform(0.97, 1.03, frequency_hz.size)
    pan = generator.uniform(0.4, 0.6, frequency_hz.size)
    amplitude = KNOCK_LEVEL * level * np.stack([strength * pan, strength * (1 - pan)])
    short = min(frames, int(0.5 * TONE_RATE_HZ))
    sound = np.zeros((2, frames))
    sound[:, :short] = ring(frequency_hz, decay_s, np.full(frequency_hz.size, 0.0), amplitude, short)
    return sound
