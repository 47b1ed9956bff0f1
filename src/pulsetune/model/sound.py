"""What the sound process says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SoundState(StrEnum):
    """State of the sound process and its device."""

    STARTING = "starting"
    PLAYING = "playing"
    DEVICE_LOST = "device_lost"
    RESTARTING = "restarting"
    FAILED = "failed"
    FINISHED = "finished"


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
