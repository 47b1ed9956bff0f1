"""Where the tempo goes, second by second: meet, lead, hold, keep company.

Rules of this file:
1. It is asked only while nothing is frozen; the tempo moves only through ``glide``.
2. It never changes the phase: it says what happened (a ``Trigger``, or only a sentence), the Conductor decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulsetune.guide.phases import Trigger
from pulsetune.guide.policies import View, make_policy
from pulsetune.guide.safety import SafetyWatch, Verdict
from pulsetune.guide.stepping import glide, ratio_for
from pulsetune.guide.timbre import UNKNOWN_LEVEL
from pulsetune.model import Baseline, ListenerProfile, Phase, PolicyName, Program

MATCHED_GAP_PERCENT = 3.0  # the music is at the heart when it is closer than this ...
MATCHED_S = 45  # ... for this long
GOAL_SHARE = 0.10  # the goal is a direction: a tenth below the baseline ...
GOAL_MOST_BPM = 8.0  # ... but never more than this
GOAL_FLOOR_BPM = 48.0  # and never below this, nor below the listener's own resting level
CALM_HEART_RATE_BPM = 55.0  # nobody needs leading from here
NEAR_GOAL_BPM = 2.0  # baseline and goal closer than this: nothing to lead
COMPANY_SHARE = 0.04  # without a lead, the tempo moves only once the pulse has clearly moved
ARRIVED_SHARE = 1.002  # as close to the floor as a delivered step
RETURN_SHARE = 0.06  # a pulse that moved farther than this during a dropout is met again first
SAY_TEMPO_BPM = 1.0  # while matching, say the new tempo once it moved by this much
NO_HELP = "leading does not help right now: keeping you company with a calm bed"
IDLE_TEMPO_BPM = 60.0  # the clock of the bed before a pulse is known; nothing pulsed is heard at it


@dataclass(frozen=True, slots=True)
class News:
    """Something to say, and perhaps a trigger for the next phase."""

    reason: str
    trigger: Trigger | None = None


class Leader:
    """The tempo of one session, its goal and its safety watch."""

    def __init__(self, program: Program, profile: ListenerProfile, policy: PolicyName) -> None:
        self._program = program
        self._profile = profile
        self._policy = make_policy(policy, program)
        self.tempo_bpm = IDLE_TEMPO_BPM
        self.target_bpm = IDLE_TEMPO_BPM
        self.ratio = 1.0
        self._baseline_bpm = 0.0
        self._goal_bpm = 0.0
        self._safety: SafetyWatch | None = None
        self._matched_s = 0
        self._led_s = 0
        self._said_bpm = 0.0
        self._last_heart_bpm = 0.0

    @property
    def sounds(self) -> bool:
        """False for a session without any music."""
        return self._policy.sounds

    @property
    def ready(self) -> bool:
        """True once a baseline is known."""
        return self._safety is not None

    def begin(self, baseline: Baseline) -> News:
        """Take the baseline; the music may begin."""
        b0 = baseline.heart_rate_bpm
        resting_bpm = self._profile.resting_p10_bpm or 0.0
        self._baseline_bpm = self._last_heart_bpm = b0
        self._goal_bpm = min(b0, max(GOAL_FLOOR_BPM, resting_bpm, b0 - min(GOAL_MOST_BPM, GOAL_SHARE * b0)))
        self._safety = SafetyWatch(b0)
        self.ratio = ratio_for(b0)
        self.tempo_bpm = self.target_bpm = self._clamped(self._policy.opening_tempo_bpm(self.ratio * b0))
        self._said_bpm = self.target_bpm
        if not self._policy.sounds:
            return News(f"your heart beats {b0:.0f} a minute: just sit, there is no music", Trigger.CALIBRATED)
        if self._profile.listen_only:
            return News("listening only: the music stays at your pulse and does not lead", Trigger.ALREADY_CALM)
        if self._nothing_to_lead():
            return News(f"your heart is calm at {b0:.0f} a minute: no lead, just company", Trigger.ALREADY_CALM)
        half = ", half as fast as your heart" if self.ratio < 1 else ""
        return News(f"your heart beats {b0:.0f} a minute: the music begins there{half}", Trigger.CALIBRATED)

    def too_high(self, heart_rate_bpm: float) -> bool:
        """The stop rule: True when the session must end."""
        return self._safety is not None and self._safety.stop_rule(heart_rate_bpm)

    def second(self, phase: Phase, heart_rate_bpm: float, *, returned: bool) -> News | None:
        """One second of a phase with a trusted pulse; ``returned``: the first one after a dropout."""
        assert self._safety is not None
        moved = abs(heart_rate_bpm / self._last_heart_bpm - 1)
        self._last_heart_bpm = heart_rate_bpm
        if returned and moved > RETURN_SHARE and self._policy.leads and phase in (Phase.LEAD, Phase.HOLD):
            return News("your pulse came back at another pace: meeting it again first", Trigger.RETURNED)
        view = self._view(heart_rate_bpm)
        match phase:
            case Phase.MATCH:
                return self._match(view, self._safety)
            case Phase.LEAD | Phase.HOLD:
                return self._stay(view) if self._nothing_to_lead() else self._lead(phase, view, self._safety)
            case Phase.COMPANION if self._policy.watched and self._safety.companion_second(heart_rate_bpm):
                return News("this does not calm you today, and that is fine: silence instead", Trigger.NO_EFFECT)
        return None

    def glide(self) -> None:
        """One second of tempo, inside the limits."""
        self.tempo_bpm = glide(
            self.tempo_bpm,
            self.target_bpm,
            fall_percent_per_min=self._program.fall_limit_percent_per_min,
            rise_percent_per_min=self._program.rise_limit_percent_per_min,
            seconds=1.0,
        )

    def enter_phase(self) -> None:
        """A new phase begins: what was counted for the last one does not count."""
        self._matched_s = 0
        self._said_bpm = self.target_bpm

    def raw_level(self, heart_rate_bpm: float | None) -> float | None:
        """The guide's own arousal level: 1 at the baseline, 0 at the goal; None while nothing is known."""
        if heart_rate_bpm is None or not self.ready:
            return None
        span_bpm = self._baseline_bpm - self._goal_bpm
        if span_bpm < NEAR_GOAL_BPM:
            return UNKNOWN_LEVEL
        return max(0.0, min(1.0, (heart_rate_bpm - self._goal_bpm) / span_bpm))

    def _view(self, heart_rate_bpm: float) -> View:
        return View(
            heart_rate_bpm,
            self.tempo_bpm,
            self.target_bpm,
            self.ratio,
            self._floor_bpm(),
            self._led_s,
            self._baseline_bpm,
            self._goal_bpm,
        )

    def _match(self, view: View, safety: SafetyWatch) -> News | None:
        self.target_bpm = self._clamped(self._policy.follow(view).target_bpm)
        self._matched_s = self._matched_s + 1 if abs(view.gap_percent) < MATCHED_GAP_PERCENT else 0
        if self._policy.watched and safety.second(view.heart_rate_bpm, leading=False) is Verdict.COMPANION:
            return News(NO_HELP, Trigger.COMPANION)
        if self._policy.leads and (self._matched_s >= MATCHED_S or not self._policy.meets):
            safety.begin_lead(view.heart_rate_bpm)
            return News(self._policy.lead_reason, Trigger.MATCHED)
        if self._policy.sounds and abs(self.target_bpm - self._said_bpm) >= SAY_TEMPO_BPM:
            self._said_bpm = self.target_bpm
            return News(f"following your heart: {self.target_bpm:.0f} a minute")
        return None

    def _lead(self, phase: Phase, view: View, safety: SafetyWatch) -> News | None:
        self._led_s += 1
        proposal = self._policy.lead(view)
        self.target_bpm = self._clamped(proposal.target_bpm)
        verdict = safety.second(view.heart_rate_bpm, leading=True) if self._policy.watched else None
        if verdict is Verdict.BACKTRACK:
            return News("your heart rose for a while: going back to meet it", Trigger.BACKTRACK)
        if verdict is Verdict.COMPANION:
            return News(NO_HELP, Trigger.COMPANION)
        if phase is Phase.LEAD and max(self.tempo_bpm, self.target_bpm) <= view.floor_bpm * ARRIVED_SHARE:
            return News("arrived at slow music: holding it here", Trigger.ARRIVED)
        return News(proposal.reason) if proposal.reason else None

    def _stay(self, view: View) -> News | None:
        if abs(view.heart_tempo_bpm - self.target_bpm) <= COMPANY_SHARE * self.target_bpm:
            return None
        self.target_bpm = self._clamped(view.heart_tempo_bpm)
        return News(f"staying with your pulse: {self.target_bpm:.0f} a minute")

    def _nothing_to_lead(self) -> bool:
        near = self._baseline_bpm - self._goal_bpm < NEAR_GOAL_BPM or self._baseline_bpm <= CALM_HEART_RATE_BPM
        return self._profile.listen_only or near

    def _floor_bpm(self) -> float:
        return self._clamped(min(0.98 * self.ratio * self._goal_bpm, self._program.zone_tempo_bpm))

    def _clamped(self, tempo_bpm: float) -> float:
        return round(max(self._program.tempo_min_bpm, min(self._program.tempo_max_bpm, tempo_bpm)), 4)
