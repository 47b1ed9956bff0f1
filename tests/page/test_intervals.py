"""Means with intervals, evenings needed, smooths: against tables, SciPy's own tests and arithmetic by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pulsetune.page.intervals import (
    FEWEST,
    difference_interval,
    evenly,
    mean_interval,
    pooled_sd,
    smooth,
    values_needed,
)

_values = st.lists(st.floats(-40, 40).map(lambda value: round(value, 1)), min_size=FEWEST, max_size=40)


def test_five_values_by_hand():
    # mean 3, variance 2.5, standard error sqrt(2.5 / 5) = .70711; t(.975; 4) = 2.776 in every table
    interval = mean_interval([1, 2, 3, 4, 5])
    assert interval is not None
    assert (interval.mean, interval.count) == (3, 5)
    assert interval.high - 3 == pytest.approx(2.776 * 0.70711, abs=5e-4)
    assert interval.low == pytest.approx(6 - interval.high)
    assert not interval.holds_zero


@pytest.mark.parametrize("few", [[], [1.0], [1.0, 2.0, 3.0, 4.0]])
def test_four_values_have_no_interval(few):
    assert mean_interval(few) is None
    assert difference_interval(few, [1.0] * FEWEST) is None
    assert difference_interval([1.0] * FEWEST, few) is None


@given(_values)
def test_an_interval_is_what_scipy_says(values):
    interval = mean_interval(values)
    assert interval is not None
    if max(values) - min(values) > 0.05:
        said = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
        assert interval.low == pytest.approx(said.low, abs=1e-9)
        assert interval.high == pytest.approx(said.high, abs=1e-9)
    assert interval.low <= interval.mean <= interval.high


@given(_values, _values)
def test_a_difference_is_what_scipy_s_welch_test_says(these, those):
    interval = difference_interval(these, those)
    assert interval is not None
    assert interval.count == min(len(these), len(those))
    if min(max(these) - min(these), max(those) - min(those)) > 0.05:
        said = stats.ttest_ind(these, those, equal_var=False).confidence_interval(0.95)
        assert interval.low == pytest.approx(said.low, abs=1e-9)
        assert interval.high == pytest.approx(said.high, abs=1e-9)


def test_nine_in_ten_and_more_of_the_intervals_hold_the_truth():
    """What 95 % means, tried out: 2000 times seven evenings of a listener whose true change is −3."""
    draws = stats.norm(-3.0, 2.7).rvs(size=(2000, 7), random_state=5)
    held = sum(found.low <= -3.0 <= found.high for found in map(mean_interval, draws.tolist()) if found)
    assert held / 2000 == pytest.approx(0.95, abs=0.015)  # three standard errors of a share of 2000


def test_groups_without_any_spread_are_a_plain_difference():
    interval = difference_interval([2.0] * 5, [3.0] * 6)
    assert interval is not None
    assert (interval.low, interval.mean, interval.high) == (-1.0, -1.0, -1.0)


def test_the_spread_within_groups_leaves_their_means_out():
    # variances 1 (two degrees of freedom) and 2 (one): (2 · 1 + 1 · 2) / 3
    assert pooled_sd([[1, 2, 3], [101, 103], [7]]) == (pytest.approx(math.sqrt(4 / 3)), 3)
    assert pooled_sd([[1.0], []]) == (None, 0)


@pytest.mark.parametrize(("difference", "evenings"), [(1.0, 114), (2.0, 29), (3.0, 13)])
def test_as_many_evenings_as_the_study_plan_counted_for_a_spread_of_2_7(difference, evenings):
    assert values_needed(2.7, difference) == evenings


@pytest.mark.parametrize("difference", [1.0, 2.0])
def test_with_so_many_evenings_four_in_five_true_differences_are_seen(difference):
    count = values_needed(2.7, difference)
    draws = stats.norm(0, 2.7).rvs(size=(2000, 2 * count), random_state=11)
    p = stats.ttest_ind(draws[:, :count], draws[:, count:] + difference, axis=1).pvalue
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=0.03)


def test_a_smooth_is_the_weighted_mean_by_hand():
    # at 0: weights 1 and exp(-1/2) of the values 60 and 70; half-way both count the same
    weight = math.exp(-0.5)
    assert smooth([0, 10], [60, 70], [0, 5], 10) == [
        pytest.approx((60 + 70 * weight) / (1 + weight)),
        pytest.approx(65),
    ]


def test_a_smooth_says_nothing_over_a_long_pause():
    assert smooth([0, 100], [60, 70], [0, 50, 100], 10) == [pytest.approx(60), None, pytest.approx(70)]
    assert smooth([], [], [1], 10) == [None]


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(40, 120)), min_size=1, max_size=30), st.floats(-50, 450))
def test_a_smooth_stays_within_its_values(points, moment):
    times, values = [time for time, _ in points], [value for _, value in points]
    (found,) = smooth(times, values, [moment], 14.0)
    assert found is None or min(values) - 1e-9 <= found <= max(values) + 1e-9


def test_moments_are_evenly_apart_with_both_ends():
    assert evenly(10, 12, 4) == [10, 10.5, 11, 11.5, 12]
