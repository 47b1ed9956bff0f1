"""``pulsetune rehearse`` as a person calls it: tables, JSON, a plot, mistakes, Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulsetune.cli import cli
from pulsetune.heart.listener import Responder, Variation
from pulsetune.model import PolicyName
from pulsetune.programs import find_program, with_minutes
from pulsetune.rehearsal import judge, play_evening

ONE = ("--listeners", "1", "--minutes", "6", "--seed", "1")
TWO = ("--listeners", "2", "--minutes", "6", "--seed", "1")
KEYS = {
    "program", "policy", "world", "listeners", "seed", "minutes", "heart_rate_change_bpm", "vs_silence_bpm",
    "reached_target_percent", "harmed_percent", "by_type", "max_tempo_fall_percent_per_min",
    "max_tempo_rise_percent_per_min", "tempo_move_over_dropout_percent_p95",
}  # fmt: skip
PAGE = Path(__file__).parents[2] / "docs" / "rehearsal.md"


def call(*words: str) -> Result:
    result = CliRunner().invoke(cli, ["rehearse", *words])
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture(scope="module")
def two_policies(tmp_path_factory):
    """One rehearsal of two policies in two worlds, as JSON."""
    result = call(*TWO, "--policy", "match_only", "--policy", "staged_iso", "--world", "mixed", "--world", "tempo", "--json")  # fmt: skip
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_one_policy_in_one_world_is_one_object_with_the_promised_keys():
    result = call(*ONE, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found.keys() >= KEYS
    assert (found["program"], found["policy"], found["world"]) == ("unwind", "staged_iso", "mixed")
    assert (found["listeners"], found["seed"], found["minutes"]) == (1, 1, 6.0)
    assert found["model_based"] is True
    assert found["vs_silence_bpm"].keys() == {"mean", "se"}
    assert found["by_type"].keys() == {"strong", "weak", "none", "paradoxical"}
    assert sum(group["listeners"] for group in found["by_type"].values()) == 1


def test_several_are_a_list_with_the_differences(two_policies):
    results = two_policies["results"]
    assert [(r["world"], r["policy"]) for r in results] == [
        ("mixed", "staged_iso"),  # the program's own comes first, and is held against the others
        ("mixed", "match_only"),
        ("tempo", "staged_iso"),
        ("tempo", "match_only"),
    ]
    differences = two_policies["differences"]
    assert [(d["world"], d["policy"], d["other"]) for d in differences] == [
        ("mixed", "staged_iso", "match_only"),
        ("tempo", "staged_iso", "match_only"),
    ]
    for difference, own, other in zip(differences, results[::2], results[1::2], strict=True):
        expected = own["vs_silence_bpm"]["mean"] - other["vs_silence_bpm"]["mean"]
        assert difference["vs_silence_difference_bpm"]["mean"] == pytest.approx(expected)
        assert difference["no_worse"] is (difference["upper_95_bpm"] <= difference["margin_bpm"])


def keys_of(value: object) -> set[str]:
    if isinstance(value, dict):
        return {str(key) for key in value} | {key for inner in value.values() for key in keys_of(inner)}
    if isinstance(value, list):
        return {key for inner in value for key in keys_of(inner)}
    return set()


def test_every_key_is_documented(two_policies):
    described = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
    assert keys_of(two_policies) - described == set()


def test_the_table_names_every_policy_and_says_what_it_is():
    result = call(*TWO, "--policy", "staged_iso", "--policy", "fixed_safe")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("MODEL-BASED")
    assert "staged_iso minus each other policy" in result.stdout
    assert len(re.findall(r"^fixed_safe ", result.stdout, re.MULTILINE)) == 3  # all, by type, difference
    assert "Holm" in result.stdout
    assert "The listeners are invented" in result.stdout


def test_a_forced_type_and_a_variation_are_said_and_used():
    result = call(*ONE, "--type", "paradoxical", "--vary", "noise=0.5", "--vary", "window=2", "--json")
    found = json.loads(result.stdout)
    assert found["responder"] == "paradoxical"
    assert found["variation"] == {"coupling_window_factor": 2.0, "responders_factor": 1.0, "noise_factor": 0.5}
    assert found["by_type"]["paradoxical"]["listeners"] == 1
    program = with_minutes(find_program("unwind"), 6)
    varied = Variation(coupling_window_factor=2.0, noise_factor=0.5)
    music, quiet = (
        play_evening(program, policy, "mixed", 1, Responder.PARADOXICAL, varied)
        for policy in (program.policy, PolicyName.QUIET)
    )
    outcome = judge(music, quiet, program)
    assert found["heart_rate_change_bpm"] == {"mean": outcome.change_bpm, "se": None}
    assert found["paradoxical_rise_bpm"] == {"mean": outcome.rise_bpm, "se": None}


def test_a_plot_has_a_column_for_each_policy_and_says_that_it_is_a_model(tmp_path):
    target = tmp_path / "policies.svg"
    words = [*ONE, "--policy", "staged_iso", "--policy", "quiet", "--plot", str(target)]
    result = call(*words)
    assert result.exit_code == 0, result.output
    texts = [element.text or "" for element in ET.parse(target).iter("{http://www.w3.org/2000/svg}text")]
    assert {"staged_iso", "quiet", "time (min:s)", "change (1/min)"} <= set(texts)
    assert any("MODEL-BASED" in text for text in texts)
    again = call(*words)
    assert again.exit_code == 2
    assert "--force" in again.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nosuch",), "no program"),
        (("--policy", "nosuch"), "nosuch"),
        (("--world", "nosuch"), "nosuch"),
        (("--listeners", "0"), "listeners"),
        (("--minutes", "3"), "minutes"),
        (("--vary", "window"), "has no number"),
        (("--vary", "mood=2"), "window, responders, noise"),
        (("--vary", "noise=nan"), "0.1 to 10"),
        (("--plot", "here.png"), ".svg"),
        (("--plot", "nowhere/here.svg"), "no folder"),
        (("--plot", "here.svg", "--world", "all"), "one world"),
    ],
)
def test_a_mistake_is_a_sentence_and_costs_nothing(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = call(*words)
    assert result.exit_code == 2
    assert said in result.output


# ---------------------------------------------------------------- Ctrl-C, and the workers

needs_posix = pytest.mark.skipif(os.name != "posix", reason="process groups and /proc are read as POSIX has them")
DEADLINE_S = 60.0


def started(*words: str) -> subprocess.Popen[str]:
    program = "from pulsetune.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, "rehearse", "--listeners", "2000", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def group(leader: int) -> list[int]:
    """The other living processes of a process group, by the kernel's own list."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [int(pid) for pid, pgid, stat in rows if int(pgid) == leader and int(pid) != leader and stat[0] != "Z"]


def wait_until(condition, what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@needs_posix
@pytest.mark.parametrize("how", ["ctrl-c", "kill"])
def test_the_workers_are_gone_after_ctrl_c_and_after_a_kill(how):
    process = started()
    try:
        wait_until(lambda: len(group(process.pid)) >= 2, "no workers appeared")
        if how == "ctrl-c":
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to everybody in the foreground
        else:
            process.kill()
        output, errors = process.communicate(timeout=DEADLINE_S)
        wait_until(lambda: not group(process.pid), "workers were left")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    if how == "ctrl-c":
        assert process.returncode == 130
        assert "Stopped" in errors
        assert "Traceback" not in errors
        assert output == ""
