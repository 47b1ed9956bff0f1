"""The live output: starts late enough, fades what is heard, notices a dead device and takes a new one.

A device is played by the test where time matters: it takes frames when the test says so, and time is an argument.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import miniaudio
import numpy as np
import pytest
from numpy.typing import NDArray

from pulsetune.model import SoundState
from pulsetune.sound import outputs
from pulsetune.sound.device import DeviceUnavailable, open_device
from pulsetune.sound.outputs import LiveOutput
from pulsetune.sound.wire import OutputKind

RATE_HZ = 48_000
ONE_SECOND = np.ones((RATE_HZ, 2), np.float32)


class HandDevice:
    """A sound device that takes sound when the test pulls."""

    backend = "hand"

    def __init__(self) -> None:
        self.feed: Generator[NDArray[np.float32], int, None] | None = None
        self.closed = False

    def start(self, feed: Generator[NDArray[np.float32], int, None]) -> None:
        self.feed = feed

    def pull(self, frames: int) -> NDArray[np.float32]:
        assert self.feed is not None
        return self.feed.send(frames)

    def close(self) -> None:
        self.closed = True


class Bench:
    """A live output with hand devices; ``missing`` says whether opening one fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.missing = False
        self.devices: list[HandDevice] = []
        self.states: list[SoundState] = []
        monkeypatch.setattr(outputs, "open_device", self._open)
        monkeypatch.setattr(outputs, "REOPEN_EVERY_S", 0.01)
        self.live = LiveOutput(OutputKind.SPEAKERS, RATE_HZ, 0, lambda state, *_: self.states.append(state))

    def _open(self, kind: OutputKind, rate_hz: int) -> Any:
        if self.missing:
            raise DeviceUnavailable("none")
        self.devices.append(HandDevice())
        return self.devices[-1]

    def playing(self, seconds: int = 3) -> HandDevice:
        """Open, fill, start, and take the first 0.1 s."""
        self.live.open(1.0, 0.0, required=True)
        for _ in range(seconds):
            self.live.write(ONE_SECOND)
        self.live.service(0.0)
        self.devices[-1].pull(4800)
        self.live.service(0.1)
        return self.devices[-1]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "this never happened"
        time.sleep(0.005)


def test_the_device_starts_only_when_enough_is_buffered(bench: Bench) -> None:
    bench.live.open(1.0, 0.0, required=True)
    bench.live.write(ONE_SECOND)
    bench.live.service(0.0)
    assert bench.devices[0].feed is None
    bench.live.write(ONE_SECOND)
    bench.live.service(0.0, caught_up=False)
    assert bench.devices[0].feed is None
    bench.live.service(0.0, caught_up=True)
    assert bench.devices[0].feed is not None
    assert bench.states == []
    bench.devices[0].pull(100)
    bench.live.service(0.1)
    assert bench.states == [SoundState.PLAYING]


def test_a_fade_is_heard_at_once_although_seconds_are_buffered(bench: Bench) -> None:
    device = bench.playing()
    bench.live.fade(0.0, 1.0)
    heard = device.pull(RATE_HZ + 4800)[:, 0]
    assert heard[0] > 0.999
    assert heard[RATE_HZ // 2] == pytest.approx(0.5, abs=0.001)
    assert heard[RATE_HZ // 4] == pytest.approx(0.5 + 0.5 * np.cos(np.pi / 4), abs=0.001)
    assert not heard[RATE_HZ:].any()
    assert np.abs(np.diff(heard)).max() < 1.1 * np.pi / 2 / RATE_HZ  # no step anywhere
    assert bench.live.silent


def test_what_the_device_asks_for_too_much_is_silence_and_counted(bench: Bench) -> None:
    device = bench.playing(2)
    got = device.pull(2 * RATE_HZ)
    assert got.shape == (2 * RATE_HZ, 2)
    assert not got[2 * RATE_HZ - 4800 :].any()
    assert bench.live.underruns == 1
    assert bench.live.played_frames == 2 * RATE_HZ


def test_it_says_when_the_device_will_run_dry(bench: Bench) -> None:
    device = bench.playing(2)
    assert not bench.live.starving
    device.pull(round(1.7 * RATE_HZ))
    assert bench.live.starving


def test_a_device_that_stands_still_is_given_up_and_another_is_opened(bench: Bench) -> None:
    old = bench.playing()
    bench.live.service(1.0)
    assert bench.states == [SoundState.PLAYING]
    bench.live.service(1.2)
    assert bench.states == [SoundState.PLAYING, SoundState.DEVICE_LOST]
    until(lambda: old.closed and len(bench.devices) == 2)
    bench.live.write(ONE_SECOND)
    until(lambda: (bench.live.service(1.3), bench.devices[1].feed is not None)[1])
    heard = bench.devices[1].pull(1000)
    bench.live.service(1.4)
    assert bench.states[-1] is SoundState.PLAYING
    # What was buffered while nothing was heard is stale: 3.9 s were there, the newest 1.8 s are played.
    assert bench.live.heard_frame == 4 * RATE_HZ - round(1.8 * RATE_HZ) + 1000
    assert heard[0, 0] < 0.001  # and they fade in
    assert heard[-1, 0] < 0.01


def test_it_tries_for_ever_while_there_is_no_device(bench: Bench) -> None:
    bench.missing = True
    bench.live.open(1.0, 0.0, required=False)
    bench.live.service(time.monotonic())
    assert bench.states == []  # it may only be slow
    for later_s in (2.0, 3.0):
        bench.live.service(time.monotonic() + later_s)
    assert bench.states == [SoundState.DEVICE_LOST]
    assert bench.live.silent
    bench.missing = False
    until(lambda: len(bench.devices) == 1)


def test_a_sound_daemon_that_hangs_does_not_stop_the_render_loop(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    thawed = threading.Event()
    monkeypatch.setattr(outputs, "open_device", lambda *_: (thawed.wait(10), HandDevice())[1])
    bench.live.open(1.0, 0.0, required=False)
    bench.live.write(ONE_SECOND)
    bench.live.write(ONE_SECOND)
    bench.live.service(time.monotonic())  # returns
    assert bench.live.silent
    thawed.set()
    until(lambda: (bench.live.service(time.monotonic()), not bench.live.silent)[1])


def test_a_device_given_up_gets_nothing_more(bench: Bench) -> None:
    old = bench.playing()
    bench.live.service(1.2)
    before = bench.live.heard_frame
    assert not old.pull(1000).any()
    assert bench.live.heard_frame == before


def test_a_missing_device_is_an_error_where_one_is_required(bench: Bench) -> None:
    bench.missing = True
    with pytest.raises(DeviceUnavailable):
        bench.live.open(1.0, 0.0, required=True)


def test_an_ear_that_fell_far_behind_is_brought_back_without_a_click(bench: Bench) -> None:
    device = bench.playing(5)
    bench.live.service(0.2)
    device.pull(480)
    bench.live.service(0.3)
    for _ in range(3):
        bench.live.write(ONE_SECOND)
    device.pull(480)
    bench.live.service(0.4)
    device.pull(480)
    assert bench.live.buffered_s == pytest.approx(1.8 - 0.01, abs=0.001)


def test_the_null_device_takes_sound_at_the_speed_of_a_sound_card() -> None:
    states: list[SoundState] = []
    live = LiveOutput(OutputKind.NULL, RATE_HZ, 0, lambda state, *_: states.append(state))
    live.open(1.0, 0.0, required=True)
    for _ in range(5):
        live.write(ONE_SECOND)
    live.service(time.monotonic())
    until(lambda: live.played_frames > 0)
    begun_s, begun_frames = time.monotonic(), live.played_frames
    until(lambda: live.played_frames - begun_frames >= RATE_HZ)
    took_s = time.monotonic() - begun_s
    live.close()
    assert took_s > 0.8  # never faster than real time, give or take one period; a busy machine may be slower


def test_speakers_are_never_the_null_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(miniaudio, "get_enabled_backends", lambda: {miniaudio.Backend.NULL, miniaudio.Backend.CUSTOM})
    asked: list[Any] = []
    monkeypatch.setattr(miniaudio, "PlaybackDevice", lambda **options: asked.append(options["backends"]))
    with pytest.raises(DeviceUnavailable):
        open_device(OutputKind.SPEAKERS, RATE_HZ)
    assert asked == []
