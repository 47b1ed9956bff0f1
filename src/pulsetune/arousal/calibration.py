"""The listener's own level: medians and spreads of the last minute of sitting still.

Rules of this file:
1. The baseline is one value, set once, shared by arousal and guide.
2. A poor signal extends the calibration, never stops the session: after a while the best minute seen is taken.
3. Spreads are shrunk towards what is usual, so that a flat minute cannot make every later change look huge.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Sequence

from pulsetune.arousal.estimate import LN_RMSSD_SPREAD, RATE_SPREAD_BPM
from pulsetune.arousal.window import Reading
from pulsetune.model import Baseline

BASELINE_S = 60
SETTLE_S = 10.0  # the first seconds belong to sitting down and to filling the window
GOOD_QUALITY = 0.8
EXTEND_S = 120.0
FEWEST_READINGS = 10
USUAL_READINGS = 30  # weight of the usual spread against the measured one


class Calibration:
    """Readings in, once a second; a Baseline out when the time has come and the signal is good enough."""

    def __init__(self, calibrate_s: float, baseline_s: int = BASELINE_S) -> None:
        self._calibrate_s = calibrate_s
        self._readings: deque[Reading] = deque(maxlen=baseline_s)
        self._best: list[Reading] = []
        self._best_quality = -1.0

    def step(self, now_s: float, reading: Reading) -> Baseline | None:
        """Take the reading of this second; the baseline, once it is certain."""
        if now_s > SETTLE_S:
            self._readings.append(reading)
        if now_s < self._calibrate_s or not self._readings:
            return None
        quality = statistics.median(r.quality for r in self._readings)
        if quality > self._best_quality:
            self._best, self._best_quality = list(self._readings), quality
        if quality < GOOD_QUALITY and now_s < self._calibrate_s + EXTEND_S:
            return None
        return baseline_of(self._best, now_s)


def baseline_of(readings: Sequence[Reading], now_s: float) -> Baseline | None:
    """Median and shrunk spread of readings a second apart; None if fewer than ``FEWEST_READINGS`` know a heart rate."""
    rates = [r.heart_rate_bpm for r in readings if r.heart_rate_bpm is not None]
    logs = [math.log(r.rmssd_ms) for r in readings if r.rmssd_ms]
    if len(rates) < FEWEST_READINGS:
        return None
    known = len(logs) >= FEWEST_READINGS
    return Baseline(
        t_s=now_s,
        heart_rate_bpm=round(statistics.median(rates), 4),
        rmssd_ms=round(math.exp(statistics.median(logs)), 4) if known else None,
        heart_rate_spread_bpm=round(_shrunk(rates, RATE_SPREAD_BPM), 4),
        ln_rmssd_spread=round(_shrunk(logs, LN_RMSSD_SPREAD) if known else LN_RMSSD_SPREAD, 4),
        seconds=float(len(rates)),
    )


def _shrunk(values: Sequence[float], usual: float) -> float:
    n = len(values)
    return math.sqrt((n * statistics.pvariance(values) + USUAL_READINGS * usual**2) / (n + USUAL_READINGS))
