"""The page from the command line: bare ``pulsetune``, and beside a session that ``pulsetune play`` runs.

Rules of this file:
1. Starlette and uvicorn are imported when a page opens, never before.
2. A page that cannot open costs ``play`` a sentence and nothing else.
3. A browser is opened only where there is a desktop to open it on; the address is always printed.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import secrets
import signal
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

import click

from pulsetune.errors import PulseTuneError, SessionBusy
from pulsetune.model import Command, CommandKind, Event, SessionStarted
from pulsetune.ports import HostState, SessionStore, SessionWish
from pulsetune.session import Commands, Watch

if TYPE_CHECKING:
    from pulsetune.cli.page_host import Composed, LiveHost
    from pulsetune.page.server import PageServer

COOKIE_FILE = "page-cookie"  # lets an open window find the page again after PulseTune was restarted
STOP_S = 15.0  # a session fades out, saves and ends
LINGER_S = 20.0  # a browser that reloads is gone for a moment; and a browser needs a moment to come


# ---------------------------------------------------------------- pulsetune


def open_home(*, browse: bool, port: int | None) -> None:
    """Serve the page until Ctrl-C; sessions are started from it."""
    host = make_host()
    server = open_server(host, port)
    try:
        _announce(server, browse=browse)
        click.echo("Ctrl-C ends it.", err=True)
        _serve(host, lambda: True)
    finally:
        server.stop()


def make_host() -> LiveHost:
    """A host whose sessions are chosen as ``play`` chooses them, always live."""
    from pulsetune.cli.page_host import LiveHost

    return LiveHost(compose, check_free)


def open_server(host: LiveHost, port: int | None = None) -> PageServer:
    """Start the page's server."""
    from pulsetune.cli.page_doors import BluetoothStraps, LoggedSessions, ShippedPrograms, SpeakerTaster
    from pulsetune.page.app import Doors
    from pulsetune.page.server import PORT, PageServer
    from pulsetune.records.home import home

    doors = Doors(host, LoggedSessions(home()), ShippedPrograms(), BluetoothStraps(), SpeakerTaster())
    server = PageServer(doors, cookie_secret(home()), PORT if port is None else port)
    server.start()
    return server


async def compose(wish: SessionWish, say: Callable[[str], None]) -> Composed:
    """The parts of a live session; what is chosen for the listener is said."""
    from pulsetune.cli.choosing import Wanted, choose
    from pulsetune.cli.page_host import Composed
    from pulsetune.cli.play import resolve, session_started
    from pulsetune.clocks import SystemClock
    from pulsetune.records.home import home
    from pulsetune.records.store import SessionLog
    from pulsetune.session import Parts

    program = resolve(wish.program, wish.soundscape, None, wish.minutes)
    seed = random.SystemRandom().randrange(2**31)
    source = "simulated" if wish.simulated else "strap"
    output = await _live_output(say)
    wanted = Wanted(source, wish.strap or None, output, None, program.soundscape, program.name, seed)
    chosen = await choose(wanted, say)
    if not chosen.live:  # a simulated listener in silence would be over in a second
        chosen = replace(chosen, clock=SystemClock(), live=True)
    started = session_started(program, seed, chosen.source.label, simulated=chosen.source.simulated)
    store = SessionLog.start(home(), started)
    if wish.check_in is not None:
        store.append(0.0, wish.check_in)
    return Composed(started, Parts(chosen.source, chosen.sink, chosen.clock, store, hear=chosen.hear))


async def _live_output(say: Callable[[str], None]) -> str:
    from pulsetune.sound.probe import probe_speakers
    from pulsetune.sound.supervisor import pyo_available

    if not pyo_available():
        say("On this platform no music can be made: this session is silent.")
        return "silent"
    if await probe_speakers() is not None:
        return "speakers"
    say("No sound device was found: this session is played, but nobody hears it.")
    return "null"


def check_free() -> None:
    """``SessionBusy`` while any program runs a session in this home."""
    from pulsetune.records.home import home, live_folder
    from pulsetune.records.live import running_sessions

    if live_folder(home()).is_dir() and running_sessions(home()):
        raise SessionBusy("Another session is running on this computer.", "Stop it before you start another.")


def cookie_secret(home: Path) -> str:
    """What browsers that were let in carry; kept in the home, readable by its owner only."""
    from pulsetune.records.home import create_private, prepare

    path = home / COOKIE_FILE
    try:
        kept = path.read_text(encoding="ascii") if path.exists() else ""
        if re.fullmatch(r"[\w-]{43}", kept):
            return kept
        prepare(home)
        create_private(path)
        made = secrets.token_urlsafe(32)
        path.write_text(made, encoding="ascii")
    except (OSError, ValueError):
        return secrets.token_urlsafe(32)  # good for as long as this page is open
    return made


# ---------------------------------------------------------------- pulsetune play


class Nobody:
    """Nobody looks on: the terminal has the session to itself."""

    def joined(self, watch: Watch, commands: Commands) -> tuple[Watch, Commands]:
        return watch, commands


class _Beside(Nobody):
    """A page looks on, and may ask for something too."""

    def __init__(self, host: LiveHost) -> None:
        self._host = host

    def joined(self, watch: Watch, commands: Commands) -> tuple[Watch, Commands]:
        def both_watch(now_s: float, events: Sequence[Event]) -> None:
            watch(now_s, events)
            self._host.watch(now_s, events)

        def both_ask(now_s: float) -> Sequence[Command]:
            return [*commands(now_s), *self._host.commands(now_s)]

        return both_watch, both_ask


class SessionPage:
    """The page beside one session of ``play``; without ``wanted`` it does nothing."""

    def __init__(self, *, wanted: bool, browse: bool) -> None:
        self._wanted = wanted
        self._browse = browse
        self._host: LiveHost | None = None
        self._server: PageServer | None = None

    def __enter__(self) -> SessionPage:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.stop()

    @contextlib.contextmanager
    def shown(self, started: SessionStarted, store: SessionStore) -> Iterator[Nobody]:
        """Show a session that is about to run."""
        if self._wanted:
            try:
                self._open()
            except PulseTuneError as problem:
                click.echo(f"{problem.message} The session goes on without it.", err=True)
        if self._server is None or self._host is None:
            yield Nobody()
            return
        with self._host.hosting(started, store):
            yield _Beside(self._host)

    def linger(self) -> None:
        """Stay while somebody looks at the page."""
        if self._server is None or self._host is None or not self._server.windows:
            return
        click.echo("The page stays open while you look at it. Ctrl-C ends it.", err=True)
        watched_at_s = time.monotonic()
        server = self._server

        def watched() -> bool:
            nonlocal watched_at_s
            if server.windows:
                watched_at_s = time.monotonic()
            return time.monotonic() - watched_at_s < LINGER_S

        _serve(self._host, watched)

    def _open(self) -> None:
        self._host = make_host()
        self._server = open_server(self._host)
        _announce(self._server, browse=self._browse)


# ---------------------------------------------------------------- both


def _announce(server: PageServer, *, browse: bool) -> None:
    address = server.address()
    click.echo(f"The page: {address}", err=True)
    if browse and _desktop():
        webbrowser.open(address)


def _desktop() -> bool:
    """Whether a browser would open a window, and not take the terminal over."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _serve(host: LiveHost, go_on: Callable[[], bool]) -> None:
    """Wait for Ctrl-C, or until ``go_on`` says no between sessions; then let a running session fade out and save."""
    asked = threading.Event()

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt  # the second time: now
        asked.set()

    signals = [signal.SIGINT, signal.SIGTERM]
    before = [signal.signal(number, interrupted) for number in signals]
    try:
        while not asked.wait(0.2) and (go_on() or host.current().state in (HostState.STARTING, HostState.RUNNING)):
            pass
        if host.command(CommandKind.STOP):
            click.echo("Fading out and saving ...", err=True)
        host.wait(STOP_S)
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
