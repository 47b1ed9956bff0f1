"""What the session and its sound process say to each other; as lines: ``wire_codec.py``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pulsetune.model import AudioParameters, SoundState
from pulsetune.sound.score import Hand


class OutputKind(StrEnum):
    """Where the music goes."""

    SPEAKERS = "speakers"
    NULL = "null"  # paced like a sound card, heard by nobody
    FILE = "file"


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """Where the music goes; ``path`` (``.flac`` or ``.wav``) for a file only."""

    kind: OutputKind
    path: Path | None = None


class Problem(StrEnum):
    """Why the sound process gave up, where starting it again would not help, or might."""

    NO_DEVICE = "no_device"
    FILE = "file"
    CRASH = "crash"


# ---------------------------------------------------------------- to the sound process


@dataclass(frozen=True, slots=True)
class Prepare:
    """Before ``Open``, any number of times: build the music that it will probably ask for. The fields are as there."""

    soundscape: str
    seed: int
    bed: str


@dataclass(frozen=True, slots=True)
class Open:
    """The first line, but for ``Prepare``: build everything. ``gain`` is where the fade-in at the device ends.

    Without ``device_required`` a missing sound device is waited for, because the session has begun already. ``bed`` is a
    sound of nature under the music, empty for none.
    """

    output: OutputKind
    path: str | None
    record: str | None
    soundscape: str
    seed: int
    start_frame: int
    gain: float
    fade_in_s: float
    device_required: bool
    bed: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the music shall be at ``parameters.t_s``."""

    parameters: AudioParameters


@dataclass(frozen=True, slots=True)
class Fade:
    """Fade what is heard; files are not touched."""

    gain: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Close:
    """Play or write everything up to the last target, then end."""


# ---------------------------------------------------------------- from the sound process


@dataclass(frozen=True, slots=True)
class Ready:
    """The soundscape is built and the output open."""


@dataclass(frozen=True, slots=True)
class State:
    """A change that a listener may want to know of."""

    state: SoundState
    problem: Problem | None
    detail: str
    device: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """The sign of life: music time rendered (in a file: written), music time at the ear, frames really played."""

    rendered_frame: int
    heard_frame: int
    played_frames: int
    underruns: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A musical pulse in the rendered sound."""

    index: int
    frame: int


@dataclass(frozen=True, slots=True)
class Sounded:
    """A note of ``soundscape`` began in the rendered sound; all but that and ``frame`` as in ``score.Note``."""

    frame: int
    pitch: int
    velocity: float
    hand: Hand
    cents: float
    length_pulses: float | None
    glide_pulses: float | None
    soundscape: str


Command = Prepare | Open | Target | Fade | Close
Message = Ready | State | Progress | Tick | Sounded
