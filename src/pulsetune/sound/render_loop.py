"""What the sound process does all day: render what is known, feed the outputs, obey commands, report.

Rules of this file:
1. It never waits for a device, and for a command only while there is nothing to render.
2. Live sound plays on without new targets rather than stopping; a file waits for them.
3. A file that fails beside live sound is given up; a file that is all there was to do ends the process.
"""

from __future__ import annotations

import gc
import queue
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pulsetune.model import SoundState
from pulsetune.sound.clock import SAMPLE_RATE_HZ
from pulsetune.sound.files import FileOutput, FileTrouble
from pulsetune.sound.limiter import CHANNELS, TruePeakLimiter
from pulsetune.sound.outputs import LiveOutput
from pulsetune.sound.player_port import MakePlayer, Send
from pulsetune.sound.score import Note
from pulsetune.sound.wire import (
    Close,
    Command,
    Fade,
    Open,
    OutputKind,
    Prepare,
    Progress,
    Ready,
    Sounded,
    State,
    Target,
    Tick,
)

BLOCK_FRAMES = 1024  # as the player renders
IDLE_S = 0.02  # how long the loop sleeps when there is nothing to render
BLOCKS_PER_TURN = 8  # 0.17 s of sound at most between two looks at the commands
REPORT_EVERY_S = 0.25  # of real time, or
REPORT_EVERY_FRAMES = SAMPLE_RATE_HZ  # of sound, so that a fast file keeps its parent informed
CLOSE_FADE_S = 1.0


class RenderLoop:
    """Renders what is known, feeds the outputs, obeys commands, until it is told to close or its parent is gone."""

    def __init__(
        self, order: Open, inbox: queue.SimpleQueue[Command | None], send: Send, make_player: MakePlayer
    ) -> None:
        self._inbox = inbox
        self._send = send
        self._start_frame = order.start_frame
        self._limiter = TruePeakLimiter(SAMPLE_RATE_HZ)
        self._live: LiveOutput | None = None
        self._file: FileOutput | None = None
        self._closing = self._orphan = self._fading_out = False
        self._reported_s = -1.0
        self._reported_frame = order.start_frame
        if order.output is not OutputKind.FILE:
            self._live = LiveOutput(order.output, SAMPLE_RATE_HZ, order.start_frame, self._announce)
            self._live.open(order.gain, order.fade_in_s, required=order.device_required)
        self._player = make_player(Prepare(order.soundscape, order.seed, order.bed))
        self._player.begin_at(order.start_frame)
        target = order.path if order.output is OutputKind.FILE else order.record
        if target is not None:  # last: what fails before leaves no empty file, and no old one emptied
            self._open_file(Path(target), needed=self._live is None or order.device_required)

    def _open_file(self, path: Path, *, needed: bool) -> None:
        """Where it is not ``needed``, live sound that comes back goes on without it."""
        try:
            self._file = FileOutput(path, SAMPLE_RATE_HZ, self._limiter.latency_frames)
        except FileTrouble as trouble:
            if needed:
                raise
            self._give_up_file(trouble)

    def _give_up_file(self, trouble: FileTrouble) -> None:
        self._file = None
        self._announce(SoundState.PLAYING, f"The recording stopped: {trouble}", None)

    def run(self) -> None:
        """Ends when everything is played or written; raises FileTrouble where the file was all there was to do."""
        gc.collect()
        gc.freeze()  # what is built stays: a collection of it would be heard
        self._send(Ready())
        while not self._over():
            self._obey()
            self._render()
            if self._live is not None:
                self._live.service(time.monotonic(), caught_up=self._missing() < BLOCK_FRAMES)
            self._report(time.monotonic())
        self._finish()

    def _obey(self) -> None:
        """Take the commands that came; wait a little for one when there is nothing to render."""
        wait_s = 0.0 if self._due() else IDLE_S
        try:
            while True:
                command = self._inbox.get(timeout=wait_s) if wait_s else self._inbox.get_nowait()
                wait_s = 0.0
                if isinstance(command, Target):
                    self._player.push(command.parameters)
                elif isinstance(command, Fade) and self._live is not None:
                    self._live.fade(command.gain, command.seconds)
                elif isinstance(command, Close):
                    self._close()
                elif command is None:
                    self._orphan = True
                    return
        except queue.Empty:
            return

    def _close(self) -> None:
        self._closing = True
        if self._live is not None:
            self._live.start_with_what_is_there()
        elif self._file is not None:
            self._file.length_frames = max(0, self._player.known_frames - self._start_frame)

    def _due(self) -> bool:
        """Whether a block should be rendered now."""
        if self._live is not None:
            return self._missing() >= BLOCK_FRAMES or self._live.starving
        return self._missing() >= BLOCK_FRAMES or (self._closing and self._missing() > 0)

    def _missing(self) -> int:
        """Frames that are known and not rendered; negative where the music plays on without new targets."""
        return self._player.known_frames - self._player.position_frames

    def _render(self) -> None:
        for _ in range(BLOCKS_PER_TURN):
            if not self._due():
                return
            self._put(self._limiter.process(self._player.render()))
            for tick in self._player.take_ticks():
                self._send(Tick(tick.index, tick.frame))
            for frame, note, soundscape in self._player.take_notes():
                self._send(_sounded(frame, note, soundscape))
            for trouble in self._player.take_troubles():
                self._announce(SoundState.PLAYING, trouble, None)

    def _put(self, block: NDArray[np.float32]) -> None:
        if self._live is not None:
            self._live.write(block)
        if self._file is None:
            return
        try:
            self._file.write(block)
        except FileTrouble as trouble:
            if self._live is None:
                raise
            self._give_up_file(trouble)

    def _over(self) -> bool:
        if self._live is None:
            return self._orphan or (self._closing and not self._due() and self._inbox.empty())
        if not self._orphan and (not self._closing or self._missing() >= BLOCK_FRAMES):
            return False
        played_out = not self._live.fading and self._live.buffered_s <= CLOSE_FADE_S
        if (self._orphan or played_out) and not (self._fading_out or self._live.silent):
            self._fading_out = True
            self._live.fade(0.0, CLOSE_FADE_S)
        return self._live.silent

    def _finish(self) -> None:
        if self._live is not None:
            self._live.close()
        self._put(self._limiter.process(np.zeros((self._limiter.latency_frames, CHANNELS), np.float32)))
        if self._file is not None:
            self._file.close()
        self._report(time.monotonic(), now=True)
        self._announce(SoundState.FINISHED, "", None)
        self._player.close()

    def _report(self, now_s: float, *, now: bool = False) -> None:
        rendered = self._player.position_frames
        if self._live is None and self._file is not None:
            rendered = self._start_frame + self._file.safe_frames
        due = rendered - self._reported_frame >= REPORT_EVERY_FRAMES or now_s - self._reported_s >= REPORT_EVERY_S
        if not (due or now):
            return
        self._reported_s, self._reported_frame = now_s, rendered
        live = self._live
        heard, played, underruns = (live.heard_frame, live.played_frames, live.underruns) if live else (rendered, 0, 0)
        self._send(Progress(rendered, heard, played, underruns))

    def _announce(self, state: SoundState, detail: str, device: str | None) -> None:
        if self._live is not None and state is SoundState.PLAYING:
            self._report(time.monotonic(), now=True)
        self._send(State(state, None, detail, device))


def _sounded(frame: int, note: Note, soundscape: str) -> Sounded:
    hand, length = note.hand, note.length_pulses
    return Sounded(frame, note.pitch, note.velocity, hand, note.cents, length, note.glide_pulses, soundscape)
