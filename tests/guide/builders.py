"""Readable pieces for the guide's tests: a person whose heart rate is a function of time, and a Conductor that runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pulsetune.guide.conductor import Conductor
from pulsetune.model import (
    ArousalEstimate,
    AudioParameters,
    Baseline,
    Command,
    CommandKind,
    Cue,
    ListenerProfile,
    Phase,
    PolicyName,
    TapePoint,
)
from pulsetune.programs import find_program, with_minutes

HeartRate = Callable[[int], float | None]  # session second -> bpm, None while the strap is silent


def an_estimate(t_s: float, heart_rate_bpm: float | None, **changed: object) -> ArousalEstimate:
    fields = {
        "heart_rate_fast_bpm": heart_rate_bpm,
        "rmssd_ms": 30.0,
        "breaths_per_min": None,
        "arousal": 0.4,
        "confidence": 1.0,
        "quality": 1.0,
        "age_s": 0.5,
    }
    return ArousalEstimate(t_s, heart_rate_bpm, **{**fields, **changed})  # type: ignore[arg-type]


@dataclass
class Evening:
    """A whole session of the Conductor, second by second, without heart, sound or log."""

    heart: HeartRate
    minutes: float = 20.0
    policy: PolicyName = PolicyName.STAGED_ISO
    profile: ListenerProfile = field(default_factory=ListenerProfile)
    tape: tuple[TapePoint, ...] = ()
    commands: dict[int, CommandKind | tuple[CommandKind, str]] = field(default_factory=dict)
    estimates: dict[int, dict[str, object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.program = with_minutes(find_program("unwind"), self.minutes)
        self.conductor = Conductor(self.program, self.profile, self.policy, self.tape)
        self.cues: list[Cue] = []
        self.parameters: list[AudioParameters] = []
        self.seconds = 0

    def run(self, until_s: int | None = None) -> Evening:
        conductor, baseline, silent_s = self.conductor, None, 0
        conductor.start(0.0)
        limit_s = until_s or 4 * 3600
        while not conductor.finished and self.seconds < limit_s:
            self.seconds += 1
            t = self.seconds
            rate = self.heart(t)
            silent_s = 0 if rate is not None else silent_s + 1
            known = rate if silent_s == 0 else None
            if baseline is None and t >= self.program.calibrate_s and known is not None:
                baseline = Baseline(float(t), known, 30.0, 4.0, 0.3, 60.0)
            if t in self.commands:
                asked = self.commands[t]
                kind, text = asked if isinstance(asked, tuple) else (asked, "")
                conductor.command(float(t), Command(float(t), kind, text))
            age_s = float(silent_s) if silent_s else 0.5
            estimate = an_estimate(float(t), known, **{"age_s": age_s, **self.estimates.get(t, {})})
            conductor.second(float(t), estimate, baseline)
            for decided in conductor.take():
                (self.cues if isinstance(decided, Cue) else self.parameters).append(decided)  # type: ignore[arg-type]
        return self

    def phases(self) -> list[Phase]:
        out: list[Phase] = []
        for cue in self.cues:
            if not out or out[-1] is not cue.phase:
                out.append(cue.phase)
        return out

    def phase_at(self, t_s: float) -> Phase:
        return [cue for cue in self.cues if cue.t_s <= t_s][-1].phase

    def tempo_at(self, t_s: float) -> float:
        return [p for p in self.parameters if p.t_s <= t_s][-1].tempo_bpm

    def pulsed(self) -> list[AudioParameters]:
        return [p for p in self.parameters if p.pulse_level > 0]


def following(start_bpm: float, lag: float = 0.02) -> HeartRate:
    """A heart that settles slowly from ``start_bpm`` by 12 bpm over the evening."""

    def heart(t: int) -> float:
        return start_bpm - 12 * (1 - 2.718 ** (-lag * max(0, t - 120) / 5))

    return heart
