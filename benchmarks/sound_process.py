"""What the sound process costs and how quickly it is there: processor time, memory, start, and restarts.

Prints one line a measurement. Linux only: it reads /proc. Takes about three minutes.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _proc import processor_s, resident_mb

from pulsetune.clocks import SteppedClock, SystemClock
from pulsetune.model import AudioParameters, SoundState, SoundStatus
from pulsetune.sound.limiter import TruePeakLimiter
from pulsetune.sound.supervisor import ProcessSink
from pulsetune.sound.wire import OutputKind, OutputSpec

SOUNDSCAPE = "felt-piano"
RATE_HZ = 48_000
LIVE_S = 70
FILE_MINUTES = 60


def target(t_s: float) -> AudioParameters:
    """A session's way down: 75 to 60 BPM and darker, over half an hour."""
    share = min(1.0, t_s / 1800)
    return AudioParameters(t_s, 75 - 15 * share, 0.7 - 0.4 * share, 0.6 - 0.3 * share, 0.5, 0.8, 0.6, 0.0)


class Live:
    """A live session on the null device."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.sink = ProcessSink(OutputSpec(OutputKind.NULL), SOUNDSCAPE, 5, self.clock)
        self._next_s = 0.0
        self.said: list[SoundStatus] = []

    async def run(self, seconds: float, until_playing: int = 0) -> None:
        """Send a target a second for so long, or until it has begun to play so many times."""
        end_s = self.clock.now_s() + seconds
        while self.clock.now_s() < end_s:
            if self.clock.now_s() >= self._next_s:
                self.sink.apply(target(self._next_s))
                self._next_s += 1.0
            self.said += [event for event in self.sink.drain(end_s) if isinstance(event, SoundStatus)]
            if until_playing and sum(status.state is SoundState.PLAYING for status in self.said) >= until_playing:
                return
            await asyncio.sleep(0.02)


async def live() -> None:
    begun_s = time.monotonic()
    session = Live()
    await session.sink.open()
    print(f"start: ready after {time.monotonic() - begun_s:.2f} s")
    await session.run(20, until_playing=1)
    print(f"start: first sound {session.said[-1].t_s:.2f} s after the session's start")
    process_id = session.sink.process_id
    assert process_id is not None
    used_s, begun_s = processor_s(process_id), time.monotonic()
    await session.run(LIVE_S)
    share = (processor_s(process_id) - used_s) / (time.monotonic() - begun_s)
    print(f"live: {share:.1%} of a core over {LIVE_S} s, {resident_mb(process_id):.0f} MB")
    for count, (name, blow) in enumerate((("kill", signal.SIGKILL), ("hang", signal.SIGSTOP)), start=2):
        assert session.sink.process_id is not None
        struck_s = session.clock.now_s()
        os.kill(session.sink.process_id, blow)
        await session.run(20, until_playing=count)
        print(
            f"{name}: sound again after {session.said[-1].t_s - struck_s:.2f} s, {session.said[-1].latency_s} s behind"
        )
        await session.run(3)
    session.sink.fade(0.0, 1.0)
    await session.sink.close()
    report = session.sink.report
    print(f"live: {report.underruns} underruns in {report.seconds:.0f} s played")


async def file(folder: Path) -> None:
    sink = ProcessSink(OutputSpec(OutputKind.FILE, folder / "long.flac"), SOUNDSCAPE, 5, SteppedClock())
    await sink.open()
    process_id = sink.process_id
    assert process_id is not None
    begun_s, used_s, memory = time.monotonic(), processor_s(process_id), []
    for t_s in range(60 * FILE_MINUTES + 1):
        sink.apply(target(float(t_s)))
        await sink.ready(float(t_s))
        if t_s % 300 == 60:
            memory.append(f"{resident_mb(process_id):.1f}")
    used_s = processor_s(process_id) - used_s
    await sink.close()
    took_s = time.monotonic() - begun_s
    print(
        f"file: {FILE_MINUTES} min in {took_s:.0f} s ({60 * FILE_MINUTES / took_s:.0f} x), {used_s:.0f} s of processor"
    )
    print(f"file: memory at minutes 1, 6, ...: {', '.join(memory)} MB")


def limiter() -> None:
    noise = np.random.default_rng(1).standard_normal((20 * RATE_HZ, 2)).astype(np.float32)
    for name, gain in (("quiet", 0.02), ("at the ceiling", 0.15), ("always limiting", 1.0)):
        tested, sound = TruePeakLimiter(RATE_HZ), noise * np.float32(gain)
        begun_s = time.process_time()
        for at in range(0, len(sound), 1024):
            tested.process(sound[at : at + 1024])
        print(f"limiter, {name}: {(time.process_time() - begun_s) / 20:.2%} of a core")


if __name__ == "__main__":
    if not sys.platform.startswith("linux"):
        sys.exit("This benchmark reads /proc, which only Linux has.")
    limiter()
    asyncio.run(live())
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(file(Path(name)))
