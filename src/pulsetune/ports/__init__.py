"""The doors between the edges and the loop, and between the page and everything else.

Each docstring is the specification of its contract tests.
"""

from __future__ import annotations

from pulsetune.ports.loop import (
    AHEAD_S,
    AudioSink,
    Clock,
    HeartSource,
    OutputReport,
    SessionStore,
)
from pulsetune.ports.page import (
    ExportChoice,
    HostedSession,
    HostState,
    ListedSession,
    ListedSoundscape,
    Seen,
    SeenStrap,
    SessionHost,
    SessionLibrary,
    SessionWish,
    SoundTaster,
    StrapFinder,
)
from pulsetune.ports.programs import (
    CheckedProgram,
    ListedProgram,
    PlannedPhase,
    ProgramLibrary,
    ProgramMistake,
    ProgramNumber,
    ProgramText,
    ShownProgram,
)

__all__ = [
    "AHEAD_S",
    "AudioSink",
    "CheckedProgram",
    "Clock",
    "ExportChoice",
    "HeartSource",
    "HostState",
    "HostedSession",
    "ListedProgram",
    "ListedSession",
    "ListedSoundscape",
    "OutputReport",
    "PlannedPhase",
    "ProgramLibrary",
    "ProgramMistake",
    "ProgramNumber",
    "ProgramText",
    "Seen",
    "SeenStrap",
    "SessionHost",
    "SessionLibrary",
    "SessionStore",
    "SessionWish",
    "ShownProgram",
    "SoundTaster",
    "StrapFinder",
]
