"""The sound process seen from the session: ``ProcessSink`` starts it, feeds it, watches it and starts it again.

Rules of this file:
1. Whatever happens to sound, the session goes on: after ``open`` only a caller's mistake raises.
2. What the music should do lives here, in the parent: a new sound process gets the targets it needs sent again.
3. Everything runs in the event loop, and nothing waits in it (``link.py`` has the threads).
4. Live sound must show life every two seconds. A file may take as long as the machine needs, so a minute counts there.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pulsetune.errors import PulseTuneError, SoundDeviceMissing, WrongUse
from pulsetune.model import AudioParameters, SoundEvent, SoundState, SoundStatus
from pulsetune.ports import AHEAD_S, Clock, OutputReport
from pulsetune.sound.clock import SAMPLE_RATE_HZ
from pulsetune.sound.continuity import TargetHistory, TickNumbering
from pulsetune.sound.link import CHILD_COMMAND, ProcessLink
from pulsetune.sound.wire import (
    Close,
    Fade,
    Message,
    Open,
    OutputKind,
    OutputSpec,
    Problem,
    Progress,
    Ready,
    State,
    Target,
    Tick,
)

SUFFIXES = (".flac", ".wav")
CHECK_EVERY_S = 0.25
LIVE_CHECKS = 8  # 2 s; counted in checks and not in time, so that a suspended computer is no hang
FILE_CHECKS = 240  # 60 s
START_CHECKS = 80  # 20 s: importing and building on a slow, busy machine
GOOD_PLAY_S = 10.0  # after this much sound a restart counts as a success
RESTART_DELAYS_S = (0.0, 0.5, 1.0, 2.0, 4.0)  # the first at once; a fault that lasts must not burn the processor
FADE_IN_S = 0.5  # only against a click: how loud the music begins is the guide's decision
FADE_IN_AGAIN_S = 2.0
LEAD_IN_S = 1.8  # a live process starts this much before the newest target, so that it has sound at once
JUMP_S = 8.0  # targets further ahead than this (a suspended computer): start afresh there, do not render the gap
CLOSE_LIVE_S = 8.0  # what is buffered, the last fade, and letting go of the device


def pyo_available() -> bool:
    """Whether music can be made on this platform at all."""
    return importlib.util.find_spec("pyo") is not None


class ProcessSink:
    """See ``ports.AudioSink``. ``record`` adds a file to live sound. Files end in .flac or .wav, else WrongUse."""

    def __init__(
        self,
        output: OutputSpec,
        soundscape: str,
        seed: int,
        clock: Clock,
        record: Path | None = None,
        *,
        child_command: Sequence[str] = CHILD_COMMAND,
    ) -> None:
        if (output.path is None) is (output.kind is OutputKind.FILE):
            raise ValueError("a file output has a path, and no other output has one")
        for path in (output.path, record):
            if path is not None and path.suffix.lower() not in SUFFIXES:
                raise WrongUse(f"{path} is neither a .flac nor a .wav file.", "Give the file one of these endings.")
        self._output = output
        self._soundscape = soundscape
        self._seed = seed
        self._clock = clock
        self._record = record
        self._command = child_command
        self._live = output.kind is not OutputKind.FILE
        self._history = TargetHistory()
        self._events: list[SoundEvent] = []
        self._numbering = TickNumbering()
        self._gain = 1.0
        self._link: ProcessLink | None = None
        self._trouble: State | None = None  # why the present process says it gave up
        self._answered = asyncio.Event()  # the first process is ready, or has ended
        self._progressed = asyncio.Event()
        self._ended = asyncio.Event()  # no process runs and none will be started
        self._tasks: set[asyncio.Task[None]] = set()
        self._opened = self._closing = self._failed = self._ready = self._starting = False
        self._quiet_checks = 0
        self._start_frame = 0
        self._progress = Progress(0, 0, 0, 0)
        self._earlier_frames = self._earlier_underruns = 0  # of the processes before this one
        self._parts = 1
        self._restarts = self._restarts_in_a_row = 0

    # ------------------------------------------------------------ the port

    async def open(self) -> None:
        """Start the process and wait until it is ready.

        Raises
        ------
        SoundDeviceMissing
            If there is no sound device.
        PulseTuneError
            If the file cannot be written or the soundscape not be built.
        """
        if self._command == CHILD_COMMAND and not pyo_available():
            raise PulseTuneError("On this computer no music can be made: pyo is missing.", "Choose --output silent.")
        self._tell(SoundState.STARTING, "")
        self._start(self._clock.now_s() if self._live else 0.0)
        self._background(self._watch())
        try:
            await self._answered.wait()
        except asyncio.CancelledError:
            self._give_up()
            raise
        if not self._ready:
            self._stop_tasks()
            raise _error(self._trouble)
        self._opened = True

    def apply(self, parameters: AudioParameters) -> None:
        if self._failed or self._closing:
            return
        before_s = self._history.newest_s
        if before_s is not None and parameters.t_s < before_s:
            raise ValueError(f"targets must come in order of time: {parameters.t_s} after {before_s}")
        if self._live and parameters.t_s - (before_s or self._start_frame / SAMPLE_RATE_HZ) > JUMP_S:
            self._history.clear()
            self._history.add(parameters, parameters.t_s)
            if self._link is not None:  # else a process is about to start, and begins there
                self._replace("Session time moved on: the music starts again there", new_part=before_s is not None)
            return
        needed_s = parameters.t_s - 2 * LEAD_IN_S if self._live else self._progress.rendered_frame / SAMPLE_RATE_HZ
        self._history.add(parameters, needed_s)
        self._send(Target(parameters))

    async def ready(self, to_s: float) -> None:
        if self._live:
            return
        block_s = 1024 / SAMPLE_RATE_HZ  # what is left over is rendered with the next target
        while not (self._failed or self._closing):
            wanted_s = min(to_s - AHEAD_S, (self._history.newest_s or 0.0) - block_s)
            if self._progress.rendered_frame / SAMPLE_RATE_HZ >= wanted_s - block_s:
                return
            self._progressed.clear()
            await self._progressed.wait()

    def drain(self, now_s: float) -> Sequence[SoundEvent]:  # noqa: ARG002 -- everything that came is of the past
        events, self._events = self._events, []
        return events

    def fade(self, gain: float, seconds: float) -> None:
        self._gain = gain
        self._send(Fade(gain, seconds))

    async def close(self) -> None:
        self._closing = True
        if self._link is None and (self._live or not self._starting):
            self._ended.set()
        self._send(Close())
        try:
            async with asyncio.timeout(CLOSE_LIVE_S if self._live else None):
                await self._ended.wait()
        except TimeoutError:
            self._give_up()
            await self._ended.wait()
        self._stop_tasks()

    @property
    def report(self) -> OutputReport:
        frames = self._earlier_frames + self._frames()
        path = self._output.path or self._record
        return OutputReport(
            self._output.kind.value,
            None if path is None else str(path),
            frames / SAMPLE_RATE_HZ,
            self._earlier_underruns + self._progress.underruns,
        )

    @property
    def process_id(self) -> int | None:
        """Of the present sound process, for tests and for ``doctor``."""
        return None if self._link is None else self._link.process_id

    # ------------------------------------------------------------ one process after the other

    def _start(self, from_s: float) -> None:
        """Start a process whose music begins a little before ``from_s`` (live) or exactly there (file)."""
        again = self._opened
        self._start_frame = max(0, round((from_s - (LEAD_IN_S if self._live else 0.0)) * SAMPLE_RATE_HZ))
        self._progress = Progress(self._start_frame, self._start_frame, 0, 0)
        self._trouble, self._ready, self._quiet_checks = None, False, 0
        link = ProcessLink(
            self._command,
            lambda message: self._take(message) if self._link is link else None,
            lambda code: self._exited(code) if self._link is link else None,
        )
        self._link = link
        self._send(
            Open(
                self._output.kind,
                self._part(self._output.path),
                self._part(self._record),
                self._soundscape,
                self._seed,
                self._start_frame,
                self._gain,
                FADE_IN_AGAIN_S if again else FADE_IN_S,
                device_required=not again,
            )
        )
        for target in self._history.since(self._start_frame / SAMPLE_RATE_HZ):
            self._send(Target(target))
        if self._closing:
            self._send(Close())

    def _take(self, message: Message) -> None:
        self._quiet_checks = 0
        match message:
            case Ready():
                self._ready = True
                self._answered.set()
            case Progress():
                self._progress = message
                self._progressed.set()
                if self._frames() >= GOOD_PLAY_S * SAMPLE_RATE_HZ:
                    self._restarts_in_a_row = 0
            case Tick():
                tick = self._numbering.next(message)
                if tick is not None:
                    self._events.append(tick)
            case State(SoundState.FAILED):
                self._trouble = message
            case State(state, _, detail, device):
                self._tell(state, detail, device)

    def _exited(self, code: int) -> None:
        self._link = None
        self._bank()
        finished = self._closing and (self._live or code == 0)
        if not self._opened or finished:
            self._answered.set()
            self._ended.set()
        elif self._trouble is not None and self._trouble.problem is Problem.FILE:
            self._fail(self._trouble.detail)
        else:
            why = self._trouble.detail if self._trouble else _exit_text(code)
            self._replace(f"The sound process stopped ({why})")

    def _replace(self, why: str, *, new_part: bool = True) -> None:
        """Start another process in place of one that has ended, or of the present one, which had no fault then."""
        old, self._link = self._link, None
        delay_s = 0.0
        if old is not None:
            old.kill()
            self._bank()
        else:
            if self._restarts_in_a_row == len(RESTART_DELAYS_S):
                self._fail(f"{why}, {self._restarts_in_a_row} times in a row")
                return
            delay_s = RESTART_DELAYS_S[self._restarts_in_a_row]
            self._restarts += 1
            self._restarts_in_a_row += 1
        self._numbering.new_process()
        begun_s = self._progress.rendered_frame / SAMPLE_RATE_HZ
        if new_part and (self._output.path or self._record):
            self._parts += 1
            why += f"; the file goes on in {self._part(self._output.path or self._record)}"
        self._tell(SoundState.RESTARTING, why)
        self._starting = True
        self._background(self._start_later(delay_s, begun_s))

    async def _start_later(self, delay_s: float, begun_s: float) -> None:
        await asyncio.sleep(delay_s)
        self._starting = False
        if self._live and self._closing:
            self._ended.set()
            return
        newest_s = self._history.newest_s
        self._start(self._clock.now_s() if newest_s is None else newest_s) if self._live else self._start(begun_s)

    async def _watch(self) -> None:
        """Kill a process that shows no life; its end is then noticed like any other."""
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            self._quiet_checks += 1
            allowed = START_CHECKS if not self._ready else LIVE_CHECKS if self._live else FILE_CHECKS
            if self._link is not None and self._quiet_checks > allowed:
                self._quiet_checks = 0
                self._link.kill()

    def _fail(self, why: str) -> None:
        self._failed = True
        self._tell(SoundState.FAILED, f"{why}: the session goes on without sound")
        self._progressed.set()
        self._ended.set()

    def _give_up(self) -> None:
        if self._link is not None:
            self._link.kill()

    # ------------------------------------------------------------ small things

    def _send(self, command: Open | Target | Fade | Close) -> None:
        if self._link is not None:
            self._link.send(command)

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _frames(self) -> int:
        """Played or written by the present process."""
        return self._progress.played_frames if self._live else self._progress.rendered_frame - self._start_frame

    def _bank(self) -> None:
        """Keep the counts of a process that has ended; a file goes on where it stopped."""
        self._earlier_frames += self._frames()
        self._earlier_underruns += self._progress.underruns
        self._start_frame = self._progress.rendered_frame
        self._progress = replace(self._progress, played_frames=0, underruns=0)

    def _part(self, path: Path | None) -> str | None:
        if path is None:
            return None
        return str(path if self._parts == 1 else path.with_name(f"{path.stem}.part{self._parts}{path.suffix}"))

    def _tell(self, state: SoundState, detail: str, device: str | None = None) -> None:
        now_s = self._clock.now_s()
        playing = self._live and state is SoundState.PLAYING
        latency_s = round(now_s - self._progress.heard_frame / SAMPLE_RATE_HZ, 3) if playing else None
        underruns = self._earlier_underruns + self._progress.underruns
        self._events.append(SoundStatus(now_s, state, detail, device, latency_s, underruns, self._restarts))


def _error(trouble: State | None) -> PulseTuneError:
    if trouble is None:
        return PulseTuneError("The sound process ended before it could play.", "Set PULSETUNE_DEBUG=1 to see why.")
    if trouble.problem is Problem.NO_DEVICE:
        return SoundDeviceMissing(
            "There is no sound device.", "Connect one, or choose --output FILE.flac or --output null."
        )
    if trouble.problem is Problem.FILE:
        return PulseTuneError(f"{trouble.detail}.", "Choose another place for the file.")
    return PulseTuneError(f"The music could not be built ({trouble.detail}).", "Set PULSETUNE_DEBUG=1 to see why.")


def _exit_text(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"
