"""Music to heart: one pulse a beat, or half as many; changed rarely, and only across a rest.

Rules of this file:
1. A change keeps ``tempo / ratio`` as it is: the music goes on at the same place of the heart, only counted otherwise.
2. Nothing changes while the tempo would leave its range.
3. Who is led stays at half time: back at one pulse a beat the music would be twice as fast, and calm asks for slow music.
"""

from __future__ import annotations

HALF_TIME_ABOVE_BPM = 88.0  # from here on music may begin below half the heart's pace (42 BPM is the slowest)
FULL_TIME_BELOW_BPM = 84.0  # twice the slowest tempo: below this, half time runs ahead of the heart that it follows
STEADY_S = 30  # the heart is there for this long, one window of the heart rate
APART_S = 300  # seconds between two changes
RATIO_REST_S = 12.0  # pulse out in six seconds, silent for more than two, then in again
SILENT_S = 2  # the ear needs at least this long to let go of the old pulse


class RatioWatch:
    """Says when another ratio would fit better."""

    def __init__(self) -> None:
        self._since_change_s = APART_S
        self._steady_s = 0

    def first(self, heart_rate_bpm: float) -> float:
        """The ratio to begin with."""
        return 0.5 if heart_rate_bpm > HALF_TIME_ABOVE_BPM else 1.0

    def second(self, heart_rate_bpm: float, ratio: float, *, may_return: bool) -> float | None:
        """One second of leading or following; the ratio to change to, or None. ``may_return``: to one pulse a beat."""
        self._since_change_s += 1
        back = may_return and heart_rate_bpm < FULL_TIME_BELOW_BPM
        other = heart_rate_bpm > HALF_TIME_ABOVE_BPM if ratio == 1.0 else back
        self._steady_s = self._steady_s + 1 if other else 0
        if self._steady_s < STEADY_S or self._since_change_s < APART_S:
            return None
        return 1.5 - ratio

    def changed(self) -> None:
        """The change was made."""
        self._since_change_s = self._steady_s = 0
