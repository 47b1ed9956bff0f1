"""The values that flow through PulseTune, left to right.

Rules of this file:
1. Everything is frozen, slotted and without behaviour; units are in the names.
2. It imports nothing of ours.
3. ``t_s`` is always seconds of session time (monotonic, zero at the session's start).
4. A value that is not known is None, never NaN.
5. Field order is the order in the log (``docs/session-log.md``): append, never reorder.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

TICK_S = 0.25  # the decision grid: 4 Hz, exact in binary, so that times on it survive a database


class Contact(StrEnum):
    """Whether the strap says that its electrodes touch skin (Heart Rate Service 1.0, 3.1.1.1.2)."""

    UNKNOWN = "unknown"
    OFF_SKIN = "off_skin"
    ON_SKIN = "on_skin"


class Link(StrEnum):
    """State of the way from the heart to us."""

    SEARCHING = "searching"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    UNAVAILABLE = "unavailable"


class SignalIssue(StrEnum):
    """What can be wrong with a heart signal although the link stands."""

    NO_RR = "no_rr"
    SYNTHESISED_RR = "synthesised_rr"
    FROZEN_RATE = "frozen_rate"
    CONTACT_LOST = "contact_lost"
    STALLED = "stalled"
    DOUBLED = "doubled"


class BeatKind(StrEnum):
    """Label of a beat after cleaning (vocabulary of Lipponen and Tarvainen 2019)."""

    NORMAL = "normal"
    ECTOPIC = "ectopic"
    MISSED = "missed"
    EXTRA = "extra"
    NOISE = "noise"


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


class PolicyName(StrEnum):
    """How the tempo is led; see ``guide/policies.py``."""

    STAGED_ISO = "staged_iso"
    FIXED = "fixed"
    FIXED_SAFE = "fixed_safe"
    RAMP = "ramp"
    MATCH_ONLY = "match_only"
    PI = "pi"
    QUIET = "quiet"
    COMPANION = "companion"
    NAIVE = "naive"
    YOKED = "yoked"


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


class EndedBecause(StrEnum):
    """Why a session ended."""

    COMPLETED = "completed"
    LISTENER = "listener"
    SAFETY = "safety"
    DROPOUT = "dropout"
    ERROR = "error"


class SoundState(StrEnum):
    """State of the sound process and its device."""

    STARTING = "starting"
    PLAYING = "playing"
    DEVICE_LOST = "device_lost"
    RESTARTING = "restarting"
    FAILED = "failed"
    FINISHED = "finished"


# ---------------------------------------------------------------- from the heart


@dataclass(frozen=True, slots=True)
class HeartSample:
    """One Heart Rate Measurement notification (0x2A37), decoded; ``rr_ms`` is raw, oldest first, unrounded."""

    t_s: float
    payload: bytes
    heart_rate_bpm: int | None
    rr_ms: tuple[float, ...] = ()
    contact: Contact = Contact.UNKNOWN
    energy_kj: int | None = None
    malformed: str | None = None


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The link to the heart changed; ``detail`` is a sentence a person can act on."""

    t_s: float
    link: Link
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StrapInfo:
    """What the strap says of itself; None where it does not say."""

    t_s: float
    name: str
    address: str
    battery_percent: int | None = None
    body_location: str | None = None
    maker: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class SignalWarning:
    """An issue with the heart signal began (``active``) or ended; ``detail`` is a sentence for a person."""

    t_s: float
    issue: SignalIssue
    active: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """Something the listener (or the end of a recording) asked for."""

    t_s: float
    kind: CommandKind
    text: str = ""


# ---------------------------------------------------------------- what the beats say


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat; ``t_s`` is the time of the beat that ends the interval.

    ``rr_ms`` is raw (None for a beat inserted into a missed interval), ``nn_ms`` cleaned (None for noise, and for the
    first part of a beat that was merged from two).
    """

    t_s: float
    rr_ms: float | None
    nn_ms: float | None
    kind: BeatKind = BeatKind.NORMAL
    after_gap: bool = False


@dataclass(frozen=True, slots=True)
class Baseline:
    """This listener's own level at the end of calibration (``t_s``): the measure of everything that follows."""

    t_s: float
    heart_rate_bpm: float
    rmssd_ms: float | None
    heart_rate_spread_bpm: float
    ln_rmssd_spread: float
    seconds: float


@dataclass(frozen=True, slots=True)
class ArousalEstimate:
    """Once a second: activation relative to the listener's own baseline. Not stress, not mood, not a diagnosis."""

    t_s: float
    heart_rate_bpm: float | None
    heart_rate_fast_bpm: float | None
    rmssd_ms: float | None
    breaths_per_min: float | None
    arousal: float | None
    confidence: float
    quality: float
    age_s: float | None


# ---------------------------------------------------------------- what to play


@dataclass(frozen=True, slots=True)
class Cue:
    """One decision of the guide, with its reason in one plain sentence.

    ``tempo_bpm`` is where the music's tempo is going; ``tempo_ratio`` is music : heart (1 or 0.5).
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
class PulseTick:
    """Where the music's pulse really was: ``frame`` of 48 kHz music time, ``t_s = frame / 48000``."""

    t_s: float
    index: int
    frame: int


@dataclass(frozen=True, slots=True)
class SoundStatus:
    """State of the sound process; ``latency_s`` is how far the ear is behind the log."""

    t_s: float
    state: SoundState
    detail: str = ""
    device: str | None = None
    latency_s: float | None = None
    underruns: int = 0
    restarts: int = 0


# ---------------------------------------------------------------- the session itself


@dataclass(frozen=True, slots=True)
class ListenerProfile:
    """What is known of the listener from earlier sessions and from themselves."""

    listen_only: bool = False
    resting_p10_bpm: float | None = None
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class Imagery:
    """Quiet sentences that may be read while a phase lasts, one after the other; none by default."""

    match: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    companion: tuple[str, ...] = ()
    consolidate: tuple[str, ...] = ()
    silence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """A calming program, resolved: what a file in ``configs/`` describes, with every number known.

    Tempo speeds are in percent of the tempo per minute. ``minutes`` is the whole session, calibrate and silence included.
    ``pulse_most_s`` of pulsed music at most, then a bed; ``first_gate_s`` of pulsed music until the guide first asks
    whether it helps; ``rests`` of ``rest_s`` without pulse while the music thins. ``breathing``: the breathing guide is
    on from the start, from ``breath_start_share`` of the listener's own rate down to ``breath_slowest_per_min``.
    ``bed``: a sound of nature under the music, empty for none. ``imagery`` changes nothing of what is played.
    """

    name: str
    title: str
    description: str
    minutes: float
    policy: PolicyName
    soundscape: str
    calibrate_s: float
    consolidate_s: float
    fade_s: float
    silence_s: float
    step_percent: float
    lead_cap_percent: float
    zone_tempo_bpm: float
    tempo_min_bpm: float
    tempo_max_bpm: float
    fall_limit_percent_per_min: float
    rise_limit_percent_per_min: float
    pulse_most_s: float = 1800.0
    first_gate_s: float = 150.0
    rests: int = 0
    rest_s: float = 20.0
    breathing: bool = False
    breath_start_share: float = 0.75
    breath_slowest_per_min: float = 6.0
    bed: str = ""
    imagery: Imagery = Imagery()


@dataclass(frozen=True, slots=True)
class TapePoint:
    """What an earlier session played at ``t_s`` of its own time: tempo and the guide's arousal level."""

    t_s: float
    tempo_bpm: float
    arousal_level: float


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
