"""Beat times from RR and arrival."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.arousal.timeline import RawBeat, Timeline
from pulsetune.model import Contact, HeartSample


def packet(t_s: float, *rr_ms: float, contact: Contact = Contact.UNKNOWN, rate: int | None = 60) -> HeartSample:
    return HeartSample(t_s, b"", rate, rr_ms, contact)


def steady(timeline: Timeline, arrivals_s: list[float], rr_ms: float = 1000.0) -> list[RawBeat]:
    return [beat for t_s in arrivals_s for beat in timeline.push(packet(t_s, rr_ms))]


def test_beats_of_one_notification_are_spaced_by_their_intervals() -> None:
    first, second, third = Timeline().push(packet(10.0, 800.0, 900.0, 1000.0))
    assert (first.t_s, second.t_s, third.t_s) == pytest.approx((8.1, 9.0, 10.0))
    assert [beat.rr_ms for beat in (first, second, third)] == [800.0, 900.0, 1000.0]


def test_radio_jitter_does_not_reach_the_beat_times() -> None:
    arrivals = [1.0 * k + (0.0, 0.18, 0.05, 0.31)[k % 4] for k in range(1, 60)]
    beats = steady(Timeline(), arrivals)
    steps = [b.t_s - a.t_s for a, b in pairwise(beats[8:])]
    assert all(0.98 <= step <= 1.02 for step in steps)


def test_a_late_first_packet_is_put_right_by_the_first_prompt_one() -> None:
    beats = steady(Timeline(), [1.9, 2.0, 3.0, 4.0])
    assert beats[-1].t_s == pytest.approx(4.0, abs=0.001)


def test_silence_of_a_dropout_is_a_gap_on_the_first_beat_after_it_only() -> None:
    beats = steady(Timeline(), [1.0, 2.0, 3.0, 15.0, 16.0])
    assert [beat.after_gap for beat in beats] == [False, False, False, True, False]
    assert beats[3].t_s == pytest.approx(15.0)


def test_a_radio_stall_shorter_than_three_seconds_is_no_gap() -> None:
    timeline = Timeline()
    steady(timeline, [1.0, 2.0, 3.0])
    burst = [beat for rr in (1000.0, 1000.0) for beat in timeline.push(packet(5.4, rr))]
    assert [beat.after_gap for beat in burst] == [False, False]
    assert [beat.t_s for beat in burst] == pytest.approx([4.0, 5.0])


def test_a_slow_heart_may_pause_longer_than_three_seconds() -> None:
    timeline = Timeline()
    steady(timeline, [1.0, 2.0])
    [late] = timeline.push(packet(5.6, 3500.0))
    assert not late.after_gap


def test_a_lost_link_is_a_gap_however_short() -> None:
    timeline = Timeline()
    steady(timeline, [1.0, 2.0])
    timeline.interrupt()
    assert timeline.push(packet(3.0, 1000.0))[0].after_gap


def test_a_link_lost_before_any_beat_is_no_gap() -> None:
    timeline = Timeline()
    timeline.interrupt()
    assert not timeline.push(packet(3.0, 1000.0))[0].after_gap


def test_one_lost_interval_is_recovered_within_ten_packets_of_a_strap_that_notifies_once_a_second() -> None:
    timeline = Timeline()
    errors = []
    for second in range(1, 60):
        inside = [k for k in range(1, 90) if second - 1 < k * 0.7 <= second and k != 43]  # the 43rd is lost
        for place, beat in enumerate(timeline.push(packet(float(second), *[700.0] * len(inside)))):
            errors.append((second, abs(beat.t_s - inside[place] * 0.7)))
    assert all(error < 0.05 for second, error in errors if 10 < second < 30)
    assert any(error > 0.65 for _, error in errors)
    assert all(error < 0.1 for second, error in errors if second > 42)


def test_one_lost_interval_is_recovered_within_a_minute_of_a_strap_that_notifies_every_beat() -> None:
    beats = steady(Timeline(), [*(float(k) for k in range(1, 20)), *(float(k) for k in range(21, 100))])
    assert 99.0 - beats[-1].t_s == pytest.approx(0.02, abs=0.03)


def test_a_strap_clock_that_runs_slow_is_followed() -> None:
    arrivals = [k * 1.0005 for k in range(1, 1200)]  # 500 ppm, more than any quartz
    beats = steady(Timeline(), arrivals)
    assert max(a - b.t_s for a, b in zip(arrivals[30:], beats[30:], strict=True)) < 0.06


@pytest.mark.parametrize(
    ("sample", "usable"),
    [
        (packet(1.0, 800.0, contact=Contact.OFF_SKIN), False),
        (packet(1.0, 800.0, rate=0), False),
        (packet(1.0, 800.0, contact=Contact.ON_SKIN), True),
        (packet(1.0, 800.0, rate=None), True),
    ],
)
def test_beats_taken_off_the_skin_or_at_rate_zero_are_marked_not_dropped(sample: HeartSample, usable: bool) -> None:
    [beat] = Timeline().push(sample)
    assert beat.usable is usable


samples = st.builds(
    HeartSample,
    t_s=st.floats(-10, 5000, allow_nan=False),
    payload=st.just(b""),
    heart_rate_bpm=st.none() | st.integers(0, 300),
    rr_ms=st.lists(st.integers(0, 65535).map(lambda unit: unit * 1000 / 1024), max_size=9).map(tuple),
    contact=st.sampled_from(Contact),
)


@given(st.lists(samples, max_size=40))
def test_any_stream_keeps_every_interval_and_never_runs_backwards(stream: list[HeartSample]) -> None:
    timeline = Timeline()
    beats = [beat for sample in stream for beat in timeline.push(sample)]
    assert [beat.rr_ms for beat in beats] == [rr for sample in stream for rr in sample.rr_ms]
    assert all(b.t_s >= a.t_s for a, b in pairwise(beats))
    assert all(math.isfinite(beat.t_s) for beat in beats)
    newest = max((sample.t_s for sample in stream), default=0.0)
    assert all(beat.t_s <= newest + 1e-6 for beat in beats)  # sums of floats
