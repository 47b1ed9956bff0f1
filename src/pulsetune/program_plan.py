"""What a program would do with a calm heart that follows: the real engine, played to a heart without any noise.

Rules of this file:
1. The tempo comes out of ``SessionEngine``; nothing of the guide is computed a second time.
2. The follower is a drawing aid, not a person: whoever shows a plan says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pulsetune.engine import SessionEngine
from pulsetune.model import SILENT_DB, TICK_S, AudioParameters, Cue, HeartSample, Input, ListenerProfile, Program
from pulsetune.summary import PhaseSpan, SummaryFold

FOLLOWS_S = 60.0  # the follower is with slower music after about this long
FOLLOWS_SHARE, FOLLOWS_MOST_BPM = 0.10, 8.0  # and goes down by a tenth, by no more than 8 bpm
BREATHS_PER_MIN, WAVE_BPM = 14.0, 1.5  # its breath shows in its heart rate; with a breathing guide it goes along
OVERTIME_S = 600.0  # a poor start may extend the measuring; a plan still ends


@dataclass(frozen=True, slots=True)
class Plan:
    """A session as it would go; index k of the series is second k.

    ``tempo_bpm`` is None while nothing pulsed is heard; ``heart_rate_bpm`` is the follower's own; ``breaths_per_min`` is
    the breathing guide's, None while there is none.
    """

    begins_bpm: float
    listen_only: bool
    tempo_bpm: tuple[float | None, ...]
    heart_rate_bpm: tuple[float, ...]
    breaths_per_min: tuple[float | None, ...]
    phases: tuple[PhaseSpan, ...]
    cues: tuple[Cue, ...]


def planned(program: Program, begins_bpm: float, profile: ListenerProfile = ListenerProfile()) -> Plan:  # noqa: B008 - frozen
    """Play a program to a heart that begins at ``begins_bpm`` and follows music slower than itself."""
    engine = SessionEngine(program, profile, program.policy)
    heart, fold = _Follower(begins_bpm), SummaryFold()
    tempo: list[float | None] = []
    rates: list[float] = []
    breaths: list[float | None] = []
    cues: list[Cue] = []
    ticks, last = 0, round((60 * program.minutes + OVERTIME_S) / TICK_S)
    while not engine.finished and ticks <= last:
        now_s = ticks * TICK_S
        whole = now_s.is_integer()
        made = engine.step(now_s, heart.second(now_s) if whole and ticks else ())
        for at_s, event in made:
            fold.take(at_s, event)
            if isinstance(event, Cue):
                cues.append(event)
                heart.tempo_ratio = event.tempo_ratio
            elif isinstance(event, AudioParameters):
                heart.hear(event)
        if whole:
            tempo.append(heart.tempo_bpm)
            rates.append(round(heart.mean_bpm, 3))
            breaths.append(None if heart.breath_s is None else round(60 / heart.breath_s, 2))
        ticks += 1
    return Plan(
        begins_bpm,
        profile.listen_only,
        tuple(tempo),
        tuple(rates),
        tuple(breaths),
        tuple(fold.summary().phases),
        tuple(cues),
    )


class _Follower:
    """A heart that beats evenly but for its breath, goes down with slower music, and breathes with a guide."""

    def __init__(self, begins_bpm: float) -> None:
        self.mean_bpm = begins_bpm
        self.tempo_bpm: float | None = None
        self.breath_s: float | None = None
        self._lowest_bpm = begins_bpm - min(FOLLOWS_SHARE * begins_bpm, FOLLOWS_MOST_BPM)
        self.tempo_ratio = 1.0
        self._beat_s = 0.0
        self._breaths = 0.0

    def hear(self, parameters: AudioParameters) -> None:
        heard = parameters.pulse_level > 0 and parameters.level_db > SILENT_DB
        self.tempo_bpm = parameters.tempo_bpm if heard else None
        self.breath_s = parameters.breath_s if parameters.level_db > SILENT_DB else None

    def second(self, now_s: float) -> tuple[Input, ...]:
        """Live on for a second; the notification that a strap would send at its end."""
        if self.tempo_bpm is not None:
            toward_bpm = max(self._lowest_bpm, min(self.mean_bpm, self.tempo_bpm / self.tempo_ratio))
            self.mean_bpm += (toward_bpm - self.mean_bpm) / FOLLOWS_S
        intervals_ms = []
        while self._beat_s + (interval_s := self._interval_s()) <= now_s:
            self._beat_s += interval_s
            self._breaths += interval_s / (self.breath_s or 60 / BREATHS_PER_MIN)
            intervals_ms.append(1000 * interval_s)
        return (HeartSample(now_s, b"", round(self.mean_bpm), tuple(intervals_ms)),)

    def _interval_s(self) -> float:
        return 60 / (self.mean_bpm + WAVE_BPM * math.sin(2 * math.pi * self._breaths))
