"""What lists of sessions show without reading them: the heart rate in a few points, and how each was led."""

import contextlib
import sqlite3

import pytest

from pulsetune.errors import WrongUse
from pulsetune.model import ArousalEstimate, PolicyName
from pulsetune.records.home import database_path
from pulsetune.records.library import Library


def estimate(t_s, rate, age_s=0.5):
    return ArousalEstimate(t_s, rate, rate, None, None, None, 0.5, 0.9, age_s)


def test_points_are_means_of_equal_parts(home, record):
    number = record(estimate(1.0, 60.0), estimate(14.9, 70.0), estimate(15.0, 80.0), estimate(60.0, 90.0))
    assert Library(home).heart_curve(number, 4) == [65.0, 80.0, None, 90.0]  # a session of 60 s


def test_a_heart_rate_that_is_not_known_or_not_fresh_leaves_a_hole(home, record):
    number = record(
        estimate(5.0, None), estimate(20.0, 70.0, 4.1), estimate(40.0, 71.0, None), estimate(50.0, 72.0, 4.0)
    )
    assert Library(home).heart_curve(number, 4) == [None, None, None, 72.0]


def test_a_session_that_was_broken_off_at_once_is_all_holes(home, record):
    assert Library(home).heart_curve(record(complete=False), 3) == [None] * 3


def test_how_each_session_was_led_is_in_its_first_event(home, record):
    assert Library(home).policies() == {}
    record()
    record(policy=PolicyName.RAMP)
    assert Library(home).policies() == {1: "staged_iso", 2: "ramp"}


def test_a_damaged_first_event_says_nothing_and_costs_nothing(home, record):
    record()
    record()
    with contextlib.closing(sqlite3.connect(database_path(home))) as database, database:
        database.execute("UPDATE events SET body = '[' WHERE session_id = 1 AND seq = 0")
    assert Library(home).policies() == {2: "staged_iso"}


def test_no_such_session(home, record):
    record()
    with pytest.raises(WrongUse):
        Library(home).heart_curve(2, 4)
