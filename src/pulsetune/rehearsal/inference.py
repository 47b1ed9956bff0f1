"""What may be concluded from simulated listeners: means, intervals, and one policy held against the others.

Rules of this file:
1. Pure arithmetic; what cannot be known (a spread of one value, a percentile of none) is None.
2. The comparison is fixed beforehand: one-sided, because the question is whether the reference is *worse*; paired,
   because every policy meets the same listeners; Holm-corrected over the other policies of one world.

Sources: Wilson 1927 (interval of a share); Holm 1979 (A simple sequentially rejective multiple test procedure).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TypeVar

WORSE_BPM = 0.15  # a difference up to this counts as none: about a tenth of what the music does in these worlds
LEVEL = 0.05  # of the comparison, one-sided: upper 95 % bounds
WILSON_Z = 1.959963984540054  # 97.5 % point of the normal distribution: a two-sided 95 % interval

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its standard error (None for a single value)."""

    mean: float
    se: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Reference minus another policy, over the same listeners.

    ``upper`` is the one-sided upper bound at the level that Holm's procedure grants this comparison, ``p_holm`` the
    adjusted p-value of "worse by ``WORSE_BPM`` or more". ``upper <= WORSE_BPM`` if and only if ``p_holm <= LEVEL``.
    """

    mean: Mean
    upper: float | None
    p_holm: float | None


def mean_of(values: Sequence[float]) -> Mean | None:
    """Mean and standard error; None of nothing."""
    if not values:
        return None
    return Mean(fmean(values), stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None)


def share_percent(flags: Sequence[bool]) -> float | None:
    """How many of them hold, in percent."""
    return 100.0 * fmean(flags) if flags else None


def wilson_percent(hits: int, of: int) -> tuple[float, float] | None:
    """Two-sided 95 % interval of a share, in percent."""
    if of == 0:
        return None
    share, z2 = hits / of, WILSON_Z * WILSON_Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = WILSON_Z * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Percentile with linear interpolation between order statistics (type 7 of Hyndman and Fan 1996)."""
    if not values:
        return None
    ranked = sorted(values)
    place = (len(ranked) - 1) * percent / 100.0
    below = math.floor(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (place - below) * (ranked[above] - ranked[below])


def compare(reference: Sequence[float], others: Mapping[Name, Sequence[float]]) -> dict[Name, Difference]:
    """The reference against each of the others; all series in the order of the same listeners, lower is better."""
    pairs = {name: [a - b for a, b in zip(reference, other, strict=True)] for name, other in others.items()}
    means = {name: mean for name, values in pairs.items() if (mean := mean_of(values)) is not None}
    if len(reference) < 2:
        return {name: Difference(mean, None, None) for name, mean in means.items()}
    freedom = len(reference) - 1
    p = {name: _p_worse(mean, freedom) for name, mean in means.items()}
    out: dict[Name, Difference] = {}
    level, adjusted, failed = 0.0, 0.0, False
    for rank, name in enumerate(sorted(p, key=lambda name: p[name])):
        left = len(p) - rank
        adjusted = max(adjusted, min(1.0, left * p[name]))
        level = level if failed else LEVEL / left  # Holm stops at the first that fails: no later one gets more
        failed = failed or p[name] > level
        out[name] = Difference(means[name], _upper(means[name], level, freedom), adjusted)
    return {name: out[name] for name in others}


def _p_worse(difference: Mean, freedom: int) -> float:
    """One-sided p-value of "worse by WORSE_BPM or more", from Student's t."""
    from scipy.special import stdtr

    assert difference.se is not None
    room = WORSE_BPM - difference.mean
    if difference.se == 0.0:  # the two did exactly the same, or differ by a constant
        return 0.0 if room >= 0.0 else 1.0
    return float(stdtr(freedom, -room / difference.se))


def _upper(difference: Mean, level: float, freedom: int) -> float:
    from scipy.special import stdtrit

    assert difference.se is not None
    return difference.mean + float(stdtrit(freedom, 1.0 - level)) * difference.se
