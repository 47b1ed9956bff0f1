"""The contract of every HeartSource: one table of makers, the same tests for each.

A new source joins by a line in ``SOURCES``: a function from an empty folder and a seed to a source that has not been
opened, and whether it ever ends.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pulsetune.heart.heart_rate_measurement import decode
from pulsetune.heart.replay import ReplaySource
from pulsetune.heart.simulated import SimulatedHeart
from pulsetune.model import HeartSample, Link, LinkChanged, SourceEvent
from pulsetune.ports import HeartSource
from tests.fakes.long_session import long_session


def recording(folder: Path, seed: int) -> HeartSource:
    """A file with a hole of half a minute, its intervals in the strap's own 1/1024 s."""
    dice = random.Random(seed)
    t_s, lines = 0.0, ["t_s,rr_ms"]
    for number in range(1000):
        rr_ms = dice.randint(700, 1100) * 1000 / 1024
        t_s += rr_ms / 1000 + (30.0 if number == 400 else 0.0)
        lines.append(f"{t_s!r},{rr_ms!r}")
    path = folder / "recording.csv"
    path.write_text("\n".join(lines))
    return ReplaySource.from_file(path)


def earlier_session(seed: int) -> HeartSource:
    """The heart of a session that was logged before."""
    return ReplaySource.from_events("session 3", (event for _, event in long_session(minutes=20, seed=seed)))


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of source; ``ends`` is whether it is exhausted some time within ``LONG_S``."""

    name: str
    make: Callable[[Path, int], HeartSource]
    ends: bool


SOURCES = [
    Case("simulated", lambda _folder, seed: SimulatedHeart(seed), ends=False),
    Case("simulated-flawless", lambda _folder, seed: SimulatedHeart(seed, artifacts=False, dropouts=False), ends=False),
    Case("recording", recording, ends=True),
    Case("earlier-session", lambda _folder, seed: earlier_session(seed), ends=True),
]
LONG_S = 1300.0
UNEVEN_S = (0.0, 0.1, 0.25, 0.25, 0.26, 1.0, 1.1, 7.3, 7.3, 30.0, 31.9, 200.0, 599.75, 600.0, 1150.5, LONG_S)
QUARTERS_S = [tick * 0.25 for tick in range(int(LONG_S * 4) + 1)]


def drained(source: HeartSource, at_s: Sequence[float]) -> list[SourceEvent]:
    """Everything that ``source`` gives at these times, from open to close."""

    async def live() -> list[SourceEvent]:
        await source.open()
        events: list[SourceEvent] = []
        for now_s in at_s:
            given = source.drain(now_s)
            assert all(event.t_s <= now_s for event in given), "an event from the future"
            events += given
        await source.close()
        return events

    return asyncio.run(live())


@pytest.fixture(params=SOURCES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def source(case: Case, tmp_path: Path) -> HeartSource:
    return case.make(tmp_path, 7)


def test_a_source_has_a_name_and_says_whether_it_is_simulated(source: HeartSource) -> None:
    assert source.label.strip()
    assert isinstance(source.simulated, bool)
    assert not source.simulated or "simulated" in source.label


def test_nothing_comes_before_open_and_after_close(source: HeartSource) -> None:
    async def live() -> None:
        assert list(source.drain(60.0)) == []
        await source.open()
        assert list(source.drain(60.0)) != []
        await source.close()
        assert list(source.drain(120.0)) == []

    asyncio.run(live())


def test_closing_twice_and_closing_without_open_is_harmless(case: Case, tmp_path: Path) -> None:
    async def live() -> None:
        await case.make(tmp_path, 7).close()
        source = case.make(tmp_path, 7)
        await source.open()
        await source.close()
        await source.close()

    asyncio.run(live())


def test_events_come_in_order_and_each_once(source: HeartSource) -> None:
    events = drained(source, QUARTERS_S)
    times_s = [event.t_s for event in events]
    assert times_s == sorted(times_s)
    assert min(times_s) >= 0.0
    assert len({id(event) for event in events}) == len(events)
    samples = [event for event in events if isinstance(event, HeartSample)]
    assert len(samples) > 100
    assert len({(sample.t_s, sample.payload) for sample in samples}) == len(samples)


def test_a_second_drain_at_the_same_time_gives_nothing(source: HeartSource) -> None:
    async def live() -> None:
        await source.open()
        assert list(source.drain(300.0)) != []
        assert list(source.drain(300.0)) == []
        await source.close()

    asyncio.run(live())


def test_how_often_drain_is_called_changes_nothing(case: Case, tmp_path: Path) -> None:
    assert drained(case.make(tmp_path, 7), UNEVEN_S) == drained(case.make(tmp_path, 7), QUARTERS_S)


def test_the_same_seed_gives_the_same_bytes(case: Case, tmp_path: Path) -> None:
    once, again = (drained(case.make(tmp_path, 21), UNEVEN_S) for _ in range(2))
    assert once == again


def test_a_sample_is_what_its_bytes_say(source: HeartSource) -> None:
    for event in drained(source, UNEVEN_S):
        if isinstance(event, HeartSample) and event.payload:
            assert decode(event.payload, event.t_s) == event


def test_the_link_is_connected_before_the_first_heartbeat(source: HeartSource) -> None:
    links = []
    for event in drained(source, UNEVEN_S):
        if isinstance(event, LinkChanged):
            links.append(event.link)
        elif isinstance(event, HeartSample):
            assert links, "a heartbeat before any word about the link"
            assert links[-1] is Link.CONNECTED


def test_draining_never_sleeps(source: HeartSource, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_seconds: float) -> None:
        raise AssertionError("drain went to sleep")

    async def live() -> None:
        await source.open()
        with monkeypatch.context() as patch:
            patch.setattr(time, "sleep", refuse)
            assert list(source.drain(LONG_S)) != []
        await source.close()

    asyncio.run(live())


def test_an_exhausted_source_stays_empty_and_a_living_one_is_never_exhausted(case: Case, source: HeartSource) -> None:
    async def live() -> None:
        await source.open()
        assert not source.exhausted
        source.drain(LONG_S)
        assert source.exhausted is case.ends
        assert bool(source.drain(LONG_S + 60.0)) is not case.ends
        await source.close()

    asyncio.run(live())
