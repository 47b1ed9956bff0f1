"""Labels and cleaned intervals: each kind of artifact in a steady and in a swinging rhythm, and what must never happen."""

from __future__ import annotations

import math
import os
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.arousal.cleaning import Cleaner
from pulsetune.arousal.timeline import RawBeat
from pulsetune.model import Beat, BeatKind

DATA = os.environ.get("PULSETUNE_DATA")


def clean(rr_ms: list[float], cleaner: Cleaner | None = None) -> list[Beat]:
    cleaner = cleaner or Cleaner()
    out: list[Beat] = []
    t_s = 0.0
    for rr in rr_ms:
        t_s += rr / 1000
        out += cleaner.push(RawBeat(t_s, rr))
    return out + cleaner.flush()


def kinds(beats: list[Beat]) -> Counter[BeatKind]:
    return Counter(beat.kind for beat in beats if beat.kind is not BeatKind.NORMAL)


def resting(n: int, seed: int = 0) -> list[float]:
    """A calm rhythm of 71 a minute that swings with the breath by ±25 ms, with 8 ms of noise."""
    noise = np.random.default_rng(seed).normal(0, 8, n)
    return [float(850 + 25 * math.sin(k * 1.4) + noise[k]) for k in range(n)]


BEFORE, AFTER = resting(40), resting(20, seed=1)


def test_a_calm_rhythm_passes_untouched() -> None:
    beats = clean(resting(300))
    assert kinds(beats) == {}
    assert all(beat.nn_ms == beat.rr_ms for beat in beats)


def test_a_missed_beat_is_split_in_two_and_the_raw_interval_stays_on_the_last() -> None:
    beats = clean([*BEFORE, 1700.0, *AFTER])
    assert kinds(beats) == {BeatKind.MISSED: 2}
    inserted, last = [beat for beat in beats if beat.kind is BeatKind.MISSED]
    assert (inserted.rr_ms, inserted.nn_ms) == (None, 850.0)
    assert (last.rr_ms, last.nn_ms) == (1700.0, 850.0)
    assert last.t_s - inserted.t_s == pytest.approx(0.85, abs=1e-3)


def test_two_missed_beats_make_three() -> None:
    assert kinds(clean([*BEFORE, 2550.0, *AFTER])) == {BeatKind.MISSED: 3}


def test_an_extra_beat_is_merged_onto_the_second_part() -> None:
    beats = clean([*BEFORE, 350.0, 500.0, *AFTER])
    assert kinds(beats) == {BeatKind.EXTRA: 2}
    first, second = [beat for beat in beats if beat.kind is BeatKind.EXTRA]
    assert (first.rr_ms, first.nn_ms) == (350.0, None)
    assert (second.rr_ms, second.nn_ms) == (500.0, 850.0)


def test_a_premature_beat_and_its_pause_are_levelled_out() -> None:
    beats = clean([*BEFORE, 550.0, 1150.0, *AFTER])
    assert kinds(beats) == {BeatKind.ECTOPIC: 2}
    assert [(b.rr_ms, b.nn_ms) for b in beats if b.kind is BeatKind.ECTOPIC] == [(550.0, 850.0), (1150.0, 850.0)]


def test_a_beat_found_15_percent_late_is_levelled_out() -> None:
    assert kinds(clean([*BEFORE, 977.0, 723.0, *AFTER])) == {BeatKind.ECTOPIC: 2}


def test_two_early_beats_in_a_row_are_no_new_pace() -> None:
    """No heart quickens by two fifths from one beat to the next; the level is not yet where the last beats were."""
    before = [750.0 + 10 * (k % 2) for k in range(40)] + [835.0, 882.0, 867.0, 851.0]
    beats = clean([*before, 484.0, 492.0, *[790.0 + 10 * (k % 2) for k in range(20)]])
    labels = {beat.rr_ms: beat.kind for beat in beats}
    assert BeatKind.NORMAL not in {labels[484.0], labels[492.0]}


def test_a_beat_a_little_early_with_its_full_pause_stands_out_of_a_steady_run_only() -> None:
    """5 % early: told by the steadiness before it, not by its size, which any breath has."""
    steady = [850.0 + 4 * (k % 2) for k in range(40)]
    assert kinds(clean([*steady, 808.0, 894.0, *steady[:10]])) == {BeatKind.ECTOPIC: 2}
    assert kinds(clean(resting(300, seed=3))) == {}


def test_a_long_beat_that_takes_nothing_from_the_next_is_kept() -> None:
    """A sigh: the heart waits, and then goes on as before. A beat found late would have made the next one short."""
    sigh = clean([*BEFORE, 1130.0, 960.0, 900.0, *AFTER])
    assert kinds(sigh) == {}
    late = clean([*BEFORE, 1130.0, 570.0, *AFTER])
    assert kinds(late) == {BeatKind.ECTOPIC: 2}


def test_a_hole_that_no_number_of_beats_explains_is_noise_and_nothing_is_invented() -> None:
    beats = clean([*BEFORE, 9000.0, *AFTER])
    assert kinds(beats) == {BeatKind.NOISE: 1}
    assert [beat.nn_ms for beat in beats if beat.kind is BeatKind.NOISE] == [None]


def test_slow_breathing_with_a_large_swing_is_all_genuine() -> None:
    # six breaths a minute, from 870 to 1430 ms: the first long beat of each exhalation jumps by half
    breath = [1300.0, 1180.0, 960.0, 880.0, 860.0, 930.0, 1430.0, 1370.0]
    assert kinds(clean(breath * 20)) == {}


def test_standing_up_is_followed_within_a_few_beats() -> None:
    beats = clean([*BEFORE, *[850 - 20.0 * k for k in range(1, 16)], *[550.0] * 20])
    assert sum(kinds(beats).values()) <= 1
    assert {beat.kind for beat in beats[-15:]} == {BeatKind.NORMAL}


def test_a_new_level_after_a_sudden_change_is_accepted_after_four_beats() -> None:
    beats = clean([*BEFORE, *[540.0] * 20])
    assert {beat.kind for beat in beats[-14:]} == {BeatKind.NORMAL}


def test_a_level_caught_at_half_rate_is_left_again() -> None:
    """The first beats seen are all double counts; the true rhythm must win, not be split for ever."""
    beats = clean([*[425.0] * 12, *resting(80)])
    assert {beat.kind for beat in beats[-50:]} == {BeatKind.NORMAL}


def test_a_doubtful_beat_waits_for_one_successor_and_no_longer() -> None:
    cleaner = Cleaner()
    clean(BEFORE, cleaner)
    assert cleaner.push(RawBeat(100.0, 550.0)) == []
    assert len(cleaner.push(RawBeat(101.15, 1150.0))) == 2


def test_nothing_is_joined_across_a_gap() -> None:
    cleaner = Cleaner()
    clean(BEFORE, cleaner)
    assert cleaner.push(RawBeat(100.0, 550.0)) == []
    held, *_ = cleaner.push(RawBeat(120.0, 1150.0, after_gap=True))
    assert (held.rr_ms, held.kind) == (550.0, BeatKind.NOISE)


def test_the_first_beat_of_a_split_after_a_gap_carries_the_gap() -> None:
    cleaner = Cleaner()
    clean(BEFORE, cleaner)
    beats = cleaner.push(RawBeat(120.0, 1700.0, after_gap=True)) + cleaner.push(RawBeat(120.85, 850.0))
    assert [beat.after_gap for beat in beats] == [True, False, False]


def test_beats_off_the_skin_are_kept_as_noise() -> None:
    cleaner = Cleaner()
    clean(BEFORE, cleaner)
    assert cleaner.push(RawBeat(100.0, 850.0, usable=False)) == [Beat(100.0, 850.0, None, BeatKind.NOISE)]


@pytest.mark.parametrize("last", [852.0, 550.0, 1500.0])
def test_the_beat_held_at_the_end_comes_out_labelled_for_what_it_is(last: float) -> None:
    beats = clean([*BEFORE, last])
    assert beats[-1].rr_ms == last
    assert (beats[-1].kind is BeatKind.NORMAL) == (last == 852.0)


anything = st.one_of(
    st.floats(0, 70000), st.floats(300, 1500), st.sampled_from([0.0, 850.0, 860.0, 425.0, 1700.0, 65535 / 1.024])
)


@given(st.lists(st.tuples(anything, st.booleans(), st.integers(0, 9).map(bool)), max_size=120))
def test_any_stream_keeps_each_raw_interval_once_in_order_and_adds_up(stream: list[tuple[float, bool, bool]]) -> None:
    cleaner = Cleaner()
    out: list[Beat] = []
    t_s = 0.0
    for count, (rr, gap, usable) in enumerate(stream, start=1):
        t_s += rr / 1000
        out += cleaner.push(RawBeat(t_s, rr, gap, usable))
        assert count - sum(beat.rr_ms is not None for beat in out) in {0, 1}  # at most one beat is held
    out += cleaner.flush()
    assert [beat.rr_ms for beat in out if beat.rr_ms is not None] == [rr for rr, _, _ in stream]
    assert all(b.t_s >= a.t_s for a, b in pairwise(out))
    assert all(beat.nn_ms == beat.rr_ms for beat in out if beat.kind is BeatKind.NORMAL)
    assert all(beat.nn_ms is None for beat in out if beat.kind is BeatKind.NOISE)
    raw_ms = sum(beat.rr_ms for beat in out if beat.rr_ms is not None and beat.kind is not BeatKind.NOISE)
    nn_ms = sum(beat.nn_ms for beat in out if beat.nn_ms is not None)
    assert nn_ms == pytest.approx(raw_ms, abs=0.01 * len(out) + 1e-6)


def test_an_inserted_beat_never_comes_before_the_beat_that_was_there() -> None:
    """After a burst beat times can be squeezed together; a split must respect that."""
    cleaner = Cleaner()
    clean(BEFORE, cleaner)
    beats = cleaner.push(RawBeat(100.0, 850.0)) + cleaner.push(RawBeat(100.2, 1700.0))
    assert [beat.t_s for beat in beats] == [100.0, 100.0, 100.2]


# ---------------------------------------------------------------- real recordings


def recording(name: str, label: str | None = None) -> list[float]:
    assert DATA is not None
    rows = [line.split(",") for line in (Path(DATA) / name).read_text().splitlines()[1:]]
    return [float(row[1]) for row in rows if label is None or row[2] == label]


needs_recordings = pytest.mark.skipif(DATA is None, reason="PULSETUNE_DATA is unset: no recordings to clean")


@needs_recordings
def test_real_paced_breathing_has_no_false_flag() -> None:
    assert kinds(clean(recording("wearablehrv_P37/vu_ecg.csv", "breathing"))) == {}


@needs_recordings
def test_a_real_strap_recording_is_not_caught_at_half_rate() -> None:
    found = kinds(clean(recording("gpl/elitehrv_h7_cycle1.csv")))
    assert found[BeatKind.MISSED] < 0.01 * 4201


@needs_recordings
@pytest.mark.parametrize(("name", "ectopics", "fewest"), [("nsr001", 19, 17), ("nsr004", 13, 13)])
def test_labelled_ectopic_beats_are_found_with_few_false_flags(name: str, ectopics: int, fewest: int) -> None:
    assert DATA is not None
    rows = [line.split(",") for line in (Path(DATA) / f"nsr2db/{name}_first3h.csv").read_text().splitlines()[1:]]
    flagged = [b.kind is not BeatKind.NORMAL for b in clean([float(r[1]) for r in rows]) if b.rr_ms is not None]
    true = [i for i, row in enumerate(rows) if row[2] in "VAFS"]
    assert len(true) == ectopics
    assert sum(any(flagged[i - 1 : i + 2]) for i in true) >= fewest
    near = {k for i in true for k in range(i - 1, i + 3)}
    false = sum(flag for i, flag in enumerate(flagged) if i not in near)
    assert false <= 0.005 * len(rows)


@needs_recordings
@pytest.mark.parametrize(
    ("name", "intervals"), [("rr_exports/pyhrv_short5min.csv", 337), ("rr_exports/pyhrv_long1h.csv", 4684)]
)
def test_intervals_that_others_have_found_normal_are_left_alone(name: str, intervals: int) -> None:
    """These files hold NN intervals, with strong breathing in them: at most 5 flags per 1000."""
    flagged = [beat for beat in clean(recording(name)) if beat.rr_ms is not None and beat.kind is not BeatKind.NORMAL]
    assert len(flagged) <= 0.005 * intervals
