"""The breathing guide: opt-in, from the listener's own rate, never too slow, off when dizzy."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.guide.breathing import BreathingGuide
from pulsetune.model import CommandKind
from pulsetune.programs import find_program
from tests.guide.builders import Evening, following

BREATHE = replace(find_program("unwind"), breathing=True)


def breaths(per_min: float, seconds: int = 1200) -> dict[int, dict[str, object]]:
    return {second: {"breaths_per_min": per_min} for second in range(seconds)}


def test_nobody_is_guided_who_did_not_ask():
    evening = Evening(following(75), estimates=breaths(14.0)).run()
    assert {p.breath_s for p in evening.parameters} == {None}


def test_it_begins_at_three_quarters_of_the_own_rate():
    evening = Evening(following(75), estimates=breaths(16.0), commands={200: CommandKind.BREATHING_ON}).run(until_s=210)
    assert evening.parameters[-1].breath_s == pytest.approx(60 / 12)
    assert any("softly, not deeply" in cue.reason for cue in evening.cues)


def test_there_is_nothing_to_breathe_with_before_the_music():
    evening = Evening(following(75), commands={10: CommandKind.BREATHING_ON}).run(until_s=140)
    assert evening.parameters[100].breath_s is None
    assert evening.parameters[-1].breath_s is not None


@pytest.mark.parametrize("kind", [CommandKind.DIZZY, CommandKind.BREATHING_OFF])
def test_it_ends_when_asked_to(kind):
    evening = Evening(following(75), commands={200: CommandKind.BREATHING_ON, 300: kind}).run(until_s=400)
    assert evening.parameters[290].breath_s is not None
    assert {p.breath_s for p in evening.parameters if p.t_s > 301} == {None}


def test_whoever_felt_dizzy_is_not_guided_again():
    commands = {200: CommandKind.BREATHING_ON, 300: CommandKind.DIZZY, 400: CommandKind.BREATHING_ON}
    evening = Evening(following(75), commands=commands).run(until_s=500)
    assert evening.parameters[-1].breath_s is None
    assert "you felt dizzy" in evening.cues[-1].reason or any("you felt dizzy" in c.reason for c in evening.cues)


def test_it_slows_down_only_for_a_listener_who_goes_along():
    follows, stays = BreathingGuide(BREATHE), BreathingGuide(BREATHE)
    for _ in range(1200):
        breath_s = follows.breath_s
        follows.second(60 / breath_s if breath_s else 15.0, playing=True, frozen=False)
        stays.second(15.0, playing=True, frozen=False)
    assert follows.breath_s == pytest.approx(10.0)  # six a minute
    assert stays.breath_s == pytest.approx(60 / 11.25, abs=0.001)


rates = st.one_of(st.none(), st.floats(0.01, 500))


@given(st.lists(st.tuples(st.integers(1, 400), rates, st.booleans()), max_size=12))
def test_it_is_never_slower_than_the_floor_and_never_jumps(history):
    guide = BreathingGuide(replace(BREATHE, breath_slowest_per_min=0.1))
    before = None
    for seconds, rate, frozen in history:
        for _ in range(seconds):
            guide.second(rate, playing=True, frozen=frozen)
            now = guide.breath_s
            assert now is not None
            assert 60 / 16 - 0.001 <= now <= 60 / 5.5 + 0.001
            assert before is None or abs(now - before) <= 0.0511
            before = now
