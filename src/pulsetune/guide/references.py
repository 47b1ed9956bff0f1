"""Policies for rehearsals and studies: a textbook controller, a warning example, and another evening's tape.

Rules of this file:
1. ``Naive`` exists to show what goes wrong; nothing but a rehearsal may play it.
2. A tape is played as it is: it knows nothing of the heart that listens now.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

from pulsetune.guide.policy import Manner, Plain, Proposal, View
from pulsetune.model import Program, TapePoint

PI_PROPORTIONAL = 0.8  # percent of lead per bpm; with PI_INTEGRAL and PI_BACK a common hand tuning, as a reference only
PI_INTEGRAL = 0.004  # percent per bpm and second
PI_BACK = 0.05  # per second
PI_REFERENCE_S = 360.0  # the reference falls to the goal with this time constant
NAIVE_BELOW_BPM = 5.0  # the obvious rule: play a little slower than the heart of this moment


class Pi(Plain):
    """Proportional and integral control of the lead on a falling reference, with back-calculation against wind-up."""

    manner = Manner.LEADS
    lead_reason = "the music is with your heart: a controller leads from here on"

    def __init__(self, program: Program) -> None:
        self._cap_percent = program.lead_cap_percent
        self._integral = 0.0

    def opening_tempo_bpm(self, view: View) -> float:
        return view.heart_tempo_bpm

    def follow(self, view: View) -> Proposal:
        return Proposal(view.heart_tempo_bpm)

    def lead(self, view: View) -> Proposal:
        reference_bpm = view.goal_bpm + (view.baseline_bpm - view.goal_bpm) * math.exp(-view.lead_s / PI_REFERENCE_S)
        error_bpm = view.heart_rate_bpm - reference_bpm
        wanted = PI_PROPORTIONAL * error_bpm + self._integral
        lead_percent = max(0.0, min(self._cap_percent, wanted))
        self._integral += PI_INTEGRAL * error_bpm + PI_BACK * (lead_percent - wanted)
        return Proposal(view.heart_tempo_bpm * (1 - lead_percent / 100))


class Naive(Plain):
    """Always five below the heart rate of the last six seconds, at once: it chases every breath."""

    manner = Manner.STEADY
    limited = False
    lead_reason = "a warning example: the music chases your heart from here on"

    def opening_tempo_bpm(self, view: View) -> float:
        return self._chased(view)

    def follow(self, view: View) -> Proposal:
        return Proposal(self._chased(view))

    def lead(self, view: View) -> Proposal:
        return Proposal(self._chased(view))

    def _chased(self, view: View) -> float:
        return view.ratio * (view.heart_rate_fast_bpm - NAIVE_BELOW_BPM)


class Yoked(Plain):
    """Another session's tempo and timbre, at the same times of this one: the sham control of a study."""

    manner = Manner.STEADY
    lead_reason = "this is the music of another session: it does not follow your heart"

    def __init__(self, tape: Sequence[TapePoint]) -> None:
        if not tape:
            raise ValueError("a yoked session needs the tape of another one")
        self._times_s = [point.t_s for point in tape]
        self._tape = tape

    def opening_tempo_bpm(self, view: View) -> float:
        return self._tempo_bpm(view.elapsed_s)

    def follow(self, view: View) -> Proposal:
        return Proposal(self._tempo_bpm(view.elapsed_s))

    def lead(self, view: View) -> Proposal:
        return Proposal(self._tempo_bpm(view.elapsed_s))

    def level(self, elapsed_s: float) -> float:
        return self._tape[max(0, bisect_right(self._times_s, elapsed_s) - 1)].arousal_level

    def _tempo_bpm(self, elapsed_s: float) -> float:
        """Linear between two points, the last one for ever."""
        after = bisect_right(self._times_s, elapsed_s)
        if after == 0:
            return self._tape[0].tempo_bpm
        before = self._tape[after - 1]
        if after == len(self._tape):
            return before.tempo_bpm
        next_ = self._tape[after]
        share = (elapsed_s - before.t_s) / (next_.t_s - before.t_s)
        return before.tempo_bpm + share * (next_.tempo_bpm - before.tempo_bpm)
