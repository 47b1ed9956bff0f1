"""What the rhythm of the intervals says of breathing: tachogram, LF and HF power, coherence, breathing rate.

Rules of this file:
1. For display and analysis only: none of it may feed arousal (slow breathing would count as stress).
2. scipy is imported where it is used; importing this module costs nothing.
3. Power is one-sided, in ms², so that a sine of amplitude A shows A² / 2.
4. No spline over a gap: it swings wildly there. The caller hands in one unbroken stretch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

RATE_HZ = 4.0  # of the evenly sampled tachogram: four times the highest breathing rate that beats can carry
PRIOR = 500.0  # smoothness: at 4 Hz a high-pass with its -3 dB point near .035 Hz (Tarvainen 2002)
LF_HZ = (0.04, 0.15)  # Task Force 1996
HF_HZ = (0.15, 0.40)
TOTAL_HZ = (0.0033, 0.40)
COHERENCE_HZ = (0.04, 0.26)  # where the peak is looked for
COHERENCE_WIDTH_HZ = 0.030  # the peak's power is taken over this width (McCraty 2009)
BREATHING_HZ = (0.08, 0.50)
BREATHING_WIDTH_HZ = 0.03
SHORTEST_S = 30.0
FFT_POINTS = 1024  # at least; longer tachograms take the next power of two


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Powers in ms², rates per minute; ``breathing_share`` (0..1) is how much of the power belongs to the peak."""

    lf_ms2: float
    hf_ms2: float
    total_ms2: float
    coherence: float
    peak_per_min: float
    breaths_per_min: float
    breathing_share: float


def spectrum(t_s: ArrayLike, nn_ms: ArrayLike) -> Spectrum | None:
    """Spectrum of one unbroken stretch of beats.

    Parameters
    ----------
    t_s : array_like, shape (n,)
        Beat times in s, strictly increasing.
    nn_ms : array_like, shape (n,)
        The intervals that end at those times, in ms.

    Returns
    -------
    Spectrum or None
        None for less than ``SHORTEST_S``, times that do not increase, or intervals without any variation.
    """
    t, nn = np.asarray(t_s, dtype=np.float64), np.asarray(nn_ms, dtype=np.float64)
    if t.size < 8 or t[-1] - t[0] < SHORTEST_S or np.any(np.diff(t) <= 0):
        return None
    frequency_hz, density = _periodogram(tachogram(t, nn))
    total = _power(frequency_hz, density, TOTAL_HZ)
    if total <= 1e-6:
        return None
    coherence, peak_hz = _coherence(frequency_hz, density, total)
    breath_hz, share = _breathing(frequency_hz, density)
    return Spectrum(
        lf_ms2=_power(frequency_hz, density, LF_HZ),
        hf_ms2=_power(frequency_hz, density, HF_HZ),
        total_ms2=total,
        coherence=coherence,
        peak_per_min=60 * peak_hz,
        breaths_per_min=60 * breath_hz,
        breathing_share=share,
    )


def tachogram(t_s: Floats, nn_ms: Floats) -> Floats:
    """The intervals on an even ``RATE_HZ`` grid by cubic spline, detrended."""
    from scipy.interpolate import CubicSpline

    grid_s = np.arange(t_s[0], t_s[-1], 1 / RATE_HZ)
    return smoothness_priors(np.asarray(CubicSpline(t_s, nn_ms)(grid_s), dtype=np.float64))


def smoothness_priors(values: Floats) -> Floats:
    """Remove the slow trend: x - (I + λ² D₂ᵀ D₂)⁻¹ x (Tarvainen 2002, IEEE TBME 49:172)."""
    from scipy.linalg import cho_solve_banded

    trend = cho_solve_banded((_factor(len(values)), False), values)
    return values - np.asarray(trend, dtype=np.float64)


@lru_cache(maxsize=8)
def _factor(n: int) -> Floats:
    """Cholesky factor of I + λ² D₂ᵀ D₂, upper banded form; the live window always has the same few lengths."""
    from scipy.linalg import cholesky_banded

    weight = PRIOR * PRIOR
    second = np.zeros((3, n))  # bands of D₂ᵀ D₂, from rows (1, -2, 1)
    for k in range(3):
        second[2, k : n - 2 + k] += (1.0, 4.0, 1.0)[k]
    second[1, 1 : n - 1] += -2.0
    second[1, 2:n] += -2.0
    second[0, 2:] = 1.0
    second *= weight
    second[2] += 1.0
    return np.asarray(cholesky_banded(second), dtype=np.float64)


def _periodogram(values: Floats) -> tuple[Floats, Floats]:
    """Frequencies in Hz and one-sided density in ms²/Hz of one Hann-windowed stretch."""
    points = max(FFT_POINTS, 1 << (len(values) - 1).bit_length())
    window = np.hanning(len(values))
    density = np.abs(np.fft.rfft(values * window, points)) ** 2 * (2 / (RATE_HZ * float(np.sum(window**2))))
    return np.asarray(np.fft.rfftfreq(points, 1 / RATE_HZ), dtype=np.float64), np.asarray(density, dtype=np.float64)


def _within(frequency_hz: Floats, band_hz: tuple[float, float]) -> NDArray[np.bool_]:
    return (frequency_hz >= band_hz[0]) & (frequency_hz < band_hz[1])


def _power(frequency_hz: Floats, density: Floats, band_hz: tuple[float, float]) -> float:
    return float(density[_within(frequency_hz, band_hz)].sum() * (frequency_hz[1] - frequency_hz[0]))


def _peak_hz(frequency_hz: Floats, density: Floats, band_hz: tuple[float, float]) -> float:
    inside = np.flatnonzero(_within(frequency_hz, band_hz))
    return float(frequency_hz[inside[np.argmax(density[inside])]])


def _coherence(frequency_hz: Floats, density: Floats, total_ms2: float) -> tuple[float, float]:
    """Peak power over the power beside it (kept linear, not squared), and where the peak lies in Hz."""
    peak_hz = _peak_hz(frequency_hz, density, COHERENCE_HZ)
    half_hz = COHERENCE_WIDTH_HZ / 2
    peak = _power(frequency_hz, density, (peak_hz - half_hz, peak_hz + half_hz))
    return peak / max(total_ms2 - peak, 0.01 * total_ms2), peak_hz


def _breathing(frequency_hz: Floats, density: Floats) -> tuple[float, float]:
    peak_hz = _peak_hz(frequency_hz, density, BREATHING_HZ)
    half_hz = BREATHING_WIDTH_HZ / 2
    around = _power(frequency_hz, density, (peak_hz - half_hz, peak_hz + half_hz))
    return peak_hz, min(1.0, around / max(_power(frequency_hz, density, BREATHING_HZ), 1e-9))
