"""One sound process after the other: started, watched for signs of life, given up, and followed by the next.

Rules of this file:
1. A process that shows no life is given up and forgotten at once; its successor does not wait for its end.
2. Live sound must show life every two seconds. A file may take as long as the machine needs, so a minute counts there.
3. Beside live sound a successor waits with its imports done and its music built, because those are the silence after a
   fault; while it waits it costs memory and no processor time.
4. Silence is counted in checks and not in time, so that a suspended computer is no hang.
5. Nothing that a process says after it was given up is heard.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from pulsetune.sound.link import ProcessLink
from pulsetune.sound.wire import Command, Message, Ready

CHECK_EVERY_S = 0.25
WAKE_CHECKS = 12  # 3 s after the present process was ready: the start of a session is busy enough
LIVE_CHECKS = 8  # 2 s
FILE_CHECKS = 240  # 60 s
START_CHECKS = 80  # 20 s: importing and building on a slow, busy machine


class Succession:
    """The present process, if there is one, and at most one that waits to follow it.

    ``first_commands`` is asked for what a new process is told first, ``preparation`` for what one that waits is told. ``on_message`` gets what the present one says,
    ``on_end`` why it is gone, in words, and its exit code (None: it was given up). All are called in the event loop.
    """

    def __init__(
        self,
        command: Sequence[str],
        first_commands: Callable[[], list[Command]],
        preparation: Callable[[], Command],
        on_message: Callable[[Message], None],
        on_end: Callable[[str, int | None], None],
        *,
        live: bool,
    ) -> None:
        self._command = command
        self._first_commands = first_commands
        self._preparation = preparation
        self._on_message = on_message
        self._on_end = on_end
        self._live = live
        self._present: ProcessLink | None = None
        self._waiting: ProcessLink | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.ready = False  # the present process is
        self.starting = False  # a process will be started after a delay
        self._quiet_checks = self._ready_checks = 0

    @property
    def running(self) -> bool:
        return self._present is not None

    @property
    def process_id(self) -> int | None:
        """Of the present process, if there is one."""
        return None if self._present is None else self._present.process_id

    @property
    def successor_id(self) -> int | None:
        """Of the process that waits, if there is one."""
        return None if self._waiting is None else self._waiting.process_id

    def start(self) -> None:
        """Start a process, or take the one that waits, and tell it what it needs to know."""
        self.ready, self._quiet_checks, self._ready_checks = False, 0, 0
        self._present, self._waiting = self._waiting or self._new(), None
        for command in self._first_commands():
            self._present.send(command)

    def wake(self) -> None:
        """Start a process that waits, and let it build what the next one will play."""
        if self._waiting is None:
            with contextlib.suppress(
                OSError
            ):  # too many processes, say: then the next one is started when it is needed
                self._waiting = self._new()
            self.prepare()

    def start_later(self, delay_s: float, unless: Callable[[], bool]) -> None:
        """Start a process in ``delay_s`` seconds, ``unless`` that is no longer wanted then."""

        async def later() -> None:
            await asyncio.sleep(delay_s)
            self.starting = False
            if unless():
                return
            try:
                self.start()
            except OSError as error:
                self._on_end(f"it cannot be started: {error.strerror or error}", None)

        self.starting = True
        self._background(later())

    def watch(self) -> None:
        """Look for signs of life from now on."""
        self._background(self._watch())

    def prepare(self) -> None:
        """What was prepared is out of date: tell the process that waits, if there is one."""
        if self._waiting is not None:
            self._waiting.send(self._preparation())

    def send(self, command: Command) -> None:
        """Tell the present process, if there is one."""
        if self._present is not None:
            self._present.send(command)

    def kill(self) -> None:
        """End the present process; its end is then told like any other."""
        if self._present is not None:
            self._present.kill()

    def give_up(self) -> None:
        """End the present process, and hear no more of it."""
        present, self._present = self._present, None
        if present is not None:
            present.kill()

    def stop(self) -> None:
        """Watch no more, start no more."""
        for task in self._tasks:
            task.cancel()
        if self._waiting is not None:
            self._waiting.hang_up()
            self._waiting = None

    def _new(self) -> ProcessLink:
        link = ProcessLink(
            self._command,
            lambda message: self._take(message) if self._present is link else None,
            lambda code: self._exited(link, code),
        )
        return link

    def _take(self, message: Message) -> None:
        self._quiet_checks = 0
        self.ready = self.ready or isinstance(message, Ready)
        self._on_message(message)

    def _exited(self, link: ProcessLink, code: int) -> None:
        if link is self._waiting:
            self._waiting = None
        elif link is self._present:
            self._present = None
            self._on_end(f"signal {-code}" if code < 0 else f"code {code}", code)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            if self._present is None:
                continue
            self._quiet_checks += 1
            self._ready_checks += self.ready
            if self._live and self._ready_checks == WAKE_CHECKS:
                self.wake()
            allowed = START_CHECKS if not self.ready else LIVE_CHECKS if self._live else FILE_CHECKS
            if self._quiet_checks > allowed:
                self.give_up()
                self._on_end("it showed no sign of life", None)

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
