"""The Conductor: owns phases, commands, freezes, stops and the plan of the evening, for every policy.

Rules of this file:
1. It is a function of the program, the profile, the estimates and session time. No clock, no randomness.
2. Without fresh data it holds. It never guesses, and never chases silence.
3. Whatever changes carries a reason that a listener would understand.
4. A phase changes only along a row of ``TRANSITIONS``.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulsetune.guide.dropout import DropoutWatch
from pulsetune.guide.leading import Leader
from pulsetune.guide.phases import PLAYING, TRANSITIONS, Trigger
from pulsetune.guide.plan import due, over
from pulsetune.guide.sounding import Moment, Sounding
from pulsetune.model import (
    ArousalEstimate,
    AudioParameters,
    Baseline,
    Command,
    CommandKind,
    Cue,
    EndedBecause,
    ListenerProfile,
    Phase,
    PolicyName,
    Program,
    TapePoint,
)

NO_BASELINE_AFTER_S = 180  # after calibrate; then keep company without a lead
STOP_FADE_S = 1.0  # a listener's stop is heard within a second
SOURCE_END_FADE_S = 5.0  # a recording ran out
LOST_FADE_S = 45.0
PAUSE_MOST_S = 3600  # then nobody is coming back, and the computer may sleep
SAFETY_FADE_S = 45.0


class Conductor:
    """One session's guide; ``second`` once a second, ``command`` at any tick, then ``take`` what it decided."""

    def __init__(
        self, program: Program, profile: ListenerProfile, policy: PolicyName, tape: Sequence[TapePoint] = ()
    ) -> None:
        self._program = program
        self._leader = Leader(program, profile, policy, tape)
        self._dropout = DropoutWatch()
        self._sounding = Sounding(program, self._leader)
        self.phase = Phase.CALIBRATE
        self.finished = False
        self.ended_because = EndedBecause.COMPLETED
        self.ended_detail = "the program came to its end"
        self._elapsed_s = 0  # seconds that counted: pauses extend the session
        self._phase_s = 0
        self._paused_s = 0  # of the present pause
        self._ends_at_s: float | None = None
        self._cues: list[Cue] = []
        self._play_s: float | None = None

    @property
    def paused(self) -> bool:
        """Whether the listener paused and did not go on yet."""
        return self._sounding.volume.paused

    def start(self, t_s: float) -> None:
        """The first cue and the first target of the music."""
        self._sounding.volume.fade_in(t_s)
        before = " before the music begins" if self._leader.sounds else ""
        self._say(t_s, f"sit comfortably: listening to your pulse{before}")
        self._play(t_s)

    def command(self, t_s: float, command: Command) -> None:
        """What the listener asked for, at the tick that got it."""
        match command.kind:
            case CommandKind.PAUSE if self._sounding.volume.pause(t_s):
                self._say(t_s, command.text or "paused: everything waits for you")
            case CommandKind.RESUME if self._sounding.volume.resume(t_s):
                self._paused_s = 0
                self._say(t_s, command.text or "going on where you paused")
            case CommandKind.SOFTER | CommandKind.LOUDER:
                self._say(t_s, self._sounding.volume.step(louder=command.kind is CommandKind.LOUDER))
            case CommandKind.SOUNDSCAPE if command.text:
                self._sounding.soundscape = command.text
                self._say(t_s, f"another sound, as you asked: {command.text}")
            case CommandKind.DIZZY:
                self._dizzy(t_s)
            case CommandKind.BREATHING_ON if self._leader.sounds:
                self._say(t_s, self._sounding.breathing.turn_on())
            case CommandKind.BREATHING_OFF if self._sounding.breathing.turn_off():
                self._say(t_s, "no more swells: breathe as you like")
            case CommandKind.STOP:
                self._stop(t_s, STOP_FADE_S, EndedBecause.LISTENER, command.text or "you stopped: fading out")
            case CommandKind.SOURCE_ENDED:
                self._stop(t_s, SOURCE_END_FADE_S, EndedBecause.COMPLETED, "the recording has ended: fading out")
            case _:
                return
        self._play(t_s)

    def second(self, t_s: float, estimate: ArousalEstimate, baseline: Baseline | None) -> None:
        """One whole second: advance the phases, decide, glide."""
        if self._ends_at_s is None and self.paused:
            self._dropout.paused_second(t_s, estimate)
            self._paused_s += 1
            if self._paused_s >= PAUSE_MOST_S:
                self._stop(t_s, STOP_FADE_S, EndedBecause.LISTENER, "paused for an hour: ending here")
        elif self._ends_at_s is None:
            self._elapsed_s += 1
            self._phase_s += 1
            self._dropout.second(t_s, estimate)
            self._plan(t_s)
            self._watch_pulse(t_s)
            self._decide(t_s, estimate, baseline)
            now = Moment(self.phase, self._phase_s, self._elapsed_s, self._dropout.frozen, estimate)
            self._sounding.second(now, lambda reason: self._say(t_s, reason))
        self.tick(t_s)
        self._play(t_s)

    def tick(self, t_s: float) -> None:
        """Every tick: a stopping session ends on time, with a last target at its very end."""
        if self._ends_at_s is not None and t_s >= self._ends_at_s and not self.finished:
            self.finished = True
            self._play(t_s)

    def take(self) -> list[Cue | AudioParameters]:
        """What was decided since the last call: the cues in order, then one set of targets (never two for one time)."""
        out: list[Cue | AudioParameters] = [*self._cues]
        if self._play_s is not None:
            out.append(self._sounding.parameters(self._play_s))
        self._cues, self._play_s = [], None
        return out

    def _dizzy(self, t_s: float) -> None:
        guided = self._sounding.breathing.turn_off(dizzy=True)
        reason = "you feel dizzy: breathe as you like, the music stops leading"
        if not self._fire(t_s, Trigger.COMPANION, reason):
            now = "the swells are gone" if guided else "nothing leads you now"
            self._say(t_s, f"you feel dizzy: breathe as you like, {now}")

    def _plan(self, t_s: float) -> None:
        if over(self._program, self.phase, self._elapsed_s, self._phase_s):
            self.finished = True
            return
        now = due(self._program, self.phase, self._elapsed_s, self._phase_s, self._sounding.pulse_s)
        if now and self._fire(t_s, now.trigger, now.reason if self._leader.sounds else now.without_music):
            self._follow_up(t_s, now.trigger)

    def _watch_pulse(self, t_s: float) -> None:
        for sentence in self._dropout.news():
            self._say(t_s, sentence)
        if self._dropout.lost:
            reason = "no heartbeat for five minutes: ending here"
            self._stop(t_s, LOST_FADE_S, EndedBecause.DROPOUT, reason, Trigger.LOST)
        elif self._dropout.long:
            self._fire(t_s, Trigger.LONG_DROPOUT, "no heartbeat for two minutes: keeping you company without leading")

    def _decide(self, t_s: float, estimate: ArousalEstimate, baseline: Baseline | None) -> None:
        if self.phase is Phase.CALIBRATE:
            self._leader.before(estimate.heart_rate_bpm)
            self._calibrate(t_s, baseline)
            return
        if baseline is not None:
            self._leader.know(baseline)  # it came after leading was given up: safety needs it all the same
        heart_rate_bpm = estimate.heart_rate_bpm
        if self._dropout.frozen or heart_rate_bpm is None or not self._leader.ready:
            return
        if self._leader.too_high(heart_rate_bpm):
            reason = "your heart is well above where you began: stopping gently"
            self._stop(t_s, SAFETY_FADE_S, EndedBecause.SAFETY, reason)
            return
        news = self._leader.second(self.phase, estimate, self._elapsed_s, returned=self._dropout.just_returned())
        if news is None:
            return
        if news.trigger is None:
            self._say(t_s, news.reason)
        elif self._fire(t_s, news.trigger, news.reason):
            self._follow_up(t_s, news.trigger)

    def _calibrate(self, t_s: float, baseline: Baseline | None) -> None:
        if baseline is not None:
            news = self._leader.begin(baseline, self._elapsed_s)
            self._fire(t_s, news.trigger or Trigger.CALIBRATED, news.reason)
        elif self._phase_s >= self._program.calibrate_s + NO_BASELINE_AFTER_S:
            self._fire(t_s, Trigger.NO_BASELINE, "your pulse cannot be read well enough: keeping you company, no lead")

    def _follow_up(self, t_s: float, trigger: Trigger) -> None:
        if trigger is Trigger.BACKTRACK:
            self._sounding.allow_rise()
        elif trigger in (Trigger.NO_EFFECT, Trigger.TIME_TO_FADE):
            self._sounding.volume.fade_out(t_s, self._program.fade_s)

    def _fire(self, t_s: float, trigger: Trigger, reason: str) -> bool:
        to = TRANSITIONS.get((self.phase, trigger))
        if to is None:
            return False
        self.phase = to
        self._phase_s = 0
        self._leader.enter_phase(glides=to in PLAYING)
        self._say(t_s, reason)
        return True

    def _stop(
        self, t_s: float, fade_s: float, because: EndedBecause, reason: str, trigger: Trigger = Trigger.STOP
    ) -> None:
        if self._ends_at_s is not None:
            if t_s + fade_s >= self._ends_at_s:
                return
        elif not self._fire(t_s, trigger, reason):
            return
        self.ended_because, self.ended_detail = because, reason
        self._sounding.volume.end(t_s, fade_s)
        self._ends_at_s = t_s + fade_s

    def _say(self, t_s: float, reason: str) -> None:
        leader = self._leader
        self._cues.append(Cue(t_s, self.phase, leader.target_bpm, leader.ratio, self._sounding.level, reason))

    def _play(self, t_s: float) -> None:
        self._play_s = t_s
