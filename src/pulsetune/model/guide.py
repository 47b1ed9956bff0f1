"""What the guide decides, and what the listener asks it for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Where a session stands."""

    CALIBRATE = "calibrate"
    MATCH = "match"
    LEAD = "lead"
    HOLD = "hold"
    COMPANION = "companion"
    CONSOLIDATE = "consolidate"
    FADE = "fade"
    SILENCE = "silence"
    STOPPING = "stopping"


class CommandKind(StrEnum):
    """What a listener can ask for during a session."""

    PAUSE = "pause"
    RESUME = "resume"
    SOFTER = "softer"
    LOUDER = "louder"
    DIZZY = "dizzy"
    BREATHING_ON = "breathing_on"
    BREATHING_OFF = "breathing_off"
    MARK = "mark"
    STOP = "stop"
    SOURCE_ENDED = "source_ended"  # said by the session when a recording runs out, not by a person
    SKIP = "skip"  # the next soundscape; whoever knows their order hands it on as SOUNDSCAPE
    SOUNDSCAPE = "soundscape"  # the one that the command's text names


@dataclass(frozen=True, slots=True)
class Command:
    """Something the listener (or the end of a recording) asked for."""

    t_s: float
    kind: CommandKind
    text: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """One decision of the guide, with its reason in one plain sentence.

    ``tempo_bpm`` is where the music's tempo is going, or where it stays; ``tempo_ratio`` is music : heart (1 or 0.5).
    """

    t_s: float
    phase: Phase
    tempo_bpm: float
    tempo_ratio: float
    arousal_level: float
    reason: str


@dataclass(frozen=True, slots=True)
class AudioParameters:
    """Targets of the music at session time ``t_s``; between two of them everything moves linearly.

    ``brightness, density, warmth, pulse_level, bed_level`` are 0..1; ``level_db`` is relative to the start level,
    0 at most unless the listener asked for more, and ``SILENT_DB`` or below means silence.
    ``breath_s`` is the length of one guided breath, None while the breathing guide is off. ``soundscape`` is what the
    music shall change to at the end of a phrase, None where nobody asked for another one than the program's own.
    """

    t_s: float
    tempo_bpm: float
    brightness: float
    density: float
    warmth: float
    pulse_level: float
    bed_level: float
    level_db: float
    breath_s: float | None = None
    soundscape: str | None = None


SILENT_DB = -60.0  # at or below this the music is silent; a fade is linear in dB down to here


@dataclass(frozen=True, slots=True)
class TapePoint:
    """What an earlier session played at ``t_s`` of its own time: tempo and the guide's arousal level."""

    t_s: float
    tempo_bpm: float
    arousal_level: float
