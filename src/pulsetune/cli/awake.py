"""Ask the system to stay awake while music plays: a screen saver may come, a suspend should not.

Rules of this file:
1. It is a wish: where the system has no way to ask, or refuses, nothing is said and nothing breaks.
2. Whatever was asked for ends with this process, even if it is killed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

_ES_CONTINUOUS = 0x80000000  # SetThreadExecutionState, winbase.h
_ES_SYSTEM_REQUIRED = 0x00000001


@contextlib.contextmanager
def kept_awake() -> Iterator[None]:
    """Keep the computer from suspending by itself until the block ends."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetThreadExecutionState(_ES_CONTINUOUS | _ES_SYSTEM_REQUIRED)
        try:
            yield
        finally:
            ctypes.windll.kernel32.SetThreadExecutionState(_ES_CONTINUOUS)
        return
    helper = _inhibitor()
    try:
        yield
    finally:
        if helper is not None:
            _end(helper)


def _command() -> list[str]:
    if sys.platform == "darwin":
        return ["caffeinate", "-i", "-w", str(os.getpid())]
    why = ["--what=sleep:idle", "--who=PulseTune", "--why=A listening session is running", "--mode=block"]
    return ["systemd-inhibit", *why, "cat"]  # cat ends when our end of its input closes, however we end


def _inhibitor() -> subprocess.Popen[bytes] | None:
    try:
        return subprocess.Popen(
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is ours alone
        )
    except OSError:
        return None


def _end(helper: subprocess.Popen[bytes]) -> None:
    if helper.stdin is not None:
        with contextlib.suppress(OSError):
            helper.stdin.close()
    helper.terminate()
    try:
        helper.wait(2)
    except subprocess.TimeoutExpired:
        helper.kill()
        helper.wait()
