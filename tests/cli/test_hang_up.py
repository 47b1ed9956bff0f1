"""A terminal that is closed in the middle of a session."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from pulsetune.model import HeartSample
from pulsetune.records.library import Library, SessionState
from tests.needs import patient


@patient
@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_whoever_closes_the_terminal_has_a_session_that_was_ended_and_saved(tmp_path: Path) -> None:
    import pty

    home = tmp_path / "home"
    words = ["play", "--source", "simulated", "--output", "null", "--no-page"]
    start = f"import sys; from pulsetune.cli import main; sys.argv[1:] = {words}; main()"
    process_id, terminal = pty.fork()
    if process_id == 0:
        os.execve(sys.executable, [sys.executable, "-c", start], os.environ | {"PULSETUNE_HOME": str(home)})
    end_s = time.monotonic() + 30
    while not (Library(home).sessions() and beats(home) >= 3):
        assert time.monotonic() < end_s
        time.sleep(0.2)
    os.close(terminal)
    os.waitpid(process_id, 0)
    (row,) = Library(home).sessions()
    assert row.state is SessionState.COMPLETE
    assert row.duration_s > 2


def beats(home: Path) -> int:
    return sum(isinstance(event, HeartSample) for _, event in Library(home).events(1))
