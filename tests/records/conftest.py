"""Homes for logs, and waiting for the writer's thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pulsetune.model import EndedBecause, Event, SessionEnded
from pulsetune.records.store import SessionLog
from pulsetune.records.writer import Timing
from tests.fakes.long_session import started

QUICK = Timing(commit_every_s=0.02, retry_s=0.05, busy_s=0.05)
DEADLINE_S = 20.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def quick() -> Timing:
    return QUICK


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    def wait(happened: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + DEADLINE_S
        while not happened():
            assert time.monotonic() < deadline_s, "it never happened"
            time.sleep(0.01)

    return wait


@pytest.fixture
def record(home: Path) -> Iterator[Callable[..., int]]:
    """Log a whole session of the events given, at their own times; its number."""

    def session(*events: Event, complete: bool = True, **changes: object) -> int:
        log = SessionLog.start(home, started(**changes))
        for event in events:
            log.append(event.t_s, event)
        if complete:
            log.append(60.0, SessionEnded(60.0, EndedBecause.COMPLETED, "", len(events), 0))
            log.finish('{"beats":1}')
        log.close()
        return log.session_id

    return session
