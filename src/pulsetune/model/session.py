"""A session from its first event to its last."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pulsetune.model.guide import AudioParameters, Command, Cue, TapePoint
from pulsetune.model.heart import ArousalEstimate, Baseline, Beat, HeartSample, LinkChanged, SignalWarning, StrapInfo
from pulsetune.model.program import ListenerProfile, PolicyName, Program
from pulsetune.model.sound import PulseTick, SoundStatus


class EndedBecause(StrEnum):
    """Why a session ended."""

    COMPLETED = "completed"
    LISTENER = "listener"
    SAFETY = "safety"
    DROPOUT = "dropout"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """The first event of every log; ``tape`` is what the policy ``yoked`` plays, empty otherwise."""

    t_s: float
    version: str
    schema: int
    program: Program
    profile: ListenerProfile
    policy: PolicyName
    source: str
    simulated: bool
    seed: int
    started_utc_ms: int
    utc_offset_min: int
    zone: str
    tape: tuple[TapePoint, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The last event of every complete log."""

    t_s: float
    ended_because: EndedBecause
    detail: str
    beats: int
    gaps: int


@dataclass(frozen=True, slots=True)
class OwnWord:
    """A word of the listener's own and how much it fits, 0..10."""

    word: str
    rating: int


@dataclass(frozen=True, slots=True)
class CheckIn:
    """How the listener says they feel, before or after."""

    t_s: float
    when: str
    calm: int | None
    tension: int | None
    note: str = ""
    words: tuple[OwnWord, ...] = ()


SourceEvent = HeartSample | LinkChanged | StrapInfo | SignalWarning
Input = SourceEvent | Command
SoundEvent = PulseTick | SoundStatus
Decision = Beat | Baseline | ArousalEstimate | Cue | AudioParameters
Event = Input | Decision | SignalWarning | SoundEvent | SessionStarted | SessionEnded | CheckIn
