"""Half time across a rest, and rests while the music thins."""

from itertools import pairwise

import pytest

from pulsetune.guide.rests import rest_begins
from pulsetune.model import Phase, PolicyName
from pulsetune.programs import find_program
from tests.guide.builders import Evening


def test_a_heart_that_slows_down_far_enough_hears_every_beat_again_after_a_rest():
    """Where the music follows and does not lead."""
    evening = Evening(lambda t: 90.0 if t < 500 else 80.0, policy=PolicyName.MATCH_ONLY).run(until_s=700)
    before, after = (next(p for p in evening.parameters if p.t_s == t) for t in (499, 600))
    assert before.tempo_bpm < 50
    assert after.tempo_bpm > 60
    silent = [p for p in evening.parameters if 500 < p.t_s < 600 and p.pulse_level == 0]
    assert len(silent) >= 2
    jump = next(pair for pair in pairwise(evening.parameters) if pair[1].tempo_bpm > 1.5 * pair[0].tempo_bpm)
    assert jump[0].pulse_level == jump[1].pulse_level == 0
    assert jump[1].tempo_bpm == pytest.approx(2 * jump[0].tempo_bpm, rel=0.001)
    assert [c.reason for c in evening.cues if "short rest" in c.reason] == [
        "a short rest, then the music goes with every beat of your heart"
    ]


def test_a_dropout_in_the_rest_keeps_the_tempo_where_it_is_until_the_pulse_is_back():
    def heart(t: int) -> float | None:
        return 90.0 if t < 500 else None if 535 <= t < 560 else 80.0

    evening = Evening(heart, policy=PolicyName.MATCH_ONLY).run(until_s=700)
    begun_s = next(c.t_s for c in evening.cues if "short rest" in c.reason)
    assert begun_s < 535
    assert len({p.tempo_bpm for p in evening.parameters if 540 <= p.t_s < 560}) == 1
    assert evening.tempo_at(650) > 60


def test_who_is_led_in_half_time_stays_there_for_calm_asks_for_slow_music():
    evening = Evening(lambda t: 90.0 if t < 300 else 75.0).run()
    assert {cue.tempo_ratio for cue in evening.cues if cue.t_s > 120} == {0.5}
    assert max(p.tempo_bpm for p in evening.pulsed()) < 50


def test_a_heart_that_becomes_fast_early_hears_half_its_pace_after_a_rest():
    evening = Evening(lambda t: 87.0 if t < 200 else 95.0, policy=PolicyName.MATCH_ONLY).run(until_s=500)
    assert next(cue.tempo_ratio for cue in evening.cues if cue.t_s > 120) == 1.0
    assert evening.cues[-1].tempo_ratio == 0.5
    assert evening.tempo_at(499) == pytest.approx(47.5, abs=1)


def test_a_heart_that_hovers_between_the_borders_keeps_its_ratio():
    hovering = [85.0 + 2 * ((t // 60) % 2) for t in range(900)]
    evening = Evening(lambda t: hovering[t % 900], policy=PolicyName.MATCH_ONLY).run(until_s=900)
    assert len({cue.tempo_ratio for cue in evening.cues if cue.t_s > 120}) == 1


def test_steady_music_does_not_care_how_fast_the_heart_is():
    evening = Evening(lambda t: 100.0, policy=PolicyName.FIXED).run(until_s=200)
    assert {p.tempo_bpm for p in evening.pulsed()} == {60.0}


def test_the_thinning_music_rests_twice_and_the_pulse_comes_back():
    evening = Evening(lambda t: 72.0 - min(8.0, t / 100)).run()
    thinning = [p for p in evening.parameters if evening.phase_at(p.t_s) is Phase.CONSOLIDATE]
    silent = [p.t_s for p in thinning if p.pulse_level == 0]
    stretches = 1 + sum(now - before > 1 for before, now in pairwise(silent))
    assert stretches == evening.program.rests == 2
    assert len(silent) >= 2 * (evening.program.rest_s - 7)
    assert any(p.pulse_level > 0 for p in thinning if p.t_s > silent[-1])


def test_rests_are_spread_evenly_over_the_thinning():
    program = find_program("unwind")  # 90 s, two rests of 20 s: 50 s of music in three parts
    assert [s for s in range(200) if rest_begins(program, s)] == [17, 53]


def test_after_company_no_rest_is_announced_for_there_is_no_pulse():
    evening = Evening(lambda t: 75.0, policy=PolicyName.COMPANION).run()
    assert not [c for c in evening.cues if "rest of" in c.reason]
