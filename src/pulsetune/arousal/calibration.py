"""The listener's own level: medians and spreads of the last minute of sitting still.

Rules of this file:
1. The baseline is one value, set once, shared by arousal and guide.
2. A poor signal or a heart still coming to rest extends the calibration, never stops the session: after a while the
   best minute seen is taken, the latest among equals.
3. What a pause interrupts begins anew: its last minute, not the time waited so far.
4. Spreads are shrunk towards what is usual, so that a flat minute cannot make every later change look huge.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Iterable, Sequence

from pulsetune.arousal.estimate import LN_RMSSD_SPREAD, RATE_SPREAD_BPM
from pulsetune.arousal.window import Reading
from pulsetune.model import Baseline

BASELINE_S = 60
SETTLE_S = 10.0  # the first seconds belong to sitting down and to filling the window
GOOD_QUALITY = 0.8
EXTEND_S = 120.0
FALLING_BPM_PER_MIN = 3.0  # whoever sat down just now is measured against a heart that is not at rest yet
FEWEST_READINGS = 10
USUAL_READINGS = 30  # weight of the usual spread against the measured one


class Calibration:
    """Readings in, once a second; a Baseline out when the time has come and the signal is good enough.

    With ``await_rest`` also not before heart rate has stopped to fall by more than ``FALLING_BPM_PER_MIN``.
    """

    def __init__(self, calibrate_s: float, baseline_s: int = BASELINE_S, *, await_rest: bool = True) -> None:
        self._baseline_s = baseline_s
        self._settled_s = SETTLE_S
        self._ready_s = calibrate_s
        self._paused_s = 0.0
        self._await_rest = await_rest
        self._readings: deque[Reading] = deque(maxlen=baseline_s)
        self._best: list[Reading] = []
        self._best_quality = -1.0

    def step(self, now_s: float, reading: Reading) -> Baseline | None:
        """Take the reading of this second; the baseline, once it is certain."""
        counted_s = now_s - self._paused_s
        if counted_s > self._settled_s:
            self._readings.append(reading)
        if counted_s < self._ready_s or not self._readings:
            return None
        quality = min(statistics.median(r.quality for r in self._readings), GOOD_QUALITY)
        if quality >= self._best_quality:
            self._best, self._best_quality = list(self._readings), quality
        settled = quality >= GOOD_QUALITY and not (self._await_rest and is_falling(self._readings))
        if not settled and counted_s < self._ready_s + EXTEND_S:
            return None
        return baseline_of(self._best, now_s)

    def pause(self, now_s: float) -> None:
        """One second that does not count: the listener may be up and about."""
        self._paused_s += 1
        self._readings.clear()
        self._settled_s = now_s - self._paused_s + SETTLE_S
        self._ready_s = max(self._ready_s, self._settled_s + self._baseline_s)


def is_falling(readings: Iterable[Reading]) -> bool:
    """Whether heart rate falls by more than ``FALLING_BPM_PER_MIN`` (least squares over readings a second apart)."""
    known = [(at, r.heart_rate_bpm) for at, r in enumerate(readings) if r.heart_rate_bpm is not None]
    if len(known) < FEWEST_READINGS:
        return False
    slope, _ = statistics.linear_regression(*zip(*known, strict=True))
    return 60 * slope < -FALLING_BPM_PER_MIN


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
