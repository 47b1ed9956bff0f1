"""The listener model, against arithmetic done by hand: every effect alone, on a listener without noise."""

from __future__ import annotations

import itertools
import math
import random
import statistics
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetune.heart.beat_generator import Wander, _crossing_s
from pulsetune.heart.listener import Listener, ListenerTraits, Responder, SimulatedBeat, World, draw_traits
from pulsetune.model import SILENT_DB, AudioParameters
from tests.needs import examples

STILL = ListenerTraits(  # 60 bpm, no arousal, no waves, no noise, no answer to anything
    responder=Responder.NONE,
    resting_heart_rate_bpm=60.0,
    arrival_arousal_bpm=0.0,
    lasting_share=0.5,
    settling_s=360.0,
    breaths_per_min=15.0,
    breath_compliance=0.0,
    breath_wave_bpm=0.0,
    pressure_wave_bpm=0.0,
    wander_bpm=(0.0, 0.0, 0.0, 0.0),
    presence_bpm=0.0,
    calm_bpm=0.0,
    tempo_effect_bpm_per_10=0.0,
    brightness_effect_bpm=0.0,
    coupling_gain=0.0,
    coupling_window=0.08,
    paradox_gain=0.0,
    disturbance_chances=0,
)
PLAYING = AudioParameters(0.0, 60.0, 0.4, 0.5, 0.5, 1.0, 1.0, 0.0)
LONG_S = 2700.0  # nine of the longest time constant: everything has settled


def heart_rate_after(traits: ListenerTraits, parameters: AudioParameters | None, to_s: float = LONG_S) -> float:
    listener = Listener(traits, seed=1)
    if parameters is not None:
        listener.hear(parameters)
    listener.advance(to_s)
    return listener.heart_rate_bpm


def lived(seed: int, *, to_s: float, every_s: float, music_at_s: float | None = None) -> list[SimulatedBeat]:
    listener = Listener(draw_traits(seed), seed)
    beats: list[SimulatedBeat] = []
    now_s = 0.0
    while now_s < to_s:
        if music_at_s is not None and music_at_s <= now_s:
            listener.hear(replace(PLAYING, t_s=music_at_s))
            music_at_s = None
        now_s = min(to_s, now_s + every_s)
        beats += listener.advance(now_s)
    return beats


# ---------------------------------------------------------------- the same seed, the same life


def test_the_same_seed_lives_the_same_life_and_another_seed_another() -> None:
    first = lived(5, to_s=300, every_s=0.25)
    assert first == lived(5, to_s=300, every_s=0.25)
    assert first != lived(6, to_s=300, every_s=0.25)


@settings(max_examples=examples(15), deadline=None)
@given(every_s=st.floats(0.01, 40.0), seed=st.integers(0, 10_000))
def test_how_often_advance_is_called_changes_nothing(every_s: float, seed: int) -> None:
    assert lived(seed, to_s=120, every_s=every_s) == lived(seed, to_s=120, every_s=0.25)


def test_music_is_heard_from_its_own_time_on_even_when_advance_comes_late() -> None:
    on_time = lived(5, to_s=240, every_s=0.25, music_at_s=60.0)
    late = Listener(draw_traits(5), 5)
    late.hear(replace(PLAYING, t_s=60.0))
    assert late.advance(240.0) == on_time
    assert on_time != lived(5, to_s=240, every_s=0.25)


def test_music_begins_to_act_in_the_step_that_begins_with_it() -> None:
    listener = Listener(replace(STILL, presence_bpm=2.0), 1)
    listener.hear(replace(PLAYING, t_s=60.0))
    listener.advance(60.0)
    assert listener.heart_rate_bpm == 60.0
    listener.advance(60.25)
    assert listener.heart_rate_bpm > 60.0


def test_music_too_soft_to_hear_is_exactly_like_no_music() -> None:
    for silent in (
        replace(PLAYING, level_db=SILENT_DB, breath_s=8.0),
        replace(PLAYING, pulse_level=0.0, bed_level=0.0, breath_s=8.0),
    ):
        listener = Listener(draw_traits(5), 5)
        listener.hear(silent)
        assert listener.advance(600.0) == lived(5, to_s=600, every_s=0.25)


def test_the_noise_does_not_depend_on_what_was_heard() -> None:
    """After two hours of silence, twenty-four time constants, the music has left no trace."""
    quiet, after_music = Listener(draw_traits(5), 5), Listener(draw_traits(5), 5)
    after_music.hear(replace(PLAYING, t_s=100.0, breath_s=8.0))
    after_music.hear(replace(PLAYING, t_s=700.0, level_db=SILENT_DB))
    quiet.advance(700.0)
    after_music.advance(700.0)
    assert abs(quiet.heart_rate_bpm - after_music.heart_rate_bpm) > 0.1
    quiet.advance(7900.0)
    after_music.advance(7900.0)
    assert after_music.heart_rate_bpm == pytest.approx(quiet.heart_rate_bpm, abs=1e-6)


# ---------------------------------------------------------------- beats


@pytest.mark.parametrize(("heart_rate_bpm", "rr_ms"), [(60.0, 1000.0), (75.0, 800.0), (120.0, 500.0)])
def test_a_steady_heart_beats_at_sixty_thousand_over_its_rate(heart_rate_bpm: float, rr_ms: float) -> None:
    beats = Listener(replace(STILL, resting_heart_rate_bpm=heart_rate_bpm), 1).advance(60.0)
    assert len(beats) in (heart_rate_bpm - 1, heart_rate_bpm - 2)  # the first beat ends no known interval
    assert all(beat.rr_ms == pytest.approx(rr_ms, abs=1e-6) for beat in beats)


def test_intervals_and_beat_times_agree_and_nothing_is_from_the_future() -> None:
    listener = Listener(draw_traits(8), 8)
    beats = listener.advance(1200.1)
    assert listener.t_s == 1200.0
    assert all(0.0 < beat.t_s <= 1200.0 for beat in beats)
    for before, beat in itertools.pairwise(beats):
        assert beat.t_s - before.t_s == pytest.approx(beat.rr_ms / 1000.0, abs=1e-9)


def test_beats_of_a_settling_heart_sit_where_the_integral_of_the_rate_is_whole() -> None:
    """HR = 60 + 20 e^(-t/100): beats after t number t + (20 * 100 / 60) (1 - e^(-t/100)) in closed form."""
    traits = replace(STILL, arrival_arousal_bpm=20.0, lasting_share=0.0, settling_s=100.0)
    beats = Listener(traits, 1).advance(300.0)

    def turned(t_s: float) -> float:
        return t_s + 20.0 * 100.0 / 60.0 * (1.0 - math.exp(-t_s / 100.0))

    for before, beat in itertools.pairwise(beats):
        assert turned(beat.t_s) - turned(before.t_s) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(
    ("traits", "waves_in_10_min"),
    [
        (replace(STILL, breath_wave_bpm=3.0, breaths_per_min=12.0), 120),
        (replace(STILL, pressure_wave_bpm=3.0), 60),  # 0.1 Hz
    ],
)
def test_waves_of_breathing_and_pressure_have_their_own_rates(traits: ListenerTraits, waves_in_10_min: int) -> None:
    rr_ms = [beat.rr_ms for beat in Listener(traits, 3).advance(600.0)]
    middle_ms = statistics.fmean(rr_ms)
    above = [value > middle_ms for value in rr_ms]
    upward = sum(1 for before, now in itertools.pairwise(above) if now and not before)
    assert upward == pytest.approx(waves_in_10_min, rel=0.05)


def test_the_breathing_wave_is_three_times_as_large_at_six_breaths_a_minute() -> None:
    def spread_ms(breaths_per_min: float) -> float:
        traits = replace(STILL, breath_wave_bpm=1.0, breaths_per_min=breaths_per_min)
        return statistics.pstdev(beat.rr_ms for beat in Listener(traits, 3).advance(1200.0))

    # at 60 bpm a sine of 1 bpm is 16.7 ms, its standard deviation 11.8 ms; an interval of 1 s averages over
    # itself, which leaves sin(π f) / (π f) of it: .984 at 0.1 Hz, .858 at 0.3 Hz
    assert spread_ms(6.0) == pytest.approx(3 * 11.8 * 0.984, rel=0.05)
    assert spread_ms(18.0) == pytest.approx(11.8 * 0.858, rel=0.05)


def test_a_beat_falls_where_a_rising_rate_has_turned_once() -> None:
    """u + u²/2 = 0.2 cycles, from 1 Hz rising by 1 Hz a second: u = √1.4 - 1."""
    assert _crossing_s(0.2, 1.0, 1.0) == pytest.approx(0.183216, abs=1e-6)
    assert _crossing_s(0.2, 1.0, 0.0) == pytest.approx(0.2)
    assert _crossing_s(0.2, 1.0, -1.0) == pytest.approx(1.0 - 0.6**0.5)


def test_the_quick_noise_keeps_its_spread_for_hours() -> None:
    """√(.7² + .8²) = 1.063 bpm."""
    wander = Wander((0.7, 0.8, 1.0, 1.2), random.Random(1))
    quick_bpm = [wander.step()[0] for _ in range(40_000)]
    assert statistics.pstdev(quick_bpm[20_000:]) == pytest.approx(1.063, rel=0.12)


def test_the_slow_noise_has_the_spread_of_its_parts() -> None:
    """Parts of .7, .8, 1.0 and 1.2 bpm: the two slow ones, which the mean rate shows, have √(1 + 1.44) = 1.56."""
    ends = []
    for seed in range(120):
        listener = Listener(replace(STILL, wander_bpm=(0.7, 0.8, 1.0, 1.2)), seed)
        listener.advance(30.0)
        ends.append(listener.heart_rate_bpm)
    assert statistics.pstdev(ends) == pytest.approx(1.56, rel=0.2)
    assert statistics.fmean(ends) == pytest.approx(60.0, abs=0.4)


# ---------------------------------------------------------------- sitting


@pytest.mark.parametrize(("t_s", "heart_rate_bpm"), [(360.0, 66.839), (720.0, 65.677), (LONG_S, 65.003)])
def test_sitting_still_settles_part_of_the_arousal(t_s: float, heart_rate_bpm: float) -> None:
    """60 + 10 (½ + ½ e^(-t/360)), in silence."""
    traits = replace(STILL, arrival_arousal_bpm=10.0)
    assert heart_rate_after(traits, None, t_s) == pytest.approx(heart_rate_bpm, abs=0.001)


def test_disturbances_lift_the_heart_and_pass() -> None:
    """A startle peaks at A (1 - e^(-x/2)) e^(-x/12), x = 2 ln 7: between .62 A for A = 5..14 and that plus 3 twice."""
    lifted = 0
    for seed in range(8):
        listener = Listener(replace(STILL, disturbance_chances=1), seed)
        rates = []
        for second in range(0, 1500, 2):
            listener.advance(second)
            rates.append(listener.heart_rate_bpm)
        assert set(rates[:30]) == {60.0}, "none in the first minute"
        assert rates[-1] == 60.0, "all over by 25 minutes"
        if max(rates) > 60.0:
            lifted += 1
            assert 0.6 * 5.0 < max(rates) - 60.0 < 0.63 * 14.0 + 3.0
    assert 3 <= lifted <= 8  # three in four come


# ---------------------------------------------------------------- what music does


def test_presence_of_music_stirs_and_half_of_it_wears_off() -> None:
    traits = replace(STILL, presence_bpm=2.0)
    soon = max(heart_rate_after(traits, PLAYING, t_s) for t_s in (60.0, 90.0, 120.0, 150.0))
    assert 61.3 < soon < 62.0
    assert heart_rate_after(traits, PLAYING) == pytest.approx(61.0, abs=0.001)
    assert heart_rate_after(traits, replace(PLAYING, level_db=-6.0206)) == pytest.approx(60.5, abs=0.001)


@pytest.mark.parametrize(
    ("tempo_bpm", "pulse_level", "fall_bpm"),
    [
        (60.0, 1.0, 2.3642),  # 2.5 / (1 + e^(-20/7))
        (80.0, 1.0, 1.25),  # half at 80
        (92.0, 1.0, 0.3817),  # 2.5 / (1 + e^(12/7))
        (92.0, 0.0, 2.5),  # without a pulse the tempo does not matter
    ],
)
def test_sedative_music_calms_and_fast_music_does_not(tempo_bpm: float, pulse_level: float, fall_bpm: float) -> None:
    music = replace(PLAYING, tempo_bpm=tempo_bpm, pulse_level=pulse_level)
    fallen = 60.0 - heart_rate_after(replace(STILL, calm_bpm=2.5), music)
    assert fallen == pytest.approx(fall_bpm, abs=0.001)


def test_calm_takes_five_minutes() -> None:
    """1 - 1/e of 2.5 bpm after 300 s, bed alone at full level."""
    music = replace(PLAYING, pulse_level=0.0)
    assert 60.0 - heart_rate_after(replace(STILL, calm_bpm=2.5), music, 300.0) == pytest.approx(1.580, abs=0.005)


def test_soft_music_calms_less_and_never_less_than_a_third() -> None:
    """At half amplitude .35 + .65 / 2 of 2.5 bpm; at -20 dB, a tenth, .35 + .065 of it; halfway to unheard half."""
    bed, calm = replace(PLAYING, pulse_level=0.0), replace(STILL, calm_bpm=2.5)
    assert heart_rate_after(calm, replace(bed, level_db=-6.0206)) == pytest.approx(60.0 - 1.6875, abs=0.001)
    assert heart_rate_after(calm, replace(bed, level_db=-20.0)) == pytest.approx(60.0 - 1.0375, abs=0.001)
    at_30_db = 0.5 * (0.35 + 0.65 * 0.0316) * 2.5
    assert heart_rate_after(calm, replace(bed, level_db=-30.0)) == pytest.approx(60.0 - at_30_db, abs=0.001)


def test_absolute_tempo_and_brightness_act_in_proportion() -> None:
    assert heart_rate_after(replace(STILL, tempo_effect_bpm_per_10=1.5), PLAYING) == pytest.approx(58.5, abs=0.001)
    brighter = replace(PLAYING, brightness=0.9)
    assert heart_rate_after(replace(STILL, brightness_effect_bpm=1.0), brighter) == pytest.approx(60.5, abs=0.001)


def test_a_coupled_heart_is_pulled_by_a_near_tempo_and_not_by_a_far_one() -> None:
    coupled = replace(STILL, resting_heart_rate_bpm=80.0, coupling_gain=0.6, coupling_window=0.08)

    def pulled_by(tempo_bpm: float) -> float:
        return heart_rate_after(coupled, replace(PLAYING, tempo_bpm=tempo_bpm)) - 80.0

    near = pulled_by(77.0)
    # equilibrium p = -.6 d e^(-(d / (.08 HR))²) with d = HR - 77 and HR = 80 + p
    d = 3.0 + near
    assert near == pytest.approx(-0.6 * d * math.exp(-((d / (0.08 * (80.0 + near))) ** 2)), abs=0.001)
    assert -1.3 < near < -0.9
    assert pulled_by(83.0) == pytest.approx(-near, abs=0.1)
    assert abs(pulled_by(64.0)) < 0.1  # 20 % away
    assert pulled_by(38.5) == pytest.approx(near, abs=0.001)  # half time is the same pulse


def test_a_tempo_that_runs_past_does_not_pull() -> None:
    """The same fall from 100 to 64 BPM, at 6 %/min past a heart of 80 and at 2 %/min: 2 may be followed, 6 is not."""

    def furthest_pull(percent_per_min: float) -> float:
        listener = Listener(replace(STILL, resting_heart_rate_bpm=80.0, coupling_gain=0.6), 1)
        furthest = 0.0
        for second in range(int(36.0 / percent_per_min * 60.0)):
            listener.hear(replace(PLAYING, t_s=float(second), tempo_bpm=100.0 - second / 60.0 * percent_per_min))
            listener.advance(second + 1.0)
            furthest = max(furthest, abs(listener.heart_rate_bpm - 80.0))
        return furthest

    assert furthest_pull(6.0) < 0.05
    assert furthest_pull(2.0) > 0.5


def test_a_tempo_that_changed_while_no_pulse_was_heard_did_not_run_away() -> None:
    def pulled_after(before: AudioParameters | None) -> float:
        listener = Listener(replace(STILL, resting_heart_rate_bpm=80.0, coupling_gain=0.6), 1)
        if before is not None:
            listener.hear(before)
            listener.hear(replace(before, t_s=20.0, pulse_level=0.0))
        listener.hear(replace(PLAYING, t_s=60.0, tempo_bpm=77.0))
        listener.advance(90.0)
        return listener.heart_rate_bpm - 80.0

    fresh = pulled_after(None)
    assert fresh < -0.1
    far = replace(PLAYING, tempo_bpm=60.0)  # too far from 80 to have pulled by itself
    assert pulled_after(far) == pytest.approx(fresh, abs=0.01)


def test_a_paradoxical_heart_rises_with_the_lead_up_to_eight_bpm_of_it() -> None:
    upset = replace(STILL, resting_heart_rate_bpm=80.0, paradox_gain=0.4)
    # at rest r = .4 (80 + r - 76), so r = 1.6 / .6
    assert heart_rate_after(upset, replace(PLAYING, tempo_bpm=76.0)) == pytest.approx(82.667, abs=0.01)
    assert heart_rate_after(upset, replace(PLAYING, tempo_bpm=60.0)) == pytest.approx(83.2, abs=0.01)
    assert heart_rate_after(upset, replace(PLAYING, tempo_bpm=84.0)) == pytest.approx(80.0, abs=0.01)
    assert heart_rate_after(upset, replace(PLAYING, tempo_bpm=60.0, pulse_level=0.0)) == 80.0


def test_breathing_goes_with_a_guide_that_is_near_and_ignores_a_far_one() -> None:
    willing = replace(STILL, breath_compliance=1.0)

    def breaths_with(breath_s: float) -> float:
        listener = Listener(willing, 1)
        listener.hear(replace(PLAYING, breath_s=breath_s))
        listener.advance(600.0)
        return listener.breaths_per_min

    assert breaths_with(6.0) == pytest.approx(10.0, abs=0.001)  # 10 a minute is within 40 % of 15
    assert breaths_with(10.0) == pytest.approx(15.0, abs=0.001)  # 6 a minute is not
    half = Listener(replace(willing, breath_compliance=0.5), 1)
    half.hear(replace(PLAYING, breath_s=6.0))
    half.advance(600.0)
    assert half.breaths_per_min == pytest.approx(12.5, abs=0.001)


def test_slow_breathing_lowers_the_heart_rate_a_little() -> None:
    """From 15 to 10 a minute is 5/9 of the way to 6: 5/9 of .8 bpm."""
    willing = replace(STILL, breath_compliance=1.0)
    assert heart_rate_after(willing, replace(PLAYING, breath_s=6.0)) == pytest.approx(59.556, abs=0.001)


# ---------------------------------------------------------------- the population


def test_the_population_has_the_mix_and_the_means_it_promises() -> None:
    people = [draw_traits(seed) for seed in range(1000)]
    shares = {kind: sum(p.responder is kind for p in people) / len(people) for kind in Responder}
    assert shares == pytest.approx({"strong": 0.15, "weak": 0.40, "none": 0.30, "paradoxical": 0.15}, abs=0.035)
    assert statistics.fmean(p.resting_heart_rate_bpm for p in people) == pytest.approx(65.5, abs=0.7)
    assert statistics.fmean(p.arrival_arousal_bpm for p in people) == pytest.approx(9.6, abs=0.4)
    assert statistics.median(p.settling_s for p in people) == pytest.approx(360.0, rel=0.05)
    assert statistics.fmean(p.breaths_per_min for p in people) == pytest.approx(14.5, abs=0.3)


@pytest.mark.parametrize("world", [World.NULL, World.TEMPO])
def test_nobody_is_coupled_in_the_worlds_without_coupling(world: World) -> None:
    people = [draw_traits(seed, world) for seed in range(300)]
    assert {p.responder for p in people} == {Responder.NONE, Responder.PARADOXICAL}
    assert all(p.coupling_gain == 0.0 for p in people)


def test_the_same_seed_is_the_same_body_in_every_world_and_as_every_responder() -> None:
    everyone = [draw_traits(11, world, kind) for world in World for kind in (None, *Responder)]
    bodies = {
        (p.resting_heart_rate_bpm, p.arrival_arousal_bpm, p.settling_s, p.breath_wave_bpm, p.coupling_window)
        for p in everyone
    }
    assert len(bodies) == 1


def test_those_whom_music_upsets_are_stirred_more_and_never_calmed() -> None:
    upset, indifferent = draw_traits(11, responder=Responder.PARADOXICAL), draw_traits(11, responder=Responder.NONE)
    assert upset.presence_bpm - indifferent.presence_bpm == pytest.approx(2.0)
    assert upset.calm_bpm == 0.0 != indifferent.calm_bpm


@pytest.mark.parametrize("kind", Responder)
def test_a_forced_responder_is_that_responder(kind: Responder) -> None:
    traits = draw_traits(3, World.NULL, kind)
    assert traits.responder is kind
    assert (traits.coupling_gain > 0.0) == (kind in {Responder.STRONG, Responder.WEAK})
    assert (traits.paradox_gain > 0.0) == (kind is Responder.PARADOXICAL)


def test_an_unknown_world_is_refused() -> None:
    with pytest.raises(ValueError, match="atlantis"):
        draw_traits(1, "atlantis")


def test_hearts_at_rest_look_like_hearts_at_rest() -> None:
    """24 listeners, minutes 10 to 15. Designed to 831 ± 92, 31 ± 8 and 25 ± 11 ms: quieter than most people."""
    measured = []
    for seed in range(24):
        rr_ms = np.array([b.rr_ms for b in Listener(draw_traits(seed), seed).advance(900.0) if b.t_s > 600.0])
        measured.append((rr_ms.mean(), rr_ms.std(), math.sqrt(np.mean(np.diff(rr_ms) ** 2))))
    mean_rr_ms, sdnn_ms, rmssd_ms = np.mean(measured, axis=0)
    assert 780.0 < mean_rr_ms < 900.0
    assert 24.0 < sdnn_ms < 40.0
    assert 18.0 < rmssd_ms < 33.0
