"""One soundscape at work: its score, its instruments, and a sound engine of its own.

Rules of this file:
1. Every onset is at a frame that the music's clock computed; no pyo object ever counts time.
2. The score writer is asked for a half-bar when its first pulse lies in the next block, so it always knows the newest tempo.
3. A scene has its own pyo server, because nothing may be built in one that sounds: the next scene is made beside this one.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from pulsetune.model import SILENT_DB
from pulsetune.sound.clock import MusicClock, MusicValues
from pulsetune.sound.quiet_pyo import BUILDING, ManualServer
from pulsetune.sound.score import PULSES_PER_BAR, PULSES_PER_HALF_BAR, Hand, Note
from pulsetune.sound.soundscapes import build

CHORD_FADE_SHARE = 0.6  # of a bar, for the bed's change of chord
UNPULSED_BARS_PER_CHORD = 4  # without a pulse the bed changes so slowly that no beat can be felt in it


class Scene:
    """The soundscape ``name``, whose music begins at pulse ``first_pulse`` of the clock once that is set."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.first_pulse = 0
        self.leaving = False  # nothing but its pulse is left then, so that two melodies never meet
        with BUILDING:
            self._server = ManualServer(seed)
            try:
                self._writer, self._soundscape = build(name, seed)
            except BaseException:
                self._server.close()
                raise
            self._server.start()
        self._half_bars = 0
        self._notes: deque[Note] = deque()
        self._played: list[tuple[int, Note]] = []

    def write_score(self, clock: MusicClock, end: int) -> int | None:
        """Write what begins before frame ``end``; returns the last pulse at which a phrase begins there, if any does."""
        begun = None
        while clock.frame_of(self.first_pulse + self._half_bars * PULSES_PER_HALF_BAR) < end:
            values = clock.values_at(clock.position_frames)
            written = self._writer.half_bar(values.density, values.warmth)
            self._notes.extend(written.notes)
            if written.begins_phrase:
                begun = self.first_pulse + self._half_bars * PULSES_PER_HALF_BAR
            bars = self._half_bars / 2
            if bars % (1 if values.pulse_level > 0.0 else UNPULSED_BARS_PER_CHORD) == 0:
                seconds = CHORD_FADE_SHARE * PULSES_PER_BAR * 60 / values.tempo_bpm
                self._soundscape.chord(written.chord, values, seconds)
            self._half_bars += 1
        return begun

    def render(self, clock: MusicClock, start: int, end: int, shape: MusicValues) -> NDArray[np.float32]:
        """The block from frame ``start`` to ``end``, whose score is written; its controls reach ``shape`` at ``end``.

        The music's level is not in it: that belongs to everything that sounds together.
        """
        self._play_notes(clock, start, end)
        self._soundscape.shape(shape)
        block = self._server.process()
        self._soundscape.block_done()
        return block

    def take_notes(self) -> list[tuple[int, Note]]:
        """The notes that began since the last call, each with its exact frame."""
        played, self._played = self._played, []
        return played

    @property
    def dropped_notes(self) -> int:
        """Notes that found no silent voice so far; a sound design keeps this at zero."""
        return self._soundscape.dropped_notes

    def close(self) -> None:
        """Let go of the sound engine."""
        self._server.close()

    def _play_notes(self, clock: MusicClock, start: int, end: int) -> None:
        while self._notes and (frame := clock.frame_of(self.first_pulse + self._notes[0].at_pulses)) < end:
            note = self._notes.popleft()
            values = clock.values_at(frame)
            if values.pulse_level > 0.0 and (note.hand is Hand.LEFT or not self.leaving):
                self._soundscape.play(note, values, frame - start, start)
                if values.level_db > SILENT_DB:
                    self._played.append((frame, note))
