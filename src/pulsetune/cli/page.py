"""The page from the command line: bare ``pulsetune``, and beside a session that ``pulsetune play`` runs.

Rules of this file:
1. Starlette and uvicorn are imported when a page opens, never before.
2. A page that cannot open costs ``play`` a sentence and nothing else.
3. A browser is opened only where there is a desktop to open it on; the address is always printed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

import click

from pulsetune.cli.lan import address_for, invite
from pulsetune.errors import PulseTuneError
from pulsetune.model import Command, CommandKind, Event, SessionStarted
from pulsetune.ports import HostState, SessionStore
from pulsetune.session import Commands, Watch

if TYPE_CHECKING:
    from pulsetune.cli.page_host import LiveHost, Translate
    from pulsetune.page.server import PageServer

STOP_S = 15.0  # a session fades out, saves and ends
LINGER_S = 20.0  # a browser that reloads is gone for a moment
LOOK_S = 0.2  # how often to look whether there is still a reason to stay


def open_home(*, browse: bool, port: int | None, lan: bool = False) -> None:
    """Serve the page until Ctrl-C; sessions are started from it. With ``lan`` another device can watch them."""
    from pulsetune.cli.page_parts import make_host, open_server

    host = make_host()
    server = open_server(host, port, address_for(wanted=lan))
    try:
        _announce(server, browse=browse)
        invite(server.lan, "while a session runs, until you end PulseTune")
        click.echo("Ctrl-C ends it.", err=True)
        _serve(host, lambda: True)
    finally:
        server.stop()


@dataclass(frozen=True, slots=True)
class Company:
    """Who watches a session, and who may ask it for something."""

    watch: Watch
    commands: Commands

    @contextlib.contextmanager
    def alone(self) -> Iterator[Company]:
        """No page beside it."""
        yield self


class SessionPage:
    """The page beside one session of ``play``; without ``wanted`` it does nothing. ``NoNetwork`` where ``lan`` has none."""

    def __init__(self, *, wanted: bool, browse: bool, lan: bool = False) -> None:
        self.lan = address_for(wanted=lan)  # before anything is begun: without a network nothing is lost
        self._wanted = wanted
        self._browse = browse
        self._opened: tuple[LiveHost, PageServer] | None = None

    def __enter__(self) -> SessionPage:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._opened is not None:
            self._opened[1].stop()

    @contextlib.contextmanager
    def shown(
        self, started: SessionStarted, store: SessionStore, others: Company, translated: Translate, notes: Sequence[str]
    ) -> Iterator[Company]:
        """Show a session that is about to run; gives everybody who watches it and may ask for something, page included."""
        if self._wanted:
            self._open()
        if self._opened is None:
            yield others
            return
        host = self._opened[0]

        def all_ask(now_s: float) -> Sequence[Command]:
            return [*others.commands(now_s), *map(translated, host.commands(now_s))]

        with host.hosting(started, store, notes):
            yield Company(together(others.watch, host.watch), all_ask)

    def linger(self) -> None:
        """Stay while somebody looks at the page."""
        if self._opened is None or not self._opened[1].windows:
            return
        host, server = self._opened
        click.echo("The page stays open while you look at it. Ctrl-C ends it.", err=True)
        watched_at_s = time.monotonic()

        def watched() -> bool:
            nonlocal watched_at_s
            if server.windows:
                watched_at_s = time.monotonic()
            return time.monotonic() - watched_at_s < LINGER_S

        _serve(host, watched)

    def _open(self) -> None:
        try:
            from pulsetune.cli.page_parts import make_host, open_server

            host = make_host()
            server = open_server(host, lan=self.lan)
        except (PulseTuneError, ImportError) as problem:  # ImportError: an installation without the page's server
            click.echo(f"There is no page ({problem}): the session goes on in the terminal.", err=True)
            return
        self._opened = host, server
        _announce(server, browse=self._browse)
        invite(server.lan, "until the session ends")


def together(*watches: Watch) -> Watch:
    """One for all who watch a session."""

    def watch(now_s: float, events: Sequence[Event]) -> None:
        for one in watches:
            one(now_s, events)

    return watch


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
        while not asked.wait(LOOK_S) and (go_on() or host.current().state in (HostState.STARTING, HostState.RUNNING)):
            pass
        if host.command(CommandKind.STOP):
            click.echo("Fading out and saving ...", err=True)
        host.wait(STOP_S)
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
