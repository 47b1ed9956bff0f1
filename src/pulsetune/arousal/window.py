"""The last 30 seconds of beats: heart rate, its fast sibling, RMSSD, and how far they can be trusted.

Rules of this file:
1. Beats leave by the time that is now, not when the next beat comes: silence empties the window.
2. RMSSD uses differences of two untouched neighbours only; heart rate uses every beat with a cleaned interval.
3. Sums are taken anew at every look (once a second), so nothing can drift.
4. Unknown is None.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from pulsetune.model import Beat, BeatKind

WINDOW_S = 30.0  # RMSSD over 30 s follows that over 300 s at r = .88 to .94; over 10 s at .80 to .85
FAST_S = 6.0  # about one breath
FULL_S = 20.0  # seconds of beats from which the window counts as full
MOST_BEATS = 512  # no heart beats more often in 30 s; bounds the cost of nonsense
FEWEST_BEATS = 12  # for a heart rate
FEWEST_FAST_BEATS = 3
FEWEST_PAIRS = 8  # for RMSSD
RATE_QUALITY = 0.3  # below this a heart rate would be a guess
RMSSD_QUALITY = 0.7  # below this a few undetected artifacts multiply RMSSD


@dataclass(frozen=True, slots=True)
class Reading:
    """What the window holds at one moment."""

    heart_rate_bpm: float | None
    heart_rate_fast_bpm: float | None
    rmssd_ms: float | None
    quality: float


class BeatWindow:
    """Beats of the last ``WINDOW_S`` seconds."""

    def __init__(self) -> None:
        # time, cleaned interval or None, squared difference to an untouched neighbour or None
        self._beats: deque[tuple[float, float | None, float | None]] = deque(maxlen=MOST_BEATS)
        self._neighbour_ms: float | None = None

    def push(self, beat: Beat) -> None:
        """Take one labelled beat."""
        if beat.after_gap:
            self._neighbour_ms = None
        squared = None
        untouched_ms = beat.nn_ms if beat.kind is BeatKind.NORMAL else None
        if untouched_ms is not None and self._neighbour_ms is not None:
            squared = (untouched_ms - self._neighbour_ms) ** 2
        self._neighbour_ms = untouched_ms
        self._beats.append((beat.t_s, beat.nn_ms, squared))

    def read(self, now_s: float, contact: float = 1.0) -> Reading:
        """Everything the window says at ``now_s``; ``contact`` (0..1) scales the quality."""
        beats = self._beats
        while beats and beats[0][0] <= now_s - WINDOW_S:
            beats.popleft()
        intervals_ms = [nn for _, nn, _ in beats if nn is not None]
        squares = [squared for _, _, squared in beats if squared is not None]
        total_ms = math.fsum(intervals_ms)
        quality = min(1.0, len(squares) / max(len(beats) - 1, 1)) * min(1.0, total_ms / 1000 / FULL_S) * contact
        enough = len(intervals_ms) >= FEWEST_BEATS and quality >= RATE_QUALITY
        steady = len(squares) >= FEWEST_PAIRS and quality >= RMSSD_QUALITY
        return Reading(
            heart_rate_bpm=60000 * len(intervals_ms) / total_ms if enough else None,
            heart_rate_fast_bpm=self._fast_bpm(now_s) if enough else None,
            rmssd_ms=math.sqrt(math.fsum(squares) / len(squares)) if steady else None,
            quality=quality,
        )

    def _fast_bpm(self, now_s: float) -> float | None:
        total_ms, count = 0.0, 0
        for t_s, nn_ms, _ in reversed(self._beats):
            if t_s <= now_s - FAST_S:
                break
            if nn_ms is not None:
                total_ms += nn_ms
                count += 1
        return 60000 * count / total_ms if count >= FEWEST_FAST_BEATS else None
