"""What the page shows of a session: a fold over its events, live or from the log.

Rules of this file:
1. Pure: the same events give the same view. Time is handed in, never asked for.
2. A stale value never looks live: past ``STALE_S`` the heart rate is None, and its age goes on growing without events.
3. Curves and moments only grow at their end, so that a browser can be sent what it does not have yet. Only within its own
   tick does a step of the guide change: the targets that follow it say whether a pulse is heard.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pulsetune.model import (
    SILENT_DB,
    ArousalEstimate,
    AudioParameters,
    Baseline,
    CheckIn,
    Command,
    CommandKind,
    Cue,
    Event,
    LinkChanged,
    PolicyName,
    PulseTick,
    SessionEnded,
    SessionStarted,
    SignalWarning,
    SoundStatus,
    StrapInfo,
)
from pulsetune.page.breath import Breath
from pulsetune.page.course import Course
from pulsetune.page.equipment import Equipment
from pulsetune.page.imagery import has_any, sentence
from pulsetune.page.values import Moment, Point, Span, View
from pulsetune.page.words import LINKS, PHASES, WISHES, heart_words, quality_words

STALE_S = 4.0  # two notifications and a slow beat late: older than this is not "now"


@dataclass(slots=True)
class ViewFold:
    """Feed it every ``(at_s, event)`` in the order of the log; ask ``view`` at any time."""

    points: list[Point] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    check_ins: list[CheckIn] = field(default_factory=list)
    started: SessionStarted | None = None
    ended: SessionEnded | None = None
    _estimate: ArousalEstimate | None = None
    _parameters: AudioParameters | None = None
    _cue: Cue | None = None
    _baseline: Baseline | None = None
    _pulse: PulseTick | None = None
    _equipment: Equipment = field(default_factory=Equipment)
    _unsettled: list[tuple[int, Cue]] = field(default_factory=list)  # steps of this tick, by their place in ``moments``
    _course: Course = field(default_factory=Course)
    _breath: Breath = field(default_factory=Breath)

    def take(self, at_s: float, event: Event) -> None:
        """One event, at the tick that used or made it."""
        match event:
            case SessionStarted():
                self.started, self._course.program = event, event.program
            case ArousalEstimate():
                self._estimate = event
                self.points.append(self._point(event))
            case AudioParameters():
                self._parameters = event
                self._breath.take(event)
                self._settle_steps(event.t_s)
            case Cue():
                self._take_cue(event)
            case Baseline():
                self._baseline = event
            case PulseTick():
                self._pulse = event
            case Command():
                self._take_command(at_s, event)
            case LinkChanged() | SignalWarning() | StrapInfo() | SoundStatus():
                self._tell(self._equipment.take(at_s, event))
            case CheckIn() | SessionEnded():
                self._take_ending(event)

    def view(self, now_s: float) -> View:
        """The present at session time ``now_s``."""
        estimate, program = self._estimate, self.started.program if self.started else None
        age_s = self._age_s(now_s)
        stale = age_s is None or age_s > STALE_S
        rate = None if stale or estimate is None else (estimate.heart_rate_fast_bpm or estimate.heart_rate_bpm)
        low, high = _band(estimate, stale=stale)
        phase = self._cue.phase if self._cue else None
        link = self._equipment.link(estimate)
        return View(
            now_s=round(now_s, 2),
            total_s=self._course.total_s,
            left_s=0 if self.ended else round(self._course.left_s(now_s)),
            program=program.name if program else "",
            title=program.title if program else "",
            soundscape=self._soundscape(),
            source=self.started.source if self.started else "",
            simulated=self.started.simulated if self.started else False,
            phase=phase.value if phase else "",
            phase_words=PHASES[phase] if phase else "Starting",
            reason=self._cue.reason if self._cue else "",
            heart_rate_bpm=_rounded(rate),
            heart_age_s=_rounded(age_s),
            heart_stale=stale,
            heart_words=heart_words(rate, age_s, stale=stale),
            tempo_bpm=self._tempo_bpm(),
            tempo_ratio=self._cue.tempo_ratio if self._cue else None,
            breath_s=self._breath.length_s,
            breath_phase=self._breath.phase(now_s - self._equipment.latency_s),
            arousal=None if stale or estimate is None else estimate.arousal,
            arousal_low=low,
            arousal_high=high,
            baseline_bpm=_rounded(self._baseline.heart_rate_bpm) if self._baseline else None,
            link=link.value,
            link_words=LINKS[link],
            quality=estimate.quality if estimate else None,
            quality_words=quality_words(estimate.quality if estimate and rate is not None else None),
            warning=self._equipment.warning,
            battery_percent=self._equipment.battery_percent,
            sound_words=self._equipment.sound_words,
            sound_trouble=self._equipment.sound_trouble,
            paused=self._course.paused,
            pulse_index=self._pulse.index if self._pulse else None,
            pulse_heard_s=self._pulse_heard_s(),
            ended_because=self.ended.ended_because.value if self.ended else None,
            imagery=self._imagery(now_s),
        )

    def spans(self, until_s: float | None = None) -> list[Span]:
        """The phases so far; the last one ends at ``until_s``."""
        return self._course.spans(until_s)

    # ------------------------------------------------------------ taking

    def _point(self, estimate: ArousalEstimate) -> Point:
        fresh = estimate.age_s is not None and estimate.age_s <= STALE_S
        return Point(
            estimate.t_s,
            _rounded(estimate.heart_rate_bpm) if fresh else None,
            self._tempo_bpm(),
            estimate.arousal if fresh else None,
            estimate.confidence,
        )

    def _tell(self, moment: Moment | None) -> None:
        if moment is not None:
            self.moments.append(moment)

    def _take_cue(self, cue: Cue) -> None:
        self._cue = cue
        self._course.cue(cue)
        self._unsettled.append((len(self.moments), cue))
        self.moments.append(Moment(cue.t_s, "guide", cue.reason, PHASES[cue.phase]))

    def _settle_steps(self, t_s: float) -> None:
        """A tempo belongs to a step only if a pulse is heard from that very moment on."""
        for index, cue in self._unsettled:
            if cue.t_s == t_s and self._tempo_bpm() is not None:
                self.moments[index] = replace(self.moments[index], tempo_bpm=_rounded(cue.tempo_bpm))
        self._unsettled.clear()

    def _take_command(self, at_s: float, command: Command) -> None:
        self._course.command(at_s, command)
        if command.kind in (CommandKind.PAUSE, CommandKind.RESUME) and command.text:
            return  # nobody asked for it, and the guide says why
        words = WISHES[command.kind]
        if command.kind is CommandKind.SOUNDSCAPE:
            words = f"{words}: {command.text.replace('-', ' ')}"
        self.moments.append(Moment(at_s, "you", words))

    def _take_ending(self, event: CheckIn | SessionEnded) -> None:
        if isinstance(event, CheckIn):
            self.check_ins.append(event)
        else:
            self.ended = event

    # ------------------------------------------------------------ asking

    def _age_s(self, now_s: float) -> float | None:
        if self._estimate is None or self._estimate.age_s is None:
            return None
        return self._estimate.age_s + max(0.0, now_s - self._estimate.t_s)

    def _imagery(self, now_s: float) -> str | None:
        if self.started is None or not has_any(self.started.program.imagery):
            return None
        quiet = self._course.paused or self.ended is not None or self._cue is None
        phase = None if quiet or self._cue is None else self._cue.phase
        return sentence(self.started.program.imagery, phase, self._course.spent_s(now_s))

    def _soundscape(self) -> str:
        """What the music is changing to or plays; empty where there is none."""
        if self.started is None or self.started.policy is PolicyName.QUIET:
            return ""
        wished = self._parameters.soundscape if self._parameters else None
        return wished or self.started.program.soundscape

    def _tempo_bpm(self) -> float | None:
        """The tempo that is heard."""
        parameters = self._parameters
        if parameters is None or parameters.pulse_level <= 0 or parameters.level_db <= SILENT_DB:
            return None
        return _rounded(parameters.tempo_bpm)

    def _pulse_heard_s(self) -> float | None:
        """Session time at which the newest pulse reached the ear."""
        return None if self._pulse is None else round(self._pulse.t_s + self._equipment.latency_s, 3)


def _band(estimate: ArousalEstimate | None, *, stale: bool) -> tuple[float | None, float | None]:
    """The arousal with its confidence as a band: certain is a line, without any confidence it could be anything."""
    if estimate is None or estimate.arousal is None or stale:
        return None, None
    half = (1.0 - estimate.confidence) / 2.0
    return round(max(0.0, estimate.arousal - half), 3), round(min(1.0, estimate.arousal + half), 3)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
