"""From the heart: what a source tells, and what arousal makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
