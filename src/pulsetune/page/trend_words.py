"""What trends say in words.

Rules of this file:
1. Pure: numbers in, sentences out.
2. The words describe; a low number is no achievement, nothing is said to be the cause, and no mean comes without how sure
   it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulsetune.page.intervals import FEWEST, Interval, difference_interval, pooled_sd, values_needed

MODEL_SPREAD_BPM = 2.7  # of one simulated listener's change from one session to the next, until the own is known
OWN_SPREAD_FREEDOM = 20  # degrees of freedom from which the own spread is known within about a third
DIFFERENCES_BPM = (1.0, 2.0)  # what a listener may hope to see


def mean_words(interval: Interval | None, count: int) -> str:
    """A mean with its interval, or that there is none yet."""
    if interval is None:
        return f"{_sessions(count)}: too few to tell. From {FEWEST} on there is an interval."
    return f"{_sessions(count)}: {signed(interval.mean)} on average, 95 % interval {_range(interval)}."


def beside_words(values: Sequence[float], quiet: Sequence[float]) -> str:
    """How a program differs from sitting quietly; empty where either has too few sessions."""
    difference = difference_interval(values, quiet)
    if difference is None:
        return ""
    told = (
        "no difference can be told yet"
        if difference.holds_zero
        else "this interval leaves out 0, which is no proof yet"
    )
    return f"Beside sitting quietly: {signed(difference.mean)} ({_range(difference)}); {told}."


def needed_words(groups: Sequence[Sequence[float]]) -> str:
    """How little one evening says."""
    own, freedom = pooled_sd(groups)
    if own is None or freedom < OWN_SPREAD_FREEDOM:
        spread, whose = MODEL_SPREAD_BPM, "a simulated listener's; your own is not known yet"
    else:
        spread, whose = own, "that of these sessions so far"
    one, two = (values_needed(spread, difference) for difference in DIFFERENCES_BPM)
    return (
        f"One evening says little. To see a true difference of 1 beat a minute between two programs takes about {one} "
        f"sessions of each, of 2 beats about {two}, and even then one true difference in five is missed. This counts with "
        f"a spread of {spread:.1f} beats from evening to evening ({whose})."
    )


def signed(value: float) -> str:
    """A change with its sign, zero without: ``+1.2``, ``−0.4``, ``0.0``."""
    text = f"{abs(value):.1f}"
    return text if text == "0.0" else f"{'+' if value > 0 else '−'}{text}"


def _range(interval: Interval) -> str:
    return f"{signed(interval.low)} to {signed(interval.high)}"


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"
