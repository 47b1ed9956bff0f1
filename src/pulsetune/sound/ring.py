"""What lies between rendering and the device: a ring of rendered sound, and the fade of what is heard.

Rules of this file:
1. One thread writes, the device's thread reads; neither ever waits for the other longer than a copy takes.
2. A frame keeps its number (music time) from rendering to the ear, so that both ends know what is heard when.
3. When the ring is full the oldest sound goes: what is late is of no use to a listener.
"""

from __future__ import annotations

import math
import threading

import numpy as np
from numpy.typing import NDArray

CHANNELS = 2


class Ring:
    """Holds the newest ``capacity_frames`` of stereo float32; frames are numbered from ``start_frame``."""

    def __init__(self, capacity_frames: int, start_frame: int = 0) -> None:
        self._data = np.zeros((capacity_frames, CHANNELS), np.float32)
        self._lock = threading.Lock()
        self._written = start_frame
        self._read = start_frame
        self._skip_to: int | None = None

    @property
    def buffered_frames(self) -> int:
        return self._written - self._read

    @property
    def read_frame(self) -> int:
        """Music time of the next frame to be read."""
        return self._read

    def write(self, block: NDArray[np.float32]) -> None:
        """Append (n, 2) samples, n at most the capacity."""
        capacity = len(self._data)
        with self._lock:
            at = self._written % capacity
            first = min(len(block), capacity - at)
            self._data[at : at + first] = block[:first]
            self._data[: len(block) - first] = block[first:]
            self._written += len(block)
            self._read = max(self._read, self._written - capacity)

    def read(self, count: int) -> NDArray[np.float32]:
        """At most ``count`` of the oldest frames, as a copy."""
        with self._lock:
            result = self._copy(self._read, count)
            self._read += len(result)
            if self._skip_to is not None and len(result):
                after = self._copy(max(self._skip_to, self._read), len(result))
                share = np.linspace(0.0, 1.0, len(after), dtype=np.float32)[:, None]
                result = result[: len(after)] * (1 - share) + after * share
                self._read, self._skip_to = max(self._skip_to, self._read) + len(after), None
        return result

    def keep_newest(self, frames: int) -> None:
        """Forget all but the newest ``frames``, at once: for a ring that nobody reads."""
        with self._lock:
            self._read = max(self._read, self._written - frames)

    def skip_to_newest(self, frames: int) -> None:
        """Leave out all but the newest ``frames`` at the next read, which crosses over without a click."""
        with self._lock:
            self._skip_to = self._written - frames

    def _copy(self, frame: int, count: int) -> NDArray[np.float32]:
        capacity = len(self._data)
        count = min(count, self._written - frame)
        at = frame % capacity
        first = min(count, capacity - at)
        return np.concatenate([self._data[at : at + first], self._data[: count - first]])


class FadeRamp:
    """A gain that moves along half a cosine, so that a fade neither starts nor ends with a corner."""

    def __init__(self, gain: float) -> None:
        self._lock = threading.Lock()  # one thread asks for fades, another one applies them
        self._from = self._to = gain
        self._length = 1
        self._done = 1

    @property
    def gain(self) -> float:
        """Where the gain is now."""
        share = self._done / self._length
        return self._to + (self._from - self._to) * (0.5 + 0.5 * math.cos(math.pi * share))

    @property
    def target(self) -> float:
        """Where the gain rests or is going."""
        return self._to

    @property
    def moving(self) -> bool:
        return self._done < self._length

    def go(self, gain: float, frames: int) -> None:
        """Move to ``gain`` within ``frames``, from wherever the gain is now."""
        with self._lock:
            self._from, self._to = self.gain, gain
            self._length, self._done = max(1, frames), 0

    def apply(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Multiply the next (n, 2) samples; at a resting gain of 1 they pass unchanged."""
        with self._lock:
            if not self.moving:
                return block if self._to == 1.0 else block * np.float32(self._to)
            steps = np.minimum(np.arange(self._done + 1, self._done + len(block) + 1), self._length)
            gains = self._to + (self._from - self._to) * (0.5 + 0.5 * np.cos(np.pi * steps / self._length))
            self._done = min(self._done + len(block), self._length)
        result: NDArray[np.float32] = block * gains.astype(np.float32)[:, None]
        return result
