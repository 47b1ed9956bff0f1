"""The thread that everything Bluetooth runs in ends when it should, and only then."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pulsetune.clocks import SystemClock
from pulsetune.heart.strap.radio import Sighting
from pulsetune.heart.strap.reader import StrapReader
from pulsetune.heart.strap.thread import LoopThread
from pulsetune.heart.strap.timing import StrapTiming
from pulsetune.model import Link, LinkChanged, SourceEvent


async def _for_ever() -> None:
    await asyncio.Event().wait()


def test_the_result_comes_from_another_thread() -> None:
    async def where() -> int:
        return threading.get_ident()

    assert asyncio.run(LoopThread(where, "test").result()) != threading.get_ident()


def test_an_error_arrives_where_the_result_is_awaited() -> None:
    async def broken() -> None:
        raise ValueError("as it was")

    with pytest.raises(ValueError, match="as it was"):
        asyncio.run(LoopThread(broken, "test").result())


def test_cancelling_before_the_loop_runs_or_twice_or_after_the_end_is_harmless() -> None:
    for _ in range(20):  # the first of them meets the thread at any point of its start
        thread = LoopThread(_for_ever, "test")
        thread.cancel()
        thread.cancel()
        assert asyncio.run(thread.ended(10.0))
        thread.cancel()


def test_waiting_for_the_end_is_bounded() -> None:
    thread = LoopThread(_for_ever, "test")
    assert not asyncio.run(thread.ended(0.01))
    thread.cancel()
    assert asyncio.run(thread.ended(10.0))


class _DyingStack(StrapReader):
    """A stack that cancels what waits for it, as a message bus that dies may do."""

    async def _find(self) -> list[Sighting]:
        raise asyncio.CancelledError


def test_a_cancellation_by_the_stack_does_not_end_the_reader_but_its_own_does() -> None:
    said: list[SourceEvent] = []
    reader = _DyingStack(SystemClock(), None, StrapTiming(backoff_s=(0.001,)), said.append)

    async def life() -> None:
        task = asyncio.create_task(reader.run())
        async with asyncio.timeout(10):
            while not any(isinstance(event, LinkChanged) and event.link is Link.UNAVAILABLE for event in said):
                await asyncio.sleep(0.001)
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(life())


class _StubbornStack(StrapReader):
    """A stack that answers a cancellation with an error of its own, as a search that cannot be stopped may do."""

    searches = 0

    async def _find(self) -> list[Sighting]:
        self.searches += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise RuntimeError("the search was aborted") from None
        return []


def test_an_error_in_the_middle_of_a_cancellation_does_not_keep_the_reader_alive() -> None:
    async def work() -> None:
        reader = _StubbornStack(SystemClock(), None, StrapTiming(backoff_s=(0.01,)), lambda _event: None)
        task = asyncio.create_task(reader.run())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert reader.searches == 1

    asyncio.run(work())
