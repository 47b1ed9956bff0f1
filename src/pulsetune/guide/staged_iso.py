"""The default policy: meet the heart, then walk down with it, step by step (iso principle, staged).

Rules of this file:
1. A step is small, comes at most once a minute, and is delivered as a glide far below what can be heard as a change.
2. Up to the program's cap below the heart the music leads by itself; farther only while the heart does not rise.
3. When the heart is below the music, the music falls in behind it.

Why it walks on and does not stop at the cap: that a pulse a little slower than the heart draws the heart after it is
contradicted by two direct tests (Mütze 2018, Juslin 2024), while slow music as such has moderate support (Bernardi
2006, de Witte 2020). So the way to slow music is taken as fast as the limits and the body allow.
"""

from __future__ import annotations

from collections import deque

from pulsetune.guide.policy import Manner, Plain, Proposal, View
from pulsetune.model import Program

OPEN_BELOW_PERCENT = 5.0  # it begins this far below the heart, inside the lead that a body may follow (see the cap)
STEP_S = 60  # at most one step a minute
RISEN_BPM = 1.0  # the heart rises when it is this far above ...
RISEN_S = 60  # ... where it was a minute ago
MOST_PERCENT = 25.0  # never farther below the heart than this
MOST_SLACK_PERCENT = 3.0  # the heart wanders this much without meaning anything
BELOW_PERCENT = 2.0  # the heart is below the music once the music is this far above it
WORTH_SAYING = 0.01  # a share of the tempo below which a new target is not worth a new decision
DELIVERED = 0.002  # a step counts as delivered when the tempo is this close (a share of it)


class StagedIso(Plain):
    """Meet, then one step a minute; see the rules above."""

    manner = Manner.LEADS
    watched = True
    lead_reason = "the music is with your heart: now it begins to lead, gently"

    def __init__(self, program: Program) -> None:
        self._step = 1 - program.step_percent / 100
        self._cap_percent = program.lead_cap_percent
        self._since_step_s = 0
        self._heart_bpm: deque[float] = deque(maxlen=RISEN_S)

    def opening_tempo_bpm(self, view: View) -> float:
        return self._met(view)

    def follow(self, view: View) -> Proposal:
        self._since_step_s = STEP_S
        self._heart_bpm.clear()
        return Proposal(self._met(view))

    def lead(self, view: View) -> Proposal:
        self._since_step_s += 1
        self._heart_bpm.append(view.heart_rate_bpm)
        if (
            view.gap_percent < -BELOW_PERCENT
            and self._met(view) < view.target_bpm * (1 - WORTH_SAYING)
            and view.floor_bpm < view.target_bpm
        ):
            return self._stepped(
                max(view.floor_bpm, self._met(view)), "your heart is below the music: it comes down to you"
            )
        back_bpm = view.heart_tempo_bpm * (1 - MOST_PERCENT / 100)
        if view.gap_percent > MOST_PERCENT + MOST_SLACK_PERCENT and back_bpm > view.target_bpm * (1 + WORTH_SAYING):
            return self._stepped(back_bpm, "your heart rose: the music comes back toward you")
        if not self._may_step(view):
            return Proposal(view.target_bpm)
        followed = view.gap_percent <= self._cap_percent
        if not followed and view.heart_rate_bpm > self._heart_bpm[0] + RISEN_BPM:
            return Proposal(view.target_bpm)
        least_bpm = max(view.floor_bpm, back_bpm)
        target_bpm = max(least_bpm, view.target_bpm * self._step)
        if target_bpm >= view.target_bpm:
            return Proposal(view.target_bpm)
        reason = "your heart followed: one step slower" if followed else "your heart stays calm: one small step slower"
        return self._stepped(target_bpm, reason)

    def _met(self, view: View) -> float:
        return view.heart_tempo_bpm * (1 - OPEN_BELOW_PERCENT / 100)

    def _may_step(self, view: View) -> bool:
        delivered = abs(view.tempo_bpm - view.target_bpm) <= DELIVERED * view.tempo_bpm
        return delivered and self._since_step_s >= STEP_S and view.target_bpm > view.floor_bpm

    def _stepped(self, target_bpm: float, reason: str) -> Proposal:
        self._since_step_s = 0
        return Proposal(target_bpm, reason)
