"""The last 30 seconds of beats: heart rate, its fast sibling, RMSSD, and how far they can be trusted.

Rules of this file:
1. Beats leave by the time that is now, not when the next beat comes: silence empties the window.
2. RMSSD uses differences of two untouched neighbours only; heart rate uses every beat with a cleaned interval.
3. Sums run along in whole microseconds: a look costs the same however many beats there are, and nothing can drift.
4. Relabelling a beat as an artifact never raises the quality.
5. Unknown is None.
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
CLOCK_FULL = 0.9  # intervals and clock agree this well on any radio: half a second of jitter in ten seconds ...
CLOCK_NONE = 0.7  # ... and where three tenths of the time do not fit, the intervals are not those of these beats
US_PER_MS = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """What the window holds at one moment."""

    heart_rate_bpm: float | None
    heart_rate_fast_bpm: float | None
    rmssd_ms: float | None
    quality: float


@dataclass(frozen=True, slots=True)
class _Entry:
    """One beat in the window; times in microseconds."""

    t_s: float
    nn_us: int | None
    squared: int | None  # difference to an untouched neighbour, squared
    rr_us: int  # the raw interval, and ...
    elapsed_us: int  # ... the time since the raw beat before; both 0 where the two cannot be compared


class BeatWindow:
    """Beats of the last ``WINDOW_S`` seconds."""

    def __init__(self) -> None:
        self._beats: deque[_Entry] = deque()
        self._neighbour_us: int | None = None
        self._raw_s: float | None = None  # time of the newest beat with a raw interval
        self._intervals = self._total_us = 0
        self._pairs = self._squares = 0
        self._rr_us = self._elapsed_us = 0

    def push(self, beat: Beat) -> None:
        """Take one labelled beat."""
        if beat.after_gap:
            self._neighbour_us = self._raw_s = None
        nn_us = None if beat.nn_ms is None else round(beat.nn_ms * US_PER_MS)
        untouched_us = nn_us if beat.kind is BeatKind.NORMAL else None
        squared = None
        if untouched_us is not None and self._neighbour_us is not None:
            squared = (untouched_us - self._neighbour_us) ** 2
        self._neighbour_us = untouched_us
        self._add(_Entry(beat.t_s, nn_us, squared, *self._against_clock(beat)))

    def read(self, now_s: float, contact: float = 1.0) -> Reading:
        """Everything the window says at ``now_s``; ``contact`` (0..1) scales the quality."""
        while self._beats and self._beats[0].t_s <= now_s - WINDOW_S:
            self._drop()
        quality = self._quality() * contact
        enough = self._intervals >= FEWEST_BEATS and quality >= RATE_QUALITY
        steady = self._pairs >= FEWEST_PAIRS and quality >= RMSSD_QUALITY
        return Reading(
            heart_rate_bpm=_rate_bpm(self._intervals, self._total_us) if enough else None,
            heart_rate_fast_bpm=self._fast_bpm(now_s) if enough else None,
            rmssd_ms=math.sqrt(self._squares / self._pairs) / US_PER_MS if steady else None,
            quality=quality,
        )

    def _quality(self) -> float:
        """Untouched pairs over pairs, seconds of beats, and whether the intervals fill the time they came in."""
        longer_us = max(self._rr_us, self._elapsed_us)
        agreement = min(self._rr_us, self._elapsed_us) / longer_us if longer_us else 1.0
        clock = (agreement - CLOCK_NONE) / (CLOCK_FULL - CLOCK_NONE)
        pairs = self._pairs / max(len(self._beats) - 1, 1)
        full = self._total_us / (1e6 * FULL_S)
        return min(1.0, pairs) * min(1.0, full) * min(1.0, max(0.0, clock))

    def _against_clock(self, beat: Beat) -> tuple[int, int]:
        """Raw interval and elapsed time of a beat whose predecessor is known."""
        if beat.rr_ms is None:
            return 0, 0
        before_s, self._raw_s = self._raw_s, beat.t_s
        if before_s is None:
            return 0, 0
        return round(beat.rr_ms * US_PER_MS), round((beat.t_s - before_s) * 1e6)

    def _add(self, entry: _Entry) -> None:
        if len(self._beats) == MOST_BEATS:
            self._drop()
        self._beats.append(entry)
        self._count(entry, 1)

    def _drop(self) -> None:
        self._count(self._beats.popleft(), -1)

    def _count(self, entry: _Entry, sign: int) -> None:
        if entry.nn_us is not None:
            self._intervals += sign
            self._total_us += sign * entry.nn_us
        if entry.squared is not None:
            self._pairs += sign
            self._squares += sign * entry.squared
        self._rr_us += sign * entry.rr_us
        self._elapsed_us += sign * entry.elapsed_us

    def _fast_bpm(self, now_s: float) -> float | None:
        total_us, count = 0, 0
        for entry in reversed(self._beats):
            if entry.t_s <= now_s - FAST_S:
                break
            if entry.nn_us is not None:
                total_us += entry.nn_us
                count += 1
        return _rate_bpm(count, total_us) if count >= FEWEST_FAST_BEATS else None


def _rate_bpm(intervals: int, total_us: int) -> float | None:
    return 60e6 * intervals / total_us if total_us else None
