"""When each beat happened: arrival times and RR intervals in, beat times out.

Rules of this file:
1. No interval is dropped, altered or reordered; what cannot be trusted is marked (``usable``), not removed.
2. Beat times never run backwards.
3. Between two corrections the distance of two beats is the strap's own RR, not the jitter of the radio.
4. Nothing is joined across a gap: the first beat after it says so (``after_gap``).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from pulsetune.model import Contact, HeartSample

GAP_S = 3.0  # an arrival this much later than its beats means that beats were lost, not that the radio was slow
GAP_IN_RR = 2.5  # ... or this many intervals, for very slow hearts
NOMINAL_LAG_S = 0.02  # smallest lag the servo aims at: above zero, so that radio jitter does not make it hunt
SERVO_S_PER_PACKET = 0.002  # fastest slow correction: follows a strap clock that is wrong by up to 0.2 %
SERVO_PACKETS = 60  # whose smallest lag the servo looks at: at 1 Hz and 60 beats a minute all may be late for long
LATE_S = 0.3  # ... and from here on it is no drift: a strap that notifies every beat has lost an interval
STEP_S = 0.1  # half of the last packets hold beats older than this at the arrival before: an interval was lost
STEP_SLACK_S = 0.05  # ... and none of them a beat that is clearly younger
STEP_PACKETS = 8


@dataclass(frozen=True, slots=True)
class RawBeat:
    """A beat before cleaning: when it ended, its raw interval, and whether the strap was worn when it came."""

    t_s: float
    rr_ms: float
    after_gap: bool = False
    usable: bool = True


class Timeline:
    """A beat clock: the sum of RR, held against arrival.

    A beat cannot arrive before it happened, so an arrival ahead of the clock sets the clock back at once. Nor would a
    beat wait for a second notification: where that is what the clock says of packet after packet, an interval was lost
    on the way, and the clock moves forward in one step. A strap clock that drifts is followed slowly.
    """

    def __init__(self) -> None:
        self._clock_s: float | None = None  # time of the newest beat
        self._newest_s = float("-inf")  # newest time handed out
        self._arrival_s = float("-inf")
        self._lags_s: deque[float] = deque(maxlen=SERVO_PACKETS)
        self._overdue_s: deque[float] = deque(maxlen=STEP_PACKETS)
        self._broken = False

    def push(self, sample: HeartSample) -> list[RawBeat]:
        """Beats of one notification, oldest first; an arrival that is out of order counts as arriving now."""
        previous_s = self._arrival_s
        self._arrival_s = max(previous_s, sample.t_s)
        if not sample.rr_ms:
            return []
        total_s = sum(sample.rr_ms) / 1000
        after_gap = self._resync(total_s, sample.rr_ms[-1] / 1000)
        newest_s = self._advance(total_s, total_s - sample.rr_ms[0] / 1000, previous_s)
        usable = sample.contact is not Contact.OFF_SKIN and sample.heart_rate_bpm != 0
        beat_s = newest_s - total_s
        beats: list[RawBeat] = []
        for rr_ms in sample.rr_ms:
            beat_s += rr_ms / 1000
            self._newest_s = max(self._newest_s, beat_s)
            beats.append(RawBeat(self._newest_s, rr_ms, after_gap and not beats, usable))
        return beats

    def interrupt(self) -> None:
        """The link broke: the next beat starts anew."""
        self._broken = self._clock_s is not None

    def _resync(self, total_s: float, last_rr_s: float) -> bool:
        """Set the clock to arrival at the start and where beats were lost; True in the second case."""
        start = self._clock_s is None
        late_s = self._arrival_s - total_s - (self._clock_s or 0.0)
        lost = self._broken or (not start and late_s > max(GAP_S, GAP_IN_RR * last_rr_s))
        if start or lost:
            self._clock_s = self._arrival_s - total_s
            self._lags_s.clear()
            self._overdue_s.clear()
            self._broken = False
        return lost

    def _advance(self, total_s: float, after_first_s: float, previous_s: float) -> float:
        """Move the clock over one packet and correct it; ``after_first_s`` is from its first beat to its last."""
        assert self._clock_s is not None
        ahead_s = self._clock_s + total_s
        lag_s = self._arrival_s - ahead_s
        self._lags_s.append(lag_s)
        self._overdue_s.append(previous_s - (ahead_s - after_first_s))
        move_s = self._correction_s(lag_s)
        if move_s:
            self._lags_s = deque((lag - move_s for lag in self._lags_s), maxlen=SERVO_PACKETS)
            self._overdue_s = deque((overdue - move_s for overdue in self._overdue_s), maxlen=STEP_PACKETS)
        self._clock_s = ahead_s + move_s
        return self._clock_s

    def _correction_s(self, lag_s: float) -> float:
        if lag_s < 0:
            return lag_s
        overdue_s = sorted(self._overdue_s)
        if len(overdue_s) == STEP_PACKETS and overdue_s[0] > -STEP_SLACK_S and overdue_s[STEP_PACKETS // 2] > STEP_S:
            return min(list(self._lags_s)[-STEP_PACKETS:]) - NOMINAL_LAG_S
        if len(self._lags_s) == SERVO_PACKETS:
            excess_s = min(self._lags_s) - NOMINAL_LAG_S
            return excess_s if excess_s > LATE_S else min(max(excess_s, -SERVO_S_PER_PACKET), SERVO_S_PER_PACKET)
        return 0.0
