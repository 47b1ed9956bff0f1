"""Finds the strap, listens to it, and never gives up.

Rules of this file:
1. ``run`` ends only by being cancelled. Whatever a radio stack raises becomes a sentence and another attempt.
2. Payloads are stamped in the callback that brought them, and LOST is said before a sample of the next link.
3. The first strap that was listened to stays the strap of the session: a stranger's heart is never picked up.
4. Beats lost while the link was down are gone; nothing is joined across the gap.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from pulsetune.heart.heart_rate_measurement import decode
from pulsetune.heart.strap import words
from pulsetune.heart.strap.announcer import Announcer, Stage
from pulsetune.heart.strap.link import LinkEnd, StrapDetails, StrapLink
from pulsetune.heart.strap.radio import FoundStrap, Sighting, Wanted, connected_straps, scan
from pulsetune.heart.strap.timing import StrapTiming
from pulsetune.heart.strap.trouble import NotAStrap, bluetooth_problem, connect_trouble, radio_trouble
from pulsetune.heart.strap.watch import DuplicateFilter, SignalWatch
from pulsetune.model import Link, SignalIssue, SignalWarning, SourceEvent, StrapInfo
from pulsetune.ports import Clock

log = logging.getLogger(__name__)


class StrapReader:
    """Emits every event of one strap, in order, from the loop that runs it."""

    def __init__(
        self, clock: Clock, strap: FoundStrap | str | None, timing: StrapTiming, emit: Callable[[SourceEvent], None]
    ) -> None:
        self.strap: FoundStrap | None = None  # known once it has been listened to
        self._clock = clock
        self._wanted = strap.address if isinstance(strap, FoundStrap) else strap
        self._asked_for = strap.name if isinstance(strap, FoundStrap) else strap  # in words
        self._timing = timing
        self._emit = emit
        self._announcer = Announcer(emit)
        self._duplicates = DuplicateFilter()
        self._watch = SignalWatch()
        self._shunned: dict[str, float] = {}
        # What the system calls connected may be a leftover of a Bluetooth service that died: after any trouble that
        # points there, a scan comes first, which sets the system's list right.
        self._trust_system = True
        self._stalled = False
        self._beats_on_link = 0
        self._info: StrapInfo | None = None

    async def run(self) -> None:
        """Try for ever, with pauses that grow while nothing works."""
        failures = 0
        while True:
            self._beats_on_link = 0
            try:
                await self._attempt()
            except (Exception, asyncio.CancelledError) as error:  # rule 1: whatever it was
                if _is_cancelled():
                    raise asyncio.CancelledError from error
                log.debug("attempt ended", exc_info=error)
                self._trust_system = False
                self._announcer.trouble(self._clock.now_s(), Link.UNAVAILABLE, radio_trouble(error))
            failures = 0 if self._beats_on_link else failures + 1
            await asyncio.sleep(self._timing.pause_s(failures))

    async def _attempt(self) -> None:
        sightings = await self._find()
        if not sightings:
            self._announcer.trouble(self._clock.now_s(), Link.SEARCHING, words.not_found(self._name, self._asked_for))
            return
        chosen = sightings[0]
        self._announcer.progress(
            self._clock.now_s(), Stage.CONNECT, Link.CONNECTING, words.connecting(chosen.found.name, len(sightings))
        )
        await self._listen(chosen)
        if chosen.found.connected and not self._beats_on_link:
            self._trust_system = False

    async def _find(self) -> list[Sighting]:
        now_s = asyncio.get_running_loop().time()
        self._shunned = {address: until_s for address, until_s in self._shunned.items() if until_s > now_s}
        wanted = Wanted(self.strap.address if self.strap else self._wanted, frozenset(self._shunned))
        connected = await connected_straps(wanted) if self._trust_system else []
        if connected:
            return connected
        settle_s = 0.0 if wanted.by_address else self._timing.settle_s
        found = await scan(wanted, self._timing.scan_s, settle_s, self._searching)
        self._trust_system = True
        return found

    @property
    def _name(self) -> str | None:
        return self.strap.name if self.strap else None

    def _searching(self) -> None:
        self._announcer.progress(
            self._clock.now_s(), Stage.SEARCH, Link.SEARCHING, words.looking(self._name, self._asked_for)
        )

    async def _listen(self, sighting: Sighting) -> None:
        found = sighting.found
        link = StrapLink(
            sighting.device,
            self._timing,
            on_subscribed=lambda: self._subscribed(found),
            on_payload=lambda payload: self._receive(found, payload),
            on_details=lambda details: self._describe(found, details),
        )
        try:
            end = await link.live()
        except Exception as error:
            self._end_link()
            if bluetooth_problem(error):
                raise
            log.debug("no link to %s", found.address, exc_info=error)
            if isinstance(error, NotAStrap):
                self._shunned[found.address] = asyncio.get_running_loop().time() + self._timing.shun_s
            self._announcer.trouble(self._clock.now_s(), Link.UNAVAILABLE, connect_trouble(error, found.name))
        else:
            self._tell_end(found, end)

    def _subscribed(self, found: FoundStrap) -> None:
        self._announcer.progress(self._clock.now_s(), Stage.SUBSCRIBE, Link.CONNECTED, words.connected(found.name))

    def _receive(self, found: FoundStrap, payload: bytes) -> None:
        t_s = self._clock.now_s()
        if self._beats_on_link == 0:
            # said before the first sample, even where a beat overtook the answer to the subscription
            self._announcer.progress(t_s, Stage.BEATS, Link.CONNECTED, words.connected(found.name))
            self.strap = found
            self._clear_stall(t_s)
        self._beats_on_link += 1
        repeat = self._duplicates.is_repeat(payload, t_s)
        doubled = self._duplicates.warning(t_s)
        if doubled:
            self._emit(doubled)
        if repeat:
            return
        sample = decode(payload, t_s)
        self._emit(sample)
        for change in self._watch.feed(sample):
            self._emit(change)

    def _describe(self, found: FoundStrap, details: StrapDetails) -> None:
        # a read that failed this time does not undo an earlier answer of the same strap
        known = self._info if self._info and self._info.address == found.address else StrapInfo(0.0, "", "")
        info = StrapInfo(
            self._clock.now_s(),
            found.name,
            found.address,
            known.battery_percent if details.battery_percent is None else details.battery_percent,
            details.body_location or known.body_location,
            details.maker or known.maker,
            details.model or known.model,
        )
        if self._info is None or replace(self._info, t_s=info.t_s) != info:
            self._info = info
            self._emit(info)

    def _tell_end(self, found: FoundStrap, end: LinkEnd) -> None:
        had_beats = self._beats_on_link > 0
        detail = words.lost(found.name, end) if had_beats else words.silent(found.name, end)
        self._trust_system = end is not LinkEnd.STALLED
        if end is LinkEnd.STALLED and not self._stalled:
            self._stalled = True
            self._emit(SignalWarning(self._clock.now_s(), SignalIssue.STALLED, True, detail))
        self._end_link()
        if had_beats:
            self._announcer.lost(self._clock.now_s(), detail)
        else:
            self._announcer.trouble(self._clock.now_s(), Link.LOST, detail)

    def _end_link(self) -> None:
        t_s = self._clock.now_s()
        for change in self._watch.end(t_s):
            self._emit(change)
        doubled = self._duplicates.end(t_s)
        if doubled:
            self._emit(doubled)

    def _clear_stall(self, t_s: float) -> None:
        if self._stalled:
            self._stalled = False
            self._emit(SignalWarning(t_s, SignalIssue.STALLED, False, "Heartbeats arrive again."))


def _is_cancelled() -> bool:
    # a stack that dies may cancel what we wait for, or answer our own cancellation with an error of its own: only
    # whether the reader itself was cancelled counts
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
