"""The session that a page can start, see and stop: ``LiveHost``, between two threads.

Rules of this file:
1. The session's thread and the page's thread meet in two bounded queues and nowhere else; neither waits for the other.
2. One session at a time, whoever started it: the page (in a thread of its own) or the command line (``hosting``).
3. Whatever goes wrong is a sentence in ``current()``; the next session may be started.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pulsetune.cli.awake import kept_awake
from pulsetune.errors import PulseTuneError, SessionBusy
from pulsetune.model import Command, CommandKind, Event, SessionStarted
from pulsetune.ports import HostedSession, HostState, Seen, SessionStore, SessionWish
from pulsetune.session import Parts, run_session

SEEN_KEPT = 4_000  # ticks: a quarter of an hour in which the page's thread may sleep
WISHES_KEPT = 64  # between two ticks, a quarter of a second

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Composed:
    """A session ready to run: everything chosen and its log begun."""

    started: SessionStarted
    parts: Parts


Compose = Callable[[SessionWish, Say], Awaitable[Composed]]


class LiveHost:
    """See ``ports.SessionHost``. ``compose`` turns a wish into parts; it may take as long as a strap takes to be found.

    ``check_free`` raises ``SessionBusy`` while another program runs a session in the same home.
    """

    def __init__(self, compose: Compose, check_free: Callable[[], None]) -> None:
        self._compose = compose
        self._check_free = check_free
        self._lock = threading.Lock()
        self._session = HostedSession(0, HostState.IDLE)
        self._store: SessionStore | None = None
        self._seen: deque[Seen] = deque(maxlen=SEEN_KEPT)
        self._wishes: deque[Command] = deque(maxlen=WISHES_KEPT)
        self._give_up: Callable[[], object] | None = None
        self._thread: threading.Thread | None = None

    # ------------------------------------------------------------ the port

    def start(self, wish: SessionWish) -> None:
        self._begin(self._check_free)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(wish)), name="session", daemon=True)
        self._thread.start()

    def command(self, kind: CommandKind, text: str = "") -> bool:
        state = self._session.state
        if state is HostState.STARTING and kind is CommandKind.STOP:
            if self._give_up is not None:
                self._give_up()
            return True
        if state is not HostState.RUNNING:
            return False
        self._wishes.append(Command(0.0, kind, text))
        return True

    def current(self) -> HostedSession:
        store = self._store
        return self._session if store is None else replace(self._session, not_saved=store.trouble)

    def take(self) -> Sequence[Seen]:
        taken = []
        while self._seen:
            taken.append(self._seen.popleft())
        return taken

    # ------------------------------------------------------------ the session's side

    def watch(self, now_s: float, events: Sequence[Event]) -> None:
        """What ``run_session`` calls once a tick."""
        self._seen.append(Seen(self._session.number, now_s, events))

    def commands(self, now_s: float) -> Sequence[Command]:
        """What the page asked for since the last tick."""
        taken = []
        while self._wishes:
            taken.append(replace(self._wishes.popleft(), t_s=now_s))
        return taken

    @contextlib.contextmanager
    def hosting(self, started: SessionStarted, store: SessionStore, notes: Sequence[str] = ()) -> Iterator[None]:
        """While a session runs that somebody else started; ``SessionBusy`` if one does already."""
        self._begin()
        for note in notes:
            self._say(note)
        try:
            with self._running(started, store):
                yield
        except Exception as problem:
            self._failed(problem)
            raise

    def wait(self, seconds: float) -> bool:
        """Wait for the session that the page started to end; False if it did not."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    # ------------------------------------------------------------ its life

    def _begin(self, check: Callable[[], None] = lambda: None) -> None:
        with self._lock:
            if self._session.state in (HostState.STARTING, HostState.RUNNING):
                raise SessionBusy("A session is running already.", "Stop it before you start another.")
            check()
            self._session = HostedSession(self._session.number + 1, HostState.STARTING)
            self._wishes.clear()

    async def _run(self, wish: SessionWish) -> None:
        try:
            composed = await self._composed(wish)
        except (PulseTuneError, asyncio.CancelledError) as problem:
            self._failed(problem)
        except Exception as problem:  # noqa: BLE001 - the page must hear of it, and go on
            self._failed(problem)
        else:
            await self._play(composed)

    async def _composed(self, wish: SessionWish) -> Composed:
        """Look for the parts; STOP ends the search."""
        loop = asyncio.get_running_loop()
        search = asyncio.ensure_future(self._compose(wish, self._say))
        self._give_up = lambda: loop.call_soon_threadsafe(search.cancel)
        try:
            return await search
        finally:
            self._give_up = None

    async def _play(self, composed: Composed) -> None:
        watched = replace(composed.parts, watch=self.watch, commands=self.commands)
        try:
            with self._running(composed.started, composed.parts.store), kept_awake():
                await run_session(composed.started, watched)
        except Exception as problem:  # noqa: BLE001 - as above; the session's log has the rest
            self._failed(problem)

    @contextlib.contextmanager
    def _running(self, started: SessionStarted, store: SessionStore) -> Iterator[None]:
        self._store = store
        self.watch(0.0, [started])
        self._session = replace(self._session, state=HostState.RUNNING, session_id=store.session_id)
        try:
            yield
        finally:
            self._session, self._store = replace(self.current(), state=HostState.ENDED), None

    def _say(self, sentence: str) -> None:
        self._session = replace(self._session, notes=(*self._session.notes, sentence))

    def _failed(self, problem: BaseException) -> None:
        if isinstance(problem, PulseTuneError):
            message, hint = problem.message, problem.hint
        elif isinstance(problem, asyncio.CancelledError):
            message, hint = "You stopped before the session began.", ""
        else:
            message = f"Something went wrong inside PulseTune: {type(problem).__name__}: {problem}."
            hint = "What was recorded before is kept."
        self._session = replace(self._session, state=HostState.ENDED, problem=message, hint=hint)
