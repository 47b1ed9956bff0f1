"""``pulsetune sessions ID``: the story of a session, beside what sitting quietly does to the same listener."""

import json
from statistics import fmean

import pytest

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
