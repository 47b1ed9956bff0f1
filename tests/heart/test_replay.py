"""Recorded hearts as sources: nothing lost, nothing invented, holes are lost links."""

from __future__ import annotations

import asyncio
import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.heart.heart_rate_measurement import decode
from pulsetune.heart.replay import Recording, ReplaySource, parse_rr
from pulsetune.model import (
    Beat,
    Command,
    CommandKind,
    HeartSample,
    Link,
    LinkChanged,
    SignalIssue,
    SignalWarning,
    SourceEvent,
    StrapInfo,
)


def opened(source: ReplaySource) -> ReplaySource:
    asyncio.run(source.open())
    return source


def played(recording: Recording) -> list[SourceEvent]:
    return list(opened(ReplaySource.from_recording(recording)).drain(math.inf))


def samples(events: list[SourceEvent]) -> list[HeartSample]:
    return [event for event in events if isinstance(event, HeartSample)]


def test_a_file_is_played_a_notification_a_second_with_its_own_numbers() -> None:
    # beats at 0.8, 1.7, 2.7, 2.9, 5.4 s
    events = played(parse_rr(b"800\n900\n1000\n200\n2500\n", "r"))
    assert events[0] == LinkChanged(0.0, Link.CONNECTED, "playing r")
    assert [(sample.t_s, sample.rr_ms) for sample in samples(events)] == [
        (1.0, (800.0,)), (2.0, (900.0,)), (3.0, (1000.0, 200.0)), (4.0, ()), (5.0, ()), (6.0, (2500.0,)),
    ]  # fmt: skip
    assert [sample.heart_rate_bpm for sample in samples(events)][:2] == [75, 71]  # 60000/800, 60000/850


def test_the_payload_is_what_a_strap_would_have_sent() -> None:
    sample = samples(played(parse_rr(b"833.0078125\n", "r")))[0]
    assert sample.payload == bytes.fromhex("10485503")  # RR flag, 72 bpm, 853/1024 s
    assert decode(sample.payload, 1.0) == sample


def test_exact_intervals_survive_although_the_payload_cannot_hold_them() -> None:
    sample = samples(played(parse_rr(b"833.3\n", "r")))[0]
    assert sample.rr_ms == (833.3,)
    assert decode(sample.payload, 1.0).rr_ms == (833.0078125,)


def test_a_hole_is_a_lost_link_and_nothing_is_sent_in_it() -> None:
    events = played(parse_rr(b"t_s,rr_ms\n0.8,800\n1.6,800\n20.4,900\n21.3,900\n", "r"))
    links = [(event.t_s, event.link) for event in events if isinstance(event, LinkChanged)]
    assert links[0] == (0.0, Link.CONNECTED)
    assert links[1] == (3.0, Link.LOST)  # the notification of second 3 did not come
    assert links[2] == (pytest.approx(19.5), Link.CONNECTED)  # 20.4 s less 900 ms
    assert [sample.t_s for sample in samples(events)] == [1.0, 2.0, 20.0, 21.0, 22.0]


def test_beats_that_come_in_bursts_are_no_holes() -> None:
    events = played(parse_rr(b"t_s,rr_ms\n1.0,900\n3.9,900\n3.95,900\n4.0,900\n", "r"))
    assert [event.link for event in events if isinstance(event, LinkChanged)] == [Link.CONNECTED]
    assert [rr for sample in samples(events) for rr in sample.rr_ms] == [900.0] * 4


@given(
    st.lists(
        st.tuples(st.floats(1, 63_999), st.sampled_from([0.0, -0.4, 0.3, 2.9, 3.1, 40.0])), min_size=1, max_size=60
    )
)
def test_every_interval_is_played_once_in_order_after_its_beat(steps: list[tuple[float, float]]) -> None:
    t_s, times_s = 0.0, []
    for rr_ms, extra_s in steps:
        t_s += max(0.0, rr_ms / 1000 + extra_s)
        times_s.append(t_s)
    times_s = [time_s - times_s[0] + steps[0][0] / 1000 for time_s in times_s]
    recording = Recording("r", tuple(times_s), tuple(rr_ms for rr_ms, _ in steps))
    events = played(recording)
    assert [rr for sample in samples(events) for rr in sample.rr_ms] == list(recording.rr_ms)
    assert all(earlier.t_s <= later.t_s for earlier, later in pairwise(events))
    arrivals = [sample.t_s for sample in samples(events) for _ in sample.rr_ms]
    assert all(0 <= arrived_s - beat_s <= 1 for arrived_s, beat_s in zip(arrivals, times_s, strict=True))
    assert all(decode(sample.payload, sample.t_s).malformed is None for sample in samples(events))
    links = [event.link for event in events if isinstance(event, LinkChanged)]
    assert links == [Link.CONNECTED, *[Link.LOST, Link.CONNECTED] * (len(links) // 2)]


def test_drain_gives_the_same_events_however_it_is_called() -> None:
    recording = parse_rr(b"800\n900\n1000\n" * 20, "r")
    source = opened(ReplaySource.from_recording(recording))
    stepwise: list[SourceEvent] = []
    for tick in range(400):
        due = source.drain(tick / 4)
        assert all(event.t_s <= tick / 4 for event in due)
        stepwise.extend(due)
    assert stepwise == played(recording)
    assert source.drain(math.inf) == []


def test_a_source_is_exhausted_after_its_last_event_was_drained() -> None:
    source = opened(ReplaySource.from_recording(parse_rr(b"800\n900\n", "r")))
    source.drain(1.9)
    assert not source.exhausted
    source.drain(2.0)
    assert source.exhausted
    assert ReplaySource("nothing", []).exhausted


def test_a_stored_heart_is_played_as_it_was_and_nothing_else_of_the_session() -> None:
    heart: list[SourceEvent] = [
        StrapInfo(0.1, "Polar H10", "A0:9E:1A:00:00:01"),
        LinkChanged(0.2, Link.CONNECTED),
        HeartSample(1.03, bytes.fromhex("10485503"), 72, (833.0078125,)),
        SignalWarning(4.0, SignalIssue.STALLED, True),
    ]
    stored = [*heart[:3], Beat(0.9, 833.0, 833.0), Command(2.0, CommandKind.MARK), heart[3]]
    source = opened(ReplaySource.from_events("session 3", stored, simulated=True))
    assert list(source.drain(math.inf)) == heart
    assert source.label == "session 3"
    assert source.simulated


def test_a_file_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "morning.txt"
    path.write_text("800\n")
    source = ReplaySource.from_file(path)
    assert source.label == "recording morning.txt"
    assert not source.simulated


def test_a_simulated_heart_that_was_written_to_a_file_is_played_as_simulated(tmp_path: Path) -> None:
    path = tmp_path / "evening.csv"
    path.write_text("t_s,rr_ms,simulated\n0.8,800,1\n")
    source = ReplaySource.from_file(path)
    assert source.simulated
    assert source.label == "recording evening.csv (simulated)"
