"""The tempo meter itself, on sounds whose pulses are known by arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from tests.needs import patient
from tests.tools.attack_meter import attack_times_s
from tests.tools.tempo_meter import onset_times_s, pulse_times_s

RATE_HZ = 48_000
SECONDS = 30.0


def glide_s(first_bpm: float, last_bpm: float) -> np.ndarray:
    """When pulses fall on a straight line of tempo: first t + (last - first) t^2 / (2 T) = 60 n."""
    slope = (last_bpm - first_bpm) / SECONDS
    numbers = np.arange(200)
    inside = first_bpm**2 + 2 * slope * 60 * numbers
    times = (-first_bpm + np.sqrt(inside[inside > 0])) / slope
    return times[times < SECONDS - 0.5]


def plucks(times_s: np.ndarray, attack_s: float) -> np.ndarray:
    """Decaying tones of changing pitch over a steady chord."""
    time_s = np.arange(int(SECONDS * RATE_HZ)) / RATE_HZ
    sound = 0.02 * sum(np.sin(2 * np.pi * hz * time_s) for hz in (110.0, 165.0, 220.0))
    for number, at_s in enumerate(times_s):
        part = slice(int(at_s * RATE_HZ) + 1, int((at_s + 2.5) * RATE_HZ))
        since_s = time_s[part] - at_s
        tone = np.sin(2 * np.pi * 196.0 * 2 ** ((number * 5 % 12) / 12) * since_s)
        rise = 0.5 - 0.5 * np.cos(np.pi * np.clip(since_s / attack_s, 0, 1))
        sound[part] += 0.2 * tone * rise * np.exp(-since_s / 0.5)
    return np.stack([sound, sound], axis=1)


@patient
@pytest.mark.parametrize(("attack_s", "within_s"), [(0.004, 0.004), (0.030, 0.007)])
def test_single_pulses_of_a_glide_are_found_to_a_few_milliseconds(attack_s: float, within_s: float) -> None:
    wanted_s = glide_s(75.0, 60.0)
    found_s = pulse_times_s(plucks(wanted_s, attack_s), RATE_HZ)
    late_s = np.array([found_s[np.argmin(np.abs(found_s - at_s))] - at_s for at_s in wanted_s[2:]])
    assert np.abs(late_s - np.median(late_s)).max() < within_s
    assert abs(len(found_s) - len(wanted_s)) <= 1


@patient
def test_a_late_pulse_is_seen_late() -> None:
    wanted_s = glide_s(66.0, 65.9)
    moved_s = wanted_s.copy()
    moved_s[15] += 0.030
    found_s = pulse_times_s(plucks(moved_s, 0.004), RATE_HZ)
    steady_s = pulse_times_s(plucks(wanted_s, 0.004), RATE_HZ)
    near = np.argmin(np.abs(found_s - moved_s[15]))
    assert found_s[near] - steady_s[np.argmin(np.abs(steady_s - wanted_s[15]))] == pytest.approx(0.030, abs=0.006)


def test_every_onset_is_counted_and_nothing_else() -> None:
    times_s = np.sort(np.concatenate([glide_s(66.0, 65.9), glide_s(66.0, 65.9)[3:20:2] + 0.45]))
    assert len(onset_times_s(plucks(times_s, 0.010), RATE_HZ)) == pytest.approx(len(times_s), abs=1)


def clicks(times_s: np.ndarray) -> np.ndarray:
    """A click test voice: short decaying tones that begin at once, over nothing."""
    sound = np.zeros(int(SECONDS * RATE_HZ))
    since_s = np.arange(int(0.03 * RATE_HZ)) / RATE_HZ
    click = 0.3 * np.sin(2 * np.pi * 1000.0 * since_s) * np.exp(-since_s / 0.004)
    for at_s in times_s:
        first = round(at_s * RATE_HZ)
        sound[first : first + len(click)] += click[: len(sound) - first]
    return sound


def lateness_s(wanted_s: np.ndarray, found_s: np.ndarray) -> np.ndarray:
    """How late each pulse but the first two was found, against the middle one."""
    late_s = np.array([found_s[np.argmin(np.abs(found_s - at_s))] - at_s for at_s in wanted_s[2:]])
    return late_s - np.median(late_s)


def test_attacks_of_a_click_voice_are_placed_to_a_fraction_of_a_millisecond() -> None:
    wanted_s = glide_s(75.0, 60.0)
    sound = clicks(wanted_s)
    late_s = lateness_s(wanted_s, attack_times_s(sound, RATE_HZ, pulse_times_s(sound, RATE_HZ)))
    assert np.abs(late_s).max() < 0.0005


@patient
@pytest.mark.parametrize("attack_s", [0.004, 0.020])
def test_attacks_are_placed_to_two_milliseconds_although_other_notes_ring(attack_s: float) -> None:
    wanted_s = glide_s(75.0, 60.0)
    sound = plucks(wanted_s, attack_s)
    late_s = lateness_s(wanted_s, attack_times_s(sound, RATE_HZ, pulse_times_s(sound, RATE_HZ)))
    assert late_s.std() < 0.0022


@patient
def test_an_attack_that_is_a_little_late_is_placed_late() -> None:
    wanted_s = glide_s(66.0, 65.9)
    moved_s = wanted_s.copy()
    moved_s[15] += 0.010
    found_s = []
    for times_s in (wanted_s, moved_s):
        sound = plucks(times_s, 0.010)
        found_s.append(lateness_s(wanted_s, attack_times_s(sound, RATE_HZ, pulse_times_s(sound, RATE_HZ))))
    assert (found_s[1] - found_s[0])[13] == pytest.approx(0.010, abs=0.002)
