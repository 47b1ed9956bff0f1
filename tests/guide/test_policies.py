"""What each policy plays, told by what it is for."""

from itertools import pairwise

import pytest

from pulsetune.guide.policies import make_policy
from pulsetune.model import Phase, PolicyName, TapePoint
from pulsetune.programs import find_program
from tests.guide.builders import Evening, following


def test_one_step_a_minute_while_the_heart_does_not_rise():
    evening = Evening(following(75)).run(until_s=600)
    steps = [c for c in evening.cues if "step slower" in c.reason]
    assert 6 <= len(steps) <= 8
    assert all(later.t_s - sooner.t_s >= 60 for sooner, later in pairwise(steps))


def test_far_below_the_heart_it_waits_while_the_heart_rises():
    """From 400 s on the heart rises by 1.5 bpm a minute; the music is more than 6 % below by then."""
    evening = Evening(lambda t: 72.0 if t < 400 else 72.0 + (t - 400) * 1.5 / 60).run(until_s=500)
    assert not [c for c in evening.cues if "step slower" in c.reason and c.t_s > 461]


def test_music_above_the_heart_comes_down_to_it():
    evening = Evening(lambda t: 80.0 if t < 200 else 70.0).run(until_s=400)
    assert any("it comes down to you" in c.reason for c in evening.cues)


def test_company_has_a_bed_and_never_a_pulse():
    evening = Evening(lambda t: 75.0, policy=PolicyName.COMPANION).run()
    assert evening.pulsed() == []
    assert evening.phases() == [Phase.CALIBRATE, Phase.COMPANION, Phase.CONSOLIDATE, Phase.FADE, Phase.SILENCE]
    assert max(p.bed_level for p in evening.parameters) > 0.5
    assert max(p.level_db for p in evening.parameters) == 0.0


def test_the_warning_example_chases_the_heart_beyond_the_limits():
    evening = Evening(
        lambda t: 75.0,
        policy=PolicyName.NAIVE,
        estimates={t: {"heart_rate_fast_bpm": 75.0 + 6 * (t % 2)} for t in range(600)},
    ).run(until_s=300)
    tempos = [p.tempo_bpm for p in evening.pulsed()]
    assert set(tempos[2:]) == {70.0, 76.0}


def test_a_tape_is_played_at_its_own_times_with_its_own_levels():
    tape = tuple(TapePoint(float(t), 70.0 - t / 120, 0.75 if t < 600 else 0.25) for t in range(0, 1200, 10))
    evening = Evening(lambda t: 90.0, policy=PolicyName.YOKED, tape=tape).run()
    for t in (130, 400, 800):
        assert evening.tempo_at(t) == pytest.approx(70.0 - t / 120, abs=0.05)
    assert {c.arousal_level for c in evening.cues if 700 < c.t_s < 900} <= {0.25}


def test_a_tape_is_needed():
    with pytest.raises(ValueError, match="tape"):
        make_policy(PolicyName.YOKED, find_program("unwind"))
