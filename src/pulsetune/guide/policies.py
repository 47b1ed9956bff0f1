"""Where the tempo should go: one small class a policy, all behind the same interface.

Rules of this file:
1. A policy proposes; the Conductor owns phases, freezes, limits and safety.
2. A policy is asked once a second and only while nothing is frozen, so its own counters count honest seconds.
3. Every change of the target carries a reason in one plain sentence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from pulsetune.model import PolicyName, Program

FOLLOWED_PERCENT = 2.0  # the heart has followed when the music leads by no more than this
DWELL_S = 40  # earliest next step once the heart has followed
PATIENCE_S = 60  # next step without being followed, while below the cap
PROBE_S = 300  # leading stays capped for the first five minutes: a gentle probe
WALK_CAP_PERCENT = 25.0  # afterwards the way to slow music is free
CAP_SLACK_PERCENT = 3.0  # the heart wanders this much without meaning anything
WORTH_SAYING = 0.01  # a share of the tempo below which a new target is not worth a new decision
QUIET_TEMPO_BPM = 60.0  # the clock that nobody hears
RAMP_FROM_BPM = 80.0
RAMP_S = 900.0
PI_PROPORTIONAL = 0.8  # percent of lead per bpm; with PI_INTEGRAL and PI_BACK a common hand tuning, as a reference only
PI_INTEGRAL = 0.004  # percent per bpm and second
PI_BACK = 0.05  # per second
PI_REFERENCE_S = 360.0  # the reference falls to the goal with this time constant
DELIVERED = 0.002  # a step counts as delivered when the tempo is this close (a share of it)


@dataclass(frozen=True, slots=True)
class View:
    """What a policy may look at. ``gap_percent`` is how far the music is below the heart (negative: above)."""

    heart_rate_bpm: float
    tempo_bpm: float
    target_bpm: float
    ratio: float
    floor_bpm: float
    lead_s: int
    baseline_bpm: float
    goal_bpm: float

    @property
    def heart_tempo_bpm(self) -> float:
        return self.ratio * self.heart_rate_bpm

    @property
    def gap_percent(self) -> float:
        return 100 * (1 - self.tempo_bpm / self.heart_tempo_bpm)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A new target and why; ``reason`` is empty while nothing worth saying changed."""

    target_bpm: float
    reason: str = ""


class Policy(Protocol):
    sounds: bool  # is there music at all?
    leads: bool  # does it ever leave MATCH?
    meets: bool  # must the music be with the heart before it leads?
    watched: bool  # is it inside the safety wrapper (backtrack, gate, companion)?
    lead_reason: str  # what is said when the lead begins

    def opening_tempo_bpm(self, heart_tempo_bpm: float) -> float: ...

    def follow(self, view: View) -> Proposal: ...

    def lead(self, view: View) -> Proposal: ...


class StagedIso:
    """Meet the heart, probe with a capped lead for five minutes, then walk on to slow music (iso principle)."""

    sounds = True
    leads = True
    meets = True
    watched = True
    lead_reason = "the music is with your heart: now it begins to lead, gently"

    def __init__(self, program: Program) -> None:
        self._step = 1 - program.step_percent / 100
        self._cap_percent = program.lead_cap_percent
        self._since_step_s = 0

    def opening_tempo_bpm(self, heart_tempo_bpm: float) -> float:
        return heart_tempo_bpm

    def follow(self, view: View) -> Proposal:
        self._since_step_s = 0
        return Proposal(view.heart_tempo_bpm)

    def lead(self, view: View) -> Proposal:
        self._since_step_s += 1
        cap = self._cap_percent if view.lead_s < PROBE_S else WALK_CAP_PERCENT
        gap = view.gap_percent
        if gap < -FOLLOWED_PERCENT and view.heart_tempo_bpm < view.target_bpm * (1 - WORTH_SAYING):
            return self._stepped(
                max(view.floor_bpm, view.heart_tempo_bpm), "your heart is already below the music: it comes down to you"
            )
        back_bpm = view.heart_tempo_bpm * (1 - cap / 100)
        if gap > cap + CAP_SLACK_PERCENT and back_bpm > view.target_bpm * (1 + WORTH_SAYING):
            return self._stepped(back_bpm, "your heart rose: the music comes back toward you")
        if abs(view.tempo_bpm - view.target_bpm) > DELIVERED * view.tempo_bpm or view.target_bpm <= view.floor_bpm:
            return Proposal(view.target_bpm)
        if gap <= FOLLOWED_PERCENT and self._since_step_s >= DWELL_S:
            return self._step_down(view, cap, "your heart followed: one step slower")
        if gap < cap and self._since_step_s >= PATIENCE_S:
            return self._step_down(view, cap, "giving your heart time: one small step slower")
        return Proposal(view.target_bpm)

    def _step_down(self, view: View, cap_percent: float, reason: str) -> Proposal:
        capped = view.heart_tempo_bpm * (1 - cap_percent / 100)
        target = max(view.floor_bpm, capped, view.target_bpm * self._step)
        if target >= view.target_bpm:
            return Proposal(view.target_bpm)
        return self._stepped(target, reason)

    def _stepped(self, target_bpm: float, reason: str) -> Proposal:
        self._since_step_s = 0
        return Proposal(target_bpm, reason)


class MatchOnly:
    """Follows the heart and never leads: the active control condition."""

    sounds = True
    leads = False
    meets = True
    watched = False
    lead_reason = ""

    def opening_tempo_bpm(self, heart_tempo_bpm: float) -> float:
        return heart_tempo_bpm

    def follow(self, view: View) -> Proposal:
        return Proposal(view.heart_tempo_bpm)

    def lead(self, view: View) -> Proposal:
        return self.follow(view)


class Fixed:
    """Steady slow music, whatever the heart does: the rival every other policy must beat."""

    sounds = True
    leads = True
    meets = False
    watched = False
    lead_reason = "steady slow music from here on, whatever your heart does"

    def __init__(self, program: Program) -> None:
        self._tempo_bpm = program.zone_tempo_bpm

    def opening_tempo_bpm(self, heart_tempo_bpm: float) -> float:
        return self._tempo_bpm

    def follow(self, view: View) -> Proposal:
        return Proposal(self._tempo_bpm)

    def lead(self, view: View) -> Proposal:
        return self.follow(view)


class FixedSafe(Fixed):
    """Steady slow music inside the same safety wrapper as StagedIso."""

    watched = True


class Quiet(MatchOnly):
    """No sound at all: sitting still, the control condition and one's own comparison."""

    sounds = False

    def opening_tempo_bpm(self, heart_tempo_bpm: float) -> float:
        return QUIET_TEMPO_BPM

    def follow(self, view: View) -> Proposal:
        return Proposal(view.target_bpm)


class Ramp(Fixed):
    """From 80 to 60 pulses a minute in a quarter of an hour, whatever the heart does."""

    lead_reason = "the music slows down by the clock from here on, whatever your heart does"

    def opening_tempo_bpm(self, heart_tempo_bpm: float) -> float:
        return RAMP_FROM_BPM

    def lead(self, view: View) -> Proposal:
        share = min(1.0, view.lead_s / RAMP_S)
        return Proposal(RAMP_FROM_BPM + share * (self._tempo_bpm - RAMP_FROM_BPM))

    def follow(self, view: View) -> Proposal:
        return Proposal(RAMP_FROM_BPM)


class Pi:
    """Proportional and integral control of the lead on a falling reference, with back-calculation against wind-up."""

    sounds = True
    leads = True
    meets = True
    watched = False
    lead_reason = "the music is with your heart: a controller leads from here on"

    def __init__(self, program: Program) -> None:
        self._cap_percent = program.lead_cap_percent
        self._integral = 0.0

    def opening_tempo_bpm(self, heart_tempo_bpm: float) -> float:
        return heart_tempo_bpm

    def follow(self, view: View) -> Proposal:
        return Proposal(view.heart_tempo_bpm)

    def lead(self, view: View) -> Proposal:
        reference_bpm = view.goal_bpm + (view.baseline_bpm - view.goal_bpm) * math.exp(-view.lead_s / PI_REFERENCE_S)
        error_bpm = view.heart_rate_bpm - reference_bpm
        wanted = PI_PROPORTIONAL * error_bpm + self._integral
        lead_percent = max(0.0, min(self._cap_percent, wanted))
        self._integral += PI_INTEGRAL * error_bpm + PI_BACK * (lead_percent - wanted)
        return Proposal(view.heart_tempo_bpm * (1 - lead_percent / 100))


def make_policy(name: PolicyName, program: Program) -> Policy:
    """The policy of that name."""
    match name:
        case PolicyName.STAGED_ISO:
            return StagedIso(program)
        case PolicyName.FIXED:
            return Fixed(program)
        case PolicyName.FIXED_SAFE:
            return FixedSafe(program)
        case PolicyName.RAMP:
            return Ramp(program)
        case PolicyName.MATCH_ONLY:
            return MatchOnly()
        case PolicyName.PI:
            return Pi(program)
        case PolicyName.QUIET:
            return Quiet()
