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
SERVO_PACKETS = 24  # packets whose smallest lag the servo looks at: long enough for one prompt packet at 1 Hz
STEP_LAG_S = 0.5  # all of the last packets later than this: an interval was lost on the way, move at once
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

    A beat cannot arrive before it happened, so an arrival ahead of the clock sets the clock back at once; arrivals
    that are all late move it forward, slowly (a drifting strap clock) or in one step (a lost interval).
    """

    def __init__(self) -> None:
        self._clock_s: float | None = None  # time of the newest beat
        self._newest_s = float("-inf")  # newest time handed out
        self._arrival_s = float("-inf")
        self._lags_s: deque[float] = deque(maxlen=SERVO_PACKETS)
        self._broken = False

    def push(self, sample: HeartSample) -> list[RawBeat]:
        """Beats of one notification, oldest first; an arrival that is out of order counts as arriving now."""
        self._arrival_s = arrival_s = max(self._arrival_s, sample.t_s)
        if not sample.rr_ms:
            return []
        total_s = sum(sample.rr_ms) / 1000
        after_gap = self._move_clock(arrival_s, total_s, sample.rr_ms[-1] / 1000)
        usable = sample.contact is not Contact.OFF_SKIN and sample.heart_rate_bpm != 0
        assert self._clock_s is not None
        beat_s = self._clock_s - total_s
        beats: list[RawBeat] = []
        for rr_ms in sample.rr_ms:
            beat_s += rr_ms / 1000
            self._newest_s = max(self._newest_s, beat_s)
            beats.append(RawBeat(self._newest_s, rr_ms, after_gap and not beats, usable))
        return beats

    def interrupt(self) -> None:
        """The link broke: the next beat starts anew."""
        self._broken = self._clock_s is not None

    def _move_clock(self, arrival_s: float, total_s: float, last_rr_s: float) -> bool:
        """Set the clock to the newest beat of a packet; True if beats were lost before it."""
        if self._clock_s is None:
            self._clock_s = arrival_s
            return False
        ahead_s = self._clock_s + total_s
        lag_s = arrival_s - ahead_s
        if self._broken or lag_s > max(GAP_S, GAP_IN_RR * last_rr_s):
            self._broken = False
            self._clock_s = arrival_s
            self._lags_s.clear()
            return True
        self._clock_s = ahead_s + self._correction_s(lag_s)
        return False

    def _correction_s(self, lag_s: float) -> float:
        """How far to move the clock, from this lag and the ones before it."""
        lags = self._lags_s
        lags.append(lag_s)
        if lag_s < 0:
            move_s = lag_s
        elif len(lags) >= STEP_PACKETS and min(list(lags)[-STEP_PACKETS:]) > STEP_LAG_S:
            move_s = min(list(lags)[-STEP_PACKETS:]) - NOMINAL_LAG_S
        elif len(lags) == SERVO_PACKETS:
            move_s = min(max(min(lags) - NOMINAL_LAG_S, -SERVO_S_PER_PACKET), SERVO_S_PER_PACKET)
        else:
            return 0.0
        self._lags_s = deque((lag - move_s for lag in lags), maxlen=SERVO_PACKETS)
        return move_s
