"""``pulsetune profile`` and what it changes in a session."""

import json
import random

import pytest
from click.testing import Result

from pulsetune.model import EndedBecause, ListenerProfile, SessionEnded, SessionStarted
from pulsetune.program_file import POLICIES
from pulsetune.records.library import Library
from pulsetune.records.store import SessionLog
from tests.cli.calling import call
from tests.fakes.long_session import started


def play(*words: str) -> Result:
    return call("play", "--output", "silent", "--seed", "1", "--minutes", "8", "--json", *words)


def summary(result: Result) -> dict:
    return json.loads(result.stdout.splitlines()[-1])


def test_what_was_said_is_shown_and_forgotten(home):
    assert json.loads(call("profile", "--json").stdout) == {
        "listen_only": False,
        "said": False,
        "resting_level_bpm": None,
        "sessions": 0,
        "sessions_needed": 5,
    }
    assert "you have not said otherwise" in call("profile").stdout
    assert "listening only, as you said" in call("profile", "--listen-only").stdout
    assert json.loads(call("profile", "--json").stdout)["listen_only"] is True
    assert "may lead you, as you said" in call("profile", "--lead").stdout
    assert "deleted" in call("profile", "--forget").stderr
    assert json.loads(call("profile", "--json").stdout)["said"] is False


def test_the_reasons_are_plain_and_nobody_is_asked_which_it_is(home):
    shown = call("profile").stdout + call("profile", "--help").stdout
    for reason in ("beta blockers", "pregnancy", "children", "irregular rhythm", "pacemaker"):
        assert shown.count(reason) == 2
    assert "You need not say why" in shown


def test_two_wishes_at_once_are_refused(home):
    assert "Only one of" in call("profile", "--lead", "--listen-only", code=2).stderr
    assert not home.exists()


@pytest.mark.parametrize("policy", POLICIES)
def test_listening_only_is_said_and_never_leads(home, policy):
    call("profile", "--listen-only")
    result = play("--source", "simulated", "--policy", policy)
    assert "Listening only, as you said in `pulsetune profile`" in result.stderr
    assert "The simulated listener is not led either" in result.stderr
    assert "lead" not in {phase["phase"] for phase in summary(result)["phases"]}


def test_who_said_nothing_is_led_as_before(home):
    result = play("--source", "simulated")
    assert "Listening only" not in result.stderr
    assert "lead" in {phase["phase"] for phase in summary(result)["phases"]}


def test_a_damaged_profile_stops_before_anything_plays(home):
    home.mkdir()
    (home / "profile.json").write_text("{")
    result = call("play", "--source", "simulated", "--output", "silent", code=6)
    assert "is damaged" in result.stderr
    assert "pulsetune profile --listen-only" in result.stderr
    assert not (home / "sessions.db").exists()
    assert "is damaged" in call("profile", code=6).stderr
    call("profile", "--listen-only")
    call("profile", "--forget")


def test_a_real_heart_brings_its_resting_level_into_the_session(home):
    for end_bpm in (58, 60, 62, 64, 66):
        log = SessionLog.start(home, started(source="strap H10 (AA)", simulated=False))
        log.append(60.0, SessionEnded(60.0, EndedBecause.COMPLETED, "", 70, 0))
        log.finish(json.dumps({"final_heart_rate_bpm": end_bpm, "ended_because": "completed"}))
        log.close()
    rng = random.Random(1)
    (home.parent / "rr.txt").write_text("".join(f"{900 + rng.gauss(0, 20):.0f}\n" for _ in range(500)))
    result = play("--source", "rr.txt")
    began = next(iter(Library(home).events(summary(result)["session_id"])))[1]
    assert isinstance(began, SessionStarted)
    assert began.profile == ListenerProfile(False, 58.8, 5)  # 58 + 0.4 * 2
    simulated = play("--source", "simulated")
    began = next(iter(Library(home).events(summary(simulated)["session_id"])))[1]
    assert isinstance(began, SessionStarted)
    assert began.profile == ListenerProfile()
    assert "58.8 a minute, from how 5 sessions with a strap ended" in call("profile").stdout
    call("profile", "--listen-only")
    result = play("--source", "rr.txt")
    assert "Listening only, as you said" in result.stderr
    assert "simulated" not in result.stderr.lower()
    assert "lead" not in {phase["phase"] for phase in summary(result)["phases"]}
