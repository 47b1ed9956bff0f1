"""How rough a lasting chord is, and where its tones lie most smoothly: pure arithmetic on pitches.

Two partials that are less than a critical band apart beat with each other, and are heard as rough; the model is Plomp and
Levelt's (1965) in the form of Sethares (Tuning, Timbre, Spectrum, Scale, 2nd ed. 2005, appendix E).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

PARTIALS = np.arange(1.0, 8.0)
PARTIAL_LEVELS = PARTIALS**-1.8  # a pad's, before its filter
DARK_HZ = 400.0  # where a calm pad's filter has taken half away
LOW, HIGH = 53, 76  # F3..E5: every upper tone has two places there; higher, and the calm end would be bright
RISE, FALL = 3.5, 5.75  # of the beating with the distance; the most is near a quarter of a critical band
BAND_SHARE, BAND_SLOPE, BAND_BASE_HZ = 0.24, 0.0207, 18.96  # how the distance scales with the lower frequency


def roughness(pitches: tuple[int, ...]) -> float:
    """The beating of all pairs of partials of a dark chord of MIDI ``pitches``, 0 for a single tone without partials; no unit."""
    frequencies_hz, levels = _partials(pitches)
    lower_hz = np.minimum.outer(frequencies_hz, frequencies_hz)
    distance = np.abs(np.subtract.outer(frequencies_hz, frequencies_hz))
    distance *= BAND_SHARE / (BAND_SLOPE * lower_hz + BAND_BASE_HZ)
    beating = np.minimum.outer(levels, levels) * (np.exp(-RISE * distance) - np.exp(-FALL * distance))
    return float(beating.sum() / 2 / levels.sum())


@lru_cache(maxsize=256)
def smoothest(pitches: tuple[int, ...]) -> tuple[int, ...]:
    """The chord (MIDI pitches, the bass first) with each upper tone in the octave in which all together are least rough.

    None lies on the bass: two voices of one loop on one pitch add up or cancel by chance.
    """
    bass, *upper = pitches
    places = (
        [place for place in range(LOW, HIGH + 1) if (place - pitch) % 12 == 0 and place != bass] for pitch in upper
    )
    return min(((bass, *tones) for tones in product(*places)), key=roughness)


def _partials(pitches: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frequencies in Hz and levels of all partials, behind the filter."""
    fundamentals_hz = 440.0 * 2 ** ((np.array(pitches, np.float64) - 69) / 12)
    frequencies_hz = np.outer(fundamentals_hz, PARTIALS)
    return frequencies_hz.ravel(), (PARTIAL_LEVELS / (1 + (frequencies_hz / DARK_HZ) ** 2)).ravel()
