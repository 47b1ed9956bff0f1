"""The judge by arithmetic done by hand, the rehearsal by what must hold for any listener."""

import asyncio
import multiprocessing
from dataclasses import replace

import pytest

from pulsetune.errors import PulseTuneError
from pulsetune.heart.listener import Listener, Responder, draw_traits
from pulsetune.heart.simulated import SimulatedHeart
from pulsetune.model import SILENT_DB, AudioParameters, PolicyName
from pulsetune.programs import find_program
from pulsetune.rehearsal import Evening, Person, judge, play_all, play_evening, rehearse
from pulsetune.rehearsal.evening import Recorder, play_session

PROGRAM = replace(
    find_program("unwind"), minutes=20.0, calibrate_s=120.0, consolidate_s=60.0, fade_s=75.0, silence_s=60.0
)
THIN_S = 1200 - 60 - 75 - 60  # consolidate begins here


def evening(heart: list[float]) -> Evening:
    return Evening(1, Responder.WEAK, tuple(heart), (), 70.0, False, 0.0, 0.0, (), 1200)


def test_an_evening_is_judged_against_the_quiet_one_of_the_same_listener():
    quiet = evening([70.0] * 1200)
    heart = [70.0] * 1200
    heart[THIN_S - 180 : THIN_S] = [67.5] * 180  # the last three minutes before consolidate
    heart[1140:] = [69.0] * 60  # the final silence
    outcome = judge(evening(heart), quiet, PROGRAM)
    assert outcome.vs_silence_bpm == pytest.approx(-2.5)
    assert outcome.vs_silence_at_end_bpm == pytest.approx(-1.0)
    assert outcome.change_bpm == pytest.approx(-2.5)
    assert not outcome.harmed
    assert not outcome.reached_target


def test_harm_is_more_than_one_bpm_over_the_last_ten_minutes():
    quiet = evening([70.0] * 1200)
    for rise_bpm, harmed in ((0.9, False), (1.1, True)):
        heart = [70.0] * 1200
        heart[THIN_S - 600 : THIN_S] = [70.0 + rise_bpm] * 600
        assert judge(evening(heart), quiet, PROGRAM).harmed is harmed


def test_the_target_is_reached_by_a_whole_minute_five_below_the_beginning():
    quiet = evening([70.0] * 1200)
    for seconds, reached in ((59, False), (60, True)):
        heart = [70.0] * 1200
        heart[400 : 400 + seconds] = [65.0] * seconds
        assert judge(evening(heart), quiet, PROGRAM).reached_target is reached


def test_the_quiet_evening_is_a_real_quiet_session_without_the_guide():
    program = replace(PROGRAM, minutes=6.0)
    real = play_session(program, PolicyName.QUIET, SimulatedHeart(5), 5).evening(program, 5)
    quiet = play_evening(program, PolicyName.QUIET, "mixed", 5)
    assert quiet.true_heart_rate_bpm == real.true_heart_rate_bpm
    assert quiet.tempo_bpm == real.tempo_bpm == (None,) * 360
    assert (quiet.responder, quiet.ended_s, len(quiet.true_heart_rate_bpm)) == (real.responder, 360, 360)
    music = play_evening(program, PolicyName.FIXED, "mixed", 5)
    assert quiet.true_heart_rate_bpm[:100] != music.true_heart_rate_bpm[:100]  # the bed is heard from the start


def test_after_a_session_that_ends_early_the_listener_lives_on_in_silence():
    program = replace(PROGRAM, minutes=6.0)
    loud = AudioParameters(0.0, 60.0, 0.4, 0.5, 0.5, 1.0, 1.0, 0.0)
    heart = SimulatedHeart(5)
    recorder = Recorder(heart)
    asyncio.run(heart.open())
    heart.hear(loud)
    for tick in range(1, 401):
        heart.drain(tick * 0.25)
        recorder.watch(tick * 0.25, ())
    found = recorder.evening(program, 5)

    listener = Listener(draw_traits(5), 5)
    listener.hear(loud)
    listener.hear(replace(loud, t_s=100.0, level_db=SILENT_DB))
    expected = []
    for second in range(1, 361):
        listener.advance(float(second))
        expected.append(listener.heart_rate_bpm)
    assert found.true_heart_rate_bpm == tuple(expected)
    assert found.ended_s == 100
    assert found.tempo_bpm == (None,) * 360


def test_a_yoked_evening_plays_what_the_next_listener_was_played():
    program = replace(PROGRAM, minutes=9.0)
    yoked = play_evening(program, PolicyName.YOKED, "tempo", 3)
    other = play_evening(program, PolicyName.STAGED_ISO, "tempo", 4)
    own = play_evening(program, PolicyName.STAGED_ISO, "tempo", 3)
    both = [(a, b, c) for a, b, c in zip(yoked.tempo_bpm, other.tempo_bpm, own.tempo_bpm, strict=True) if a and b and c]
    assert len(both) > 200
    # where a dropout of the own strap froze it, the tempo is late; it catches up inside the limits
    assert sum(abs(a - b) < 1e-9 for a, b, _ in both) > 0.8 * len(both)
    assert max(abs(a - b) for a, b, _ in both) < 2
    assert max(abs(a - c) for a, _, c in both) > 2


def test_the_program_of_the_evening_decides_what_is_played_and_the_seed_who_listens():
    program = replace(PROGRAM, minutes=6.0)
    one, two = (play_evening(program, PolicyName.FIXED, "mixed", seed) for seed in (1, 2))
    assert set(one.tempo_bpm) == set(two.tempo_bpm) == {None, program.zone_tempo_bpm}
    assert one.true_heart_rate_bpm != two.true_heart_rate_bpm


def test_every_policy_meets_the_same_listeners_on_one_worker_as_on_two():
    program = replace(PROGRAM, minutes=6.0)
    told = []
    people = [Person("tempo", 3), Person("tempo", 4)]
    found = list(play_all(program, [PolicyName.FIXED], people, progress=told.append, workers=2))
    assert told == [1, 2]
    for seed, played in zip((3, 4), found, strict=True):
        assert list(played) == [PolicyName.QUIET, PolicyName.FIXED]
        assert {evening.seed for evening, _ in played.values()} == {seed}
        assert len({evening.responder for evening, _ in played.values()}) == 1
        assert played[PolicyName.QUIET][1].vs_silence_bpm == 0
    alone = rehearse(program, [PolicyName.FIXED], "tempo", [3, 4], workers=1)
    assert alone == {PolicyName.FIXED: [played[PolicyName.FIXED] for played in found]}


def test_a_worker_that_dies_is_said_and_nobody_waits_for_it():
    program = replace(PROGRAM, minutes=6.0)

    def kill_workers(_done: int) -> None:
        for child in multiprocessing.active_children():
            child.kill()

    people = [Person("mixed", seed) for seed in range(6)]
    with pytest.raises(PulseTuneError, match="worker process"):
        list(play_all(program, [], people, progress=kill_workers, workers=1))
    assert multiprocessing.active_children() == []
