"""What a few numbers say and how surely: means with intervals, the evenings it takes to see a difference, a smooth.

Rules of this file:
1. Pure: numbers in, numbers out.
2. No mean without its uncertainty: fewer than ``FEWEST`` values (or what a caller says) have no interval, and whoever
   shows them says so.
3. Intervals are for the mean, not for the next evening, and hold for evenings that do not hang together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, variance

FEWEST = 5  # of four values Student's interval is 3.2 standard deviations wide: it would only look like knowledge
CONFIDENCE = 0.95
POWER = 0.8  # a study's usual promise: of true differences, four in five are seen
LARGEST_PAUSE = 2.0  # bandwidths without a value, after which a smooth says nothing


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean, and the 95 % interval in which the true one is to be sought; ``count`` values were seen."""

    mean: float
    low: float
    high: float
    count: int

    @property
    def holds_zero(self) -> bool:
        """Whether no change at all is among what is possible."""
        return self.low <= 0.0 <= self.high


def mean_interval(values: Sequence[float], fewest: int = FEWEST) -> Interval | None:
    """Student's interval of a mean; None for fewer than ``fewest`` values (two at least)."""
    count = len(values)
    if count < fewest:
        return None
    return _around(fmean(values), math.sqrt(variance(values) / count), count - 1, count)


def difference_interval(these: Sequence[float], those: Sequence[float]) -> Interval | None:
    """Welch's interval of the difference of two means, these minus those; None where either has too few values.

    ``count`` is the size of the smaller group.
    """
    if min(len(these), len(those)) < FEWEST:
        return None
    parts = [variance(group) / len(group) for group in (these, those)]
    freedom = _welch(parts, [len(these), len(those)])
    return _around(fmean(these) - fmean(those), math.sqrt(sum(parts)), freedom, min(len(these), len(those)))


def pooled_sd(groups: Sequence[Sequence[float]]) -> tuple[float | None, int]:
    """The spread within groups, and on how many degrees of freedom it stands; None on none."""
    groups = [group for group in groups if len(group) > 1]
    freedom = sum(len(group) - 1 for group in groups)
    if not freedom:
        return None, 0
    return math.sqrt(sum(variance(group) * (len(group) - 1) for group in groups) / freedom), freedom


def values_needed(sd: float, difference: float) -> int:
    """How many values each of two groups needs for a true difference to be seen, with ``POWER``.

    Normal approximation of the two-sample comparison: n = 2 (z(1 - alpha/2) + z(power))² sd² / difference².
    """
    normal = NormalDist()
    z = normal.inv_cdf((1 + CONFIDENCE) / 2) + normal.inv_cdf(POWER)
    return max(FEWEST, round(2 * (z * sd / difference) ** 2))


def smooth(
    times: Sequence[float], values: Sequence[float], at: Sequence[float], bandwidth: float
) -> list[float | None]:
    """The mean of the values around each moment, near ones counting most (Gaussian weights of SD ``bandwidth``).

    None where no value lies within ``LARGEST_PAUSE`` bandwidths: over a long pause nothing is made up.
    """

    def around(moment: float) -> float | None:
        far = [abs(time - moment) / bandwidth for time in times]
        if not far or min(far) > LARGEST_PAUSE:
            return None
        weights = [math.exp(-0.5 * distance**2) for distance in far]
        return sum(weight * value for weight, value in zip(weights, values, strict=True)) / sum(weights)

    return [around(moment) for moment in at]


def evenly(first: float, last: float, steps: int) -> list[float]:
    """Moments from the first to the last, ``steps`` apart."""
    return [first + (last - first) * step / steps for step in range(steps + 1)]


def _around(mean: float, error: float, freedom: float, count: int) -> Interval:
    half = _student(freedom) * error
    return Interval(mean, mean - half, mean + half, count)


def _welch(parts: Sequence[float], counts: Sequence[int]) -> float:
    """Degrees of freedom after Welch and Satterthwaite; without any spread, those of the smaller group."""
    spread = sum(part**2 / (count - 1) for part, count in zip(parts, counts, strict=True))
    return sum(parts) ** 2 / spread if spread else min(counts) - 1


def _student(freedom: float) -> float:
    """How many standard errors the interval reaches to either side."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2))
