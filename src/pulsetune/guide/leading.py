"""Where the tempo goes, second by second: meet, lead, hold, keep company.

Rules of this file:
1. It is asked only while nothing is frozen; the tempo moves only through ``glide``, and jumps only in
   ``change_ratio``, which keeps ``tempo / ratio``.
2. It never changes the phase: it says what happened (a ``Trigger``, or only a sentence), the Conductor decides.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulsetune.guide.goal import NEAR_GOAL_BPM, goal_bpm, nothing_to_lead
from pulsetune.guide.phases import News, Trigger
from pulsetune.guide.policies import make_policy
from pulsetune.guide.policy import Manner, View
from pulsetune.guide.ratio import RatioWatch
from pulsetune.guide.safety import BeforeMusic, SafetyWatch, Verdict
from pulsetune.guide.stepping import glide
from pulsetune.guide.timbre import UNKNOWN_LEVEL
from pulsetune.model import ArousalEstimate, Baseline, ListenerProfile, Phase, PolicyName, Program, TapePoint

MATCHED_GAP_PERCENT = 7.0  # the music is with the heart when it is closer than this (it opens 5 % below) ...
MATCHED_S = 15  # ... for this long
COMPANY_SHARE = 0.04  # without a lead, the tempo moves only once the pulse has clearly moved
ARRIVED_SHARE = 1.002  # as close to the floor as a delivered step
SLOWEST_SHARE = 0.9  # a lead that is followed walks on this far below the program's slow music (54 for 60)
RETURN_SHARE = 0.06  # a pulse that moved farther than this during a dropout is met again first
SAY_TEMPO_BPM = 1.0  # while matching, say the new tempo once it moved by this much
NO_HELP = "leading does not help right now: keeping you company with a calm bed"
IDLE_TEMPO_BPM = 60.0  # the clock of the bed before a pulse is known; nothing pulsed is heard at it


class Leader:
    """The tempo of one session, its goal and its safety watch."""

    def __init__(
        self, program: Program, profile: ListenerProfile, policy: PolicyName, tape: Sequence[TapePoint] = ()
    ) -> None:
        self._program = program
        self._profile = profile
        self._policy = make_policy(policy, program, tape)
        self._ratios = RatioWatch()
        self.manner = self._policy.manner
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
        self._before = BeforeMusic()

    @property
    def sounds(self) -> bool:
        """False for a session without any music."""
        return self.manner is not Manner.SILENT

    @property
    def ready(self) -> bool:
        """True once the baseline is known."""
        return self._safety is not None

    def before(self, heart_rate_bpm: float | None) -> None:
        """One second of just sitting, before the baseline is known."""
        self._before.second(heart_rate_bpm)

    def know(self, baseline: Baseline) -> None:
        """The listener's own level, once: from here on the stop rule watches."""
        if self._safety is not None:
            return
        b0 = self._last_heart_bpm = self._baseline_bpm = baseline.heart_rate_bpm
        self._goal_bpm = goal_bpm(b0, self._profile)
        self._safety = SafetyWatch(b0, self._program.first_gate_s, self._before.earlier_bpm)

    def begin(self, baseline: Baseline, elapsed_s: float) -> News:
        """The listener's own level is known: set out from there."""
        self.know(baseline)
        b0 = baseline.heart_rate_bpm
        if self.manner in (Manner.LEADS, Manner.FOLLOWS) and self._inside(self._ratios.first(b0) * b0):
            self.ratio = self._ratios.first(b0)
        self.tempo_bpm = self.target_bpm = self._clamped(self._policy.opening_tempo_bpm(self._view(b0, b0, elapsed_s)))
        self._said_bpm = self.target_bpm
        match self.manner:
            case Manner.SILENT:
                return News(f"your heart beats {b0:.0f} a minute: just sit, there is no music", Trigger.CALIBRATED)
            case Manner.ACCOMPANIES:
                return News(f"your heart beats {b0:.0f} a minute: just company, nothing leads", Trigger.JUST_COMPANY)
        if self._nothing_to_lead():
            self.tempo_bpm = self.target_bpm = self._said_bpm = self._clamped(self.ratio * b0)
        if self._profile.listen_only:
            return News("listening only: the music stays at your pulse and does not lead", Trigger.ALREADY_CALM)
        if self._nothing_to_lead():
            return News(f"your heart is calm at {b0:.0f} a minute: no lead, just company", Trigger.ALREADY_CALM)
        if self.manner is Manner.STEADY:
            return News(f"your heart beats {b0:.0f} a minute, the music {self.target_bpm:.0f}", Trigger.CALIBRATED)
        half = "half as fast, " if self.ratio < 1 else ""
        where = "a little below, " if self.target_bpm < 0.99 * self.ratio * b0 else ""
        reason = f"your heart beats {b0:.0f} a minute: the music begins {half}{where}at {self.target_bpm:.0f}"
        return News(reason, Trigger.CALIBRATED)

    def too_high(self, heart_rate_bpm: float) -> bool:
        """The stop rule: True when the session must end."""
        return self._safety is not None and self._safety.stop_rule(heart_rate_bpm)

    def second(self, phase: Phase, estimate: ArousalEstimate, elapsed_s: float, *, returned: bool) -> News | None:
        """One second of a phase with a trusted pulse; ``returned``: the first one after a dropout."""
        heart_rate_bpm = estimate.heart_rate_bpm
        assert self._safety is not None
        assert heart_rate_bpm is not None
        moved = abs(heart_rate_bpm / self._last_heart_bpm - 1)
        self._last_heart_bpm = heart_rate_bpm
        leads = self.manner is Manner.LEADS
        if returned and moved > RETURN_SHARE and leads and phase in (Phase.LEAD, Phase.HOLD):
            return News("your pulse came back at another pace: meeting it again first", Trigger.RETURNED)
        view = self._view(heart_rate_bpm, estimate.heart_rate_fast_bpm or heart_rate_bpm, elapsed_s)
        match phase:
            case Phase.MATCH:
                return self._match(view, self._safety)
            case Phase.LEAD | Phase.HOLD:
                return self._stay(view) if self._nothing_to_lead() else self._lead(phase, view, self._safety)
            case Phase.COMPANION if self._policy.watched and self._safety.companion_second(heart_rate_bpm):
                return News("this does not calm you today, and that is fine: silence instead", Trigger.NO_EFFECT)
        return None

    def wanted_ratio(self, phase: Phase, heart_rate_bpm: float) -> float | None:
        """One second of looking at the ratio; the one to change to across the next rest, or None."""
        if self.manner not in (Manner.LEADS, Manner.FOLLOWS) or phase not in (Phase.MATCH, Phase.LEAD, Phase.HOLD):
            return None
        follows = self.manner is Manner.FOLLOWS or self._nothing_to_lead()
        ratio = self._ratios.second(heart_rate_bpm, self.ratio, may_return=follows)
        if ratio is None or not self._inside(self.tempo_bpm * ratio / self.ratio):
            return None
        return ratio

    def change_ratio(self, ratio: float) -> bool:
        """In a rest: count otherwise, at the same place of the heart; False where that leaves the range."""
        factor = ratio / self.ratio
        if not self._inside(self.tempo_bpm * factor):
            return False
        self.tempo_bpm = self._clamped(self.tempo_bpm * factor)
        self.target_bpm = self._said_bpm = self._clamped(self.target_bpm * factor)
        self.ratio = ratio
        self._ratios.changed()
        return True

    def glide(self) -> None:
        """One second of tempo, inside the limits."""
        if not self._policy.limited:
            self.tempo_bpm = self.target_bpm
            return
        self.tempo_bpm = glide(
            self.tempo_bpm,
            self.target_bpm,
            fall_percent_per_min=self._program.fall_limit_percent_per_min,
            rise_percent_per_min=self._program.rise_limit_percent_per_min,
            seconds=1.0,
        )

    def enter_phase(self, *, glides: bool) -> None:
        """A new phase begins: what was counted for the last one does not count; if it has no glide, the tempo stays."""
        self._matched_s = 0
        if not glides:
            self.target_bpm = self.tempo_bpm
        self._said_bpm = self.target_bpm

    def taped_level(self, elapsed_s: float) -> float | None:
        """The arousal level of a tape; None where the guide's own counts."""
        return self._policy.level(elapsed_s) if self.ready else None

    def raw_level(self, heart_rate_bpm: float | None) -> float | None:
        """The guide's own arousal level: 1 at the baseline, 0 at the goal; None while nothing is known."""
        if heart_rate_bpm is None or not self.ready:
            return None
        span_bpm = self._baseline_bpm - self._goal_bpm
        if span_bpm < NEAR_GOAL_BPM:
            return UNKNOWN_LEVEL
        return max(0.0, min(1.0, (heart_rate_bpm - self._goal_bpm) / span_bpm))

    def _view(self, heart_rate_bpm: float, fast_bpm: float, elapsed_s: float) -> View:
        return View(
            heart_rate_bpm,
            fast_bpm,
            self.tempo_bpm,
            self.target_bpm,
            self.ratio,
            self._floor_bpm(),
            elapsed_s,
            self._led_s,
            self._baseline_bpm,
            self._goal_bpm,
        )

    def _match(self, view: View, safety: SafetyWatch) -> News | None:
        self.target_bpm = self._clamped(self._policy.follow(view).target_bpm)
        met = abs(view.gap_percent) < MATCHED_GAP_PERCENT or self._as_near_as_it_goes(view)
        self._matched_s = self._matched_s + 1 if met else 0
        if self._policy.watched and safety.second(view.heart_rate_bpm, leading=False) is Verdict.COMPANION:
            return News(NO_HELP, Trigger.COMPANION)
        steady = self.manner is Manner.STEADY
        if steady or (self.manner is Manner.LEADS and self._matched_s >= MATCHED_S):
            safety.begin_lead(view.heart_rate_bpm)
            return News(self._policy.lead_reason, Trigger.MATCHED)
        if self.sounds and abs(self.target_bpm - self._said_bpm) >= SAY_TEMPO_BPM:
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

    def _as_near_as_it_goes(self, view: View) -> bool:
        """Whether the tempo is at the end of its range, and the heart beyond it."""
        return self.tempo_bpm == self.target_bpm == self._clamped(view.heart_tempo_bpm) != view.heart_tempo_bpm

    def _stay(self, view: View) -> News | None:
        wanted_bpm = self._clamped(view.heart_tempo_bpm)
        if abs(wanted_bpm - self.target_bpm) <= COMPANY_SHARE * self.target_bpm:
            return None
        self.target_bpm = wanted_bpm
        return News(f"staying with your pulse: {self.target_bpm:.0f} a minute")

    def _nothing_to_lead(self) -> bool:
        return nothing_to_lead(self._baseline_bpm, self._profile)

    def _floor_bpm(self) -> float:
        return self._clamped(min(0.98 * self.ratio * self._goal_bpm, SLOWEST_SHARE * self._program.zone_tempo_bpm))

    def _inside(self, tempo_bpm: float) -> bool:
        return self._program.tempo_min_bpm <= tempo_bpm <= self._program.tempo_max_bpm

    def _clamped(self, tempo_bpm: float) -> float:
        return round(max(self._program.tempo_min_bpm, min(self._program.tempo_max_bpm, tempo_bpm)), 4)
