"""What the next interval should look like: a running level and thresholds that adapt to this listener.

Source: adaptive quartile thresholds after Lipponen and Tarvainen 2019 (doi 10.1080/03091902.2019.1640306),
made causal: only beats already seen, and only untouched ones, feed the thresholds.

Rules of this file:
1. Everything is in ms and plain floats: for windows this small numpy is slower.
2. A corrected beat may move the level, never the thresholds.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from math import inf

LEVEL_BEATS = 11  # median window of Lipponen and Tarvainen; a shorter one follows artifacts
THRESHOLD_BEATS = 61  # about a minute: the 91 of the paper, shorter because it cannot be centred
FEWEST = 12  # values from which quartiles are worth something
START_BEATS = 3
STEADY_BEATS = 3  # about the beats of half a breath: in a swinging rhythm they differ


@dataclass(frozen=True, slots=True)
class Limits:
    """A threshold: ``gain`` on half the interquartile range, kept between floors and cap (shares of the level)."""

    gain: float
    unknown: float  # half range, as a share of the level, before enough values exist
    floor_ms: float  # straps count in steps of 1 to 8 ms: those must not become artifacts
    floor: float
    cap: float

    def of(self, spread: RunningQuartiles, level_ms: float) -> float:
        """The threshold in ms."""
        wanted_ms = self.gain * spread.half_range(self.unknown * level_ms)
        return min(max(wanted_ms, self.floor_ms, self.floor * level_ms), self.cap * level_ms)


BAND = Limits(gain=5.2, unknown=0.04, floor_ms=45.0, floor=0.11, cap=0.25)  # the paper's gain
BEND = Limits(gain=5.9, unknown=0.02, floor_ms=20.0, floor=0.07, cap=0.17)


class RunningQuartiles:
    """Half the interquartile range of the last ``size`` values, kept sorted."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._order: deque[float] = deque()
        self._sorted: list[float] = []

    def push(self, value: float) -> None:
        self._order.append(value)
        insort(self._sorted, value)
        if len(self._order) > self._size:
            del self._sorted[bisect_left(self._sorted, self._order.popleft())]

    def half_range(self, otherwise: float) -> float:
        """Half the interquartile range, or ``otherwise`` while there are too few values."""
        n = len(self._sorted)
        if n < FEWEST:
            return otherwise
        return 0.5 * (self._sorted[3 * n // 4] - self._sorted[n // 4])


class Reference:
    """Level (running median) and thresholds of the listener's intervals."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=LEVEL_BEATS)
        self._deviations = RunningQuartiles(THRESHOLD_BEATS)
        self._bends = RunningQuartiles(THRESHOLD_BEATS)
        self._untouched: list[float] = []  # the last two beats, as far as both are untouched neighbours
        self.level_ms = 0.0
        self.band_ms = 0.0  # how far a beat may lie from the level
        self.bend_ms = 0.0  # how far it may lie from the mean of its two neighbours

    @property
    def started(self) -> bool:
        """Whether enough beats agreed to judge the next one."""
        return len(self._recent) >= START_BEATS

    def last_spread_ms(self) -> float:
        """Range of the last ``STEADY_BEATS`` beats; boundless where there are fewer."""
        recent = self._recent
        if len(recent) < STEADY_BEATS:
            return inf
        last = [recent[-k] for k in range(1, STEADY_BEATS + 1)]
        return max(last) - min(last)

    def learn(self, nn_ms: float) -> None:
        """Take an untouched beat into level and thresholds."""
        before = self._untouched
        if len(before) == 2:
            self._bends.push(before[-1] - (before[-2] + nn_ms) / 2)
        if self._recent:
            self._deviations.push(nn_ms - self.level_ms)
        self._untouched = [*before[-1:], nn_ms]
        self._follow(nn_ms)

    def follow(self, nn_ms: float) -> None:
        """Take a corrected beat into the level only."""
        self._untouched = []
        self._follow(nn_ms)

    def interrupt(self) -> None:
        """The next beat has no neighbour."""
        self._untouched = []

    def restart(self, beats_ms: list[float]) -> None:
        """Begin again at the level of ``beats_ms`` (or of the beats to come, if there are none)."""
        self._untouched = []
        self._recent.clear()
        self._recent.extend(beats_ms)
        if beats_ms:
            self._update()

    def _follow(self, nn_ms: float) -> None:
        self._recent.append(nn_ms)
        self._update()

    def _update(self) -> None:
        ordered = sorted(self._recent)
        n = len(ordered)
        level = ordered[n // 2] if n % 2 else 0.5 * (ordered[n // 2 - 1] + ordered[n // 2])
        self.level_ms = level
        self.band_ms = BAND.of(self._deviations, level)
        self.bend_ms = BEND.of(self._bends, level)
