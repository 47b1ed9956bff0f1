"""Building blocks of soundscapes: pyo objects that numpy feeds, a block at a time, to the exact frame.

Rules of this file:
1. A control line and a trigger are tables that pyo scans once a block: what numpy writes before a block is what that
   block hears, sample by sample.
2. Everything is built once. Later only table contents and plain numbers change, and numbers only on silent voices.
3. A voice is never cut: a note takes a voice whose last note has died away, or is not played at all.
"""

from __future__ import annotations

import math
import tempfile
import wave
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.quiet_pyo import BLOCK_FRAMES, CHANNELS, pyo

HOLD_FRAMES = 16  # a third of a millisecond


class Line:
    """A control that glides linearly across each block, without a step between blocks.

    A line that moves a filter holds each value for ``hold_frames``: pyo computes a filter's coefficients anew for every
    sample whose frequency is not the last one's, and that costs more than the filter. The steps are a sixty-fourth of what
    a block moves. Levels get a value for each sample.
    """

    def __init__(self, value: float, hold_frames: int = 1) -> None:
        self._table = pyo.DataTable(BLOCK_FRAMES)
        self._samples = np.asarray(self._table.getBuffer(0))[:BLOCK_FRAMES]
        self._samples[:] = value
        self._value = value
        self._moving = False
        held = np.arange(BLOCK_FRAMES) // hold_frames + 1
        self._share = (held * hold_frames / BLOCK_FRAMES).astype(np.float32)
        self.signal: Any = pyo.TableScan(self._table)

    def glide(self, value: float) -> None:
        """Reach ``value`` at the end of the next block."""
        if value == self._value:
            if self._moving:
                self._samples[:] = value
                self._moving = False
            return
        np.multiply(self._share, value - self._value, out=self._samples, casting="same_kind")
        self._samples += self._value
        self._value, self._moving = value, True


class NoteVoices:
    """Players of prepared notes. Each note's samples are written into a silent voice and started at an exact frame."""

    def __init__(self, count: int, longest_s: float, table_rate_hz: int) -> None:
        self._table_rate_hz = table_rate_hz
        size = int(longest_s * table_rate_hz)
        self._voices = [_NoteVoice(size, table_rate_hz) for _ in range(count)]
        self._started: list[tuple[_NoteVoice, int]] = []
        self.dropped = 0
        self.signal: Any = pyo.Mix([voice.signal for voice in self._voices], voices=CHANNELS)

    def start(
        self, sound: NDArray[np.float32], offset: int, block_start: int, rate_hz: int, speed: float = 1.0
    ) -> None:
        """Play ``sound`` (frames, 2) from frame ``offset`` of the next block, which begins at ``block_start``.

        ``speed`` is how much faster than its own rate it is read, and so how much higher it sounds.
        """
        voice = min(self._voices, key=lambda voice: voice.silent_from)
        if voice.silent_from > block_start:
            self.dropped += 1
            return
        seconds = len(sound) / self._table_rate_hz / speed
        voice.load(sound, offset, speed)
        voice.silent_from = block_start + offset + int(seconds * rate_hz) + 2
        self._started.append((voice, offset))

    def block_done(self) -> None:
        """Take the triggers of the block that was just heard away."""
        for voice, offset in self._started:
            voice.trigger[offset] = 0.0
        self._started.clear()


class _NoteVoice:
    def __init__(self, size: int, table_rate_hz: int) -> None:
        self._trigger_table = pyo.DataTable(BLOCK_FRAMES)
        self.trigger = np.asarray(self._trigger_table.getBuffer(0))[:BLOCK_FRAMES]
        self._scan = pyo.TableScan(self._trigger_table)
        self._table = pyo.DataTable(size, chnls=CHANNELS)
        self._channels = [np.asarray(self._table.getBuffer(channel))[:size] for channel in range(CHANNELS)]
        self._reading_s, self._speed = _reading_s(size, table_rate_hz), 1.0
        self.signal: Any = pyo.TrigEnv(self._scan, self._table, dur=self._reading_s, interp=4)
        self.silent_from = 0

    def load(self, sound: NDArray[np.float32], offset: int, speed: float) -> None:
        if speed != self._speed:
            self.signal.setDur(self._reading_s / speed)
            self._speed = speed
        for channel, samples in enumerate(self._channels):
            samples[: len(sound)] = sound[:, channel]
            samples[len(sound) :] = 0.0
        self.trigger[offset] = 1.0


def _reading_s(size: int, table_rate_hz: int) -> float:
    """The duration that reads a table at its own rate and steps over its end.

    TrigEnv also reads when its position is exactly the table's size, and then takes a sample from behind the table:
    whatever lies there, NaN included, which would stay in every filter after it. A quarter of a sample more on the
    whole way makes the last position overshoot instead; it is less than a hundredth of a cent.
    """
    return size / table_rate_hz * size / (size + 0.25)


class LoopVoices:
    """A chord of an endless loop in two banks: the next chord fades in while the last one fades out."""

    def __init__(self, loop: NDArray[np.float32], voices: int, rate_hz: int) -> None:
        self._table = table_of(loop)
        self._loops_per_s = rate_hz / len(loop)
        self._banks = [_LoopBank(self._table, voices) for _ in range(2)]
        self._sounding = 0
        self._at = 1.0  # of the present crossfade, 1 when it is over
        self._pace = 0.0
        self.signal: Any = pyo.Mix([bank.signal for bank in self._banks], voices=CHANNELS)

    def change(self, semitones: tuple[float, ...], seconds: float, rate_hz: int) -> None:
        """Cross over to the loop transposed by ``semitones``, one voice each; ignored while a crossfade still runs."""
        if self._at < 1.0:
            return
        self._sounding = 1 - self._sounding
        self._banks[self._sounding].tune([self._loops_per_s * 2 ** (shift / 12) for shift in semitones])
        self._at = 0.0
        self._pace = BLOCK_FRAMES / max(seconds * rate_hz, BLOCK_FRAMES)

    def glide(self) -> None:
        """Move the crossfade on by one block, at equal power."""
        self._at = min(1.0, self._at + self._pace)
        angle = math.pi / 2 * self._at
        self._banks[self._sounding].level.glide(math.sin(angle))
        self._banks[1 - self._sounding].level.glide(math.cos(angle) if self._at < 1.0 else 0.0)


class _LoopBank:
    def __init__(self, table: Any, voices: int) -> None:
        self.level = Line(0.0)
        self._readers = [
            pyo.TableRead(table, freq=0.1, loop=1, interp=2, mul=self.level.signal).play() for _ in range(voices)
        ]
        self.signal: Any = pyo.Mix(self._readers, voices=CHANNELS)

    def tune(self, loops_per_s: list[float]) -> None:
        for reader, frequency_hz in zip(self._readers, loops_per_s, strict=True):
            reader.setFreq(frequency_hz)


def table_of(sound: NDArray[np.float32]) -> Any:
    """A pyo table that holds ``sound`` (frames, channels)."""
    table = pyo.DataTable(len(sound), chnls=sound.shape[1])
    for channel in range(sound.shape[1]):
        np.asarray(table.getBuffer(channel))[: len(sound)] = sound[:, channel]
    table.add(0.0)  # makes pyo copy the first sample behind the last one: without it every turn of a loop clicks
    return table


def room(source: Any, response: NDArray[np.float32], rate_hz: int) -> Any:
    """``source`` as the room answers it (wet only), 1024 frames late: the room's own pre-delay.

    pyo reads impulse responses from a file only, once, while the object is made.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "room.wav")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(CHANNELS)
            file.setsampwidth(4)
            file.setframerate(rate_hz)
            full_scale = response.astype(np.float64) / np.max(np.abs(response)) * (2**31 - 1)
            file.writeframes(full_scale.astype("<i4").tobytes())
        return pyo.CvlVerb(source, str(path), bal=1.0, size=BLOCK_FRAMES)
