import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetune.model import ListenerProfile, PolicyName
from pulsetune.program_plan import FOLLOWS_MOST_BPM, planned
from pulsetune.programs import find_program, program_files, with_minutes
from tests.needs import examples


@pytest.mark.parametrize(
    ("name", "begins_bpm"), [*((name, 75.0) for name in program_files()), ("settle", 50.0), ("settle", 112.0)]
)
def test_a_plan_lasts_as_long_as_its_program_and_stays_inside_its_limits(name, begins_bpm):
    program = find_program(name)
    plan = planned(program, begins_bpm)
    assert len(plan.tempo_bpm) == len(plan.heart_rate_bpm) == 60 * program.minutes + 1
    assert [span.from_s for span in plan.phases[1:]] == [span.to_s for span in plan.phases[:-1]]
    assert [cue.t_s for cue in plan.cues] == sorted(cue.t_s for cue in plan.cues)
    heard = [tempo for tempo in plan.tempo_bpm if tempo is not None]
    assert all(program.tempo_min_bpm <= tempo <= program.tempo_max_bpm for tempo in heard)
    for before, after in pairwise(plan.tempo_bpm):
        if before is not None and after is not None:
            assert -program.fall_limit_percent_per_min - 0.01 <= 60 * 100 * (after / before - 1)
            assert 60 * 100 * (after / before - 1) <= program.rise_limit_percent_per_min + 0.01


def test_the_music_of_a_plan_begins_near_the_heart_after_the_measuring_and_is_silent_at_the_end():
    program = find_program("unwind")
    plan = planned(program, 75.0)
    first_s = next(second for second, tempo in enumerate(plan.tempo_bpm) if tempo is not None)
    assert program.calibrate_s <= first_s <= program.calibrate_s + 5
    assert plan.tempo_bpm[first_s] == pytest.approx(75, rel=0.12)
    last_s = max(second for second, tempo in enumerate(plan.tempo_bpm) if tempo is not None)
    assert last_s <= 60 * program.minutes - program.silence_s
    assert 0.85 * program.zone_tempo_bpm <= plan.tempo_bpm[last_s] <= 1.05 * program.zone_tempo_bpm


def test_the_follower_only_goes_down_and_by_eight_beats_at_most():
    plan = planned(find_program("unwind"), 90.0)
    assert list(plan.heart_rate_bpm) == sorted(plan.heart_rate_bpm, reverse=True)
    assert plan.heart_rate_bpm[0] == 90
    assert 90 - FOLLOWS_MOST_BPM <= plan.heart_rate_bpm[-1] < 86


def test_without_music_the_follower_stays_where_it_is():
    plan = planned(find_program("quiet"), 75.0)
    assert set(plan.tempo_bpm) == {None}
    assert set(plan.heart_rate_bpm) == {75.0}


def test_the_breathing_guide_of_a_plan_gets_slower_and_keeps_its_floor():
    program = find_program("breathe")
    asked = [rate for rate in planned(program, 75.0).breaths_per_min if rate is not None]
    assert asked[0] == pytest.approx(14 * program.breath_start_share, rel=0.15)  # the follower breathes 14 a minute
    assert asked == sorted(asked, reverse=True)
    assert asked[0] > asked[-1] >= program.breath_slowest_per_min
    assert set(planned(find_program("settle"), 75.0).breaths_per_min) == {None}


def test_a_plan_for_someone_who_only_listens_has_no_lead():
    plan = planned(find_program("unwind"), 75.0, ListenerProfile(listen_only=True))
    assert "lead" not in {span.phase for span in plan.phases}
    assert all(tempo is None or tempo > 70 for tempo in plan.tempo_bpm)


def test_the_same_plan_comes_out_twice():
    assert planned(find_program("settle"), 80.0) == planned(find_program("settle"), 80.0)


@settings(max_examples=examples(10))
@given(
    st.sampled_from([policy for policy in PolicyName if policy.value not in ("naive", "yoked")]),
    st.floats(40, 140),
    st.integers(0, 2**20),
)
def test_any_program_has_a_plan(policy, begins_bpm, seed):
    rng = random.Random(seed)
    program = replace(
        with_minutes(find_program("unwind"), rng.uniform(6, 8)),
        policy=policy,
        zone_tempo_bpm=rng.uniform(50, 70),
        step_percent=rng.uniform(0.1, 4),
        rests=rng.randrange(3),
        breathing=rng.random() < 0.5,
    )
    plan = planned(program, begins_bpm)
    assert 60 * program.minutes <= len(plan.tempo_bpm) <= 60 * program.minutes + 2
    assert all(rate > 0 for rate in plan.heart_rate_bpm)
