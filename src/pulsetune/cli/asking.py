"""What the listener asks for while music plays: Ctrl-C, and single keys on a terminal.

Rules of this file:
1. The first Ctrl-C is a wish (fade out, save, sum up); only the third ends the program where it stands.
2. Keys are polled once a tick; nothing here waits, and the terminal is always put back as it was.
3. Whether the session is paused is what its events say, because the page can pause it too.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from pulsetune.model import Command, CommandKind, Event

KEYS = {
    "+": CommandKind.LOUDER,
    "=": CommandKind.LOUDER,
    "-": CommandKind.SOFTER,
    "d": CommandKind.DIZZY,
    "m": CommandKind.MARK,
    "n": CommandKind.SKIP,
    "q": CommandKind.STOP,
}
KEYS_HELP = (
    "Keys: p pause or go on, + louder, - softer, n next sound, m mark a moment, d I feel dizzy, q stop (Ctrl-C too)."
)
PATIENCE = 3  # times Ctrl-C


class Asking:
    """Collects wishes; ``commands`` hands them to the session, once a tick.

    ``translated`` makes of each what the guide understands.
    """

    def __init__(self, translated: Callable[[Command], Command] = lambda command: command) -> None:
        self._translated = translated
        self._waiting: deque[CommandKind] = deque()
        self._paused = False
        self._interrupts = 0
        self._keys_on = False

    def commands(self, now_s: float) -> Sequence[Command]:
        """The wishes since the last tick."""
        if self._keys_on:
            for key in _pressed():
                self._press(key)
        out = []
        while self._waiting:  # one by one: a signal may append at any moment
            out.append(self._translated(Command(now_s, self._waiting.popleft())))
        return out

    def watch(self, _now_s: float, events: Sequence[Event]) -> None:
        """What the session was told, by whomever: ``p`` means the opposite of the newest of it."""
        for event in events:
            if isinstance(event, Command) and event.kind in (CommandKind.PAUSE, CommandKind.RESUME):
                self._paused = event.kind is CommandKind.PAUSE

    @contextlib.contextmanager
    def listening(self, *, keys: bool) -> Iterator[None]:
        """Take Ctrl-C (a polite kill, a terminal that is closed), and keys where there is a terminal."""
        self._keys_on = keys and keys_possible()
        signals = [signal.SIGINT, signal.SIGTERM]
        if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
            signals.append(signal.SIGHUP)
        before = [signal.signal(number, self._interrupted) for number in signals]
        try:
            with _raw_keys() if self._keys_on else contextlib.nullcontext():
                yield
        finally:
            for number, handler in zip(signals, before, strict=True):
                signal.signal(number, handler)

    def _press(self, key: str) -> None:
        if key == "p":
            self._paused = not self._paused
            self._waiting.append(CommandKind.PAUSE if self._paused else CommandKind.RESUME)
        elif kind := KEYS.get(key):
            self._waiting.append(kind)

    def _interrupted(self, _number: int, _frame: FrameType | None) -> None:
        self._interrupts += 1
        if self._interrupts >= PATIENCE:
            raise KeyboardInterrupt
        self._waiting.append(CommandKind.STOP)


def keys_possible() -> bool:
    """True where somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


if sys.platform == "win32":
    import msvcrt

    @contextlib.contextmanager
    def _raw_keys() -> Iterator[None]:
        yield

    def _pressed() -> list[str]:
        keys = []
        while msvcrt.kbhit():
            keys.append(msvcrt.getwch().lower())
        return keys

else:
    import os
    import select
    import termios
    import tty

    @contextlib.contextmanager
    def _raw_keys() -> Iterator[None]:
        handle = sys.stdin.fileno()
        before = termios.tcgetattr(handle)
        tty.setcbreak(handle)  # keys at once, Ctrl-C still a signal
        try:
            yield
        finally:
            termios.tcsetattr(handle, termios.TCSADRAIN, before)

    def _pressed() -> list[str]:
        handle = sys.stdin.fileno()
        keys: list[str] = []
        while select.select([handle], [], [], 0)[0]:
            data = os.read(handle, 64)
            if not data:
                break
            keys += data.decode("utf-8", "ignore").lower()
        return keys
