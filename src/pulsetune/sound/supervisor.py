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
from pathlib import Path
from typing import Any

from pulsetune.errors import PulseTuneError, SoundDeviceMissing, WrongUse
from pulsetune.model import AudioParameters, PulseTick, SoundEvent, SoundState, SoundStatus
from pulsetune.ports import Clock, OutputReport
from pulsetune.sound.continuity import Continuity
from pulsetune.sound.link import CHILD_COMMAND, ProcessLink
from pulsetune.sound.wire import (
    Close,
    Command,
    Fade,
    Message,
    OutputKind,
    OutputSpec,
    Problem,
    Progress,
    Ready,
    Sounded,
    State,
    Target,
    Tick,
)

SUFFIXES = (".flac", ".wav")
CHECK_EVERY_S = 0.25
LIVE_CHECKS = 8  # 2 s; counted in checks and not in time, so that a suspended computer is no hang
FILE_CHECKS = 240  # 60 s
START_CHECKS = 80  # 20 s: importing and building on a slow, busy machine
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
        self._kind = output.kind
        self._clock = clock
        self._command = child_command
        self._state = Continuity(output, record, soundscape, seed)
        self._live = self._state.live
        self._events: list[SoundEvent] = []
        self.pulses: list[PulseTick] = []  # with the notes, what was played so far, for a score
        self.notes: list[Sounded] = []
        self._link: ProcessLink | None = None
        self._trouble: State | None = None  # why the present process says it gave up
        self._answered = asyncio.Event()  # the first process is ready, or has ended
        self._progressed = asyncio.Event()
        self._ended = asyncio.Event()  # no process runs and none will be started
        self._tasks: set[asyncio.Task[None]] = set()
        self._opened = self._closing = self._failed = False
        self._ready = False  # the present process is
        self._starting = False  # a process will be started after a delay
        self._has_targets = False
        self._quiet_checks = 0

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
        self._start()
        self._background(self._watch())
        try:
            await self._answered.wait()
        except asyncio.CancelledError:
            self._kill()
            raise
        if not self._ready:
            self._stop_tasks()
            raise _error(self._trouble)
        self._opened = True

    def apply(self, parameters: AudioParameters) -> None:
        if self._failed or self._closing:
            return
        goes_on = self._state.add(parameters)
        had_targets, self._has_targets = self._has_targets, True
        if goes_on:
            self._send(Target(parameters))
        elif self._link is not None:  # else a process is about to start, and begins there
            self._kill()
            self._link = None
            self._state.ended()
            # A file that holds nothing yet is begun again, one that holds music goes on in a second part.
            self._start_again("Session time moved on: the music starts again there", 0.0, new_part=had_targets)

    async def ready(self, to_s: float) -> None:
        while not (self._failed or self._closing or self._state.far_enough(to_s)):
            self._progressed.clear()
            await self._progressed.wait()

    def drain(self, now_s: float) -> Sequence[SoundEvent]:  # noqa: ARG002 -- everything that came is of the past
        events, self._events = self._events, []
        return events

    def fade(self, gain: float, seconds: float) -> None:
        self._state.gain = gain
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
            self._kill()
            await self._ended.wait()
        self._stop_tasks()

    @property
    def report(self) -> OutputReport:
        state = self._state
        return OutputReport(self._kind.value, state.path, state.seconds, state.underruns)

    @property
    def process_id(self) -> int | None:
        """Of the present sound process, if there is one."""
        return None if self._link is None else self._link.process_id

    # ------------------------------------------------------------ one process after the other

    def _start(self) -> None:
        self._trouble, self._ready, self._quiet_checks = None, False, 0
        link = ProcessLink(
            self._command,
            lambda message: self._take(message) if self._link is link else None,
            lambda code: self._exited(code) if self._link is link else None,
        )
        self._link = link
        self._send(self._state.order(self._clock.now_s()))
        for target in self._state.targets():
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
                self._state.take(message)
                self._progressed.set()
            case Tick():
                tick = self._state.number(message)
                if tick is not None:
                    self._events.append(tick)
                    self.pulses.append(tick)
            case Sounded() if not self.notes or message.frame >= self.notes[-1].frame:
                self.notes.append(message)  # a new process renders a little of the past again
            case State(SoundState.FAILED):
                self._trouble = message
            case State(state, _, detail, device):
                self._tell(state, detail, device)

    def _exited(self, code: int) -> None:
        self._link = None
        self._state.ended()
        if not self._opened or (self._closing and (self._live or code == 0)):
            self._answered.set()
            self._ended.set()
        elif self._trouble is not None and self._trouble.problem is Problem.FILE:
            self._fail(self._trouble.detail)
        else:
            why = f"The sound process stopped ({self._trouble.detail if self._trouble else _exit_text(code)})"
            delay_s = self._state.restart_delay_s()
            if delay_s is None:
                self._fail(f"{why}, again and again")
            else:
                self._start_again(why, delay_s, new_part=True)

    def _start_again(self, why: str, delay_s: float, *, new_part: bool) -> None:
        part = self._state.next_part() if new_part else None
        self._tell(SoundState.RESTARTING, why if part is None else f"{why}; the file goes on in {part}")
        self._starting = True
        self._background(self._start_later(delay_s))

    async def _start_later(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        self._starting = False
        if self._live and self._closing:
            self._ended.set()
        else:
            self._start()

    async def _watch(self) -> None:
        """Kill a process that shows no life; its end is then noticed like any other."""
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            self._quiet_checks += 1
            allowed = START_CHECKS if not self._ready else LIVE_CHECKS if self._live else FILE_CHECKS
            if self._quiet_checks > allowed:
                self._quiet_checks = 0
                self._kill()

    def _fail(self, why: str) -> None:
        self._failed = True
        self._tell(SoundState.FAILED, f"{why}: the session goes on without sound")
        self._progressed.set()
        self._ended.set()

    # ------------------------------------------------------------ small things

    def _send(self, command: Command) -> None:
        if self._link is not None:
            self._link.send(command)

    def _kill(self) -> None:
        if self._link is not None:
            self._link.kill()

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _tell(self, state: SoundState, detail: str, device: str | None = None) -> None:
        now_s = self._clock.now_s()
        latency_s = self._state.latency_s(now_s) if self._live and state is SoundState.PLAYING else None
        status = SoundStatus(now_s, state, detail, device, latency_s, self._state.underruns, self._state.restarts)
        self._events.append(status)


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
