"""Run ``pulsetune`` as a real program and look at what it leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pulsetune.model import Event
from pulsetune.records.library import Library

COMMAND = [sys.executable, "-c", "from pulsetune.cli import main; main()"]
PATIENCE_S = 30.0  # a busy machine starts programs slowly


class Program:
    """A running ``pulsetune play``; its home, its words, its end."""

    def __init__(self, home: Path, *words: str, env: dict[str, str] | None = None) -> None:
        self.home = home
        self.errors = home.parent / f"{home.name}-stderr.txt"
        self._stderr = self.errors.open("w")
        self.process = subprocess.Popen(
            [*COMMAND, "play", *words],
            env={**os.environ, "PULSETUNE_HOME": str(home), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            start_new_session=True,
        )

    def log(self) -> list[tuple[float, Event]]:
        library = Library(self.home)
        session_id = library.latest_id()
        return [] if session_id is None else list(library.events(session_id))

    def until(self, seen: Callable[[list[Event]], bool], within_s: float = PATIENCE_S) -> list[Event]:
        """Poll the log until something is in it."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            events = [event for _, event in self.log()]
            if seen(events):
                return events
            assert self.process.poll() is None, self.errors.read_text()
            time.sleep(0.2)
        raise AssertionError(f"not seen within {within_s:g} s; it said: {self.errors.read_text()}")

    def interrupt(self) -> dict:
        """Ctrl-C; returns the JSON of the last line."""
        self.process.send_signal(signal.SIGINT)
        return self.finish()

    def finish(self, within_s: float = PATIENCE_S) -> dict:
        out, _ = self.process.communicate(timeout=within_s)
        self._stderr.close()
        assert self.process.returncode == 0, self.errors.read_text()
        return json.loads(out.splitlines()[-1])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self._stderr.close()

    def sound_processes(self) -> list[int]:
        """Process ids of the program's sound processes (Linux)."""
        out = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            command = stat.with_name("cmdline").read_bytes()
            if int(fields[1]) == self.process.pid and b"pulsetune.sound.process" in command:
                out.append(int(stat.parent.name))
        return out


def alive(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone_within(process_id: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(process_id):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
