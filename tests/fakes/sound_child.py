"""The sound process with a player that needs no sound engine, so that a test can say how it behaves.

``python -m tests.fakes.sound_child steady``    a constant of 0.25 in both channels
``python -m tests.fakes.sound_child counting``  every frame carries its number, as frame / 2**20
``python -m tests.fakes.sound_child dying``     raises after a tenth of a second of sound
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from pulsetune.model import AudioParameters, PulseTick
from pulsetune.sound.process import main
from pulsetune.sound.render_loop import BLOCK_FRAMES
from pulsetune.sound.score import Note
from pulsetune.sound.wire import Prepare

RATE_HZ = 48_000
COMMAND = (sys.executable, "-m", "tests.fakes.sound_child")


class PlainPlayer:
    def __init__(self, wanted: Prepare) -> None:
        self.begin_at(0)
        self._manner = sys.argv[1]

    def begin_at(self, frame: int) -> None:
        self.position_frames = self.known_frames = self._start_frame = frame

    def push(self, parameters: AudioParameters) -> None:
        self.known_frames = round(parameters.t_s * RATE_HZ)

    def render(self) -> NDArray[np.float32]:
        first = self.position_frames
        self.position_frames += BLOCK_FRAMES
        if self._manner == "dying" and self.position_frames - self._start_frame > RATE_HZ / 10:
            raise RuntimeError("this player dies young")
        if self._manner == "counting":
            frames = np.arange(first, self.position_frames, dtype=np.float64) / 2**20
            return np.repeat(frames[:, None], 2, axis=1).astype(np.float32)
        return np.full((BLOCK_FRAMES, 2), 0.25, np.float32)

    def take_ticks(self) -> list[PulseTick]:
        return []

    def take_notes(self) -> list[tuple[int, Note, str]]:
        return []

    def take_troubles(self) -> list[str]:
        return []

    def close(self) -> None:
        pass


if __name__ == "__main__":
    main(PlainPlayer)
