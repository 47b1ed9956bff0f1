"""The player: targets in, blocks of sound and exact pulse ticks out.

Rules of this file:
1. Time is the music's clock alone; whatever plays, pulses are counted here and run on.
2. A tick is reported only if it sounded: while the pulse is silent the clock runs on without ticks.
3. Everything that sounds together gets its level here, in one place.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pulsetune.errors import WrongUse
from pulsetune.model import SILENT_DB, AudioParameters, PulseTick
from pulsetune.sound.breath import DIMMING, SWELL_DB, Breath
from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicClock, MusicValues
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES, CHANNELS
from pulsetune.sound.scene_change import Scenes
from pulsetune.sound.score import Note
from pulsetune.sound.soundscapes import REFERENCE, SOUNDSCAPES
from pulsetune.sound.soundscapes.nature import BEDS, NatureBed, room_for_bed

__all__ = ["BLOCK_FRAMES", "SAMPLE_RATE_HZ", "SOUNDSCAPES", "Player"]

LAST_DB = 6.0  # the last 6 dB above SILENT_DB bend down to a gain of exactly zero


class Player:
    """One piece of music, rendered block by block as fast as it is asked for; one per process at a time."""

    def __init__(self, soundscape: str, seed: int, start_frame: int = 0, bed: str = "") -> None:
        if soundscape not in SOUNDSCAPES and soundscape != REFERENCE:
            raise WrongUse(f"There is no soundscape {soundscape!r}.", f"Choose one of: {', '.join(SOUNDSCAPES)}.")
        if bed and bed not in BEDS:
            raise WrongUse(f"There is no bed {bed!r}.", f"Choose one of: {', '.join(BEDS)}.")
        self._clock = MusicClock(start_frame)
        self._bed = NatureBed(bed, seed) if bed else None
        self._breath = Breath()
        self._scenes = Scenes(soundscape, seed)
        self._wanted = soundscape
        self._wishes: deque[tuple[int, str]] = deque()  # from which frame on another soundscape is wanted
        self._bed_room: float | None = None  # the gain that the last block ended with
        self._pulses = 0
        self._ticks: list[PulseTick] = []
        self._troubles: list[str] = []
        self._closed = False

    def begin_at(self, frame: int) -> None:
        """Begin at music frame ``frame``; to be said before the first target."""
        self._clock = MusicClock(frame)

    @property
    def position_frames(self) -> int:
        """Music time already rendered."""
        return self._clock.position_frames

    @property
    def known_frames(self) -> int:
        """Music time of the newest target."""
        return self._clock.known_frames

    def push(self, parameters: AudioParameters) -> None:
        """Take the next target, in order of ``t_s``."""
        self._clock.push(parameters)
        wanted = parameters.soundscape
        if wanted is None or wanted == self._wanted:
            return
        self._wanted = wanted
        if wanted in SOUNDSCAPES:
            self._wishes.append((max(round(parameters.t_s * SAMPLE_RATE_HZ), self._clock.position_frames), wanted))
        else:
            names = ", ".join(SOUNDSCAPES)
            self._troubles.append(f"There is no soundscape {wanted!r}, so nothing changes; there are {names}")

    def render(self) -> NDArray[np.float32]:
        """The next block, (BLOCK_FRAMES, 2) at 48 kHz, a copy; silence while there is no target yet."""
        start = self._clock.position_frames
        end = start + BLOCK_FRAMES
        if not self._clock.running:
            self._clock.advance(BLOCK_FRAMES)
            return np.zeros((BLOCK_FRAMES, CHANNELS), np.float32)
        while self._wishes and self._wishes[0][0] < end:
            frame, wanted = self._wishes.popleft()
            self._scenes.want(wanted, frame)
        values = self._clock.values_at(end)
        missing = self._breath.advance(BLOCK_FRAMES, values.breath_s)
        dimmed = replace(values, brightness=max(0.0, values.brightness - DIMMING * float(missing[-1])))
        block = self._scenes.render(self._clock, start, end, dimmed)
        if self._bed is not None:
            block = self._with_bed(block, self._bed, values)
        self._report_pulses(end)
        block *= (self._gain(start, end) * 10 ** (-SWELL_DB / 20 * missing)).astype(np.float32)[:, None]
        self._clock.advance(BLOCK_FRAMES)
        return block

    def take_ticks(self) -> list[PulseTick]:
        """The pulses that sounded since the last call, at their exact frames."""
        ticks, self._ticks = self._ticks, []
        return ticks

    def take_notes(self) -> list[tuple[int, Note, str]]:
        """The notes that were heard to begin since the last call: exact frame, note, and the soundscape that played it."""
        return self._scenes.take_notes()

    def take_troubles(self) -> list[str]:
        """Why a soundscape that was asked for does not come, a sentence each."""
        troubles, self._troubles = self._troubles, []
        return troubles + self._scenes.take_troubles()

    @property
    def dropped_notes(self) -> int:
        """Notes that found no silent voice so far; a sound design keeps this at zero."""
        return self._scenes.dropped_notes

    def close(self) -> None:
        """Let go of the sound engine; a second call is harmless."""
        if not self._closed:
            self._closed = True
            self._scenes.close()
            if self._bed is not None:
                self._bed.close()

    def _with_bed(self, block: NDArray[np.float32], bed: NatureBed, values: MusicValues) -> NDArray[np.float32]:
        room = room_for_bed(values)
        gains = np.linspace(self._bed_room or room, room, BLOCK_FRAMES, dtype=np.float32)[:, None]
        self._bed_room = room
        return (block + bed.render(values)) * gains

    def _report_pulses(self, end: int) -> None:
        while (frame := self._clock.frame_of(self._pulses)) < end:
            values = self._clock.values_at(frame)
            if values.pulse_level > 0.0 and values.level_db > SILENT_DB:
                self._ticks.append(PulseTick(frame / SAMPLE_RATE_HZ, self._pulses, frame))
            self._pulses += 1

    def _gain(self, start: int, end: int) -> NDArray[np.float64]:
        """Linear in dB from frame to frame, bent to exactly zero at SILENT_DB."""
        first, last = self._clock.values_at(start).level_db, self._clock.values_at(end).level_db
        level_db = np.linspace(first, last, BLOCK_FRAMES, endpoint=False)
        tail = np.clip((level_db - SILENT_DB) / LAST_DB, 0.0, 1.0)
        gain: NDArray[np.float64] = 10 ** (level_db / 20) * tail**2 * (3 - 2 * tail)
        return gain
