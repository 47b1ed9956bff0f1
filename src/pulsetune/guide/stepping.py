"""How the tempo moves: small glides inside hard limits, never a jump.

Rules of this file:
1. The limits hold for the rounded values that are logged, not only for the ones in memory.
2. Steps are decided elsewhere; here they are only delivered.
"""

from __future__ import annotations

import math

TEMPO_DIGITS = 4  # 0.0001 BPM: far below hearing, and the log stays small
_GRID = 10_000  # 1 / 0.0001


def glide(
    tempo_bpm: float, target_bpm: float, *, fall_percent_per_min: float, rise_percent_per_min: float, seconds: float
) -> float:
    """The tempo after ``seconds`` on its way to ``target_bpm``.

    Parameters
    ----------
    tempo_bpm, target_bpm : float
        Pulses a minute, now and wanted.
    fall_percent_per_min, rise_percent_per_min : float
        Largest change, in percent of the present tempo per minute (Watanabe 2017 saw heart rate follow about
        2 %/min upward and not more than 3 %/min).
    seconds : float
        How long to glide.

    Returns
    -------
    float
        Rounded to ``TEMPO_DIGITS`` decimals, always inside the limit after rounding.
    """
    percent_per_min = rise_percent_per_min if target_bpm > tempo_bpm else fall_percent_per_min
    largest = math.floor(tempo_bpm * percent_per_min / 100 * seconds / 60 * _GRID) / _GRID
    wanted = target_bpm - tempo_bpm
    return round(tempo_bpm + max(-largest, min(largest, wanted)), TEMPO_DIGITS)
