"""The breathing guide as it is heard: period, way in and way out, and that it only takes away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from pulsetune.sound.breath import SWELL_DB, Breath
from pulsetune.sound.player import BLOCK_FRAMES, SAMPLE_RATE_HZ, Player
from tests.needs import examples, need_patience
from tests.tools.loudness import true_peak_db
from tests.tools.music import target

LENGTHS_S = st.none() | st.floats(3.0, 15.0)


def render(name: str, lengths_s: dict[float, float | None], seconds: float) -> np.ndarray:
    """A steady sound; ``lengths_s`` is the length of a breath from each second on."""
    player = Player(name, 1)
    length_s = None
    for second in np.arange(0.0, seconds + 0.5, 0.5):
        length_s = lengths_s.get(float(second), length_s)
        player.push(replace(target(float(second), bed_level=0.5), breath_s=length_s))
    blocks = [player.render() for _ in range(int(seconds * SAMPLE_RATE_HZ / BLOCK_FRAMES))]
    player.close()
    return np.concatenate(blocks).astype(np.float64)


def swell_db(guided: np.ndarray, plain: np.ndarray) -> np.ndarray:
    """Level of the one against the other, a value each 10 ms."""
    levels = [np.sqrt(np.mean(one[: len(one) // 480 * 480].reshape(-1, 960) ** 2, axis=1)) for one in (guided, plain)]
    return 20 * np.log10(levels[0] / levels[1])


def turns_s(level_db: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """When the level is lowest and highest: means of the times at which it passes 0.5 dB from an end, down and up."""

    def middles(near: np.ndarray) -> np.ndarray:
        edges = np.flatnonzero(np.diff(near.astype(int)))
        edges = edges[1:] if near[0] else edges
        return np.array([(a + b + 1) / 200 for a, b in zip(edges[::2], edges[1::2], strict=False)])

    return middles(level_db < level_db.min() + 0.02), middles(level_db > level_db.max() - 0.02)


def fitted_wave(level_db: np.ndarray) -> tuple[float, float, float]:
    """Period in seconds, share of the way up, and range of the wave of two half cosines that fits best (least squares)."""
    at_s = np.arange(len(level_db)) / 100

    def wave(period_s: float, share: float, begin_s: float) -> np.ndarray:
        turns = ((at_s - begin_s) / period_s) % 1.0
        return (
            np.where(turns < share, -np.cos(np.pi * turns / share), np.cos(np.pi * (turns - share) / (1 - share))) / 2
        )

    def misfit(parameters: np.ndarray) -> float:
        shape = np.stack([wave(*parameters), np.ones(len(at_s))], axis=1)
        return float(np.linalg.lstsq(shape, level_db, rcond=None)[1].sum())

    grid = [
        (period, share, begin) for period in (7.5, 8.0, 8.5) for share in (0.3, 0.5, 0.7) for begin in (0.0, 2.7, 5.3)
    ]
    best = min((minimize(misfit, np.array(start), method="Nelder-Mead") for start in grid), key=lambda found: found.fun)
    shape = np.stack([wave(*best.x), np.ones(len(at_s))], axis=1)
    up_db = float(np.linalg.lstsq(shape, level_db, rcond=None)[0][0])
    return best.x[0], best.x[1] if up_db > 0 else 1 - best.x[1], abs(up_db)  # the same wave, begun half a turn later


def test_a_breath_has_the_length_asked_for_and_is_two_fifths_in() -> None:
    seconds = 43.0
    level_db = swell_db(render("reference", {0.0: 8.0}, seconds), render("reference", {}, seconds))[
        1200:
    ]  # from 12 s on
    lows, highs = turns_s(level_db)
    assert level_db.max() == pytest.approx(0.0, abs=0.02)
    assert level_db.min() == pytest.approx(-4.0, abs=0.02)  # +-2 dB, and never above what the level is anyway
    assert np.diff(lows) == pytest.approx(8.0, rel=0.03)
    assert np.diff(highs) == pytest.approx(8.0, rel=0.03)
    ways_in = [highs[highs > low][0] - low for low in lows if (highs > low).any()]
    assert ways_in == pytest.approx([0.4 * 8.0] * len(ways_in), rel=0.03)


def test_another_length_bends_the_wave_and_never_breaks_it() -> None:
    level_db = swell_db(render("reference", {0.0: 6.0, 15.5: 11.0}, 45.0), render("reference", {}, 45.0))
    # twice the steepest that half a cosine of 4 dB within 0.4 of 6 s can be in 10 ms: noise is not measured exactly
    assert np.abs(np.diff(level_db)).max() < 2 * 4.0 * np.pi / 2 / (0.4 * 6.0) * 0.01
    lows, _ = turns_s(level_db[2800:])
    assert np.diff(lows) == pytest.approx(11.0, rel=0.03)


def test_it_comes_within_one_breath_and_goes_within_one() -> None:
    level_db = swell_db(render("reference", {4.0: 8.0, 20.0: None}, 32.0), render("reference", {}, 32.0))
    assert np.abs(level_db[:397]).max() < 1e-3
    assert level_db[1200:1990].min() == pytest.approx(-4.0, abs=0.05)
    assert np.abs(level_db[2810:]).max() < 1e-3  # eight seconds after it was switched off
    assert np.abs(np.diff(level_db)).max() < 0.05  # 10 ms: neither coming nor going is a step


@given(st.lists(st.tuples(LENGTHS_S, st.integers(1, 300)), min_size=1, max_size=6))
@settings(max_examples=examples(40))
def test_whatever_is_asked_for_it_only_takes_away_and_moves_slowly(asked: list[tuple[float | None, int]]) -> None:
    breath = Breath()
    missing = np.concatenate(
        [breath.advance(BLOCK_FRAMES, length_s) for length_s, blocks in asked for _ in range(blocks)]
    )
    assert missing.min() >= 0.0
    assert missing.max() <= 1.0
    # at most the wave's own pace (half a cosine within 0.4 of 3 s) and that of the coming and going (3 s)
    fastest = (np.pi / 2 / (0.4 * 3.0) + 1 / 3.0) / SAMPLE_RATE_HZ
    assert np.abs(np.diff(missing, prepend=0.0)).max() <= fastest * 1.01


@pytest.mark.parametrize("name", ["felt-piano", "warm-pad", "ocean-strings", "frame-drum", "raga"])
def test_every_soundscape_swells_with_the_breath(name: str) -> None:
    need_patience()
    guided, plain = render(name, {0.0: 8.0}, 40.0), render(name, {}, 40.0)
    level_db = swell_db(guided, plain)[800:4000]
    period_s, share, range_db = fitted_wave(level_db)
    assert period_s == pytest.approx(8.0, rel=0.03)
    assert share == pytest.approx(0.4, rel=0.03)
    assert range_db == pytest.approx(SWELL_DB, abs=0.5)  # a darker sound is a little softer, too
    assert true_peak_db(guided) <= true_peak_db(plain) + 0.1
