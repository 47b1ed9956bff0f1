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


Translate = Callable[[Command], Command]


@dataclass(frozen=True, slots=True)
class Composed:
    """A session ready to run: everything chosen and its log begun. ``translated`` makes of a wish what the guide knows."""

    started: SessionStarted
    parts: Parts
    translated: Translate


Compose = Callable[[SessionWish, Say], Awaitable[Composed]]


class LiveHost:
    """See ``ports.SessionHost``. ``compose`` turns a wish into parts; it may take as long as a strap takes to be found.

    ``check`` raises what is wrong with a wish that cannot come true: ``SessionBusy`` while another program runs a
    session in the same home, ``WrongUse`` for what does not exist.
    """

    def __init__(self, compose: Compose, check: Callable[[SessionWish], None]) -> None:
        self._compose = compose
        self._check = check
        self._lock = threading.Lock()
        self._session = HostedSession(0, HostState.IDLE)
        self._store: SessionStore | None = None
        self._seen: deque[Seen] = deque(maxlen=SEEN_KEPT)
        self._wishes: deque[Command] = deque(maxlen=WISHES_KEPT)
        self._given_up = False
        self._give_up: Callable[[], object] | None = None
        self._thread: threading.Thread | None = None

    # ------------------------------------------------------------ the port

    def start(self, wish: SessionWish) -> None:
        self._begin(lambda: self._check(wish))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(wish)), name="session", daemon=True)
        self._thread.start()

    def command(self, kind: CommandKind, text: str = "") -> bool:
        with self._lock:  # for a moment: a session that begins just now must not miss a stop
            if self._session.state is HostState.RUNNING:
                self._wishes.append(Command(0.0, kind, text))
                return True
            if self._session.state is not HostState.STARTING or kind is not CommandKind.STOP:
                return False
            self._given_up = True
        if (give_up := self._give_up) is not None:
            give_up()
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
        with self._running(started, store):
            yield

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
            self._given_up = False
            self._wishes.clear()

    async def _run(self, wish: SessionWish) -> None:
        try:
            composed = await self._composed(wish)
        except (Exception, asyncio.CancelledError) as problem:  # noqa: BLE001 - the page must hear of it, and go on
            self._end(problem)
            return

        def ask(now_s: float) -> Sequence[Command]:
            return list(map(composed.translated, self.commands(now_s)))

        watched = replace(composed.parts, watch=self.watch, commands=ask)
        running = self._running(composed.started, composed.parts.store)
        with contextlib.suppress(Exception), running, kept_awake():  # ``current()`` tells it, the log has the rest
            await run_session(composed.started, watched)

    async def _composed(self, wish: SessionWish) -> Composed:
        """Look for the parts; STOP ends the search, also one that has not begun."""
        loop = asyncio.get_running_loop()
        search = asyncio.ensure_future(self._compose(wish, self._say))
        self._give_up = lambda: loop.call_soon_threadsafe(search.cancel)
        if self._given_up:
            search.cancel()
        try:
            return await search
        finally:
            self._give_up = None

    @contextlib.contextmanager
    def _running(self, started: SessionStarted, store: SessionStore) -> Iterator[None]:
        self._store = store
        self.watch(0.0, [started])
        with self._lock:
            self._session = replace(self._session, state=HostState.RUNNING, session_id=store.session_id)
            if self._given_up:  # too late to stop the search
                self._wishes.append(Command(0.0, CommandKind.STOP))
        try:
            yield
        except Exception as problem:
            self._end(problem)
            raise
        finally:
            self._end()

    def _end(self, problem: BaseException | None = None) -> None:
        """Over, for whatever reason; what is said first stays."""
        if self._session.state is HostState.ENDED:
            return
        message, hint = _sentences(problem)
        self._session = replace(self.current(), state=HostState.ENDED, problem=message, hint=hint)
        self._store = None

    def _say(self, sentence: str) -> None:
        self._session = replace(self._session, notes=(*self._session.notes, sentence))


def _sentences(problem: BaseException | None) -> tuple[str, str]:
    """What happened, and what to do."""
    if problem is None:
        return "", ""
    if isinstance(problem, PulseTuneError):
        return problem.message, problem.hint
    if isinstance(problem, asyncio.CancelledError):
        return "You stopped before the session began.", ""
    what = f"Something went wrong inside PulseTune: {type(problem).__name__}: {problem}."
    return what, "What was recorded before is kept."
