"""What must hold whatever the heart does: random histories, absurd ones too."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetune.guide.stepping import glide
from pulsetune.model import SILENT_DB, CommandKind, PolicyName, TapePoint
from tests.guide.builders import Evening
from tests.needs import examples

rates = st.one_of(st.none(), st.floats(30, 220), st.floats(55, 95), st.sampled_from([0.0001, 1e6, 38.0, 250.0]))
histories = st.lists(st.tuples(st.integers(1, 90), rates), min_size=1, max_size=25)
wishes = st.dictionaries(st.integers(1, 500), st.sampled_from(CommandKind), max_size=8)
limited = st.sampled_from([name for name in PolicyName if name not in (PolicyName.NAIVE, PolicyName.YOKED)])


def heart_of(history):
    seconds = [rate for length, rate in history for _ in range(length)]
    return lambda t: seconds[t % len(seconds)]


def assert_inside_the_limits(evening):
    """``tempo / ratio`` falls at most 2 %/min and rises at most 3 %/min; the tempo stays within 42 to 92."""
    ratio_from_s = [(cue.t_s, cue.tempo_ratio) for cue in evening.cues]
    heard = evening.pulsed()
    for before, now in pairwise(heard):
        seconds = now.t_s - before.t_s
        ratios = [[ratio for t_s, ratio in ratio_from_s if t_s <= p.t_s][-1] for p in (before, now)]
        paces = [p.tempo_bpm / ratio for p, ratio in zip((before, now), ratios, strict=True)]
        change_percent = 100 * (paces[1] / paces[0] - 1)
        rounding_percent = 0.0 if ratios[0] == ratios[1] else 0.001  # the tempo is rounded to 0.0001
        assert change_percent >= -2.0 / 60 * seconds - 1e-9 - rounding_percent
        assert change_percent <= 3.0 / 60 * seconds + 1e-9 + rounding_percent
        assert 42 <= now.tempo_bpm <= 92
        if ratios[0] != ratios[1]:
            assert seconds >= 2, "another ratio begins across a rest"


@settings(max_examples=examples(60), deadline=None)
@given(histories, wishes, limited)
def test_tempo_change_stays_inside_its_limits(history, commands, policy):
    assert_inside_the_limits(Evening(heart_of(history), minutes=8, policy=policy, commands=commands).run(until_s=900))


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.tuples(st.integers(40, 300), st.floats(70, 115)), min_size=3, max_size=12))
def test_another_ratio_comes_across_a_rest_and_at_most_once_in_five_minutes(history):
    evening = Evening(heart_of(history), minutes=20).run(until_s=1200)
    assert_inside_the_limits(evening)
    changes = [now.t_s for before, now in pairwise(evening.cues) if now.tempo_ratio != before.tempo_ratio]
    assert all(later - sooner >= 300 for sooner, later in pairwise(changes[1:]))


tapes = st.lists(st.tuples(st.floats(30, 120), st.floats(0, 1)), min_size=1, max_size=20).map(
    lambda points: tuple(TapePoint(30.0 * k, tempo, level) for k, (tempo, level) in enumerate(points))
)


@settings(max_examples=examples(30), deadline=None)
@given(histories, tapes)
def test_a_tape_stays_inside_the_limits_too(history, tape):
    assert_inside_the_limits(Evening(heart_of(history), minutes=8, policy=PolicyName.YOKED, tape=tape).run(until_s=900))


@settings(max_examples=examples(60), deadline=None)
@given(histories, wishes)
def test_the_sound_stays_in_range_and_never_rises_by_itself(history, commands):
    commands = {t: kind for t, kind in commands.items() if kind is not CommandKind.LOUDER}
    evening = Evening(heart_of(history), minutes=8, commands=commands).run(until_s=900)
    for p in evening.parameters:
        for value in (p.brightness, p.density, p.warmth, p.pulse_level, p.bed_level):
            assert 0.0 <= value <= 1.0
        assert SILENT_DB <= p.level_db <= 0.0


@settings(max_examples=examples(40), deadline=None)
@given(histories, wishes)
def test_every_session_ends(history, commands):
    commands = {t: kind for t, kind in commands.items() if kind is not CommandKind.PAUSE}
    evening = Evening(heart_of(history), minutes=8, commands=commands).run(until_s=8 * 60 + 60)
    assert evening.conductor.finished


@given(st.floats(42, 92), st.floats(42, 92), st.floats(0.25, 60))
def test_a_glide_goes_toward_its_target_and_never_past_it(tempo, target, seconds):
    after = glide(tempo, target, fall_percent_per_min=2, rise_percent_per_min=3, seconds=seconds)
    assert min(tempo, target) - 1e-4 <= after <= max(tempo, target) + 1e-4


def test_two_percent_a_minute_is_just_that():
    tempo = 75.0
    for _ in range(60):
        tempo = glide(tempo, 40.0, fall_percent_per_min=2, rise_percent_per_min=3, seconds=1)
    assert 75 * 0.98 <= tempo < 75 * 0.981
