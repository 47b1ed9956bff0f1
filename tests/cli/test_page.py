"""The page of the real program: real processes, real time, the parts that the command line chooses."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time

import httpx

from pulsetune.cli.beginning import session_started
from pulsetune.cli.page import Company, SessionPage
from pulsetune.heart.simulated import SimulatedHeart
from pulsetune.model import Command, CommandKind, ListenerProfile
from pulsetune.programs import find_program
from pulsetune.records.library import Library, SessionState
from pulsetune.records.store import SessionLog
from pulsetune.sound.supervisor import pyo_available
from pulsetune.verification import verify
from tests.needs import need
from tests.tools.live import COMMAND

need("linux", sys.platform == "linux", "signals and terminals as on Linux")
need("pyo", pyo_available(), "pyo has no wheel for this platform")

PATIENCE_S = 60.0
NO_DESKTOP = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}  # no browser opens while tests run


class Running:
    """``pulsetune`` with a page, and a browser that was let in."""

    def __init__(self, home, *words, stdin=subprocess.DEVNULL):
        self.home = home
        self.errors: list[str] = []
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            env={**os.environ, **NO_DESKTOP, "PULSETUNE_HOME": str(home)},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        address = self.until(lambda: re.search(r"The page: (\S+)", self.said))[1]
        self.browser = httpx.Client(base_url=address.partition("/?")[0], timeout=PATIENCE_S)
        assert self.browser.get(address).status_code == 303

    @property
    def said(self) -> str:
        return "".join(self.errors)

    def _read(self) -> None:
        for line in self.process.stderr:
            self.errors.append(line)

    def until(self, seen):
        deadline = time.monotonic() + PATIENCE_S
        while not (found := seen()):
            assert time.monotonic() < deadline, self.said
            assert self.process.poll() is None, self.said
            time.sleep(0.05)
        return found

    def seen(self, wanted) -> dict:
        """The first message of the event stream of which ``wanted`` holds."""
        with self.browser.stream("GET", "/events") as stream:
            for line in stream.iter_lines():
                if line.startswith('data: {"hosted"') and wanted(message := json.loads(line[6:])):
                    return message
        raise AssertionError("the stream ended")

    def ask(self, kind: str) -> None:
        assert self.browser.post("/api/session/command", json={"kind": kind}).status_code == 204

    def commands(self) -> list[CommandKind]:
        return [event.kind for _, event in Library(self.home).events(1) if isinstance(event, Command)]

    def end(self, how: int) -> tuple[int, str]:
        self.process.send_signal(how)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        """Exit code and standard output."""
        out = self.process.stdout.read()
        code = self.process.wait(PATIENCE_S)
        self._reader.join()
        return code, out

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.ended()
        self.browser.close()
        self.process.stdout.close()
        self.process.stderr.close()


@contextlib.contextmanager
def running(home, *words, **how):
    program = Running(home, *words, **how)
    try:
        yield program
    finally:
        program.close()


def test_a_session_that_the_page_starts_plays_is_kept_and_ends_with_the_program(tmp_path):
    with running(tmp_path / "home", "--no-browser", "--port", "0") as program:
        assert [p["name"] for p in program.browser.get("/api/home").json()["programs"]][:2] == ["unwind", "settle"]
        wish = {"program": "unwind", "simulated": True, "soundscape": "warm-pad", "minutes": 6}
        assert program.browser.post("/api/session", json=wish | {"minutes": 1}).status_code == 400
        assert program.browser.post("/api/profile", json={"listen_only": True}).status_code == 204
        assert program.browser.post("/api/session", json=wish).status_code == 202
        message = program.seen(lambda said: said["view"]["heart_age_s"] and said["view"]["sound_words"] == "playing")
        assert message["view"]["simulated"]
        assert message["view"]["soundscape"] == "warm-pad"
        assert message["hosted"]["session_id"] == 1
        listening = "Listening only, as you said with the switch on the home screen"
        assert any(note.startswith(listening) for note in message["hosted"]["notes"])
        program.ask("skip")
        program.until(lambda: CommandKind.SOUNDSCAPE in program.commands())
        assert program.seen(lambda said: said["view"]["soundscape"] == "ocean-strings")
        code, _ = program.end(signal.SIGINT)  # with a session running: it fades out and is saved
        assert code == 0
        assert "Traceback" not in program.said
    (row,) = Library(program.home).sessions()
    assert row.state is SessionState.COMPLETE
    assert next(event for _, event in Library(program.home).events(1)).profile.listen_only
    assert verify(Library(program.home).events(1)).exact


def test_play_shows_its_session_and_the_key_p_knows_that_the_page_paused(tmp_path):
    terminal, keys = pty.openpty()
    words = ("play", "--source", "simulated", "--output", "null", "--minutes", "6", "--no-browser")
    with running(tmp_path / "home", *words, stdin=keys) as program:
        assert program.seen(lambda said: said["view"]["heart_age_s"])["view"]["simulated"]
        program.ask("pause")
        program.seen(lambda said: said["view"]["paused"])
        os.write(terminal, b"p")
        program.seen(lambda said: not said["view"]["paused"])
        program.ask("stop")
        code, out = program.ended()
        assert code == 0
        assert "You stopped it." in out
    os.close(terminal)
    os.close(keys)
    assert program.commands() == [CommandKind.PAUSE, CommandKind.RESUME, CommandKind.STOP]


def nobody(_now_s, _events):
    """Watches."""


def nothing(_now_s):
    """Is asked."""
    return ()


def company_of(page, tmp_path):
    """Who watches and asks when ``play`` has this page, which is closed again."""
    started = session_started(find_program("unwind"), (), ListenerProfile(), 1, SimulatedHeart(1))
    store = SessionLog.start(tmp_path, started)
    terminal = Company(nobody, nothing)
    with page, page.shown(started, store, terminal, lambda command: command, ()) as company:
        result = company is terminal
    store.close()
    return result


def test_without_a_page_the_terminal_has_the_session_to_itself(tmp_path, capsys):
    assert company_of(SessionPage(wanted=False, browse=False), tmp_path)
    assert capsys.readouterr().err == ""


def test_where_no_page_can_be_served_the_session_goes_on_and_that_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "pulsetune.cli.page_parts", raising=False)
    monkeypatch.setitem(sys.modules, "pulsetune.page.server", None)  # as in an installation without uvicorn
    assert company_of(SessionPage(wanted=True, browse=False), tmp_path)
    assert capsys.readouterr().err.startswith("There is no page (")
