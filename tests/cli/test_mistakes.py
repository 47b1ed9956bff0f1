"""What a listener can get wrong: one clear sentence, the documented exit code, nothing damaged."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulsetune.cli import cli
from pulsetune.heart.simulated import SimulatedHeart
from pulsetune.records.store import SessionLog
from tests.needs import need
from tests.sessions.running import started

NOWHERE = "unix:path=/nonexistent/pulsetune-test-bus"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PULSETUNE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", NOWHERE)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def call(*words: str) -> Result:
    result = CliRunner().invoke(cli, list(words))
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def sentences(result: Result) -> str:
    return " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["play", "unwnd"], 2, 'There is no program "unwnd". Did you mean "unwind"?'),
        (["play", "no-such.toml"], 2, "There is no file no-such.toml."),
        (["play", "--minutes", "-3"], 2, "-3 minutes is not possible for unwind. Choose 6 to 60 minutes"),
        (["play", "--minutes", "nan"], 2, "nan minutes is not possible."),
        (["play", "--minutes", "ten"], 2, "Invalid value for '--minutes'"),
        (["play", "--source", "no-such-rr.txt", "--output", "silent"], 2, "no-such-rr.txt"),
        (["play", "--source", "session:7", "--output", "silent"], 2, "There is no session 7."),
        (["play", "--source", "session:x", "--output", "silent"], 2, '"x" is not a session.'),
        (["play", "--output", "song.mp3"], 2, '"song.mp3" is not an output.'),
        (["play", "--output", "no/such/folder/x.flac"], 2, "There is no folder"),
        (["play", "--sound", "trumpet"], 2, 'There is no soundscape "trumpet".'),
        (["play", "--bed", "traffic"], 2, 'There is no bed "traffic".'),
        (["sounds", "raga", "--bed", "traffic"], 2, 'There is no bed "traffic".'),
        (["play", "--policy", "hurry"], 2, 'There is no policy "hurry".'),
        (["play", "--seed", "-1"], 2, "Invalid value for '--seed'"),
        (["play", "--record", "x.flac", "--output", "silent"], 2, "--record adds a file to live sound."),
        (["play", "--source", "strap", "--output", "silent"], 4, "Bluetooth"),
        (["scan"], 4, "Bluetooth"),
        (["sessions", "7"], 2, "There is no session 7."),
        (["sessions", "last"], 2, "There are no sessions yet."),
        (["sessions", "--verify"], 2, "Which session?"),
        (["export", "99999999999999999999"], 2, "is not a session"),
        (["export", "last", "--format", "xlsx"], 2, "There are no sessions yet."),
        (["programs", "nothing"], 2, 'There is no program "nothing".'),
        (["dance"], 2, "No such command 'dance'"),
    ],
)
def test_a_mistake_gets_a_sentence_and_its_exit_code(home, words, code, said):
    result = call(*words)
    assert result.exit_code == code, result.output
    assert said in sentences(result)
    assert not result.stdout


def test_a_second_play_is_refused_with_one_sentence(home):
    running = SessionLog.start(home, started(SimulatedHeart(1)))
    result = call("play", "--source", "simulated", "--output", "silent")
    running.close()
    assert result.exit_code == 1
    assert "Another session is running (started" in sentences(result)
    assert call("play", "--source", "simulated", "--output", "silent", "--minutes", "6").exit_code == 0


def test_a_program_file_with_mistakes_lists_them_all(home, tmp_path):
    Path("mine.toml").write_text('name = "mine"\nminutes = 200\ntitel = "x"\n')
    result = call("programs", "mine.toml")
    assert result.exit_code == 2
    assert "mine.toml:2: minutes" in result.stderr
    assert 'mine.toml:3: titel: unknown key, did you mean "title"?' in result.stderr


def test_a_damaged_database_is_said_and_not_touched(home):
    home.mkdir()
    database = home / "sessions.db"
    database.write_bytes(b"this is no database at all " * 100)
    before = database.read_bytes()
    for words in (["sessions"], ["play", "--source", "simulated", "--output", "silent"], ["export", "last"]):
        result = call(*words)
        assert result.exit_code == 6, result.output
        assert str(database) in sentences(result)
    assert database.read_bytes() == before


def test_a_broken_rr_file_names_the_line(home):
    Path("rr.txt").write_text("800\n810\nhello\n")
    result = call("play", "--source", "rr.txt", "--output", "silent")
    assert result.exit_code in (2, 6)
    assert "rr.txt" in result.stderr
    assert "3" in result.stderr


def test_speakers_without_a_sound_device_are_refused(home, monkeypatch):
    monkeypatch.setenv("PULSE_SERVER", "unix:/nonexistent/pulse")
    monkeypatch.setenv("ALSA_CONFIG_PATH", "/nonexistent/alsa.conf")
    from pulsetune.sound.probe import speakers_available

    need("no-sound-device", speakers_available() is None, "this computer has a sound device that cannot be hidden")
    for words in (["--source", "simulated", "--output", "speakers"], ["--source", "strap"]):
        result = call("play", *words)
        assert result.exit_code == 5, result.output
        assert "No sound device was found." in sentences(result)


@pytest.mark.parametrize("source", ["no-such-rr.txt", "session:7", "broken.txt"])
def test_a_recording_that_cannot_be_read_is_the_first_thing_said(home, monkeypatch, source):
    from concurrent.futures import Future

    silence: Future[str | None] = Future()
    silence.set_result(None)  # no speakers: the sound would be rendered to a file, which is announced
    monkeypatch.setattr("pulsetune.sound.probe.begin_probe", lambda: silence)
    monkeypatch.setattr("pulsetune.sound.supervisor.pyo_available", lambda: True)
    Path("broken.txt").write_text("800\nnine hundred\n")
    result = call("play", "--source", source)
    assert result.exit_code in (2, 6)
    assert result.stderr.startswith("Error: ")
    assert "rendering" not in result.stderr
    assert not home.exists()


def test_an_export_never_overwrites_unless_told(home):
    assert call("play", "--source", "simulated", "--output", "silent", "--minutes", "6").exit_code == 0
    assert call("export", "last", "--to", "beats.csv").exit_code == 0
    before = Path("beats.csv").read_bytes()
    result = call("export", "last", "--to", "beats.csv", "--format", "rr")
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert Path("beats.csv").read_bytes() == before
    assert call("export", "last", "--to", "beats.csv", "--format", "rr", "--force").exit_code == 0


def test_a_session_is_deleted_only_when_meant(home):
    assert call("play", "--source", "simulated", "--output", "silent", "--minutes", "6").exit_code == 0
    kept = CliRunner().invoke(cli, ["sessions", "last", "--delete"], input="n\n")
    assert "Nothing was deleted" in kept.stderr
    assert "unwind" in call("sessions").stdout
    assert call("sessions", "last", "--delete", "--yes").exit_code == 0
    assert "No sessions yet" in call("sessions").stdout


def test_a_full_disk_is_said_and_the_session_goes_on(tmp_path):
    need("small-disk", sys.platform == "linux" and os.geteuid() == 0, "mounting a small disk needs root on Linux")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=140k", "tmpfs", str(disk)], capture_output=True)
    need("small-disk", mounted.returncode == 0, "this computer does not let us mount a small disk")
    try:
        words = ["play", "--source", "simulated", "--output", "silent", "--minutes", "20"]
        done = subprocess.run(
            [sys.executable, "-c", "from pulsetune.cli import main; main()", *words],
            env={**os.environ, "PULSETUNE_HOME": str(disk / "home")},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 1, done.stderr
        assert "could not be saved" in done.stderr
        assert "Traceback" not in done.stderr
    finally:
        subprocess.run(["umount", str(disk)])


@pytest.mark.skipif(sys.platform != "linux", reason="/proc, where nobody can make a file, is Linux's")
def test_a_sound_file_that_cannot_be_made_is_said_and_the_session_that_never_began_can_be_told(home):
    result = call("play", "--source", "simulated", "--output", "/proc/music.flac")
    assert result.exit_code == 1
    assert "/proc/music.flac cannot be written" in result.stderr
    assert "It ended because of an error." in call("sessions", "last").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("play", "--source", "simulated", "--output", "mine.flac"),
        ("play", "--source", "simulated", "--output", "null", "--record", "mine.flac"),
        ("play", "--source", "simulated", "--output", "null", "--score", "mine.mid"),
        ("sounds", "raga", "--output", "mine.flac"),
        ("sounds", "raga", "--output", "null", "--score", "mine.mid"),
    ],
)
def test_a_file_of_the_listener_is_never_replaced_unless_told(home, tmp_path, words):
    mine = tmp_path / words[-1]
    mine.write_text("precious")
    result = call(*words)
    assert result.exit_code == 2
    said = f"{words[-1]} exists already. Choose another name with {words[-2]}, or add --force to replace it."
    assert said in sentences(result)
    assert mine.read_text() == "precious"
    assert not home.exists()


def test_a_home_that_is_no_folder_is_said_by_everything_that_needs_it(home, monkeypatch):
    home.write_text("a file")
    assert "is no folder that can be written" in " ".join(call("doctor").output.split())
    for words in (["play", "--source", "simulated", "--output", "silent"], ["profile"]):
        result = call(*words)
        assert result.exit_code != 0
        assert "is not a folder" in sentences(result)


def test_a_session_that_runs_is_not_called_interrupted(home):
    store = SessionLog.start(home, started(SimulatedHeart(1)))
    assert "It is still running." in call("sessions", "last").output
    store.close()
