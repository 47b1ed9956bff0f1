"""What leaves to the sound device, and when: a PulseAudio daemon of our own whose null sink is recorded all the time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for the daemon, which the tests use as well

from tests.fakes.private_pulse import RATE_HZ, PrivatePulse, until

FRAME_BYTES = 8  # two channels of float32
READ_BYTES = 1 << 14


def can_listen() -> bool:
    return all(shutil.which(program) for program in ("pulseaudio", "parec", "pactl"))


class Ear:
    """While it is open, ``environment`` leads a program to the sink, and what comes out of it is timed.

    Times are those of ``time.monotonic``; a sample's is when its recording arrives, less the samples behind it in the
    same piece. What the recorder holds back (20 ms at most) makes it late, never early.
    """

    def __enter__(self) -> Ear:
        self._folder = tempfile.TemporaryDirectory()
        self._daemon = PrivatePulse(Path(self._folder.name))
        self._daemon.start()
        self.environment = os.environ | self._daemon.environment
        words = ["parec", "-d", "test.monitor", "--format=float32le", f"--rate={RATE_HZ}", "--channels=2", "--raw"]
        self._recorder = subprocess.Popen(
            [*words, "--latency-msec=20"], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._pieces: list[tuple[float, NDArray[np.float32]]] = []
        threading.Thread(target=self._listen, daemon=True).start()
        until(lambda: bool(self._pieces))
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._recorder.kill()
        self._recorder.wait()
        self._daemon.kill()
        self._folder.cleanup()

    def first_s(self, since_s: float, peak: float) -> float | None:
        """When the first sample above ``peak`` left, after ``since_s``; None if none did yet."""
        for arrived_s, piece in list(self._pieces):
            loud = np.flatnonzero(np.abs(piece).max(axis=1) > peak) if arrived_s > since_s else ()
            if len(loud):
                return arrived_s - (len(piece) - int(loud[0])) / RATE_HZ
        return None

    def _listen(self) -> None:
        assert self._recorder.stdout is not None
        kept = b""
        while data := os.read(self._recorder.stdout.fileno(), READ_BYTES):
            kept += data
            whole = len(kept) // FRAME_BYTES * FRAME_BYTES
            self._pieces.append((time.monotonic(), np.frombuffer(kept[:whole], np.float32).reshape(-1, 2)))
            kept = kept[whole:]
