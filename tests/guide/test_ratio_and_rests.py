"""Half time across a rest, and rests while the music thins."""

from itertools import pairwise

import pytest

from pulsetune.guide.rests import rest_begins
from pulsetune.model import Phase, PolicyName
from pulsetune.programs import find_program
from tests.guide.builders import Evening


def test_a_heart_that_slows_down_far_enough_hears_every_beat_again_after_a_rest():
    evening = Evening(lambda t: 90.0 if t < 500 else 70.0).run(until_s=700)
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


def test_a_heart_that_hovers_between_the_borders_keeps_its_ratio():
    evening = Evening(lambda t: 85.0 if t < 200 else 79.0 + 4 * ((t // 60) % 2)).run(until_s=900)
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
