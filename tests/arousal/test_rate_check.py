"""The strap's own rate against the level of the beats: when it overrules, and when it must not."""

from __future__ import annotations

import random

import pytest

from pulsetune.arousal.cleaning import Cleaner
from pulsetune.arousal.pipeline import Pipeline
from pulsetune.arousal.rate_check import RateCheck
from pulsetune.arousal.timeline import RawBeat
from pulsetune.model import Beat, BeatKind, HeartSample


def seconds_until_overruled(rate_bpm: float, level_ms: float, raw_level_ms: float) -> int | None:
    check = RateCheck()
    return next((k for k in range(30) if check.push(float(k), rate_bpm, level_ms, raw_level_ms)), None)


@pytest.mark.parametrize("level_ms", [500.0, 2000.0, 1300.0, 740.0])
def test_five_seconds_more_than_a_quarter_apart_overrule_the_level(level_ms: float) -> None:
    assert seconds_until_overruled(60.0, level_ms, 1000.0) == 5


@pytest.mark.parametrize("level_ms", [1000.0, 1240.0, 760.0, 0.0])
def test_a_level_within_a_quarter_or_unknown_stands(level_ms: float) -> None:
    assert seconds_until_overruled(60.0, level_ms, 1000.0) is None


def test_a_rate_that_the_intervals_contradict_overrules_nothing() -> None:
    assert seconds_until_overruled(60.0, 500.0, 500.0) is None


def test_agreement_in_between_starts_the_seconds_anew() -> None:
    check = RateCheck()
    found = [check.push(float(k), 60.0, 1000.0 if k == 4 else 500.0, 1000.0) for k in range(12)]
    assert found.index(True) == 10


def test_a_cleaner_that_starts_over_takes_its_level_from_the_last_raw_beats() -> None:
    cleaner, t_s = Cleaner(), 0.0
    for rr in [500.0] * 12 + [1000.0] * 5:
        t_s += rr / 1000
        cleaner.push(RawBeat(t_s, rr))
    cleaner.start_over()
    assert cleaner.level_ms == 1000.0


def kept_of_an_irregular_heart(seed: int, rate_bpm: int | None) -> int:
    """How many of 30 beats are kept, soon after 1.75 s a beat (every other one unseen) became .6 to 1.2 s."""
    rng, pipeline, t_s, beats = random.Random(seed), Pipeline(60.0), 0.0, list[Beat]()
    for rr in [1750.0] * 20 + [rng.uniform(600, 1200) for _ in range(110)]:
        t_s += rr / 1000
        beats += pipeline.sample(HeartSample(t_s, b"", rate_bpm, (rr,)))
    return sum(beat.nn_ms is not None for beat in beats[30:60] if beat.kind is not BeatKind.MISSED)


def test_a_wrong_level_that_the_guard_cannot_see_is_left_because_the_strap_says_so() -> None:
    """Raw beats this irregular never agree well enough for the lock-in guard; the strap's average does."""
    told = [kept_of_an_irregular_heart(seed, 67) for seed in range(12)]
    untold = [kept_of_an_irregular_heart(seed, None) for seed in range(12)]
    assert min(told) >= 20
    assert min(untold) < 15
    assert sum(told) > 1.2 * sum(untold)
