"""The strap's own heart rate against the level its beats are judged by: the last word on a level caught at half rate.

Rules of this file:
1. The strap's rate is believed only where the raw intervals agree with it: it lags behind and can stand still.
2. A moment of disagreement means nothing: straps average their rate over several beats.
"""

from __future__ import annotations

APART = 0.25  # more than any averaging explains at a steady rate; half rate is off by .5, double rate by 1
FOR_S = 5.0


class RateCheck:
    """Rate fields in, one at a time; says when the level of the beats must be wrong."""

    def __init__(self) -> None:
        self._since_s: float | None = None  # when the two began to disagree

    def push(self, t_s: float, heart_rate_bpm: float, level_ms: float, raw_level_ms: float) -> bool:
        """Whether level and rate have been apart for ``FOR_S``, and the raw intervals side with the rate.

        Parameters
        ----------
        t_s : float
            Arrival of the rate field, in s.
        heart_rate_bpm : float
            The field, above 0.
        level_ms, raw_level_ms : float
            Level that beats are judged by, and median of the last raw intervals; 0 where unknown.
        """
        told_ms = 60000 / heart_rate_bpm
        if not level_ms or abs(level_ms / told_ms - 1) <= APART or abs(raw_level_ms / told_ms - 1) > APART:
            self._since_s = None
            return False
        if self._since_s is None:
            self._since_s = t_s
        if t_s - self._since_s < FOR_S:
            return False
        self._since_s = None
        return True
