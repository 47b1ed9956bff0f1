"""Breathing rate from the swing of the intervals, for display: every few seconds, and only where it is plain.

Rules of this file:
1. A gap or a noisy beat ends the stretch: there is no breathing to be read across a hole.
2. numpy's plain sums only: importing scipy in the middle of a session would hold it up for a second,
   and threads of a linear-algebra library fight with the music for the processor.
3. Where no single rhythm stands out the answer is None. Against a belt even the plain half is right within
   2 breaths/min only two times in three, so all that may hang on it is whether a guided breath waits to become slower.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from pulsetune.model import Beat

STRETCH_S = 64.0  # holds six slow breaths
SHORTEST_S = 45.0
EVERY_S = 5.0
PLAIN_SHARE = 0.6  # of the power in the breathing band must lie at the peak
STEP_HZ = 1 / 256  # a quarter of the resolution of 64 s
FINE_HZ = STEP_HZ * np.arange(8)
COARSE_HZ = 0.07 + STEP_HZ * len(FINE_HZ) * np.arange(14)
FREQUENCIES_HZ = (COARSE_HZ[:, None] + FINE_HZ).ravel()  # 4 to 30 breaths a minute
PEAK_HALF_WIDTH_HZ = 2 / STRETCH_S  # main lobe of the Hann window
TREND_ORDER = 3  # polynomial taken off first: less than one swing in 64 s is no breath
MOST_BEATS = 512
FEWEST_BEATS = 12  # three per parameter of the trend


class BreathMeter:
    """Labelled beats in, breaths per minute out."""

    def __init__(self) -> None:
        self._intervals_ms: deque[float] = deque(maxlen=MOST_BEATS)
        self._newest_s = -math.inf
        self._measured_s = -math.inf
        self._breaths_per_min: float | None = None

    def push(self, beat: Beat) -> None:
        """Take one labelled beat."""
        if beat.after_gap or beat.nn_ms is None:
            self._intervals_ms.clear()
        if beat.nn_ms is not None:
            self._intervals_ms.append(beat.nn_ms)
            self._newest_s = beat.t_s

    def read(self, now_s: float) -> float | None:
        """Breaths per minute at ``now_s``, measured anew every ``EVERY_S``; None where unknown."""
        if now_s - self._measured_s >= EVERY_S:
            self._measured_s = now_s
            self._breaths_per_min = self._measure(now_s)
        return self._breaths_per_min

    def _measure(self, now_s: float) -> float | None:
        intervals = np.array(self._intervals_ms)
        ends_s = np.cumsum(intervals[::-1]) / 1000
        recent = intervals[len(intervals) - int(np.searchsorted(ends_s, STRETCH_S)) :]
        if now_s - self._newest_s > EVERY_S or float(recent.sum()) < SHORTEST_S * 1000:
            return None
        return breaths_per_min(recent)


def breaths_per_min(nn_ms: NDArray[np.float64]) -> float | None:
    """The rhythm that stands out of one unbroken stretch of intervals, at the beats themselves (no resampling).

    Parameters
    ----------
    nn_ms : array, shape (n,)
        Cleaned intervals in ms, oldest first.

    Returns
    -------
    float or None
        Breaths per minute; None if less than ``PLAIN_SHARE`` of the power lies around the strongest frequency.
    """
    if len(nn_ms) < FEWEST_BEATS:
        return None
    t_s = np.cumsum(nn_ms) / 1000
    place = 2 * (t_s - t_s[0]) / max(t_s[-1] - t_s[0], 1e-9) - 1  # -1..1
    weighted = _without_trend(nn_ms, place) * (0.5 + 0.5 * np.cos(np.pi * place))
    power = _power(t_s, weighted)
    total = float(power.sum())
    if total <= 1e-9 * len(nn_ms):
        return None
    peak_hz = float(FREQUENCIES_HZ[np.argmax(power)])
    around = float(power[np.abs(FREQUENCIES_HZ - peak_hz) <= PEAK_HALF_WIDTH_HZ].sum())
    return 60 * peak_hz if around >= PLAIN_SHARE * total else None


def _power(t_s: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared Fourier sums at ``FREQUENCIES_HZ``: a turn by a + b is a turn by a and one by b, a fifth of the sines."""
    coarse = np.exp(2j * np.pi * COARSE_HZ[:, None] * t_s) * values
    fine = np.exp(2j * np.pi * FINE_HZ[:, None] * t_s)
    sums = np.einsum("cn,fn->cf", coarse, fine).ravel()  # einsum stays on this thread
    return np.asarray(sums.real**2 + sums.imag**2, dtype=np.float64)


def _without_trend(values: NDArray[np.float64], place: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least-squares polynomial removed, by orthogonal columns (sums only: a threaded solver costs more than it saves)."""
    columns: list[NDArray[np.float64]] = []
    for order in range(TREND_ORDER + 1):
        column = place**order
        for earlier in columns:
            column = column - earlier * (column * earlier).sum()
        column = column / np.sqrt((column * column).sum())
        values = values - column * (values * column).sum()
        columns.append(column)
    return values
