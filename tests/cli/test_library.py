"""``pulsetune sessions ID``: the story of a session, beside what sitting quietly does to the same listener."""

import json
from pathlib import Path
from statistics import fmean

import pytest

from pulsetune.page.story import tell
from pulsetune.records.library import Library
from tests.cli.calling import call


def play(seed: int, *words: str) -> dict:
    shared = ("--source", "simulated", "--output", "silent", "--minutes", "6", "--json", "--seed", str(seed))
    return json.loads(call("play", *shared, *words).stdout.splitlines()[-1])


def test_beside_a_session_stands_the_usual_change_of_quiet_ones_as_surely_as_it_is_known(home):
    play(1)
    assert "quiet" not in call("sessions", "1").stdout
    changes = []
    for seed, said in (
        (2, "in the one session there is"),
        (3, "too few to say how surely"),
        (4, "interval of that mean"),
    ):
        quiet = play(seed, "quiet")
        changes.append(quiet["final_heart_rate_bpm"] - quiet["baseline_heart_rate_bpm"])
        told = " ".join(call("sessions", "1").stdout.split())
        assert f"In simulated quiet sessions the heart rate changed by {fmean(changes):+.1f}" in told
        assert said in told
    usual = json.loads(call("sessions", "1", "--json").stdout)["usual_change"]
    assert usual["sessions"] == 3
    assert usual["low_bpm"] < usual["change_bpm"] < usual["high_bpm"]
    assert usual["change_bpm"] == pytest.approx(fmean(changes), abs=0.05)
    assert json.loads(call("sessions", "4", "--json").stdout)["usual_change"]["sessions"] == 2  # never itself


def test_an_export_to_a_dash_goes_to_standard_output_and_makes_no_file(home):
    play(1)
    for name in ("csv", "rr", "jsonl"):
        call("export", "1", "--format", name, "--to", "kept")
        shown = call("export", "1", "--format", name, "--to", "-")
        assert shown.stdout_bytes == Path("kept").read_bytes()
        assert shown.stderr == ""
        Path("kept").unlink()
    assert not Path("-").exists()
    assert call("export", "1", "--to", "./-").stdout == "-\n"  # a file of that name can still be had
    assert Path("-").is_file()


def test_a_mistake_leaves_standard_output_empty(home):
    play(1)
    for words in (("7",), ("1", "--format", "xlsx")):
        refused = call("export", *words, "--to", "-", code=2)
        assert refused.stdout == ""
        assert refused.stderr.startswith("Error: ")


def told(session: str) -> list[tuple[str, str, str]]:
    """Time, phase and tempo of each line of a story."""
    text = call("sessions", session).stdout
    head, *lines = text[text.index("  time  phase") :].splitlines()
    assert head.startswith("  time  phase        tempo  why (tempo in pulses a minute")
    return [(line[:6].strip(), line[8:20].strip(), line[21:26].strip()) for line in lines]


def test_a_tempo_is_told_only_where_a_pulse_was_heard(home):
    play(1)
    story = told("1")
    assert {tempo for _, phase, tempo in story if phase in ("calibrate", "silence", "link")} == {""}
    assert all(60 / 2 < float(tempo) < 100 for _, phase, tempo in story if phase in ("match", "lead", "hold"))
    assert any(tempo for *_, tempo in story)
    play(1, "companion")
    assert {tempo for *_, tempo in told("2")} == {""}


def test_the_page_and_the_command_line_tell_the_same_tempo_of_every_step(home):
    play(1)
    steps = [moment for moment in tell(Library(home).events(1)).moments if moment.kind == "guide"]
    shown = ["" if step.tempo_bpm is None else f"{step.tempo_bpm:.1f}" for step in steps]
    assert shown == [tempo for _, phase, tempo in told("1") if phase not in ("link", "signal", "sound", "mark")]
