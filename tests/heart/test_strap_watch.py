"""What is told about a signal that is not right; pure, with times and payloads by hand."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.heart.heart_rate_measurement import decode, encode
from pulsetune.heart.strap.watch import DuplicateFilter, SignalWatch
from pulsetune.model import Contact, HeartSample, SignalIssue, SignalWarning


def once_a_second(payloads: Iterable[bytes], start_s: float = 0.0) -> list[HeartSample]:
    return [decode(payload, start_s + k) for k, payload in enumerate(payloads)]


def told(samples: Iterable[HeartSample], watch: SignalWatch | None = None) -> list[tuple[SignalIssue, bool, float]]:
    watch = watch or SignalWatch()
    return [(change.issue, change.active, change.t_s) for sample in samples for change in watch.feed(sample)]


def wandering(seconds: int, contact: Contact = Contact.UNKNOWN) -> list[bytes]:
    """A plausible heart: the rate wanders between 58 and 64, RR moves by tens of milliseconds around it."""
    return [encode(58 + k % 7, [1000.0 - 31 * (k % 5)], contact=contact) for k in range(seconds)]


def test_a_healthy_strap_gives_no_warning() -> None:
    assert told(once_a_second(wandering(600))) == []
    assert told(once_a_second(wandering(600, Contact.ON_SKIN))) == []


def test_beats_without_rr_are_told_after_ten_seconds_and_rr_ends_it() -> None:
    without = [encode(60 + k % 3) for k in range(12)]
    assert told(once_a_second([*without, encode(61, [980.0])])) == [
        (SignalIssue.NO_RR, True, 10.0),
        (SignalIssue.NO_RR, False, 12.0),
    ]


def test_single_notifications_without_rr_are_normal_for_a_slow_heart() -> None:
    # at 40 beats a minute one second in three has no beat to report
    slow = [encode(40 + k % 2, [1500.0 + 20 * (k % 4)] if k % 3 else []) for k in range(120)]
    assert told(once_a_second(slow)) == []


@pytest.mark.parametrize("rate_bpm", [47, 60, 75, 113])
@pytest.mark.parametrize("how", [round, int])
def test_rr_computed_from_the_rate_is_told_at_the_thirtieth_beat(rate_bpm: int, how: type[int]) -> None:
    # whole milliseconds made from the rate, which itself changes so that nothing is frozen
    rates_bpm = [rate_bpm + k % 4 for k in range(40)]
    computed = [encode(rate, [how(60_000 / rate)]) for rate in rates_bpm]
    assert told(once_a_second(computed)) == [(SignalIssue.SYNTHESISED_RR, True, 29.0)]


def test_a_very_steady_heart_is_not_taken_for_computed_rr() -> None:
    # spread of only 5 ms around a rate that rounds to 60: the difference to 1000 ms is -6 … 6 ms
    steady = [encode(60, [1000.0 + (k * 7 % 13) - 6]) for k in range(600)]
    assert told(once_a_second(steady)) == []


def test_measured_rr_ends_the_suspicion() -> None:
    computed = [encode(60 + k % 4, [60_000 / (60 + k % 4)]) for k in range(30)]
    measured = [encode(60 + k % 4, [960.0 + 11 * k]) for k in range(5)]
    assert told(once_a_second([*computed, *measured])) == [
        (SignalIssue.SYNTHESISED_RR, True, 29.0),
        (SignalIssue.SYNTHESISED_RR, False, 34.0),
    ]


def test_identical_payloads_with_rr_are_frozen_after_thirty_seconds() -> None:
    stuck = [encode(64, [951.0])] * 32
    assert told(once_a_second([*stuck, encode(65, [930.0])])) == [
        (SignalIssue.FROZEN_RATE, True, 30.0),
        (SignalIssue.FROZEN_RATE, False, 32.0),
    ]


def test_the_same_rate_without_rr_is_frozen_only_after_a_minute_whatever_the_energy_counts() -> None:
    stuck = [encode(64, energy_kj=k) for k in range(62)]
    assert (SignalIssue.FROZEN_RATE, True, 60.0) in told(once_a_second(stuck))


def test_the_same_rate_with_moving_rr_is_a_heart_at_rest() -> None:
    assert told(once_a_second([encode(60, [990.0 + 7 * (k % 4)]) for k in range(300)])) == []


@pytest.mark.parametrize("off", [encode(70, contact=Contact.OFF_SKIN), encode(0)])
def test_contact_lost_is_told_after_two_seconds_and_hides_its_own_consequences(off: bytes) -> None:
    on = encode(71, [850.0], contact=Contact.ON_SKIN)
    # for two minutes there is no RR and the rate stands still, for the one reason that is told
    assert told(once_a_second([on, *[off] * 120, on])) == [
        (SignalIssue.CONTACT_LOST, True, 3.0),
        (SignalIssue.CONTACT_LOST, False, 121.0),
    ]


def test_contact_that_flickers_is_not_told() -> None:
    on, off = encode(71, [850.0], contact=Contact.ON_SKIN), encode(71, [860.0], contact=Contact.OFF_SKIN)
    assert told(once_a_second([on, off, off, on] * 20)) == []


def test_malformed_payloads_neither_begin_nor_end_anything() -> None:
    watch = SignalWatch()
    told(once_a_second([encode(60 + k % 3) for k in range(11)]), watch)
    assert told(once_a_second([b"", b"\x10", b"\x10\x3c\x00"] * 5, 11.0), watch) == []
    assert watch.end(30.0) == [SignalWarning(30.0, SignalIssue.NO_RR, False, "The link to the strap ended.")]


def test_the_next_link_starts_without_prejudice() -> None:
    watch = SignalWatch()
    told(once_a_second([encode(60 + k % 3) for k in range(9)]), watch)
    assert watch.end(9.0) == []
    assert told(once_a_second([encode(60 + k % 3) for k in range(9)], 9.0), watch) == []


payloads = st.lists(st.one_of(st.binary(max_size=20), st.sampled_from([encode(60), encode(60, [1000.0])])), max_size=60)


@given(payloads, st.lists(st.floats(0.0, 30.0), min_size=60, max_size=60))
def test_whatever_comes_every_warning_that_begins_also_ends(sent: list[bytes], waits_s: list[float]) -> None:
    watch, t_s, active = SignalWatch(), 0.0, set()
    changes = []
    for payload, wait_s in zip(sent, waits_s, strict=False):
        t_s += wait_s
        changes += watch.feed(decode(payload, t_s))
    for change in changes + watch.end(t_s):
        assert (change.issue in active) is not change.active, "told twice"
        assert change.detail
        active ^= {change.issue}
    assert active == set()


# ---------------------------------------------------------------- doubled signals

ONE, OTHER = encode(60, [1000.0]), encode(60, [1001.0])


@pytest.mark.parametrize(
    ("second", "after_s", "repeat"),
    [(ONE, 0.0005, True), (ONE, 0.049, True), (ONE, 0.05, False), (ONE, 1.0, False), (OTHER, 0.0005, False)],
)
def test_only_the_same_bytes_within_fifty_milliseconds_are_a_repeat(
    second: bytes, after_s: float, repeat: bool
) -> None:
    duplicates = DuplicateFilter()
    assert not duplicates.is_repeat(ONE, 0.0)
    assert duplicates.is_repeat(second, after_s) is repeat


def test_repeats_are_told_when_they_begin_and_counted_when_they_end() -> None:
    duplicates = DuplicateFilter()
    warnings = []
    for second in range(20):
        payload = encode(60, [1000.0 + second])
        # three programs listen for the first five seconds: two repeats each second
        for copy in range(3 if second < 5 else 1):
            t_s = second + 0.001 * copy
            duplicates.is_repeat(payload, t_s)
            warnings += [warning for warning in [duplicates.warning(t_s)] if warning]
    assert [(warning.active, warning.t_s) for warning in warnings] == [(True, 0.001), (False, 15.0)]
    assert "1 so far" in warnings[0].detail
    assert "10 repeats were dropped" in warnings[1].detail
    assert duplicates.end(30.0) is None


def test_the_same_bytes_first_on_the_next_link_are_not_a_repeat() -> None:
    duplicates = DuplicateFilter()
    duplicates.is_repeat(ONE, 0.0)
    duplicates.end(0.01)
    assert not duplicates.is_repeat(ONE, 0.02)
