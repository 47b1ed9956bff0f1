"""A thread with an event loop of its own for everything Bluetooth.

On Windows the radio's callbacks need a thread that no window toolkit has claimed (a multi-threaded apartment, which a
fresh thread is). It is the same on every system, so that there is one way and it is tested everywhere; it also means
that a busy session loop cannot delay a heartbeat's time stamp.

Rules of this file:
1. The thread is a daemon: a radio stack that hangs cannot keep the program from ending.
2. Cancelling is safe from any thread, and waiting for the end is always bounded.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class LoopThread(Generic[T]):
    """Runs one coroutine to its end in a thread and loop of its own."""

    def __init__(self, main: Callable[[], Coroutine[Any, Any, T]], name: str) -> None:
        self._main = main
        self._result: Future[T] = Future()
        self._result.set_running_or_notify_cancel()  # from here on only the coroutine decides how it ends
        self._task: asyncio.Task[T] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._cancelled = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def result(self) -> T:
        """The coroutine's result; cancelling this cancels the coroutine."""
        try:
            return await asyncio.wrap_future(self._result)
        except asyncio.CancelledError:
            self.cancel()
            raise

    def cancel(self) -> None:
        """Ask the coroutine to end; once, and at once."""
        with self._lock:
            if self._cancelled:
                return
            self._cancelled = True
            if self._loop is not None and self._task is not None:
                with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                    self._loop.call_soon_threadsafe(self._task.cancel)

    async def ended(self, within_s: float) -> bool:
        """Wait until the thread has ended; False if it has not in time."""
        return await asyncio.to_thread(self._ended.wait, within_s)

    def _run(self) -> None:
        try:
            self._result.set_result(asyncio.run(self._guarded()))
        except BaseException as error:  # noqa: BLE001 - handed to whoever awaits the result
            self._result.set_exception(error)
        finally:
            self._ended.set()

    async def _guarded(self) -> T:
        with self._lock:
            if self._cancelled:
                raise asyncio.CancelledError
            self._loop = asyncio.get_running_loop()
            self._task = self._loop.create_task(self._main())
        return await self._task
