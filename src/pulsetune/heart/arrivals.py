"""Beat times from intervals that carry only the time at which a phone or computer received them.

Rules of this file:
1. Arrivals are never differenced to get an interval: radio delays would count as heart-rate variability. Intervals are
   summed; arrivals only tell where beats are missing.
2. A late delivery is no hole: beats that waited arrive together, and the sum catches up. A hole is never caught up.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

HOLE_S = 3.0  # less may be a slow radio
CATCH_UP_BEATS = 30  # half a minute: no phone holds notifications back for longer


def beat_times_s(rr_ms: Sequence[float], arrived_s: Sequence[float]) -> list[float]:
    """When each interval ended.

    Parameters
    ----------
    rr_ms : sequence of float, length n
        Intervals in ms, oldest first.
    arrived_s : sequence of float, length n
        When each of them was received, in s of any clock; intervals of one notification share one time.

    Returns
    -------
    list of float, length n
        Seconds from the start of the first interval; never falling.
    """
    ends_s = list(accumulate(rr / 1000 for rr in rr_ms))
    late_s = [arrived - end for arrived, end in zip(arrived_s, ends_s, strict=True)]
    missing_s = 0.0
    times: list[float] = []
    for at, end_s in enumerate(ends_s):
        if at and late_s[at] - late_s[at - 1] > HOLE_S:
            hole_s = min(late_s[at : at + CATCH_UP_BEATS]) - late_s[at - 1]
            missing_s += hole_s if hole_s > HOLE_S else 0.0
        times.append(end_s + missing_s)
    return times
