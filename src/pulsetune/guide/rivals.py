"""The simpler policies: what the default has to be no worse than.

Rules of this file:
1. None of these looks at what its music does to the heart; what is ``watched`` is watched by the safety wrapper.
"""

from __future__ import annotations

from pulsetune.guide.policy import Manner, Plain, Proposal, View
from pulsetune.model import Program

QUIET_TEMPO_BPM = 60.0  # the clock of what has no pulse
RAMP_FROM_BPM = 80.0
RAMP_S = 900.0


class MatchOnly(Plain):
    """Follows the heart and never leads: the active control condition."""

    manner = Manner.FOLLOWS

    def opening_tempo_bpm(self, view: View) -> float:
        return view.heart_tempo_bpm

    def follow(self, view: View) -> Proposal:
        return Proposal(view.heart_tempo_bpm)

    def lead(self, view: View) -> Proposal:
        return self.follow(view)


class Fixed(Plain):
    """Steady slow music, whatever the heart does."""

    manner = Manner.STEADY
    lead_reason = "steady slow music from here on, whatever your heart does"

    def __init__(self, program: Program) -> None:
        self._tempo_bpm = program.zone_tempo_bpm

    def opening_tempo_bpm(self, view: View) -> float:  # noqa: ARG002
        return self._tempo_bpm

    def follow(self, view: View) -> Proposal:  # noqa: ARG002
        return Proposal(self._tempo_bpm)

    def lead(self, view: View) -> Proposal:
        return self.follow(view)


class FixedSafe(Fixed):
    """Steady slow music inside the same safety wrapper as the default: the rival to beat."""

    watched = True


class Ramp(Fixed):
    """From 80 to 60 pulses a minute in a quarter of an hour, whatever the heart does."""

    lead_reason = "the music slows down by the clock from here on, whatever your heart does"

    def opening_tempo_bpm(self, view: View) -> float:  # noqa: ARG002
        return RAMP_FROM_BPM

    def follow(self, view: View) -> Proposal:  # noqa: ARG002
        return Proposal(RAMP_FROM_BPM)

    def lead(self, view: View) -> Proposal:
        share = min(1.0, view.lead_s / RAMP_S)
        return Proposal(RAMP_FROM_BPM + share * (self._tempo_bpm - RAMP_FROM_BPM))


class Company(Plain):
    """A calm bed without a pulse: nothing leads, nothing follows."""

    manner = Manner.ACCOMPANIES

    def opening_tempo_bpm(self, view: View) -> float:  # noqa: ARG002
        return QUIET_TEMPO_BPM

    def follow(self, view: View) -> Proposal:
        return Proposal(view.target_bpm)

    def lead(self, view: View) -> Proposal:
        return self.follow(view)


class Quiet(Company):
    """No sound at all: sitting still, the control condition and one's own comparison."""

    manner = Manner.SILENT
