"""The music's clock against arithmetic done by hand and against exact rational integration."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetune.model import AudioParameters
from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicClock
from tests.needs import examples


def target(t_s: float, tempo_bpm: float = 60.0, level_db: float = 0.0) -> AudioParameters:
    return AudioParameters(t_s, tempo_bpm, 0.5, 0.5, 0.5, 1.0, 1.0, level_db)


def clock_with(*targets: AudioParameters, start_frame: int = 0) -> MusicClock:
    clock = MusicClock(start_frame)
    for one in targets:
        clock.push(one)
    return clock


def test_sixty_pulses_a_minute_fall_on_whole_seconds() -> None:
    clock = clock_with(target(0.0, 60.0))
    assert [clock.frame_of(pulse) for pulse in range(4)] == [0, 48_000, 96_000, 144_000]


def test_half_pulses_are_found_between_pulses() -> None:
    assert clock_with(target(0.0, 80.0)).frame_of(0.5) == 18_000  # 60 / 80 / 2 s


def test_a_falling_tempo_integrates_as_calculus_says() -> None:
    # 75 -> 60 over 60 s: (75 t - t^2 / 8) / 60 pulses; 67 of them at t = 300 - sqrt(90000 - 480 * 67) s
    clock = clock_with(target(0.0, 75.0), target(60.0, 60.0))
    assert clock.frame_of(67) == -int(-(300 - (90_000 - 480 * 67) ** 0.5) * SAMPLE_RATE_HZ // 1)
    assert clock.pulses_at(60 * SAMPLE_RATE_HZ) == pytest.approx(67.5, abs=1e-12)


def test_values_are_linear_between_targets_and_held_outside() -> None:
    clock = clock_with(target(1.0, 70.0, -10.0), target(3.0, 60.0, -30.0))
    assert clock.values_at(0).tempo_bpm == 70.0
    assert clock.values_at(2 * SAMPLE_RATE_HZ).tempo_bpm == pytest.approx(65.0)
    assert clock.values_at(2 * SAMPLE_RATE_HZ).level_db == pytest.approx(-20.0)
    assert clock.values_at(9 * SAMPLE_RATE_HZ).tempo_bpm == 60.0


def test_a_late_target_glides_from_where_the_music_is_and_keeps_the_pulses_already_heard() -> None:
    clock = clock_with(target(0.0, 60.0, 0.0))
    clock.advance(5 * SAMPLE_RATE_HZ)
    before = clock.pulses_at(clock.position_frames)
    clock.push(target(4.0, 80.0, -20.0))
    assert clock.pulses_at(clock.position_frames) == pytest.approx(before, abs=1e-12)
    assert clock.values_at(clock.position_frames).level_db == 0.0
    assert clock.values_at(clock.position_frames + 512).level_db == pytest.approx(-10.0)
    assert clock.values_at(clock.position_frames + 1024).tempo_bpm == 80.0


def test_after_holding_the_line_starts_at_the_position_not_at_the_last_target() -> None:
    clock = clock_with(target(0.0, 60.0))
    clock.advance(2 * SAMPLE_RATE_HZ)
    clock.push(target(4.0, 80.0))
    assert clock.values_at(3 * SAMPLE_RATE_HZ).tempo_bpm == pytest.approx(70.0)


def test_the_same_time_again_replaces_a_target_that_was_not_heard_yet() -> None:
    clock = clock_with(target(0.0, 60.0), target(2.0, 90.0), target(2.0, 80.0))
    assert clock.values_at(2 * SAMPLE_RATE_HZ).tempo_bpm == 80.0
    assert clock.values_at(1 * SAMPLE_RATE_HZ).tempo_bpm == pytest.approx(70.0)


def test_music_can_start_in_the_middle_of_a_session() -> None:
    clock = clock_with(target(250.0, 60.0), start_frame=300 * SAMPLE_RATE_HZ)
    assert clock.frame_of(0) == 300 * SAMPLE_RATE_HZ
    assert clock.frame_of(1) == 301 * SAMPLE_RATE_HZ


def test_known_frames_is_the_newest_target() -> None:
    clock = MusicClock(77)
    assert clock.known_frames == 77
    clock.push(target(0.25))
    assert clock.known_frames == 12_000


@pytest.mark.parametrize("tempo_bpm", [0.0, -60.0, float("nan")])
def test_a_tempo_without_a_pulse_is_the_callers_mistake(tempo_bpm: float) -> None:
    with pytest.raises(ValueError, match="no pulse"):
        clock_with(target(0.0, tempo_bpm))


def test_a_target_from_the_past_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="older"):
        clock_with(target(1.0), target(0.5))


def exact_pulses(tempi: list[int], frame: int) -> Fraction:
    """Pulses at ``frame`` of tempi a quarter of a second apart, in rational numbers: no rounding at all."""
    total, step = Fraction(0), 12_000
    for number in range(frame // step + 1):
        first = Fraction(tempi[min(number, len(tempi) - 1)])
        last = Fraction(tempi[min(number + 1, len(tempi) - 1)])
        frames = min(step, frame - number * step)
        at_end = first + (last - first) * Fraction(frames, step)
        total += (first + at_end) / 2 * frames / (60 * SAMPLE_RATE_HZ)
    return total


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.integers(42, 92), min_size=2, max_size=40))
def test_every_pulse_is_the_first_frame_at_which_the_exact_integral_reaches_it(tempi: list[int]) -> None:
    clock = clock_with(*(target(number * 0.25, float(tempo)) for number, tempo in enumerate(tempi)))
    for pulse in range(1, 12):
        frame = clock.frame_of(pulse)
        allowance = Fraction(1, 10**9)  # a millionth of a frame of float rounding, in pulses
        assert exact_pulses(tempi, frame) >= pulse - allowance
        assert exact_pulses(tempi, frame - 1) < pulse + allowance


def test_after_an_hour_of_moving_tempo_no_pulse_is_a_frame_off() -> None:
    clock = MusicClock()
    tempi = [60 + (number * 7) % 23 for number in range(4 * 3600)]
    exact, pulse = Fraction(0), 0
    clock.push(target(0.0, float(tempi[0])))
    for number in range(1, len(tempi)):
        clock.push(target(number * 0.25, float(tempi[number])))
        exact += Fraction(tempi[number - 1] + tempi[number], 2) * 12_000 / (60 * SAMPLE_RATE_HZ)
        clock.advance(12_000)
        pulse = int(exact)
    assert pulse > 3600
    assert abs(Fraction(clock.pulses_at(clock.position_frames)) - exact) < Fraction(1, 10**9)
