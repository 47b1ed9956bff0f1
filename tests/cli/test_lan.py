"""``--lan`` of the real program: what it prints, what it opens, and what it refuses before anything begins."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import threading
import time

import click
import httpx
import pytest
from click.testing import CliRunner

from pulsetune.cli import cli
from pulsetune.cli.lan import invite, picture
from pulsetune.page import lan
from pulsetune.page.lan import NoNetwork, lan_address
from tests.needs import need
from tests.tools.live import COMMAND
from tests.tools.qr import read_qr

PATIENCE_S = 60.0
INVITATION = re.compile(r"To watch from another device: (http://[\d.]+:\d+/\?token=[\w-]{32})\n")


def in_a_network() -> bool:
    try:
        lan_address()
    except NoNetwork:
        return False
    return True


class Running:
    """``pulsetune`` with ``--lan``, no browser and no desktop."""

    def __init__(self, home, *words):
        self.said = ""
        self._process = subprocess.Popen(
            [*COMMAND, *words],
            env={**os.environ, "DISPLAY": "", "WAYLAND_DISPLAY": "", "PULSETUNE_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGINT)
        self._process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        self._process.stderr.close()

    def _read(self):
        for line in self._process.stderr:
            self.said += line

    def until(self, pattern):
        deadline = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, self.said)):
            assert time.monotonic() < deadline, self.said
            assert self._process.poll() is None, self.said
            time.sleep(0.05)
        return found


@pytest.mark.parametrize(
    ("words", "how_long"),
    [
        (["--lan", "--no-browser", "--port", "0"], "while a session runs, until you end PulseTune"),
        (["play", "--lan", "--no-browser", "--source", "simulated", "--output", "null"], "until the session ends"),
    ],
)
def test_it_prints_an_address_that_opens_the_watching_page_and_says_what_that_means(tmp_path, words, how_long):
    need("network", in_a_network(), "this machine is in no network")
    need("linux", sys.platform == "linux", "signals as on Linux")
    with Running(tmp_path, *words) as running:
        link = running.until(INVITATION)[1]
        running.until(r"for watching only\.\n")
        with httpx.Client(base_url=link.partition("/?")[0], trust_env=False, timeout=PATIENCE_S) as phone:
            assert phone.get(link).status_code == 303
            assert "watch.js" in phone.get("/").text
            assert phone.get("/api/sessions").status_code == 403
    assert f"can watch the heart rate {how_long}, and it is not encrypted." in running.said
    assert "█" not in running.said  # not to a pipe


def test_without_it_no_second_address_is_printed(tmp_path):
    need("linux", sys.platform == "linux", "signals as on Linux")
    with Running(tmp_path, "--no-browser", "--port", "0") as running:
        running.until("Ctrl-C ends it")
    assert "another device" not in running.said


@pytest.mark.parametrize("words", [["--no-page"], ["--json"]])
def test_without_a_page_nobody_can_watch_and_nothing_begins(words):
    refused = CliRunner().invoke(cli, ["play", "--lan", "--source", "simulated", "--output", "silent", *words])
    assert refused.exit_code != 0
    assert "Without a page nobody can watch." in refused.output + str(refused.exception)


@pytest.mark.parametrize("words", [["--lan"], ["play", "--lan", "--source", "simulated", "--output", "silent"]])
def test_without_a_network_that_is_said_and_nothing_begins(tmp_path, monkeypatch, words):
    monkeypatch.setenv("PULSETUNE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(lan, "SOMEWHERE", ("127.0.0.1", 9))  # the only route of a computer without a network
    refused = CliRunner().invoke(cli, words)
    assert refused.exit_code != 0
    assert "This computer is in no network now" in refused.output + str(refused.exception)
    assert not (tmp_path / "home").exists()


def test_a_session_that_is_over_in_a_moment_says_that_there_is_nothing_to_watch(tmp_path, monkeypatch):
    need("network", in_a_network(), "this machine is in no network")
    monkeypatch.setenv("PULSETUNE_HOME", str(tmp_path / "home"))
    words = ["play", "--lan", "--source", "simulated", "--output", "silent", "--minutes", "6"]
    played = CliRunner().invoke(cli, words)
    assert played.exit_code == 0
    assert "there is nothing to watch" in played.output


# ------------------------------------------------------------ the picture


@pytest.mark.parametrize("host", ["10.0.0.7:8724", "192.168.178.123:8724", "169.254.100.200:65535"])
def test_the_picture_holds_the_address(host):
    address = f"http://{host}/?token=aZ-_09bQ{'x' * 24}"
    assert read_qr(picture(address)) == address


def test_the_picture_is_surrounded_by_light_and_fits_a_terminal():
    lines = picture(f"http://192.168.178.123:8724/?token={'x' * 32}")
    assert len(lines) <= 24
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines[0]) <= 80
    assert set(lines[0]) == {"█"}
    assert all(line.startswith("██") and line.endswith("██") for line in lines[:-1])


def test_on_a_terminal_it_is_light_on_black_whatever_the_terminals_colours(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    class Door:
        link = f"http://10.0.0.7:8724/?token={'x' * 32}"

    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    invite(Door(), "until the session ends")
    coloured = [line for line in shown.getvalue().splitlines() if "\x1b[" in line]
    assert all(line.startswith("\x1b[97m\x1b[40m") and line.endswith("\x1b[0m") for line in coloured)
    assert read_qr([click.unstyle(line) for line in coloured]) == Door.link
