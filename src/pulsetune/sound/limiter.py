"""A look-ahead true-peak limiter: what leaves it stays below -1 dBTP, and quiet music passes bit for bit.

Method: peaks between the samples are found with an interpolating filter (ITU-R BS.1770-5, annex 2, describes the
measure); the gain that every peak needs is held over the look-ahead, released at a constant speed in decibels and
smoothed by a window as long as the look-ahead, so that it has arrived when the peak does and never moves in a step.

Rules of this file:
1. numpy only: the sound process must start quickly.
2. Both channels get the same gain, so that the image does not move.
3. While nothing needs limiting the output is the input, delayed by ``latency_frames``, bit for bit.
4. No sample loop in Python.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CEILING_DB = -2.0  # 1 dB below what is promised: the finite filter reads peaks near 24 kHz too low
LOOK_AHEAD_S = 0.005
RELEASE_DB_PER_S = 30.0  # 6 dB come back in 0.2 s: slow enough not to distort bass, fast enough not to duck a phrase
OVERSAMPLING = 8  # reads a sine at most 0.17 dB too low (4 times: 0.69 dB)
HALF_TAPS = 16  # input samples on either side of a point between two samples
CHANNELS = 2


class TruePeakLimiter:
    """Limits stereo float32 blocks of any length; the state lives from block to block."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._ceiling = 10 ** (CEILING_DB / 20)
        self._look = round(LOOK_AHEAD_S * sample_rate_hz)
        self._release_db = RELEASE_DB_PER_S / sample_rate_hz
        self._phases = _interpolator()
        # No point between samples can exceed the largest sample times this (the phases' largest sum of magnitudes).
        self._worst_overshoot = float(np.abs(self._phases).sum(axis=0).max())
        window = np.hanning(self._look + 3)[1:-1]
        self._window = window / window.sum()
        self.latency_frames = self._look + HALF_TAPS
        self._input = np.zeros((self.latency_frames, CHANNELS), np.float32)
        self._need_db = np.zeros(self._look + 1)  # of the newest samples whose peaks are known
        self._gain_db = np.zeros(self._look)  # after hold and release, of the newest output samples

    def process(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next (n, 2) samples, give the (n, 2) samples ``latency_frames`` earlier."""
        if not np.isfinite(block).all():
            block = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        count = len(block)
        joined = np.concatenate([self._input, block])
        self._input = joined[count:]
        need_db = self._needs(joined[len(joined) - count - 2 * HALF_TAPS + 1 :])
        delayed = joined[:count]
        if need_db is None and not self._need_db.any() and not self._gain_db.any():
            return delayed.copy()
        gain = self._gains(np.zeros(count) if need_db is None else need_db)
        limited = delayed * gain[:, None]
        return np.clip(limited, -self._ceiling, self._ceiling).astype(np.float32)

    def _needs(self, context: NDArray[np.float32]) -> NDArray[np.float64] | None:
        """The gain in dB that each newly decided sample needs, or None if all need none."""
        if float(np.abs(context).max(initial=0.0)) * self._worst_overshoot < self._ceiling:
            return None
        points = np.lib.stride_tricks.sliding_window_view(context, 2 * HALF_TAPS, axis=0) @ self._phases
        peaks = np.abs(points).max(axis=(1, 2), initial=0.0)
        if peaks.max(initial=0.0) <= self._ceiling:
            return None
        need_db: NDArray[np.float64] = np.minimum(0.0, 20 * np.log10(self._ceiling / np.maximum(peaks, 1e-9)))
        return need_db

    def _gains(self, need_db: NDArray[np.float64]) -> NDArray[np.float64]:
        """Hold, release and smooth; shape (n,) to (n,), linear gain."""
        count = len(need_db)
        known = np.concatenate([self._need_db, need_db])
        self._need_db = known[count:]
        held = _sliding_minimum(known, self._look + 2)
        # gain[n] = min(held[n], gain[n-1] + release) in closed form: a running minimum of held minus the ramp
        ramp = self._release_db * np.arange(1, count + 1)
        before = self._gain_db[-1]
        released = np.minimum(np.minimum.accumulate(held - ramp), before) + ramp
        gain_db = np.concatenate([self._gain_db, np.minimum(released, 0.0)])
        self._gain_db = gain_db[count:]
        return np.minimum(1.0, np.convolve(10 ** (gain_db / 20), self._window, "valid"))


def _interpolator() -> NDArray[np.float32]:
    """A windowed sinc for every point from a sample (included) to the next; shape (2 * HALF_TAPS, OVERSAMPLING)."""
    offset = np.arange(OVERSAMPLING) / OVERSAMPLING
    distance = np.arange(2 * HALF_TAPS)[:, None] - (HALF_TAPS - 1) - offset[None, :]
    inside = np.clip(1 - (distance / HALF_TAPS) ** 2, 0, None)
    beta = 4.0  # of the Kaiser window: little droop near 24 kHz matters more here than the stop band
    taps = np.sinc(distance) * np.i0(beta * np.sqrt(inside)) / np.i0(beta)
    result: NDArray[np.float32] = (taps / taps.sum(axis=0)).astype(np.float32)
    return result


def _sliding_minimum(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Minimum of every ``width`` neighbours, by doubling; shape (n,) to (n - width + 1,)."""
    reach = 1
    while reach < width:
        step = min(reach, width - reach)
        values = np.minimum(values[:-step], values[step:])
        reach += step
    return values
