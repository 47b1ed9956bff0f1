"""``pulsetune play --tape``: the music of an earlier session, whatever the heart does."""

import json

from pulsetune.cli.resolving import tape_of
from pulsetune.model import AudioParameters, PolicyName, SessionStarted
from pulsetune.records.library import Library
from tests.cli.calling import call


def play(*words: str) -> dict:
    result = call("play", "settle", "--source", "simulated", "--output", "silent", "--json", *words)
    return json.loads(result.stdout.splitlines()[-1])


def tempi(home, session_id: int) -> dict[float, float]:
    """Tempo by second, where there was a pulse."""
    events = Library(home).events(session_id)
    return {e.t_s: e.tempo_bpm for _, e in events if isinstance(e, AudioParameters) and e.pulse_level > 0}


def test_the_tape_of_a_session_is_played_to_another_heart_at_the_same_times(home):
    first = play("--seed", "4", "--policy", "ramp")
    second = play("--seed", "9", "--tape", "last")
    assert second["baseline_heart_rate_bpm"] > first["baseline_heart_rate_bpm"] + 10  # another heart indeed
    was, is_now = tempi(home, first["session_id"]), tempi(home, second["session_id"])
    both = sorted(set(was) & set(is_now))
    assert len(both) > 200
    assert max(abs(was[t_s] / is_now[t_s] - 1) for t_s in both) < 0.02
    began = next(iter(Library(home).events(second["session_id"])))[1]
    assert isinstance(began, SessionStarted)
    assert began.policy is PolicyName.YOKED
    assert began.tape == tape_of(Library(home).events(first["session_id"]))
    assert "does not follow your heart" in call("sessions", "last").stdout
    assert "came out equal" in call("sessions", "last", "--verify").stdout


def test_a_tape_does_not_lead_who_only_listens(home):
    play("--seed", "4")
    call("profile", "--listen-only")
    assert "lead" not in {phase["phase"] for phase in play("--seed", "9", "--tape", "1")["phases"]}


def test_what_is_no_tape_is_refused(home):
    play("--seed", "4", "--policy", "quiet")
    for words, said in [
        (["--policy", "yoked"], "plays the music of an earlier session. Say which: --tape ID"),
        (["--policy", "pi", "--tape", "1"], 'The policy "pi" plays no tape.'),
        (["--policy", "naive"], 'The policy "naive" is for rehearsals only.'),
        (["--tape", "1"], "Session 1 had no music with a pulse."),
        (["--tape", "7"], "There is no session 7."),
        (["--tape", "x"], '"x" is not a session.'),
    ]:
        result = call("play", "--source", "simulated", "--output", "silent", *words, code=2)
        assert said in " ".join(result.stderr.split())


def test_without_a_program_the_tape_brings_its_own_with_its_sound_and_its_piece(home):
    first = play("--seed", "4", "--sound", "raga")
    result = call("play", "--source", "simulated", "--output", "silent", "--json", "--tape", "last")
    again = json.loads(result.stdout.splitlines()[-1])
    was, is_now = (next(iter(Library(home).events(one["session_id"])))[1] for one in (first, again))
    assert isinstance(was, SessionStarted)
    assert isinstance(is_now, SessionStarted)
    assert (is_now.program.name, is_now.program.soundscape, is_now.program.minutes) == ("settle", "raga", 8)
    assert is_now.seed == was.seed == 4
