"""Notes of a real piano, played softly: what ``docs/make_recordings.py`` made of the Salamander Grand Piano, read once.

Rules of this file:
1. Every third key was recorded; the keys between are read a semitone faster or slower, never more.
2. All files are read before the first note, so that a damaged one is said at the start and not in the middle of music.
3. Nothing here decides how a note is played: that is the soundscape's.
"""

from __future__ import annotations

import io
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

import numpy as np
import soundfile
from numpy.typing import NDArray

from pulsetune.errors import DamagedData
from pulsetune.sound.quiet_pyo import CHANNELS
from pulsetune.sound.soundscapes.ringing import TONE_RATE_HZ, USUAL_RMS, Tone

LOWEST, HIGHEST, APART = 33, 93, 3  # MIDI pitches that were recorded
RECORDED_RMS = 0.05  # of the first part of every file; what a tone should have is ``ringing``'s
LOUDNESS_TILT = -0.10  # level, in powers of two an octave: the treble is a little softer, as felt makes it
# From a note's first sample to where it is heard to begin: its rise is read faster or slower with the rest. Without this a
# semitone down was heard 2.3 ms after a semitone up.
HEARD_S = 0.020
BRIGHT_SHARE = 0.9  # of the hard layer, the soft one being 1: a full touch does not drown the body of the tone


def nearest(pitch: int) -> int:
    """The recorded pitch from which ``pitch`` is played."""
    return min(HIGHEST, max(LOWEST, LOWEST + round((pitch - LOWEST) / APART) * APART))


def heard_in_time(tone: Tone, speed: float) -> Tone:
    """``tone`` cut or begun later, so that read at ``speed`` it is heard to begin when it would be at its own."""
    frames = round(HEARD_S * TONE_RATE_HZ * (1.0 - speed))
    return tone if frames == 0 else Tone(_moved(tone.dark, frames), _moved(tone.bright, frames))


def _moved(layer: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    if frames > 0:
        return layer[frames:]
    later = np.zeros_like(layer)
    later[-frames:-1] = layer[: frames - 1]  # and the last one stays zero
    return later


@cache
def piano() -> dict[int, Tone]:
    """All recorded notes by their MIDI pitch, at the usual level; 26 MB, for all scenes of a process.

    Raises
    ------
    DamagedData
        If a file is missing, cannot be read, or is not what it should be.
    """
    folder = resources.files("pulsetune.sound") / "recordings" / "piano"
    return {pitch: read_note(folder, pitch) for pitch in range(LOWEST, HIGHEST + 1, APART)}


def read_note(folder: Traversable, pitch: int) -> Tone:
    """Both layers of the recorded ``pitch``, at the usual level; raises as ``piano`` does."""
    soft, hard = (read_recording(folder / f"{pitch}-{layer}.ogg") for layer in ("soft", "hard"))
    if len(soft) != len(hard):
        raise _damaged(f"{pitch}-{'soft' if len(soft) < len(hard) else 'hard'}.ogg")
    level = np.float32(USUAL_RMS / RECORDED_RMS * 2 ** (LOUDNESS_TILT * (pitch - 60) / 12))
    return Tone(soft * level, hard * (level * np.float32(BRIGHT_SHARE)))


def read_recording(file: Traversable) -> NDArray[np.float32]:
    """The samples of a file of the package, (frames, 2) at ``TONE_RATE_HZ``; its last one is zero.

    Raises
    ------
    DamagedData
        As in ``piano``.
    """
    try:
        sound, rate_hz = soundfile.read(io.BytesIO(file.read_bytes()), dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise _damaged(file.name) from error
    if rate_hz != TONE_RATE_HZ or sound.shape[1] != CHANNELS or not len(sound) or not np.isfinite(sound).all():
        raise _damaged(file.name)
    sound[-1] = 0.0  # what compression left of the fade's end
    read: NDArray[np.float32] = sound
    return read


def _damaged(name: str) -> DamagedData:
    return DamagedData(f"The piano's recording {name} is missing or damaged.", "Install PulseTune again.")
