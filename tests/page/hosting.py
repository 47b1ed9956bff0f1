"""A page with a real session behind it, whose time runs faster: the loop, engine, log and server are the program's own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pulsetune.cli.beginning import session_started
from pulsetune.cli.page_doors import LoggedSessions
from pulsetune.cli.page_host import Composed, LiveHost
from pulsetune.cli.page_parts import typed
from pulsetune.cli.page_programs import Programs
from pulsetune.cli.resolving import resolve
from pulsetune.cli.sound_order import SoundOrder
from pulsetune.errors import SoundDeviceMissing
from pulsetune.heart.simulated import SimulatedHeart
from pulsetune.model import CommandKind
from pulsetune.page.doors import Doors
from pulsetune.page.server import PageServer
from pulsetune.ports import SeenStrap, SessionWish
from pulsetune.records.profile import listener_profile
from pulsetune.records.store import SessionLog
from pulsetune.session import Parts
from pulsetune.sound.silent import SilentSink
from pulsetune.sound.soundscapes import SOUNDSCAPES

SECRET = "s" * 43


class Pace:
    """How fast time runs behind a page. While ``halted`` a session gets no tick at all."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self.halted = threading.Event()
        self._since_s = time.monotonic()
        self._before_s = 0.0

    def now_s(self) -> float:
        return self._before_s + (time.monotonic() - self._since_s) * self.speed

    def change(self, speed: float) -> None:
        """Go on from here, faster or slower."""
        self._before_s, self._since_s = self.now_s(), time.monotonic()
        self.speed = speed


LATE_S = 5.0  # of the evening's own time


class FasterClock:
    """The system's monotonic clock at some pace, from zero.

    Where the machine is too busy for the pace the evening takes longer: a moment of ours would be a minute away of its.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._start_s = pace.now_s()

    def now_s(self) -> float:
        return self._pace.now_s() - self._start_s

    async def sleep_until(self, t_s: float) -> None:
        await asyncio.sleep(max(0.0, (t_s - self.now_s()) / self._pace.speed))
        while self._pace.halted.is_set():
            await asyncio.sleep(0.01)
        self._start_s += max(0.0, self.now_s() - t_s - LATE_S)

    def slept_s(self) -> float:
        return 0.0


class StrapsThatAreThere:
    """A radio that sees these."""

    def __init__(self, straps: Sequence[SeenStrap] = ()) -> None:
        self.straps = straps

    async def find(self, seconds: float) -> Sequence[SeenStrap]:
        await asyncio.sleep(0.05)
        return self.straps


class NoSpeakers:
    """A computer without a sound device."""

    async def taste(self, soundscape: str, seconds: float) -> None:
        raise SoundDeviceMissing("There is no sound device.", "Connect one.")


def composing(home: Path, pace: Pace, seed: int = 3) -> Callable:
    async def compose(wish: SessionWish, say: Callable[[str], None]) -> Composed:
        program, tape = resolve(typed(wish))
        heart = SimulatedHeart(seed)
        started = session_started(program, tape, listener_profile(home, simulated=True), seed, heart)
        store = SessionLog.start(home, started)
        if wish.check_in is not None:
            store.append(0.0, wish.check_in)
        parts = Parts(heart, SilentSink(), FasterClock(pace), store, hear=heart.hear)
        return Composed(started, parts, SoundOrder(tuple(SOUNDSCAPES), program.soundscape).translated)

    return compose


def there_is_such(wish: SessionWish) -> None:
    resolve(typed(wish))


@dataclass
class Opened:
    """A page that is up."""

    server: PageServer
    host: LiveHost
    home: Path
    base: str
    pace: Pace

    @property
    def library(self) -> LoggedSessions:
        return LoggedSessions(self.home)

    @property
    def cookies(self) -> dict[str, str]:
        return {f"pulsetune-{self.server.port}": SECRET}


@contextlib.contextmanager
def opened(
    home: Path,
    *,
    speed: float = 1.0,
    port: int = 0,
    straps: Sequence[SeenStrap] = (),
    seed: int = 3,
    undo_s: float = 10.0,
    lan: str | None = None,
) -> Iterator[Opened]:
    pace = Pace(speed)
    host = LiveHost(composing(home, pace, seed), there_is_such)
    doors = Doors(host, LoggedSessions(home), Programs(home), StrapsThatAreThere(straps), NoSpeakers())
    server = PageServer(doors, SECRET, port, undo_s=undo_s, lan=lan)
    server.start()
    try:
        yield Opened(server, host, home, f"http://127.0.0.1:{server.port}", pace)
    finally:
        pace.halted.clear()
        host.command(CommandKind.STOP)
        host.wait(20)
        server.stop()
