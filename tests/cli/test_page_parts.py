"""The parts of a session that the page starts, where one of them cannot be had."""

from __future__ import annotations

import asyncio

import pytest

from pulsetune.cli import choosing
from pulsetune.cli.page_parts import compose
from pulsetune.heart.simulated import SimulatedHeart
from pulsetune.ports import SessionWish
from pulsetune.records.store import SessionLog
from tests.sessions.running import started


def test_a_session_that_cannot_begin_leaves_the_home_to_the_next_one(home, monkeypatch):
    def nothing_left(_sink: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(choosing, "get_ready", nothing_left)
    with pytest.raises(BlockingIOError):
        asyncio.run(compose(SessionWish("settle", simulated=True), lambda _text: None))
    SessionLog.start(home, started(SimulatedHeart(1))).close()
