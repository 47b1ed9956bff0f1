"""Intervals and the comparison of policies, against other people's numbers and arithmetic done by hand."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pulsetune.rehearsal.inference import (
    LEVEL,
    WORSE_BPM,
    compare,
    mean_of,
    percentile,
    share_percent,
    wilson_percent,
)
from tests.needs import examples


def test_a_mean_has_a_standard_error_where_there_is_a_spread():
    assert mean_of([]) is None
    assert mean_of([3.0]).se is None
    found = mean_of([1.0, 2.0, 3.0, 4.0])
    assert found.mean == 2.5
    assert found.se == pytest.approx(math.sqrt(5 / 3) / 2)  # variance 5/3, four values


def test_shares_and_percentiles_of_nobody_are_unknown():
    assert share_percent([]) is None
    assert wilson_percent(0, 0) is None
    assert percentile([], 95) is None


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [  # statsmodels 0.15.0, proportion_confint(..., method="wilson")
        (0, 20, 0.0, 16.1125158),
        (3, 20, 5.2368746, 36.0418865),
        (81, 263, 25.5288520, 36.6209577),  # the example of Newcombe 1998, table I: .2553 to .3662
        (1000, 1000, 99.6173242, 100.0),
    ],
)
def test_the_interval_of_a_share_is_wilsons(hits, of, low, high):
    assert wilson_percent(hits, of) == pytest.approx((low, high), abs=1e-5)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=40), st.floats(0, 100))
def test_percentiles_are_numpys(values, percent):
    assert percentile(values, percent) == pytest.approx(np.percentile(values, percent), abs=1e-9)


def series(seed: int, mean: float, spread: float, count: int = 40) -> list[float]:
    rng = random.Random(seed)
    return [rng.gauss(mean, spread) for _ in range(count)]


OTHERS = {"a": series(1, 0.05, 0.6), "b": series(2, 0.3, 0.6), "c": series(3, 0.2, 1.5), "d": series(4, -0.2, 0.6)}
REFERENCE = [0.0] * 40


def test_p_values_are_those_of_a_one_sided_t_test_adjusted_by_holm():
    found = compare(REFERENCE, OTHERS)
    raw = [
        stats.ttest_1samp([-value for value in OTHERS[name]], WORSE_BPM, alternative="less").pvalue for name in OTHERS
    ]
    by_hand = holm(raw)
    for name, expected in zip(OTHERS, by_hand, strict=True):
        assert found[name].p_holm == pytest.approx(expected, rel=1e-9)


def holm(p: list[float]) -> list[float]:
    """Holm 1979, written down once more: the k-th smallest of n times n - k + 1, never falling, one at most."""
    ranked = sorted(range(len(p)), key=p.__getitem__)
    out, largest = [0.0] * len(p), 0.0
    for rank, at in enumerate(ranked):
        largest = max(largest, min(1.0, (len(p) - rank) * p[at]))
        out[at] = largest
    return out


def test_holm_as_statsmodels_has_it():
    p = [0.0011, 0.012, 0.021, 0.04, 0.3]  # multipletests(p, method="holm"), statsmodels 0.15.0
    assert holm(p) == pytest.approx([0.0055, 0.048, 0.063, 0.08, 0.3])


def around(mean: float) -> list[float]:
    """Forty values half a bpm above and below; their standard error is .5 / sqrt(39)."""
    return [mean + 0.5, mean - 0.5] * 20


ERROR = 0.5 / math.sqrt(39)


def test_bounds_are_one_sided_at_the_level_that_holm_grants():
    found = compare(REFERENCE, {"similar": around(0.2), "far": around(0.4)})
    assert found["far"].p_holm < found["similar"].p_holm < LEVEL
    assert found["far"].upper == pytest.approx(-0.4 + stats.t.ppf(0.975, 39) * ERROR)  # the first of two: half of .05
    assert found["similar"].upper == pytest.approx(-0.2 + stats.t.ppf(0.95, 39) * ERROR)  # then the whole


def test_after_the_first_that_fails_no_later_one_gets_a_larger_level():
    found = compare(REFERENCE, {"worse": around(-0.1), "much worse": around(-0.3)})
    assert found["worse"].upper == pytest.approx(0.1 + stats.t.ppf(0.975, 39) * ERROR)
    assert found["much worse"].upper == pytest.approx(0.3 + stats.t.ppf(0.975, 39) * ERROR)


@given(
    st.dictionaries(
        st.integers(0, 9),
        st.tuples(st.floats(-1, 1), st.floats(0.01, 2), st.integers(0, 99)),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=examples(60))
def test_a_bound_is_below_the_margin_if_and_only_if_holm_says_so(population):
    others = {name: series(seed, mean, spread, 12) for name, (mean, spread, seed) in population.items()}
    found = compare([0.0] * 12, others)
    assert list(found) == list(others)
    for difference in found.values():
        assert (difference.upper <= WORSE_BPM) == (difference.p_holm <= LEVEL)


def test_policies_that_did_the_same_are_no_worse_and_one_listener_proves_nothing():
    same = compare([1.0, 2.0], {"same": [1.0, 2.0], "better": [0.5, 1.5]})
    assert same["same"].upper == 0
    assert same["same"].p_holm == 0
    assert same["better"].p_holm == 1
    assert compare([1.0], {"other": [2.0]})["other"].upper is None
