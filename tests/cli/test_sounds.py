"""``pulsetune sounds``: the list, renderings, scores, the reference, mistakes, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import mido
import pytest
import soundfile
from click.testing import CliRunner, Result

from pulsetune.cli import cli
from pulsetune.cli.taste import Sweep, Taste
from pulsetune.guide.timbre import timbre_for
from pulsetune.model import SILENT_DB, Phase
from pulsetune.sound.soundscapes import SOUNDSCAPES
from pulsetune.sound.supervisor import pyo_available
from tests.needs import need, need_patience
from tests.tools.loudness import loudness_lufs
from tests.tools.tempo_meter import tempo_bpm

COMMAND = [sys.executable, "-c", "from pulsetune.cli import main; main()", "sounds"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def call(*words: str) -> Result:
    result = CliRunner().invoke(cli, ["sounds", *words])
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_the_list_has_one_sentence_for_each_soundscape() -> None:
    lines = call().stdout.splitlines()
    for name, sentence in SOUNDSCAPES.items():
        assert any(line.startswith(name) and line.endswith(sentence) for line in lines)
    rows = json.loads(call("--json").stdout)
    assert [set(row) for row in rows] == [{"name", "description"}] * len(SOUNDSCAPES)
    assert [row["name"] for row in rows] == list(SOUNDSCAPES)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["trumpet"], 'There is no soundscape "trumpet".'),
        (["raga", "--arousal", "2"], '"2" is not possible for --arousal.'),
        (["raga", "--arousal", "1..-0.1"], "--arousal"),
        (["raga", "--arousal", "nan"], "--arousal"),
        (["raga", "--arousal", "1..0..1"], "--arousal"),
        (["raga", "--tempo", "fast"], '"fast" is not possible for --tempo.'),
        (["raga", "--tempo", "75..20"], "Give a number from 42 to 92"),
        (["raga", "--seconds", "0"], "0 seconds is not possible."),
        (["raga", "--seconds", "nan"], "nan seconds is not possible."),
        (["raga", "--output", "x.mp3"], '"x.mp3" is not an output.'),
        (["raga", "--output", "no/such/x.flac"], "There is no folder"),
        (["raga", "--output", "x.flac", "--score", "x.txt"], "Give it a name that ends in .mid."),
        (["raga", "--seed", "-1"], "Invalid value for '--seed'"),
    ],
)
def test_a_mistake_gets_a_sentence_and_leaves_nothing_behind(words: list[str], said: str) -> None:
    result = call(*words)
    assert result.exit_code == 2, result.output
    assert said in " ".join(result.stderr.split())
    assert not result.stdout
    assert not list(Path().iterdir())


def test_the_parameters_are_swept_linearly_between_the_fades() -> None:
    taste = Taste("raga", None, 60.0, Sweep(1.0, 0.0), Sweep(75.0, 60.0), 1, None, "")
    middle = taste.parameters(30.0)
    assert middle.tempo_bpm == pytest.approx(67.5)
    assert middle.brightness == timbre_for(0.5, Phase.LEAD).brightness
    assert middle.level_db == 0.0
    assert taste.parameters(0.0).level_db == taste.parameters(60.0).level_db == SILENT_DB


def needs_pyo() -> None:
    need("pyo", pyo_available(), "pyo has no wheel for this platform")


def test_a_rendering_has_the_length_tempo_and_loudness_asked_for_and_its_score() -> None:
    needs_pyo()
    words = ("--seconds", "30", "--tempo", "66", "--arousal", ".5", "--seed", "3", "--json")
    result = call("raga", "--output", "a.flac", "--score", "a.mid", *words)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert set(told) == {"name", "seconds", "path", "underruns", "seed", "score", "stopped"}
    assert (told["seconds"], told["path"], told["score"], told["stopped"]) == (30.0, "a.flac", "a.mid", False)
    samples, rate = soundfile.read("a.flac")
    assert len(samples) == 30 * rate
    assert tempo_bpm(samples, rate) == pytest.approx(66.0, abs=0.5)
    assert loudness_lufs(samples[2 * rate : -3 * rate]) == pytest.approx(-20.0, abs=1.5)  # 25 s of it, of one seed
    score = mido.MidiFile("a.mid")
    tempos = [mido.tempo2bpm(message.tempo) for message in score.tracks[0] if message.type == "set_tempo"]
    assert tempos == pytest.approx([66.0] * len(tempos), abs=0.05)
    strings = [message for message in score.tracks[1] if message.type == "note_on"]
    assert len(strings) == 32  # 33 pulses in 30 s, the first of them in silence


def test_the_same_seed_renders_the_same_file() -> None:
    needs_pyo()
    need_patience()  # the process itself is held to this at every run of the suite
    for name in ("a.wav", "b.wav"):
        assert call("raga", "--output", name, "--seconds", "4", "--seed", "7").exit_code == 0
    assert Path("a.wav").read_bytes() == Path("b.wav").read_bytes()


@pytest.mark.parametrize("arousal", ["0", "1"])
def test_the_reference_is_exactly_as_loud_as_the_soundscapes(arousal: str) -> None:
    needs_pyo()
    assert call("reference", "--output", "r.wav", "--seconds", "14", "--arousal", arousal, "--seed", "1").exit_code == 0
    samples, rate = soundfile.read("r.wav")
    assert loudness_lufs(samples[2 * rate : -2 * rate]) == pytest.approx(-20.0, abs=0.2)


def test_without_a_sound_device_it_is_said(monkeypatch) -> None:
    needs_pyo()
    monkeypatch.setenv("PULSE_SERVER", "unix:/nonexistent/pulse")
    monkeypatch.setenv("ALSA_CONFIG_PATH", "/nonexistent/alsa.conf")
    from pulsetune.sound.probe import speakers_available

    need("no-sound-device", speakers_available() is None, "this computer has a sound device that cannot be hidden")
    result = call("raga")
    assert result.exit_code == 5, result.output
    assert "There is no sound device." in result.stderr


@pytest.mark.parametrize("output", ["null", "long.flac"])
def test_ctrl_c_fades_out_keeps_what_was_made_and_says_so(output: str) -> None:
    needs_pyo()
    need("signals", sys.platform != "win32", "Ctrl-C cannot be sent to one program on Windows")
    if output == "null":
        need_patience()
    program = subprocess.Popen(
        [*COMMAND, "raga", "--output", output, "--seconds", "3000", "--seed", "1", "--score", "s.mid", "--json"],
        env={**os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    if output == "null":
        time.sleep(6.0)  # real time must pass: what is heard cannot be seen from outside
    else:
        deadline = time.monotonic() + 30
        while not (Path(output).exists() and Path(output).stat().st_size > 100_000):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=30)
    assert program.returncode == 0, err
    assert "Stopped after" in err
    assert "Traceback" not in err
    told = json.loads(out)
    assert told["stopped"]
    assert 0 < told["seconds"] < 3000
    assert mido.MidiFile("s.mid").length > 0
    if output != "null":
        samples, rate = soundfile.read(output)
        assert len(samples) == pytest.approx(told["seconds"] * rate, abs=2)
        assert abs(samples[-1]).max() < 1e-4  # it fades, it is not cut


def test_a_session_writes_its_score_too(tmp_path, monkeypatch) -> None:
    needs_pyo()
    need_patience()
    monkeypatch.setenv("PULSETUNE_HOME", str(tmp_path / "home"))
    words = ["play", "--source", "simulated", "--sound", "raga", "--minutes", "6", "--seed", "2"]
    result = CliRunner().invoke(cli, [*words, "--output", "s.wav", "--score", "s.mid", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    score = mido.MidiFile("s.mid")
    assert 0.5 * told["duration_s"] < score.length < told["duration_s"] + 10
    tempos = [mido.tempo2bpm(message.tempo) for message in score.tracks[0] if message.type == "set_tempo"]
    assert min(tempos) > told["tempo_end_bpm"] - 5
    assert max(tempos) < told["tempo_start_bpm"] + 5
    refused = CliRunner().invoke(cli, [*words, "--output", "silent", "--score", "t.mid"])
    assert refused.exit_code == 2
    assert "Nothing is played" in refused.stderr
