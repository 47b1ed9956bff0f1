"""Two clocks behind one port: the system's, and one that steps as fast as the machine can."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """Session time from the monotonic clock, zero when constructed."""

    def __init__(self) -> None:
        self._start_s = time.monotonic()
        self._wall_start_s = time.time()

    def now_s(self) -> float:
        return time.monotonic() - self._start_s

    async def sleep_until(self, t_s: float) -> None:
        await asyncio.sleep(max(0.0, t_s - self.now_s()))

    def slept_s(self) -> float:
        """How far wall time ran ahead of monotonic time: a suspend (or a clock that was set)."""
        return (time.time() - self._wall_start_s) - self.now_s()


class SteppedClock:
    """Jumps to the time asked for: a 20-minute session takes about a second, through the same loop."""

    def __init__(self, start_s: float = 0.0) -> None:
        self._now_s = start_s

    def now_s(self) -> float:
        return self._now_s

    async def sleep_until(self, t_s: float) -> None:
        self._now_s = max(self._now_s, t_s)
        await asyncio.sleep(0)

    def slept_s(self) -> float:
        return 0.0
