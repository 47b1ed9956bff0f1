"""Arousal relative to the listener's own baseline, once a second. Not stress, not mood, not a diagnosis.

    argument = .75 z(heart rate) - .25 z(ln RMSSD), smoothed;  arousal = 1 / (1 + exp(-(argument - .5)))

Rules of this file:
1. Heart rate and RMSSD are judged against this listener's baseline, never against a norm: people differ by factors.
2. Spectral ratios must not feed arousal: they take slow breathing for stress.
3. Arousal never jumps: not at the baseline, not over a dropout, not when a signal comes back.
4. Where too little is known, confidence says so; what is unknown is None, never NaN.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque

from pulsetune.arousal.window import Reading
from pulsetune.model import Baseline

RATE_WEIGHT = 0.75
RMSSD_WEIGHT = 0.25  # adds the answer to slow breathing, which heart rate alone misses
OFFSET = 0.5  # at the own baseline arousal is .38: there is more room above rest than below
Z_LIMIT = 4.0  # one odd reading must not saturate the smoothing
SMOOTHING_S = 20.0  # sitting against arithmetic, within person: AUC .83 with 6 s and .7/.3, .89 like this, chosen on the same 13 persons
TRUST_GAP_S = 15.0  # confidence falls to 1/e in so many seconds without a beat
PATIENCE_S = 3.0  # a slow heart, one beat of delay and one notification: no gap yet
FULL_BASELINE_S = 45.0  # what a minute of sitting yields after its first seconds
HOLD_CONFIDENCE = 0.3  # below this the last value is held ...
HOLD_S = 10.0  # ... for so long, and then
DECAY_S = 30.0  # decays to .5 with this time constant
UNCALIBRATED_CONFIDENCE = 0.5
RATE_ONLY_CONFIDENCE = 0.7
PROVISIONAL_PERCENTILE = 0.2  # of the heart rates so far: stands in for the baseline until there is one
PROVISIONAL_READINGS = 10
RATE_SPREAD_BPM = 4.0  # what a listener's spread is taken for before it is known
LN_RMSSD_SPREAD = 0.3


class ArousalModel:
    """Readings in, a smoothed arousal and its confidence out."""

    def __init__(self) -> None:
        self.baseline: Baseline | None = None
        self._argument: float | None = None
        self._stepped_s: float | None = None
        self._known_s = float("-inf")  # when the signal was last good enough
        self._rates_bpm: deque[float] = deque(maxlen=600)  # ten minutes, for the provisional level
        self._sorted_bpm: list[float] = []

    def step(
        self, now_s: float, reading: Reading, age_s: float | None, *, rate_only: bool
    ) -> tuple[float | None, float]:
        """Move to ``now_s``; returns arousal (None before anything is known) and confidence, both 0..1."""
        confidence = self._confidence(reading.quality, age_s, rate_only=rate_only)
        elapsed_s = 0.0 if self._stepped_s is None else max(0.0, now_s - self._stepped_s)
        self._stepped_s = now_s
        target = self._target(reading, rate_only=rate_only)
        if target is not None and confidence >= HOLD_CONFIDENCE * self._ceiling(rate_only=rate_only):
            self._known_s = now_s
            if self._argument is None:
                self._argument = target
            self._argument += (target - self._argument) * -math.expm1(-elapsed_s / SMOOTHING_S)
        elif self._argument is not None and now_s - self._known_s > HOLD_S:
            self._argument += (OFFSET - self._argument) * -math.expm1(-elapsed_s / DECAY_S)
        if self._argument is None:
            return None, confidence
        return 1 / (1 + math.exp(OFFSET - self._argument)), confidence

    def _confidence(self, quality: float, age_s: float | None, *, rate_only: bool) -> float:
        if age_s is None:
            return 0.0
        fresh = math.exp(-max(0.0, age_s - PATIENCE_S) / TRUST_GAP_S)
        return min(1.0, quality) * fresh * self._ceiling(rate_only=rate_only)

    def _ceiling(self, *, rate_only: bool) -> float:
        known = UNCALIBRATED_CONFIDENCE
        if self.baseline is not None:
            known = max(known, min(1.0, self.baseline.seconds / FULL_BASELINE_S))
        return min(known, RATE_ONLY_CONFIDENCE) if rate_only else known

    def _target(self, reading: Reading, *, rate_only: bool) -> float | None:
        rate_bpm = reading.heart_rate_bpm
        if rate_bpm is None:
            return None
        if self.baseline is None:
            level_bpm = self._provisional(rate_bpm)
            return None if level_bpm is None else _z(rate_bpm, level_bpm, RATE_SPREAD_BPM)
        z_rate = _z(rate_bpm, self.baseline.heart_rate_bpm, self.baseline.heart_rate_spread_bpm)
        if rate_only or self.baseline.rmssd_ms is None:
            return z_rate
        if not reading.rmssd_ms:
            return RATE_WEIGHT * z_rate
        z_rmssd = _z(math.log(reading.rmssd_ms), math.log(self.baseline.rmssd_ms), self.baseline.ln_rmssd_spread)
        return RATE_WEIGHT * z_rate - RMSSD_WEIGHT * z_rmssd

    def _provisional(self, rate_bpm: float) -> float | None:
        if len(self._rates_bpm) == self._rates_bpm.maxlen:
            del self._sorted_bpm[bisect_left(self._sorted_bpm, self._rates_bpm[0])]
        self._rates_bpm.append(rate_bpm)
        insort(self._sorted_bpm, rate_bpm)
        if len(self._sorted_bpm) < PROVISIONAL_READINGS:
            return None
        return self._sorted_bpm[int(PROVISIONAL_PERCENTILE * len(self._sorted_bpm))]


def _z(value: float, level: float, spread: float) -> float:
    return max(-Z_LIMIT, min(Z_LIMIT, (value - level) / spread))
