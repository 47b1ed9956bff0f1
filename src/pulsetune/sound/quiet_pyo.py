"""pyo, imported without a word on stdout, and its server in manual mode: one block each time it is asked.

Rules of this file:
1. pyo prints on import (a missing Tk, WxPython's absence); stdout may belong to ``--json``, so it is silenced there.
2. Every object must be made after ``boot`` and before sound, with this server current; nothing is built later,
   because pyo keeps expressions built on living objects for ever.
3. Several servers may sound beside each other, but they are built one at a time: pyo puts every new object into the one
   that was booted last.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.clock import SAMPLE_RATE_HZ

os.environ.setdefault("PYO_GUI_WX", "0")
with contextlib.redirect_stdout(io.StringIO()):
    import pyo

BLOCK_FRAMES = 1024  # pyo costs least per frame here, and nothing in biofeedback needs less than 21 ms
CHANNELS = 2
BUILDING = threading.Lock()  # held by whoever boots a server and makes its objects

__all__ = ["BLOCK_FRAMES", "BUILDING", "CHANNELS", "ManualServer", "pyo"]


class ManualServer:
    """A pyo server without a sound device."""

    def __init__(self, seed: int) -> None:
        self._server: Any = pyo.Server(
            sr=SAMPLE_RATE_HZ, nchnls=CHANNELS, buffersize=BLOCK_FRAMES, duplex=0, audio="manual"
        )
        self._server.setVerbosity(1)
        self._server.deactivateMidi()
        self._server.boot()
        self._server.setServer()
        self._server.setGlobalSeed(seed % 2**31 or 1)  # 0 would mean the wall clock
        address = int(self._server.getOutputAddr(), 16)
        size = BLOCK_FRAMES * CHANNELS
        self._block = np.ctypeslib.as_array((ctypes.c_float * size).from_address(address)).reshape(-1, CHANNELS)

    def start(self) -> None:
        """Let the objects sound; pyo fades its master volume in over the first block, which is thrown away."""
        self._server.start()
        self._server.process()

    def process(self) -> NDArray[np.float32]:
        """The next block, (BLOCK_FRAMES, 2), a copy."""
        self._server.process()
        return self._block.copy()

    def close(self) -> None:
        self._server.stop()
        self._server.shutdown()
