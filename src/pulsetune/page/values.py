"""What the page shows, as values: the present, and the curves, phases and moments behind it.

Rules of this file:
1. Frozen, without behaviour. Field names are the keys that the page's scripts read.
2. A value that is not known, or too old to be shown, is None.
"""

from __future__ import annotations

from dataclasses import dataclass


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
    """Something that happened: ``kind`` is guide, heart, sound or you.

    ``tempo_bpm`` is where a step of the guide takes the tempo; None where no pulse is heard at that moment.
    """

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
    """The present of a session."""

    now_s: float
    total_s: float
    left_s: float
    program: str
    title: str
    soundscape: str
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
    breath_s: float | None
    breath_phase: float | None
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
    imagery: str | None  # None where the program has none, empty between two sentences
