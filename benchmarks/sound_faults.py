"""What a live session does when its sound process is killed or hangs, and whether it holds out for half an hour.

    python benchmarks/sound_faults.py                  ten kills and three hangs in one session, about 5 minutes
    python benchmarks/sound_faults.py --endurance 30   so many minutes while another process keeps a core busy

A whole session on the null device, which is paced like a sound card: simulated listener, engine, log, sound process.
Linux only: it reads /proc.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
from _proc import processor_s, resident_mb
from scipy.signal import butter, sosfilt

from pulsetune.clocks import SystemClock
from pulsetune.heart.simulated import SimulatedHeart
from pulsetune.model import (
    Beat,
    Command,
    CommandKind,
    Event,
    ListenerProfile,
    PulseTick,
    SessionEnded,
    SessionStarted,
    SoundState,
    SoundStatus,
)
from pulsetune.programs import find_program, with_minutes
from pulsetune.records.library import Library
from pulsetune.records.store import SessionLog
from pulsetune.session import Parts, run_session
from pulsetune.sound.supervisor import ProcessSink
from pulsetune.sound.wire import OutputKind, OutputSpec
from pulsetune.verification import verify

BLOWS = (
    (signal.SIGKILL, 4),
    (signal.SIGSTOP, 1),
    (signal.SIGKILL, 3),
    (signal.SIGSTOP, 1),
    (signal.SIGKILL, 3),
    (signal.SIGSTOP, 1),
)
LIMIT_S = {signal.SIGKILL: 2.0, signal.SIGSTOP: 4.5}
BETWEEN_S = 12.0  # ten seconds of sound make a restart a success
CLICK_ABOVE_HZ = 16_000  # the music has next to nothing there; a step has as much there as anywhere
LOOK_EVERY_S = 300.0
SEED = 5


@dataclass(frozen=True)
class Restart:
    """One blow and what followed; seconds until sound was there again."""

    blow: signal.Signals
    took_s: float
    latency_s: float | None

    @property
    def within(self) -> bool:
        return self.took_s <= LIMIT_S[self.blow]


class Session:
    """One live session, its events as they come, and what the benchmark does to it."""

    def __init__(self, folder: Path, minutes: float, soundscape: str, record: Path | None) -> None:
        program = replace(with_minutes(find_program("unwind"), minutes), soundscape=soundscape)
        self.clock = SystemClock()
        self.heart = SimulatedHeart(SEED)
        self.sink = ProcessSink(OutputSpec(OutputKind.NULL), soundscape, SEED, self.clock, record)
        self.home = folder / "home"
        label, simulated = self.heart.label, self.heart.simulated
        profile = ListenerProfile()
        self.started = SessionStarted(
            0.0, "benchmark", 1, program, profile, program.policy, label, simulated, SEED, 0, 0, "UTC"
        )
        self.store = SessionLog.start(self.home, self.started)
        self.playing: list[SoundStatus] = []
        self.latest_tick_s = 0.0
        self._stop = False

    async def run(self, beside: Coroutine[None, None, None]) -> None:
        """Run the session with ``beside`` next to it; it ends when ``beside`` does, or by itself."""
        parts = Parts(self.heart, self.sink, self.clock, self.store, self._watch, self._commands, self.heart.hear)
        session = asyncio.create_task(run_session(self.started, parts))
        other = asyncio.create_task(beside)
        await asyncio.wait({session, other}, return_when=asyncio.FIRST_COMPLETED)
        if other.done():
            other.result()
        self._stop = True
        await session
        other.cancel()

    async def sounds(self, times: int) -> SoundStatus:
        """Wait until a device has begun to take sound for the ``times``-th time."""
        while len(self.playing) < times:
            await asyncio.sleep(0.02)
        return self.playing[times - 1]

    def _watch(self, _now_s: float, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, SoundStatus) and event.state is SoundState.PLAYING and event.device:
                self.playing.append(event)

    def _commands(self, now_s: float) -> Sequence[Command]:
        return [Command(now_s, CommandKind.STOP)] if self._stop else []

    def log(self) -> list[tuple[float, Event]]:
        return list(Library(self.home).events(self.store.session_id))


# ---------------------------------------------------------------- faults


async def strike(session: Session, out: list[Restart]) -> None:
    """All blows, one after the other, each when the music has played for a while."""
    await session.sounds(1)
    for number, blow in enumerate([blow for blow, times in BLOWS for _ in range(times)], start=2):
        await asyncio.sleep(BETWEEN_S)
        assert session.sink.process_id is not None
        struck_s = session.clock.now_s()
        os.kill(session.sink.process_id, blow)
        again = await session.sounds(number)
        out.append(Restart(blow, again.t_s - struck_s, again.latency_s))
        verdict = "" if out[-1].within else "   TOO LATE"
        print(f"{blow.name}: sound again after {out[-1].took_s:.2f} s, {again.latency_s} s behind{verdict}", flush=True)
    await asyncio.sleep(BETWEEN_S)


def faults(folder: Path, soundscape: str) -> bool:
    """Returns whether everything came back in time and is in the log."""
    session = Session(folder, 8, soundscape, folder / "record.wav")
    restarts: list[Restart] = []
    asyncio.run(session.run(strike(session, restarts)))
    for blow in LIMIT_S:
        took = sorted(restart.took_s for restart in restarts if restart.blow is blow)
        print(f"{blow.name}: {len(took)} times, middle {took[len(took) // 2]:.2f} s, worst {took[-1]:.2f} s")
    report = session.sink.report
    print(f"{report.seconds:.0f} s were played, {report.underruns} underruns")
    joins(folder)
    return log_is_complete(session) and all(restart.within for restart in restarts)


def joins(folder: Path) -> None:
    """How the parts of the recording begin and end: how loud what only a click has is there, and anywhere else."""
    parts = sorted(folder.glob("record*.wav"), key=lambda path: path.stat().st_mtime)
    sections = butter(6, CLICK_ABOVE_HZ, "highpass", fs=48_000, output="sos")
    begins, insides, first = [], [], []
    for part in parts:
        sound, _ = soundfile.read(part)
        if len(sound) < 96_000:
            continue
        treble = np.abs(sosfilt(sections, sound, axis=0)).max(axis=1)
        first.append(float(np.abs(sound[:48]).max()))
        begins.append(float(treble[:24_000].max()))
        insides.append(float(treble[24_000:].max()))
    print(
        f"recording: {len(parts)} parts; above {CLICK_ABOVE_HZ // 1000} kHz the loudest of the first half second "
        f"{decibels(max(begins)):.0f} dBFS, of the rest {decibels(max(insides)):.0f}; first millisecond "
        f"{decibels(max(first)):.0f} dBFS at most"
    )


def decibels(value: float) -> float:
    return float(20 * np.log10(max(value, 1e-9)))


def log_is_complete(session: Session) -> bool:
    """Pulses in order (the silent ones are counted too, and not told), a proper end, and a replay that is exact."""
    log = session.log()
    ticks = [event for _, event in log if isinstance(event, PulseTick)]
    beats = [event for _, event in log if isinstance(event, Beat)]
    restarts = max(event.restarts for _, event in log if isinstance(event, SoundStatus))
    counted = all(b.index > a.index and b.frame > a.frame for a, b in itertools.pairwise(ticks))
    widest_s = max((b.t_s - a.t_s for a, b in itertools.pairwise(beats)), default=0.0)
    ended = isinstance(log[-1][1], SessionEnded)
    exact = verify(iter(log)).exact
    print(
        f"log: {len(beats)} beats, at most {widest_s:.2f} s apart; {len(ticks)} pulses, in order: {counted}; "
        f"{restarts} restarts; proper end: {ended}; replay exact: {exact}"
    )
    return counted and ended and exact


# ---------------------------------------------------------------- endurance


async def look(session: Session, minutes: float) -> None:
    """Say now and then how the sound process is."""
    await session.sounds(1)
    process_id = session.sink.process_id
    assert process_id is not None
    begun_s, used_s = time.monotonic(), processor_s(process_id)
    while session.clock.now_s() < 60 * minutes - LOOK_EVERY_S / 2:
        await asyncio.sleep(LOOK_EVERY_S)
        share = (processor_s(process_id) - used_s) / (time.monotonic() - begun_s)
        print(
            f"minute {session.clock.now_s() / 60:4.1f}: {session.sink.report.underruns} underruns, "
            f"{resident_mb(process_id):.1f} MB, {share:.1%} of a core, load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    await asyncio.sleep(3600)  # the session ends by itself


def endurance(folder: Path, minutes: float, soundscape: str) -> bool:
    """Returns whether there was no underrun and no restart."""
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        session = Session(folder, minutes, soundscape, None)
        asyncio.run(session.run(look(session, minutes)))
    finally:
        busy.kill()
        busy.wait()
    report = session.sink.report
    print(f"{report.seconds:.0f} s were played, {report.underruns} underruns")
    return log_is_complete(session) and report.underruns == 0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--endurance", type=float, metavar="MINUTES")
    parser.add_argument("--sound", default="felt-piano")
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        sys.exit("This benchmark reads /proc, which only Linux has.")
    with tempfile.TemporaryDirectory() as name:
        if options.endurance:
            good = endurance(Path(name), options.endurance, options.sound)
        else:
            good = faults(Path(name), options.sound)
    print("as promised" if good else "NOT as promised")
    sys.exit(not good)


if __name__ == "__main__":
    main()
