"""Heart rate from the strap's own field, for straps that send no RR intervals.

Rules of this file:
1. No beat is invented: what is not measured stays unknown (RMSSD is None).
2. The field is already an average of several beats, so it is smoothed by time, not by count.
"""

from __future__ import annotations

import math
from collections import deque

from pulsetune.arousal.window import FULL_S, WINDOW_S, Reading

SMOOTHING_S = 20.0  # on sitting against arithmetic 20 to 30 s separate best
FAST_S = 6.0
LONGEST_S = 2.0  # a notification speaks for no more than this
MOST_SAMPLES = 512


class RateWindow:
    """Heart-rate fields of the last 30 seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float, float]] = deque(maxlen=MOST_SAMPLES)  # time, bpm, seconds it covers
        self._smooth_bpm: float | None = None

    def push(self, t_s: float, heart_rate_bpm: float) -> None:
        """Take the field of one notification."""
        elapsed_s = max(0.0, t_s - self._samples[-1][0]) if self._samples else LONGEST_S / 2
        if self._smooth_bpm is None or elapsed_s > WINDOW_S:
            self._smooth_bpm = heart_rate_bpm
        self._smooth_bpm += (heart_rate_bpm - self._smooth_bpm) * -math.expm1(-elapsed_s / SMOOTHING_S)
        self._samples.append((t_s, heart_rate_bpm, min(elapsed_s, LONGEST_S)))

    def read(self, now_s: float, contact: float = 1.0) -> Reading:
        """What the fields say at ``now_s``."""
        samples = self._samples
        while samples and samples[0][0] <= now_s - WINDOW_S:
            samples.popleft()
        covered_s = math.fsum(seconds for _, _, seconds in samples)
        quality = min(1.0, covered_s / FULL_S) * contact
        fast = [bpm for t_s, bpm, _ in samples if t_s > now_s - FAST_S]
        enough = quality >= 0.3 and self._smooth_bpm is not None
        return Reading(
            heart_rate_bpm=self._smooth_bpm if enough else None,
            heart_rate_fast_bpm=math.fsum(fast) / len(fast) if enough and fast else None,
            rmssd_ms=None,
            quality=quality,
        )
