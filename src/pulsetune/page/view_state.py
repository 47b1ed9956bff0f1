"""What the page shows of a session: a fold over its events, live or from the log.

Rules of this file:
1. Pure: the same events give the same view. Time is handed in, never asked for.
2. A stale value never looks live: past ``STALE_S`` the heart rate is None, and its age goes on growing without events.
3. Curves and moments only grow at their end, so that a browser can be sent what it does not have yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pulsetune.model import (
    ArousalEstimate,
    AudioParameters,
    Baseline,
    CheckIn,
    Command,
    CommandKind,
    Cue,
    Event,
    Link,
    LinkChanged,
    Phase,
    PulseTick,
    SessionEnded,
    SessionStarted,
    SignalWarning,
    SoundState,
    SoundStatus,
    StrapInfo,
)
from pulsetune.page.words import LINKS, PHASES, SOUNDS, WISHES, heart_words, quality_words

STALE_S = 4.0  # two notifications and a slow beat late: older than this is not "now"
STOPPING_S = 1.0  # a listener's stop fades for one second


@dataclass(frozen=True, slots=True)
class Point:
    """One second of the curves; None where a value is not known, or too old to be shown."""

    t_s: float
    heart_rate_bpm: float | None
    tempo_bpm: float | None
    arousal: float | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: ``kind`` is guide, heart, sound or you; ``tempo_bpm`` with a step of the guide."""

    t_s: float
    kind: str
    text: str
    phase: str = ""
    tempo_bpm: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A phase on the time axis; ``to_s`` is None while it lasts."""

    phase: str
    words: str
    from_s: float
    to_s: float | None


@dataclass(frozen=True, slots=True)
class View:
    """The present of a session. Field names are the keys that the page's scripts read."""

    now_s: float
    total_s: float
    left_s: float
    program: str
    title: str
    source: str
    simulated: bool
    phase: str
    phase_words: str
    reason: str
    heart_rate_bpm: float | None
    heart_age_s: float | None
    heart_stale: bool
    heart_words: str
    tempo_bpm: float | None
    tempo_ratio: float | None
    arousal: float | None
    arousal_low: float | None
    arousal_high: float | None
    baseline_bpm: float | None
    link: str
    link_words: str
    quality: float | None
    quality_words: str
    warning: str
    battery_percent: int | None
    sound_words: str
    sound_trouble: bool
    paused: bool
    pulse_index: int | None
    pulse_heard_s: float | None
    ended_because: str | None


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
    _link: LinkChanged | None = None
    _sound: SoundStatus | None = None
    _pulse: PulseTick | None = None
    _battery_percent: int | None = None
    _warnings: dict[str, str] = field(default_factory=dict)
    _phases: list[tuple[Phase, float]] = field(default_factory=list)
    _paused_since_s: float | None = None
    _paused_s: float = 0.0

    def take(self, at_s: float, event: Event) -> None:
        """One event, at the tick that used or made it."""
        match event:
            case SessionStarted():
                self.started = event
            case ArousalEstimate():
                self._estimate = event
                self.points.append(self._point(event))
            case AudioParameters():
                self._parameters = event
            case Cue():
                self._take_cue(event)
            case Baseline():
                self._baseline = event
            case PulseTick():
                self._pulse = event
            case Command():
                self._take_command(at_s, event)
            case LinkChanged() | SignalWarning() | StrapInfo() | SoundStatus():
                self._take_device(at_s, event)
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
        link = self._link.link if self._link else Link.SEARCHING
        return View(
            now_s=round(now_s, 2),
            total_s=60 * program.minutes if program else 0.0,
            left_s=round(self._left_s(now_s)),
            program=program.name if program else "",
            title=program.title if program else "",
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
            arousal=None if stale or estimate is None else estimate.arousal,
            arousal_low=low,
            arousal_high=high,
            baseline_bpm=_rounded(self._baseline.heart_rate_bpm) if self._baseline else None,
            link=link.value,
            link_words=LINKS[link],
            quality=estimate.quality if estimate else None,
            quality_words=quality_words(estimate.quality if estimate and rate is not None else None),
            warning=next(reversed(self._warnings.values()), ""),
            battery_percent=self._battery_percent,
            sound_words=SOUNDS[self._sound.state] if self._sound else "",
            sound_trouble=self._sound is not None and self._sound.state in _TROUBLE,
            paused=self._paused_since_s is not None,
            pulse_index=self._pulse.index if self._pulse else None,
            pulse_heard_s=self._pulse_heard_s(),
            ended_because=self.ended.ended_because.value if self.ended else None,
        )

    def spans(self, until_s: float | None = None) -> list[Span]:
        """The phases so far; the last one ends at ``until_s``."""
        ends: list[float | None] = [*(from_s for _, from_s in self._phases[1:]), until_s]
        return [
            Span(phase.value, PHASES[phase], from_s, to_s)
            for (phase, from_s), to_s in zip(self._phases, ends, strict=bool(self._phases))
        ]

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

    def _take_cue(self, cue: Cue) -> None:
        self._cue = cue
        if not self._phases or self._phases[-1][0] is not cue.phase:
            self._phases.append((cue.phase, cue.t_s))
        tempo_bpm = None if cue.phase is Phase.CALIBRATE else _rounded(cue.tempo_bpm)  # nothing is playing yet
        self.moments.append(Moment(cue.t_s, "guide", cue.reason, PHASES[cue.phase], tempo_bpm))

    def _take_command(self, at_s: float, command: Command) -> None:
        self.moments.append(Moment(at_s, "you", command.text or WISHES[command.kind]))
        if command.kind is CommandKind.PAUSE and self._paused_since_s is None:
            self._paused_since_s = at_s
        elif command.kind is CommandKind.RESUME and self._paused_since_s is not None:
            self._paused_s += at_s - self._paused_since_s
            self._paused_since_s = None

    def _take_device(self, at_s: float, event: LinkChanged | SignalWarning | StrapInfo | SoundStatus) -> None:
        match event:
            case LinkChanged():
                self._link = event
                self.moments.append(Moment(at_s, "heart", event.detail or LINKS[event.link]))
            case SignalWarning():
                self._warnings.pop(event.issue.value, None)
                if event.active:
                    self._warnings[event.issue.value] = event.detail
                if event.detail:
                    self.moments.append(Moment(at_s, "heart", event.detail))
            case StrapInfo():
                self._battery_percent = event.battery_percent
            case SoundStatus():
                self._sound = event
                if event.detail:
                    self.moments.append(Moment(at_s, "sound", event.detail))

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

    def _tempo_bpm(self) -> float | None:
        parameters = self._parameters
        return None if parameters is None or parameters.pulse_level <= 0 else _rounded(parameters.tempo_bpm)

    def _pulse_heard_s(self) -> float | None:
        """Session time at which the newest pulse reached the ear."""
        if self._pulse is None:
            return None
        return round(self._pulse.t_s + ((self._sound.latency_s or 0.0) if self._sound else 0.0), 3)

    def _left_s(self, now_s: float) -> float:
        """Time left: the program's own, or what the phase that has begun still takes if that is less."""
        if self.started is None or self.ended is not None:
            return 0.0
        program = self.started.program
        paused_s = self._paused_s + (now_s - self._paused_since_s if self._paused_since_s is not None else 0.0)
        left_s = 60 * program.minutes - (now_s - paused_s)
        if self._phases:
            phase, since_s = self._phases[-1]
            last_s = {
                Phase.FADE: program.fade_s + program.silence_s,
                Phase.SILENCE: program.silence_s,
                Phase.STOPPING: STOPPING_S,
            }.get(phase)
            if last_s is not None:
                left_s = min(left_s, last_s - (now_s - since_s))
        return max(0.0, left_s)


_TROUBLE = (SoundState.DEVICE_LOST, SoundState.RESTARTING, SoundState.FAILED)


def _band(estimate: ArousalEstimate | None, *, stale: bool) -> tuple[float | None, float | None]:
    """The arousal with its confidence as a band: certain is a line, without any confidence it could be anything."""
    if estimate is None or estimate.arousal is None or stale:
        return None, None
    half = (1.0 - estimate.confidence) / 2.0
    return round(max(0.0, estimate.arousal - half), 3), round(min(1.0, estimate.arousal + half), 3)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
