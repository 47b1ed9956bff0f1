"""The player: targets in, blocks of sound and exact pulse ticks out.

Rules of this file:
1. Every onset is at a frame that the music's clock computed; no pyo object ever counts time.
2. The score writer is asked for a half-bar when its first pulse lies in the next block, so it always knows the newest tempo.
3. A tick or a note is reported only if it sounded: while the pulse is silent the clock runs on without ticks.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from pulsetune.errors import WrongUse
from pulsetune.model import SILENT_DB, AudioParameters, PulseTick
from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicClock
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES, CHANNELS, ManualServer
from pulsetune.sound.score import PULSES_PER_BAR, PULSES_PER_HALF_BAR, Note
from pulsetune.sound.soundscapes import REFERENCE, SOUNDSCAPES, build

__all__ = ["BLOCK_FRAMES", "SAMPLE_RATE_HZ", "SOUNDSCAPES", "Player"]

CHORD_FADE_SHARE = 0.6  # of a bar, for the bed's change of chord
UNPULSED_BARS_PER_CHORD = 4  # without a pulse the bed changes so slowly that no beat can be felt in it
LAST_DB = 6.0  # the last 6 dB above SILENT_DB bend down to a gain of exactly zero


class Player:
    """One piece of music, rendered block by block as fast as it is asked for; one per process at a time."""

    def __init__(self, soundscape: str, seed: int, start_frame: int = 0) -> None:
        if soundscape not in SOUNDSCAPES and soundscape != REFERENCE:
            raise WrongUse(f"There is no soundscape {soundscape!r}.", f"Choose one of: {', '.join(SOUNDSCAPES)}.")
        self._clock = MusicClock(start_frame)
        self._server = ManualServer(seed)
        try:
            self._writer, self._soundscape = build(soundscape, seed)
        except BaseException:
            self._server.close()
            raise
        self._server.start()
        self._half_bars = 0
        self._pulses = 0
        self._notes: deque[Note] = deque()
        self._ticks: list[PulseTick] = []
        self._played: list[tuple[int, Note]] = []
        self._closed = False

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

    def render(self) -> NDArray[np.float32]:
        """The next block, (BLOCK_FRAMES, 2) at 48 kHz, a copy; silence while there is no target yet."""
        start = self._clock.position_frames
        end = start + BLOCK_FRAMES
        if not self._clock.running:
            self._clock.advance(BLOCK_FRAMES)
            return np.zeros((BLOCK_FRAMES, CHANNELS), np.float32)
        self._write_score(end)
        self._play_notes(start, end)
        self._report_pulses(end)
        self._soundscape.shape(self._clock.values_at(end))
        block = self._server.process()
        self._soundscape.block_done()
        block *= self._gain(start, end)[:, None]
        self._clock.advance(BLOCK_FRAMES)
        return block

    def take_ticks(self) -> list[PulseTick]:
        """The pulses that sounded since the last call, at their exact frames."""
        ticks, self._ticks = self._ticks, []
        return ticks

    def take_notes(self) -> list[tuple[int, Note]]:
        """The notes that were heard to begin since the last call, each with its exact frame."""
        played, self._played = self._played, []
        return played

    @property
    def dropped_notes(self) -> int:
        """Notes that found no silent voice so far; a sound design keeps this at zero."""
        return self._soundscape.dropped_notes

    def close(self) -> None:
        """Let go of the sound engine; a second call is harmless."""
        if not self._closed:
            self._closed = True
            self._server.close()

    def _write_score(self, end: int) -> None:
        while self._clock.frame_of(self._half_bars * PULSES_PER_HALF_BAR) < end:
            values = self._clock.values_at(self._clock.position_frames)
            written = self._writer.half_bar(values.density, values.warmth)
            self._notes.extend(written.notes)
            bars = self._half_bars / 2
            if bars % (1 if values.pulse_level > 0.0 else UNPULSED_BARS_PER_CHORD) == 0:
                self._soundscape.chord(written.chord, CHORD_FADE_SHARE * PULSES_PER_BAR * 60 / values.tempo_bpm)
            self._half_bars += 1

    def _play_notes(self, start: int, end: int) -> None:
        while self._notes and (frame := self._clock.frame_of(self._notes[0].at_pulses)) < end:
            note = self._notes.popleft()
            values = self._clock.values_at(frame)
            if values.pulse_level > 0.0:
                self._soundscape.play(note, values, frame - start, start)
                if values.level_db > SILENT_DB:
                    self._played.append((frame, note))

    def _report_pulses(self, end: int) -> None:
        while (frame := self._clock.frame_of(self._pulses)) < end:
            values = self._clock.values_at(frame)
            if values.pulse_level > 0.0 and values.level_db > SILENT_DB:
                self._ticks.append(PulseTick(frame / SAMPLE_RATE_HZ, self._pulses, frame))
            self._pulses += 1

    def _gain(self, start: int, end: int) -> NDArray[np.float32]:
        """Linear in dB from frame to frame, bent to exactly zero at SILENT_DB."""
        first, last = self._clock.values_at(start).level_db, self._clock.values_at(end).level_db
        level_db = np.linspace(first, last, BLOCK_FRAMES, endpoint=False)
        tail = np.clip((level_db - SILENT_DB) / LAST_DB, 0.0, 1.0)
        gain: NDArray[np.float32] = (10 ** (level_db / 20) * tail**2 * (3 - 2 * tail)).astype(np.float32)
        return gain
