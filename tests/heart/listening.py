"""Helps tests to listen to a strap: opens a StrapSource, collects its events, waits for one with a deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType

from pulsetune.clocks import SystemClock
from pulsetune.heart.strap import FoundStrap, StrapSource, StrapTiming
from pulsetune.model import HeartSample, Link, LinkChanged, SignalIssue, SignalWarning, SourceEvent
from pulsetune.ports import Clock

# the real reader, in a hurry
QUICK = StrapTiming(
    scan_s=0.3,
    settle_s=0.05,
    connect_s=0.4,
    guard_s=0.3,
    subscribe_s=0.3,
    first_beat_s=0.4,
    stall_s=0.4,
    read_s=0.1,
    disconnect_s=0.5,
    shun_s=1.0,
    backoff_s=(0.02, 0.05),
)
# as above, for tests in which silence is no subject
PATIENT = StrapTiming(scan_s=0.3, settle_s=0.05, connect_s=5.0, read_s=0.1, backoff_s=(0.02, 0.05))
DEADLINE_S = 10.0


class Listening:
    """``with Listening() as ear``: an opened source; ``ear.events`` is everything that came, in order."""

    def __init__(
        self, strap: FoundStrap | str | None = None, timing: StrapTiming = PATIENT, clock: Clock | None = None
    ) -> None:
        self.clock = clock or SystemClock()
        self.source = StrapSource(self.clock, strap, timing=timing)
        self.events: list[SourceEvent] = []
        self._looked_at = 0

    def __enter__(self) -> Listening:
        asyncio.run(self.source.open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run(self.source.close())

    def until(self, wanted: Callable[[SourceEvent], bool]) -> SourceEvent:
        """The next event (after those already waited for) for which ``wanted`` holds."""
        deadline_s = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline_s:
            self.events += self.source.drain(self.clock.now_s())
            while self._looked_at < len(self.events):
                event = self.events[self._looked_at]
                self._looked_at += 1
                if wanted(event):
                    return event
            time.sleep(0.002)
        raise AssertionError(f"it did not come; what came: {self.events}")

    def until_link(self, link: Link, words: str = "") -> LinkChanged:
        """The next change to ``link`` whose sentence contains ``words``."""
        event = self.until(lambda e: isinstance(e, LinkChanged) and e.link is link and words in e.detail)
        assert isinstance(event, LinkChanged)
        return event

    def until_warning(self, issue: SignalIssue, active: bool) -> SignalWarning:
        """The next time ``issue`` begins or ends."""
        event = self.until(lambda e: isinstance(e, SignalWarning) and e.issue is issue and e.active is active)
        assert isinstance(event, SignalWarning)
        return event

    def until_sample(self, payload: bytes) -> HeartSample:
        """The next sample with this payload."""
        event = self.until(lambda e: isinstance(e, HeartSample) and e.payload == payload)
        assert isinstance(event, HeartSample)
        return event

    @property
    def samples(self) -> list[HeartSample]:
        return [event for event in self.events if isinstance(event, HeartSample)]

    @property
    def links(self) -> list[LinkChanged]:
        return [event for event in self.events if isinstance(event, LinkChanged)]
