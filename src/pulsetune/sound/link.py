"""One running sound process as its parent sees it: a program, two pipes, two threads.

Rules of this file:
1. Nothing here waits in the event loop: a thread writes, a thread reads, and what was read arrives in the loop.
2. Nothing is dropped: what the pipe does not take yet is queued, and ``AudioSink.ready`` keeps the queue short.
3. After ``on_exit`` nothing more arrives from this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import IO

from pulsetune.sound.wire import Command, Message
from pulsetune.sound.wire_codec import decode_message, encode

# -P: a file called numpy.py where PulseTune happens to be started must not be imported
CHILD_COMMAND = (sys.executable, "-P", "-m", "pulsetune.sound.process")

if sys.platform == "win32":
    _CREATION_FLAGS = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _CREATION_FLAGS = 0


class ProcessLink:
    """Starts the process at once; ``on_message`` and ``on_exit`` are called in the running event loop."""

    def __init__(
        self, command: Sequence[str], on_message: Callable[[Message], None], on_exit: Callable[[int], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_message = on_message
        self._on_exit = on_exit
        self._outbox: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("PULSETUNE_DEBUG") else subprocess.DEVNULL,
            # numpy would start a thread per core for products of a few kilobytes
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYO_GUI_WX": "0"},
            # Ctrl-C is for the session, which lets the music fade
            start_new_session=sys.platform != "win32",
            creationflags=_CREATION_FLAGS,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        threading.Thread(target=self._write, args=(self._process.stdin,), daemon=True).start()
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()

    @property
    def process_id(self) -> int:
        return self._process.pid

    def send(self, command: Command) -> None:
        """Hand over a command; returns at once."""
        self._outbox.put(command)

    def hang_up(self) -> None:
        """Close the pipe: the process fades out and ends by itself."""
        self._outbox.put(None)

    def kill(self) -> None:
        """End the process now, also a stopped one."""
        self._process.kill()

    def _write(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError):  # the process has ended; _read tells
            while (command := self._outbox.get()) is not None:
                pipe.write(encode(command))
                pipe.flush()
        with contextlib.suppress(OSError):
            pipe.close()

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                message = decode_message(line)
                if message is not None:
                    self._in_loop(self._on_message, message)
        code = self._process.wait()
        self._outbox.put(None)
        self._in_loop(self._on_exit, code)

    def _in_loop(self, function: Callable[..., None], argument: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody listens any more
            self._loop.call_soon_threadsafe(function, argument)
