"""Instruments that are plucked or struck softly: each is a table of partials, turned into notes by ``ringing``.

Rules of this file:
1. Pure numpy; the random numbers come from a generator that is handed in.
2. Partials above ``HIGHEST_PARTIAL_HZ`` are left out: these instruments are heard with the lights low.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.soundscapes.ringing import TONE_RATE_HZ, Tone, evened, fade_out, ring, stereo

HIGHEST_PARTIAL_HZ = 8_000.0
REFERENCE_PITCH = 60
TWIN_CENTS = 1.6  # every partial is two, this far apart: a slow shimmer
BRIGHT_SHARE = 0.8  # of the bright layer, the dark one being 1
TWINS_APART = 1.2  # radians at most between them at first: farther, and a note would swell instead of ringing away
LOUDNESS_TILT = -0.25  # level, in powers of two an octave: high notes of a soft touch are softer


@dataclass(frozen=True, slots=True)
class Instrument:
    """What rings: ``ratios`` and ``levels`` of its partials, and how they die away.

    ``decay_s`` is the time to -60 dB of the first partial at middle C, ``decay_per_octave`` what it is multiplied by an
    octave higher, ``damping`` how much sooner a partial dies that is one ratio higher. ``corner_hz`` is where the dark
    layer begins to fall at middle C; it follows the key by ``corner_follow`` (0 stays, 1 moves along).
    """

    ratios: tuple[float, ...]
    levels: tuple[float, ...]
    decay_s: float
    decay_per_octave: float
    damping: float
    corner_hz: float
    corner_follow: float
    longest_s: float


def _string(partials: int, place: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Ratios and levels of a string plucked at ``place`` of its length by a soft finger."""
    numbers = range(1, partials + 1)
    levels = [abs(float(np.sin(np.pi * number * place))) / number**1.6 for number in numbers]
    return tuple(float(number) for number in numbers), tuple(level / levels[0] for level in levels)


# A thumb piano of soft wood and steel: the octave rings along, the tongue's own high modes are gone at once.
PLUCK = Instrument((1.0, 2.0, 3.0, 4.0, 5.4), (1.0, 0.34, 0.10, 0.10, 0.05), 2.4, 0.72, 0.45, 600.0, 0.5, 2.6)
# A glass bell tuned to sound like a chord tone, not like metal.
BELL = Instrument((1.0, 2.0, 3.0, 4.2, 5.4, 6.8), (1.0, 0.42, 0.22, 0.16, 0.10, 0.05), 4.6, 0.85, 0.30, 700.0, 0.6, 4.2)
_HARP_RATIOS, _HARP_LEVELS = _string(18, 0.31)
HARP = Instrument(_HARP_RATIOS, _HARP_LEVELS, 4.4, 0.68, 0.25, 650.0, 0.5, 4.0)


def ring_s(instrument: Instrument, pitch: int) -> float:
    """How long a note of ``pitch`` (MIDI) sounds."""
    octaves_up = (pitch - REFERENCE_PITCH) / 12
    return min(instrument.longest_s, float(0.9 * instrument.decay_s * instrument.decay_per_octave**octaves_up))


def struck(instrument: Instrument, pitch: int, generator: np.random.Generator) -> Tone:
    """Both layers of a note of ``pitch`` (MIDI), the dark one with the usual level at middle C."""
    frames = int(ring_s(instrument, pitch) * TONE_RATE_HZ)
    octaves_up = (pitch - REFERENCE_PITCH) / 12
    ratios, levels = np.array(instrument.ratios), np.array(instrument.levels)
    partials_hz = 440.0 * 2 ** ((pitch - 69) / 12) * ratios
    kept = partials_hz < HIGHEST_PARTIAL_HZ
    partials_hz, ratios, levels = partials_hz[kept], ratios[kept], levels[kept]
    decay_s = instrument.decay_s * instrument.decay_per_octave**octaves_up / (1 + instrument.damping * (ratios - 1))
    place = partials_hz / (instrument.corner_hz * 2 ** (instrument.corner_follow * octaves_up))
    layers = (levels / (1 + place**2), 0.8 * levels * place / (1 + (place / 5) ** 2.2))
    twins_hz = (partials_hz * 2 ** (np.array([[-0.5], [0.5]]) * TWIN_CENTS / 1200)).ravel()
    phases = np.tile(generator.uniform(0, 2 * np.pi, ratios.size), 2)
    phases[ratios.size :] += generator.uniform(-TWINS_APART, TWINS_APART, ratios.size)
    sound = ring(twins_hz, np.tile(decay_s, 2), phases, _sides(layers, ratios.size, generator), frames)
    sound *= fade_out(frames)
    scale = 2 ** (LOUDNESS_TILT * octaves_up)
    dark, bright = evened(sound[:2]) * scale, BRIGHT_SHARE * scale * evened(sound[2:])
    return Tone(stereo(dark), stereo(bright))


def _sides(
    layers: tuple[NDArray[np.float64], ...], partials: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Amplitudes of dark left, dark right, bright left, bright right: the twins lie a little apart in the room."""
    left = generator.uniform(0.42, 0.58, 2 * partials)
    return np.stack([np.tile(layer, 2) * side for layer in layers for side in (left, 1 - left)])
