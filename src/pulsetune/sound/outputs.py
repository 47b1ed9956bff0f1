"""The live output inside the sound process: a sound device, or its null stand-in, that may come and go.

Rules of this file:
1. A device is believed only while it consumes sound: ``running`` stays true when the sound daemon dies.
2. The render loop never waits for a device: closing and opening again happens in a thread of its own, because a
   frozen daemon can block both.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulsetune.model import SoundState
from pulsetune.sound.device import DeviceUnavailable, open_device
from pulsetune.sound.ring import CHANNELS, FadeRamp, Ring
from pulsetune.sound.wire import OutputKind

CAPACITY_S = 8.0  # of the ring, and of a device that has gone: more than any stall that a live session gets over
START_S = 1.6  # buffered before a device starts: targets come once a second, with room for a late one
START_MOST_S = 2.1  # more than this and the ear would be needlessly late: the oldest is dropped
START_KEEP_S = 1.8
LATE_S = 4.0  # a device that was slow for a while must not leave the ear this far behind for good
HOLD_S = 0.3  # with less than this the music goes on without new targets rather than stopping
STILL_S = 1.0  # a device that takes nothing for this long is gone
STILL_AT_START_S = 3.0  # wireless loudspeakers wake up slowly
REOPEN_EVERY_S = 1.0
FADE_IN_AGAIN_S = 2.0
TRIES_AGAIN = "PulseTune tries again every second"

Announce = Callable[[SoundState, str, str | None], None]


class LiveOutput:
    """A ring, a fade and a sound device that may come and go.

    ``announce(state, detail, device)`` is called from the render loop's thread only.
    """

    def __init__(self, kind: OutputKind, sample_rate_hz: int, start_frame: int, announce: Announce) -> None:
        self._kind = kind
        self._rate = sample_rate_hz
        self._announce = announce
        self._ring = Ring(round(CAPACITY_S * sample_rate_hz), start_frame)
        self._ramp = FadeRamp(0.0)
        self._gain = 1.0
        self._fading = threading.Lock()  # a device comes back in a thread of its own
        self._start_s = START_S
        self._device: Any = None  # miniaudio publishes no types
        self._missing_since_s: float | None = None  # None: there is a device, or its loss has been told
        self._feeding: object = None  # whose callbacks count: a device given up may wake up once more
        self._asked = 0  # frames the present device has asked for
        self._seen = 0
        self._seen_at_s = 0.0
        self._playing = False
        self.played_frames = 0
        self.underruns = 0

    @property
    def heard_frame(self) -> int:
        """Music time of the next frame that the device takes."""
        return self._ring.read_frame

    @property
    def starving(self) -> bool:
        """Whether the device will run dry soon."""
        return self._feeding is not None and self._ring.buffered_frames < HOLD_S * self._rate

    @property
    def buffered_s(self) -> float:
        return self._ring.buffered_frames / self._rate

    @property
    def fading(self) -> bool:
        return self._feeding is not None and self._ramp.moving

    @property
    def silent(self) -> bool:
        """Whether nothing can be heard now: faded out, or no device at work."""
        return self._feeding is None or (not self._ramp.moving and self._ramp.target == 0.0)

    def open(self, gain: float, fade_in_s: float, *, required: bool) -> None:
        """Open the device; it starts when enough sound is there. Without ``required`` a missing one is waited for."""
        self._gain = gain
        self._ramp.go(gain, round(fade_in_s * self._rate))
        if required:
            self._device = open_device(self._kind, self._rate)
        else:
            self._missing_since_s = time.monotonic()
            self._open_in_background(None)

    def write(self, block: NDArray[np.float32]) -> None:
        self._ring.write(block)

    def fade(self, gain: float, seconds: float) -> None:
        """Fade at the device end, where it is heard at once."""
        with self._fading:
            self._gain = gain
            self._ramp.go(gain, round(seconds * self._rate))

    def start_with_what_is_there(self) -> None:
        """Nothing more will come: do not wait for a full buffer."""
        self._start_s = 0.0

    def service(self, now_s: float, *, caught_up: bool = True) -> None:
        """Start, watch and take back the device; call it several times a second.

        ``caught_up`` says that all that is known has been rendered: before, it is not clear yet how much is stale.
        """
        if self._device is None:
            if self._missing_since_s is not None and now_s - self._missing_since_s > STILL_S:
                self._missing_since_s = None
                self._announce(SoundState.DEVICE_LOST, f"there is no sound device; {TRIES_AGAIN}", None)
            return
        if self._feeding is None:
            if caught_up and self.buffered_s >= self._start_s:
                self._start(now_s)
            return
        if self._asked != self._seen:
            if not self._playing:
                self._playing = True
                self._announce(SoundState.PLAYING, "", self._device.backend)
            self._seen, self._seen_at_s = self._asked, now_s
            if self.buffered_s > LATE_S:
                self._ring.skip_to_newest(round(START_KEEP_S * self._rate))
        elif now_s - self._seen_at_s > (STILL_S if self._playing else STILL_AT_START_S):
            self._lose("the sound device takes no more sound")

    def close(self) -> None:
        """Let go of the device; a frozen one is left behind."""
        device, self._device, self._feeding = self._device, None, None
        if device is not None:
            closing = threading.Thread(target=device.close, daemon=True)
            closing.start()
            closing.join(timeout=0.5)

    def _start(self, now_s: float) -> None:
        if self.buffered_s > START_MOST_S:
            self._ring.keep_newest(round(START_KEEP_S * self._rate))
        mine = self._feeding = object()
        self._asked = self._seen = 0
        self._seen_at_s = now_s
        feed = self._feed(mine)
        next(feed)
        try:
            self._device.start(feed)
        except _miniaudio_error():
            self._lose("the sound device does not start")

    def _feed(self, mine: object) -> Generator[NDArray[np.float32], int, None]:
        """Runs in the device's own thread: ``count`` frames in, that many frames out."""
        count = yield np.zeros((0, CHANNELS), np.float32)
        while True:
            out = np.zeros((count, CHANNELS), np.float32)
            if mine is self._feeding:
                sound = self._ring.read(count)
                out[: len(sound)] = self._ramp.apply(sound)
                self._asked += count
                self.played_frames += len(sound)
                self.underruns += len(sound) < count
            count = yield out

    def _lose(self, detail: str) -> None:
        self._announce(SoundState.DEVICE_LOST, f"{detail}; {TRIES_AGAIN}", None)
        lost, self._device, self._feeding, self._playing = self._device, None, None, False
        self._open_in_background(lost)

    def _open_in_background(self, lost: Any) -> None:
        threading.Thread(target=self._reopen, args=(lost,), daemon=True).start()

    def _reopen(self, lost: Any) -> None:
        if lost is not None:
            with contextlib.suppress(Exception):  # whatever it says: it is gone
                lost.close()
        while True:
            with contextlib.suppress(DeviceUnavailable):
                device = open_device(self._kind, self._rate)
                break
            time.sleep(REOPEN_EVERY_S)
        with self._fading:
            self._ramp = FadeRamp(0.0)
            self._ramp.go(self._gain, round(FADE_IN_AGAIN_S * self._rate))
        self._missing_since_s = None
        self._device = device


def _miniaudio_error() -> type[Exception]:
    import miniaudio

    error: type[Exception] = miniaudio.MiniaudioError
    return error
