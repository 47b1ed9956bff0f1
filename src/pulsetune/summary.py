"""What a session amounted to: a fold over its events, live or from the log.

Rules of this file:
1. Pure: the same events give the same summary, whoever asks.
2. The keys of ``Summary`` are the stable keys of ``play --json``; a value that is not known is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from pulsetune.model import (
    ArousalEstimate,
    AudioParameters,
    Baseline,
    Beat,
    BeatKind,
    Cue,
    Event,
    Phase,
    SessionEnded,
    SessionStarted,
)

JUDGED_FROM_S = 30.0  # before that the window of the estimate is not full, which says nothing of the beats


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    phase: str
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Summary:
    """One session in a few numbers; field names are the JSON keys."""

    program: str
    source: str
    simulated: bool
    started_at: str
    duration_s: float
    beats: int
    artifacts: dict[str, int]
    gaps: int
    quality: float | None
    baseline_heart_rate_bpm: float | None
    final_heart_rate_bpm: float | None
    lowest_heart_rate_bpm: float | None
    tempo_start_bpm: float | None
    tempo_end_bpm: float | None
    phases: list[PhaseSpan]
    ended_because: str | None


@dataclass(slots=True)
class SummaryFold:
    """Feed it every ``(at_s, event)``; ask ``summary`` at any time."""

    started: SessionStarted | None = None
    _last_s: float = 0.0
    _beats: int = 0
    _gaps: int = 0
    _artifacts: dict[str, int] = field(default_factory=lambda: {"missed": 0, "extra": 0, "ectopic": 0, "noise": 0})
    _quality_sum: float = 0.0
    _quality_seconds: int = 0
    _baseline_bpm: float | None = None
    _final_bpm: float | None = None
    _lowest_bpm: float | None = None
    _tempo_start_bpm: float | None = None
    _tempo_end_bpm: float | None = None
    _phases: list[tuple[Phase, float]] = field(default_factory=list)
    _ended: SessionEnded | None = None

    def take(self, at_s: float, event: Event) -> None:
        """One event, in the order of the log."""
        self._last_s = max(self._last_s, at_s)
        match event:
            case SessionStarted():
                self.started = event
            case Beat():
                self._take_beat(event)
            case Baseline():
                self._baseline_bpm = round(event.heart_rate_bpm, 1)
            case ArousalEstimate():
                self._take_estimate(event)
            case Cue():
                self._take_cue(event)
            case AudioParameters() if event.pulse_level > 0:
                if self._tempo_start_bpm is None:
                    self._tempo_start_bpm = event.tempo_bpm
                self._tempo_end_bpm = event.tempo_bpm
            case SessionEnded():
                self._ended = event

    def summary(self) -> Summary:
        """What is known so far."""
        started = self.started
        quality = self._quality_sum / self._quality_seconds if self._quality_seconds else None
        return Summary(
            program=started.program.name if started else "",
            source=started.source if started else "",
            simulated=started.simulated if started else False,
            started_at=started_at(started) if started else "",
            duration_s=self._last_s,
            beats=self._beats,
            artifacts=dict(self._artifacts),
            gaps=self._gaps,
            quality=None if quality is None else round(quality, 3),
            baseline_heart_rate_bpm=self._baseline_bpm,
            final_heart_rate_bpm=self._final_bpm,
            lowest_heart_rate_bpm=self._lowest_bpm,
            tempo_start_bpm=_rounded(self._tempo_start_bpm),
            tempo_end_bpm=_rounded(self._tempo_end_bpm),
            phases=self._spans(),
            ended_because=self._ended.ended_because.value if self._ended else None,
        )

    def _take_beat(self, beat: Beat) -> None:
        self._beats += 1
        self._gaps += beat.after_gap
        if beat.kind is not BeatKind.NORMAL:
            self._artifacts[beat.kind.value] += 1

    def _take_estimate(self, estimate: ArousalEstimate) -> None:
        if estimate.t_s >= JUDGED_FROM_S:
            self._quality_sum += estimate.quality
            self._quality_seconds += 1
        rate = estimate.heart_rate_bpm
        if rate is None:
            return
        rate = round(rate, 1)
        self._final_bpm = rate
        self._lowest_bpm = rate if self._lowest_bpm is None else min(self._lowest_bpm, rate)

    def _take_cue(self, cue: Cue) -> None:
        if not self._phases or self._phases[-1][0] is not cue.phase:
            self._phases.append((cue.phase, cue.t_s))

    def _spans(self) -> list[PhaseSpan]:
        if not self._phases:  # it ended before its first phase: the sound file could not be made, say
            return []
        ends = [from_s for _, from_s in self._phases[1:]] + [self._last_s]
        return [PhaseSpan(phase.value, from_s, to_s) for (phase, from_s), to_s in zip(self._phases, ends, strict=True)]


def started_at(started: SessionStarted) -> str:
    """Start of the session, ISO 8601 with the listener's own offset."""
    zone = timezone(timedelta(minutes=started.utc_offset_min))
    moment = datetime.fromtimestamp(started.started_utc_ms / 1000, UTC).astimezone(zone)
    return moment.isoformat(timespec="milliseconds")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
