"""The values that flow through PulseTune, left to right.

Rules of this package:
1. Everything is frozen, slotted and without behaviour; units are in the names.
2. It imports nothing of ours.
3. ``t_s`` is always seconds of session time (monotonic, zero at the session's start).
4. A value that is not known is None, never NaN.
5. Field order is the order in the log (``docs/session-log.md``): append, never reorder.
"""

from __future__ import annotations

from pulsetune.model.guide import (
    SILENT_DB,
    AudioParameters,
    Command,
    CommandKind,
    Cue,
    Phase,
    TapePoint,
)
from pulsetune.model.heart import (
    ArousalEstimate,
    Baseline,
    Beat,
    BeatKind,
    Contact,
    HeartSample,
    Link,
    LinkChanged,
    SignalIssue,
    SignalWarning,
    StrapInfo,
)
from pulsetune.model.program import (
    Imagery,
    ListenerProfile,
    PolicyName,
    Program,
)
from pulsetune.model.session import (
    CheckIn,
    Decision,
    EndedBecause,
    Event,
    Input,
    OwnWord,
    SessionEnded,
    SessionStarted,
    SoundEvent,
    SourceEvent,
)
from pulsetune.model.sound import (
    PulseTick,
    SoundState,
    SoundStatus,
)

TICK_S = 0.25  # the decision grid: 4 Hz, exact in binary, so that times on it survive a database

__all__ = [
    "SILENT_DB",
    "TICK_S",
    "ArousalEstimate",
    "AudioParameters",
    "Baseline",
    "Beat",
    "BeatKind",
    "CheckIn",
    "Command",
    "CommandKind",
    "Contact",
    "Cue",
    "Decision",
    "EndedBecause",
    "Event",
    "HeartSample",
    "Imagery",
    "Input",
    "Link",
    "LinkChanged",
    "ListenerProfile",
    "OwnWord",
    "Phase",
    "PolicyName",
    "Program",
    "PulseTick",
    "SessionEnded",
    "SessionStarted",
    "SignalIssue",
    "SignalWarning",
    "SoundEvent",
    "SoundState",
    "SoundStatus",
    "SourceEvent",
    "StrapInfo",
    "TapePoint",
]
