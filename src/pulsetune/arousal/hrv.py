"""Heart-rate variability of a whole array of intervals, by published formulas.

Rules of this file:
1. Every formula names its source; divisors (n, n - 1) are part of the definition and are written out.
2. Nothing is cleaned here. ``pairs_ok`` says which differences count, so that one formula serves raw and clean.
3. Too few intervals give None, never NaN. ``SHORTEST_S`` says from when a number is worth showing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pulsetune.model import Beat, BeatKind

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SHORTEST_S = {  # seconds of beats from which each number is worth showing (Munoz 2015; Task Force 1996)
    "heart_rate_bpm": 10.0,
    "mean_rr_ms": 10.0,
    "rmssd_ms": 30.0,
    "sd1_ms": 30.0,
    "stress_index": 30.0,
    "sdnn_ms": 60.0,
    "sd2_ms": 60.0,
    "pnn50_percent": 60.0,
}
STRESS_BIN_MS = 50.0  # Baevsky's class width


@dataclass(frozen=True, slots=True)
class Variability:
    """All time-domain numbers of one stretch; None where there are too few intervals."""

    heart_rate_bpm: float | None
    mean_rr_ms: float | None
    sdnn_ms: float | None
    rmssd_ms: float | None
    pnn50_percent: float | None
    sd1_ms: float | None
    sd2_ms: float | None
    stress_index: float | None


def variability(rr_ms: ArrayLike, pairs_ok: Mask | None = None) -> Variability:
    """All numbers at once.

    Parameters
    ----------
    rr_ms : array_like, shape (n,)
        Intervals in ms, oldest first.
    pairs_ok : bool array, shape (n - 1,), optional
        Which successive differences count (both beats untouched, no gap between them); all, if not given.
    """
    return Variability(
        heart_rate_bpm=heart_rate_bpm(rr_ms),
        mean_rr_ms=mean_rr_ms(rr_ms),
        sdnn_ms=sdnn_ms(rr_ms),
        rmssd_ms=rmssd_ms(rr_ms, pairs_ok),
        pnn50_percent=pnn50_percent(rr_ms, pairs_ok),
        sd1_ms=sd1_ms(rr_ms, pairs_ok),
        sd2_ms=sd2_ms(rr_ms, pairs_ok),
        stress_index=stress_index(rr_ms),
    )


def intervals_of(beats: Iterable[Beat]) -> tuple[Floats, Mask]:
    """Cleaned intervals of labelled beats, and which of their successive differences count.

    Returns
    -------
    nn_ms : array, shape (n,)
        Every ``nn_ms`` that is known: noise and the first part of a merged beat have none.
    pairs_ok : bool array, shape (max(n - 1, 0),)
        True between two neighbouring normal beats with nothing (no gap, no corrected or noisy beat) between them.
    """
    nn_ms: list[float] = []
    pairs_ok: list[bool] = []
    untouched = False
    for beat in beats:
        normal = beat.kind is BeatKind.NORMAL
        if beat.nn_ms is not None:
            pairs_ok.append(normal and untouched and not beat.after_gap)
            nn_ms.append(beat.nn_ms)
        untouched = normal
    return np.array(nn_ms, dtype=np.float64), np.array(pairs_ok[1:], dtype=np.bool_)


def mean_rr_ms(rr_ms: ArrayLike) -> float | None:
    """Mean interval in ms; None without intervals."""
    rr = _intervals(rr_ms)
    return float(rr.mean()) if rr.size else None


def heart_rate_bpm(rr_ms: ArrayLike) -> float | None:
    """60000 / mean(RR): beats over time (Task Force 1996). Not mean(60000 / RR), which is always higher."""
    mean = mean_rr_ms(rr_ms)
    return 60000 / mean if mean else None


def sdnn_ms(rr_ms: ArrayLike) -> float | None:
    """Standard deviation of the intervals, divisor n - 1 (Task Force 1996, Circulation 93:1043); n >= 2."""
    rr = _intervals(rr_ms)
    return float(rr.std(ddof=1)) if rr.size >= 2 else None


def rmssd_ms(rr_ms: ArrayLike, pairs_ok: Mask | None = None) -> float | None:
    """sqrt(mean(d²)) of successive differences d (Task Force 1996); at least one pair."""
    d = _differences(rr_ms, pairs_ok)
    return math.sqrt(float(np.mean(d * d))) if d.size else None


def pnn50_percent(rr_ms: ArrayLike, pairs_ok: Mask | None = None) -> float | None:
    """Share of differences larger than 50 ms, in percent of the *differences* (Task Force 1996)."""
    d = _differences(rr_ms, pairs_ok)
    return 100 * float(np.mean(np.abs(d) > 50.0)) if d.size else None


def sd1_ms(rr_ms: ArrayLike, pairs_ok: Mask | None = None) -> float | None:
    """Short axis of the Poincaré plot: sd(d) / √2, divisor n - 1 (Brennan 2001, IEEE TBME 48:1342); 2 pairs."""
    d = _differences(rr_ms, pairs_ok)
    return float(d.std(ddof=1)) / math.sqrt(2) if d.size >= 2 else None


def sd2_ms(rr_ms: ArrayLike, pairs_ok: Mask | None = None) -> float | None:
    """Long axis of the Poincaré plot: sqrt(2 sd(RR)² - sd(d)² / 2), divisors n - 1 (Brennan 2001)."""
    sdnn, sd1 = sdnn_ms(rr_ms), sd1_ms(rr_ms, pairs_ok)
    if sdnn is None or sd1 is None:
        return None
    return math.sqrt(max(0.0, 2 * sdnn**2 - sd1**2))


def stress_index(rr_ms: ArrayLike) -> float | None:
    """Square root of Baevsky's stress index, sqrt(AMo / (2 Mo MxDMn)).

    Mo is the median in s, AMo the share in percent within half a class (25 ms) of it, MxDMn the range in s. The class
    is centred on the median: with fixed class borders the index jumps by up to a fifth when they are moved.
    None below two intervals or without any range.
    """
    rr = _intervals(rr_ms)
    if rr.size < 2 or rr.max() == rr.min():
        return None
    mode_ms = float(np.median(rr))
    share_percent = 100 * float(np.mean(np.abs(rr - mode_ms) <= STRESS_BIN_MS / 2))
    return math.sqrt(share_percent / (2 * mode_ms / 1000 * float(rr.max() - rr.min()) / 1000))


def _intervals(rr_ms: ArrayLike) -> Floats:
    return np.asarray(rr_ms, dtype=np.float64)


def _differences(rr_ms: ArrayLike, pairs_ok: Mask | None) -> Floats:
    d = np.diff(_intervals(rr_ms))
    return d if pairs_ok is None else d[pairs_ok]
