"""Heart-rate straps over Bluetooth Low Energy: the only place that knows bleak.

Rules of this package:
1. bleak is imported inside functions: importing this package costs no Bluetooth stack.
2. Everything that touches bleak runs in a thread with a loop of its own (``thread.py``).
"""

from __future__ import annotations

import logging

from pulsetune.heart.strap.radio import FoundStrap, probe, survey
from pulsetune.heart.strap.source import StrapSource
from pulsetune.heart.strap.thread import LoopThread
from pulsetune.heart.strap.timing import StrapTiming

__all__ = ["FoundStrap", "StrapSource", "StrapTiming", "check_bluetooth", "find_straps"]

# bleak's warnings are for programmers: without a handler of the program's choice they stay off a listener's screen
logging.getLogger("bleak").addHandler(logging.NullHandler())


async def find_straps(seconds: float, strap: str | None = None, *, first: bool = False) -> list[FoundStrap]:
    """Straps that are connected or advertise, nearest first; those already connected come before all others.

    ``strap`` (an address or part of a name) narrows the search; with ``first`` it ends as soon as one is seen.

    Raises
    ------
    BluetoothUnavailable
        If Bluetooth cannot be used at all; with the reason, and a hint what to do.
    """
    return await LoopThread(lambda: survey(seconds, strap, first), "find straps").result()


async def check_bluetooth() -> str:
    """A sentence on what works. Raises BluetoothUnavailable, with a hint, if Bluetooth cannot be used."""
    return await LoopThread(probe, "check Bluetooth").result()
