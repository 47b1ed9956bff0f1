"""The sound process seen from the session: ``ProcessSink`` starts it, feeds it, and starts it again.

Rules of this file:
1. Whatever happens to sound, the session goes on: after ``open`` only a caller's mistake raises.
2. What the music should do lives here, in the parent: a new sound process gets the targets it needs sent again.
3. Everything runs in the event loop, and nothing waits in it (``link.py`` has the threads).
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from pulsetune.errors import PulseTuneError, WrongUse
from pulsetune.model import AudioParameters, PulseTick, SoundEvent, SoundState
from pulsetune.ports import Clock, OutputReport
from pulsetune.sound.continuity import Continuity
from pulsetune.sound.journal import Journal, opening_error
from pulsetune.sound.link import CHILD_COMMAND
from pulsetune.sound.succession import Succession
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
CLOSE_LIVE_S = 8.0  # what is buffered, the last fade, and letting go of the device


def pyo_available() -> bool:
    """Whether music can be made on this platform at all."""
    return importlib.util.find_spec("pyo") is not None


class ProcessSink:
    """See ``ports.AudioSink``. ``record`` adds a file to live sound. Files end in .flac or .wav, else WrongUse.

    ``bed`` is a sound of nature under the music, empty for none.
    """

    def __init__(
        self,
        output: OutputSpec,
        soundscape: str,
        seed: int,
        clock: Clock,
        record: Path | None = None,
        *,
        bed: str = "",
        child_command: Sequence[str] = CHILD_COMMAND,
    ) -> None:
        if (output.path is None) is (output.kind is OutputKind.FILE):
            raise ValueError("a file output has a path, and no other output has one")
        for path in (output.path, record):
            if path is not None and path.suffix.lower() not in SUFFIXES:
                raise WrongUse(f"{path} is neither a .flac nor a .wav file.", "Give the file one of these endings.")
        self._kind = output.kind
        self._clock = clock
        self._own_process = child_command == CHILD_COMMAND
        self._state = Continuity(output, record, soundscape, seed, bed)
        self._live = self._state.live
        self._journal = Journal(clock, self._state)
        self._processes = Succession(
            child_command, self._orders, self._state.preparation, self._take, self._gone, live=self._live
        )
        self._trouble: State | None = None  # why the present process says it gave up
        self._answered = asyncio.Event()  # the first process is ready, or has ended
        self._progressed = asyncio.Event()
        self._ended = asyncio.Event()  # no process runs and none will be started
        self._opened = self._closing = self._failed = False
        self._failure: str | None = None
        self._has_targets = False

    # ------------------------------------------------------------ the port

    def prepare(self) -> None:
        """Start the process now, so that it is ready when ``open`` asks for it: half of a start is imports."""
        if not self._own_process or pyo_available():
            self._processes.wake()

    async def open(self) -> None:
        """Start the process, if it was not prepared, and wait until it is ready.

        Raises
        ------
        SoundDeviceMissing
            If there is no sound device.
        PulseTuneError
            If the file cannot be written or the soundscape not be built.
        """
        if self._own_process and not pyo_available():
            raise PulseTuneError("On this computer no music can be made: pyo is missing.", "Choose --output silent.")
        self._journal.tell(SoundState.STARTING, "")
        self._processes.start()
        self._processes.watch()
        try:
            await self._answered.wait()
        except asyncio.CancelledError:
            self._processes.kill()
            raise
        if not self._processes.ready:
            self._processes.stop()
            raise opening_error(self._trouble)
        self._opened = True

    def apply(self, parameters: AudioParameters) -> None:
        if self._failed or self._closing:
            return
        prepared = self._state.preparation()
        goes_on = self._state.add(parameters)
        if self._state.preparation() != prepared:
            self._processes.prepare()
        had_targets, self._has_targets = self._has_targets, True
        if goes_on:
            self._processes.send(Target(parameters))
        elif self._processes.running:  # else a process is about to start, and begins there
            self._processes.give_up()
            self._state.ended()
            # A file that holds nothing yet is begun again, one that holds music goes on in a second part.
            self._start_again("Session time moved on: the music starts again there", 0.0, new_part=had_targets)

    async def ready(self, to_s: float) -> None:
        while not (self._failed or self._closing or self._state.far_enough(to_s)):
            self._progressed.clear()
            await self._progressed.wait()

    def drain(self, now_s: float) -> Sequence[SoundEvent]:  # noqa: ARG002 -- everything that came is of the past
        return self._journal.take_events()

    def fade(self, gain: float, seconds: float) -> None:
        self._state.gain = gain
        self._processes.send(Fade(gain, seconds))

    async def close(self) -> None:
        self._closing = True
        if not self._processes.running and (self._live or not self._processes.starting):
            self._ended.set()
        self._processes.send(Close())
        try:
            async with asyncio.timeout(CLOSE_LIVE_S if self._live else None):
                await self._ended.wait()
        except TimeoutError:
            self._processes.kill()
            await self._ended.wait()
        self._processes.stop()

    @property
    def report(self) -> OutputReport:
        state = self._state
        return OutputReport(self._kind.value, state.path, state.seconds, state.underruns, self._failure)

    @property
    def process_id(self) -> int | None:
        """Of the present sound process, if there is one."""
        return self._processes.process_id

    @property
    def successor_id(self) -> int | None:
        """Of the process that waits to follow the present one, if there is one."""
        return self._processes.successor_id

    @property
    def pulses(self) -> Sequence[PulseTick]:
        """With the notes, what was played so far, for a score."""
        return self._journal.pulses

    @property
    def notes(self) -> Sequence[Sounded]:
        return self._journal.notes

    # ------------------------------------------------------------ one process after the other

    def _orders(self) -> list[Command]:
        """What a new process must be told."""
        self._trouble = None
        order = self._state.order(self._clock.now_s())
        last: list[Command] = [Close()] if self._closing else []
        return [order, *map(Target, self._state.targets()), *last]

    def _take(self, message: Message) -> None:
        match message:
            case Ready():
                self._answered.set()
            case Progress():
                self._state.take(message)
                self._progressed.set()
            case Tick():
                self._journal.pulse(message)
            case Sounded():
                self._journal.note(message)
            case State(SoundState.FAILED):
                self._trouble = message
            case State(state, _, detail, device):
                self._journal.tell(state, detail, device)

    def _gone(self, how: str, code: int | None) -> None:
        self._state.ended()
        if not self._opened or (self._closing and (self._live or code == 0)):
            self._answered.set()
            self._ended.set()
        elif self._trouble is not None and self._trouble.problem is Problem.FILE:
            self._fail(self._trouble.detail)
        else:
            why = f"The sound process stopped ({self._trouble.detail if self._trouble else how})"
            delay_s = self._state.restart_delay_s()
            if delay_s is None:
                self._fail(f"{why}, again and again")
            else:
                self._start_again(why, delay_s, new_part=True)

    def _start_again(self, why: str, delay_s: float, *, new_part: bool) -> None:
        part = self._state.next_part() if new_part else None
        self._journal.tell(SoundState.RESTARTING, why if part is None else f"{why}; the file goes on in {part}")
        self._processes.start_later(delay_s, unless=self._over)

    def _over(self) -> bool:
        """Whether a live session closes: then nothing is started again."""
        if self._live and self._closing:
            self._ended.set()
        return self._live and self._closing

    def _fail(self, why: str) -> None:
        self._failed, self._failure = True, why
        self._journal.tell(SoundState.FAILED, f"{why}: the session goes on without sound")
        self._progressed.set()
        self._ended.set()
