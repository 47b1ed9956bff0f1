"""What an evening is made of: the program, and what is known of the listener."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
