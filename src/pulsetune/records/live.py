"""Which session is running: a lock that the operating system takes back when its process dies.

Rules of this file:
1. A session runs if and only if the lock on ``live/ID.lock`` is held; the file alone says nothing.
2. Whoever starts a session or migrates the database holds ``live/start.lock`` meanwhile, so that two never do at once.
3. Locks belong to an open file, not to a process: a second session in the same process is refused too.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from pulsetune.records.home import FILE_MODE, live_folder

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, wait: bool) -> bool:
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError:
                if not wait:
                    return False
                continue  # LK_LOCK gives up after ten seconds
            return True
else:
    import fcntl

    def _lock(descriptor: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True


class HeldLock:
    """A lock on a file until ``release``; releasing twice is harmless."""

    def __init__(self, path: Path) -> None:
        """Wait for the lock, making the file where it is missing."""
        self._path = path
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
        _lock(self._descriptor, wait=True)

    def release(self, *, remove: bool = False) -> None:
        """Give the lock back, and remove the file where nobody else will ever want it."""
        if self._descriptor is None:
            return
        os.close(self._descriptor)
        self._descriptor = None
        if remove:
            with contextlib.suppress(OSError):  # a reader may be looking at it on Windows; a stale file is harmless
                self._path.unlink()


@contextlib.contextmanager
def start_guard(home_folder: Path) -> Iterator[None]:
    """Be the only one who starts a session or migrates; the home must have been prepared."""
    lock = HeldLock(live_folder(home_folder) / "start.lock")
    try:
        yield
    finally:
        lock.release()


def hold(home_folder: Path, session_id: int) -> HeldLock:
    """Mark a session as running; the caller is inside ``start_guard``."""
    return HeldLock(_lock_path(home_folder, session_id))


def is_running(home_folder: Path, session_id: int) -> bool:
    """Whether a living process holds the session's lock."""
    try:
        descriptor = os.open(_lock_path(home_folder, session_id), os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return not _lock(descriptor, wait=False)
    finally:
        os.close(descriptor)


def running_sessions(home_folder: Path) -> list[int]:
    """The sessions that run now: none or one."""
    stems = (path.stem for path in live_folder(home_folder).glob("*.lock"))
    return [int(stem) for stem in stems if stem.isdecimal() and is_running(home_folder, int(stem))]


def remove_stale(home_folder: Path) -> None:
    """Remove the locks that dead sessions left; the caller is inside ``start_guard``."""
    for path in live_folder(home_folder).glob("*.lock"):
        if path.stem.isdecimal() and not is_running(home_folder, int(path.stem)):
            path.unlink(missing_ok=True)


def _lock_path(home_folder: Path, session_id: int) -> Path:
    return live_folder(home_folder) / f"{session_id}.lock"
