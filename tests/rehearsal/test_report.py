"""What a rehearsal amounts to, against sums done by hand; and the courses that a plot shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pulsetune.heart.listener import Responder
from pulsetune.model import PolicyName
from pulsetune.programs import find_program
from pulsetune.rehearsal import Cast, Evening, Outcome, rehearse_worlds
from pulsetune.rehearsal.courses import Courses
from pulsetune.rehearsal.report import as_json, differences, result_of, scene_of

PROGRAM = replace(
    find_program("unwind"), minutes=10.0, calibrate_s=120.0, consolidate_s=60.0, fade_s=60.0, silence_s=60.0
)
PLAIN = Outcome(1, Responder.WEAK, 70.0, -3.0, -1.0, -0.5, -0.8, False, False, False, False, 2.0, 1.0, ())
UPSET = replace(
    PLAIN, seed=2, responder=Responder.PARADOXICAL, vs_silence_bpm=2.0, rise_bpm=1.6, harmed=True, companion=True, ended_early=True,
    max_fall_percent_per_min=1.0, max_rise_percent_per_min=3.0, dropout_moves_percent=(0.0, 1.0),
)  # fmt: skip


def test_everybody_and_each_type_are_summed_up():
    result = result_of(PolicyName.RAMP, "mixed", [PLAIN, UPSET, replace(PLAIN, reached_target=True)])
    assert result.everybody.listeners == 3
    assert result.everybody.vs_silence_bpm.mean == pytest.approx(0.0)
    assert result.everybody.vs_silence_bpm.se == pytest.approx(1.0)  # sd of -1, 2, -1 is sqrt(3)
    assert result.everybody.harmed_percent == pytest.approx(100 / 3)
    assert result.everybody.reached_target_percent == pytest.approx(100 / 3)
    assert result.by_type[Responder.PARADOXICAL].companion_percent == 100
    assert result.everybody.ended_early_percent == pytest.approx(100 / 3)
    assert result.by_type[Responder.PARADOXICAL].rise_bpm.mean == 1.6
    assert result.by_type[Responder.PARADOXICAL].rise_bpm.se is None
    assert result.by_type[Responder.STRONG].listeners == 0
    assert result.by_type[Responder.STRONG].harmed_percent is None
    assert result.max_tempo_fall_percent_per_min == 2.0
    assert result.max_tempo_rise_percent_per_min == 3.0
    assert result.tempo_move_over_dropout_percent_p95 == pytest.approx(0.95)


def test_silence_is_no_rival():
    outcomes = {PolicyName.QUIET: [PLAIN] * 2, PolicyName.RAMP: [PLAIN, UPSET], PolicyName.PI: [PLAIN, PLAIN]}
    found = differences(outcomes, PolicyName.RAMP)
    assert list(found) == [PolicyName.PI]
    assert found[PolicyName.PI].mean.mean == pytest.approx(1.5)


def test_the_paradoxical_rise_in_json_is_that_of_paradoxical_listeners_alone():
    scene = scene_of("mixed", [PolicyName.RAMP], {PolicyName.QUIET: [PLAIN, UPSET], PolicyName.RAMP: [PLAIN, UPSET]})
    printed = as_json(Cast(PROGRAM, 2, 1), scene.results[0], scene.quiet)
    assert printed["paradoxical_rise_bpm"] == {"mean": 1.6, "se": None}
    assert printed["harmed_percent"] == 50
    assert printed["by_type"]["weak"]["harmed_percent"] == 0


def evening(outcome: Outcome, heart_bpm: float, tempo_bpm: float | None, seconds: int = 600) -> Evening:
    return Evening(outcome.seed, outcome.responder, (heart_bpm,) * seconds, (tempo_bpm,) * seconds, 70.0, False, 0.0, 0.0, (), seconds)  # fmt: skip


def test_courses_are_percentiles_of_what_changed_since_the_own_beginning():
    courses = Courses(PROGRAM)
    outcomes = [replace(PLAIN, seed=seed, beginning_bpm=60.0 + seed) for seed in range(11)]
    for outcome in outcomes:
        courses.look(PolicyName.QUIET, evening(outcome, 60.0, None), outcome)
        courses.look(PolicyName.RAMP, evening(outcome, 60.0 + 2 * outcome.seed, 50.0), outcome)
    scene = scene_of("mixed", [PolicyName.RAMP], {PolicyName.QUIET: outcomes, PolicyName.RAMP: outcomes})
    picture = courses.picture(scene, "title")
    (cell,) = picture.cells[0]
    assert picture.rows == ["weak (11)"]
    assert len(cell.heart_rate.spread) == 120
    assert cell.heart_rate.spread[7] == pytest.approx((1.0, 5.0, 9.0))
    assert cell.tempo.spread[7] == pytest.approx((-19.0, -15.0, -11.0))
    assert cell.in_silence.spread[7] == pytest.approx((-9.0, -5.0, -1.0))
    assert picture.shaded == [(0.0, 120.0), (420.0, 600.0)]


def test_a_course_breaks_where_fewer_than_a_fifth_are_left_and_half_time_counts_double():
    courses = Courses(PROGRAM)
    outcomes = [replace(PLAIN, seed=seed, beginning_bpm=100.0) for seed in range(10)]
    for outcome in outcomes:
        courses.look(PolicyName.QUIET, evening(outcome, 100.0, None), outcome)
        courses.look(PolicyName.RAMP, evening(outcome, 98.0, 45.0, 300 if outcome.seed else 450), outcome)
    scene = scene_of("mixed", [PolicyName.RAMP], {PolicyName.QUIET: outcomes, PolicyName.RAMP: outcomes})
    (cell,) = courses.picture(scene, "title").cells[0]
    known = [at is not None for at in cell.heart_rate.spread]
    assert known == [True] * 60 + [False] * 60  # from 300 s on only one of ten is left
    assert cell.tempo.spread[0] == pytest.approx((-10.0, -10.0, -10.0))
    assert not np.isnan([value for at in cell.heart_rate.spread if at for value in at]).any()


def test_worlds_share_their_people_but_not_what_music_does_to_them():
    short = replace(PROGRAM, minutes=6.0)
    seen = []
    found = rehearse_worlds(
        Cast(short, 1, 5, Responder.NONE), [PolicyName.FIXED], ["mixed", "tempo"], look=lambda *what: seen.append(what)
    )
    assert list(found) == ["mixed", "tempo"]
    assert [o.seed for o in found["tempo"][PolicyName.FIXED]] == [5]
    assert len(seen) == 4
    quiet, music = PolicyName.QUIET, PolicyName.FIXED
    assert found["mixed"][quiet] == found["tempo"][quiet]
    assert found["mixed"][music] != found["tempo"][music]
