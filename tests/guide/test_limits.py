"""What must hold whatever the heart does: random histories, absurd ones too."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetune.guide.stepping import glide
from pulsetune.model import SILENT_DB, CommandKind, PolicyName
from tests.guide.builders import Evening

rates = st.one_of(st.none(), st.floats(30, 220), st.floats(55, 95), st.sampled_from([0.0001, 1e6, 38.0, 250.0]))
histories = st.lists(st.tuples(st.integers(1, 90), rates), min_size=1, max_size=25)
wishes = st.dictionaries(st.integers(1, 500), st.sampled_from(CommandKind), max_size=8)
policies = st.sampled_from(PolicyName)


def heart_of(history):
    seconds = [rate for length, rate in history for _ in range(length)]
    return lambda t: seconds[t % len(seconds)]


@settings(max_examples=60, deadline=None)
@given(histories, wishes, policies)
def test_tempo_change_stays_inside_its_limits(history, commands, policy):
    evening = Evening(heart_of(history), minutes=8, policy=policy, commands=commands).run(until_s=900)
    heard = evening.pulsed()
    for before, now in pairwise(heard):
        seconds = now.t_s - before.t_s
        change_percent = 100 * (now.tempo_bpm / before.tempo_bpm - 1)
        assert change_percent >= -2.0 / 60 * seconds - 1e-9
        assert change_percent <= 3.0 / 60 * seconds + 1e-9
        assert 42 <= now.tempo_bpm <= 92


@settings(max_examples=60, deadline=None)
@given(histories, wishes)
def test_the_sound_stays_in_range_and_never_rises_by_itself(history, commands):
    commands = {t: kind for t, kind in commands.items() if kind is not CommandKind.LOUDER}
    evening = Evening(heart_of(history), minutes=8, commands=commands).run(until_s=900)
    for p in evening.parameters:
        for value in (p.brightness, p.density, p.warmth, p.pulse_level, p.bed_level):
            assert 0.0 <= value <= 1.0
        assert SILENT_DB <= p.level_db <= 0.0


@settings(max_examples=40, deadline=None)
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
