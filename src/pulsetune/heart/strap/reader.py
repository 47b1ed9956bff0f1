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
        self, clock: Clock, strap: str | None, timing: StrapTiming, emit: Callable[[SourceEvent], None]
    ) -> None:
        self.strap: FoundStrap | None = None
        self._clock = clock
        self._asked_for = strap
        self._timing = timing
        self._emit = emit
        self._announcer = Announcer(emit)
        self._duplicates = DuplicateFilter()
        self._watch = SignalWatch()
        self._shunned: dict[str, float] = {}
        self._ask_system = True
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
                if _is_cancelled(error):
                    raise
                log.debug("attempt ended", exc_info=error)
                self._announcer.trouble(self._clock.now_s(), Stage.RADIO, Link.UNAVAILABLE, radio_trouble(error))
            failures = 0 if self._beats_on_link else failures + 1
            await asyncio.sleep(self._timing.pause_s(failures))

    async def _attempt(self) -> None:
        self._announcer.progress(
            self._clock.now_s(), Stage.SEARCH, Link.SEARCHING, f"Looking for {self._wanted_words()}."
        )
        sightings = await self._find()
        if not sightings:
            self._announcer.trouble(self._clock.now_s(), Stage.SEARCH, Link.SEARCHING, self._not_found_sentence())
            return
        chosen = sightings[0]
        # What the system calls connected may be a leftover of a Bluetooth service that died. Unless beats come,
        # the next attempt scans instead.
        self._ask_system = not chosen.found.connected
        self._announcer.progress(self._clock.now_s(), Stage.CONNECT, Link.CONNECTING, _connecting_sentence(sightings))
        await self._listen(chosen)
        self._ask_system = self._ask_system or self._beats_on_link > 0

    async def _find(self) -> list[Sighting]:
        now_s = asyncio.get_running_loop().time()
        self._shunned = {address: until_s for address, until_s in self._shunned.items() if until_s > now_s}
        wanted = Wanted(self.strap.address if self.strap else self._asked_for, frozenset(self._shunned))
        ask, self._ask_system = self._ask_system, True
        connected = await connected_straps(wanted) if ask else []
        settle_s = 0.0 if wanted.by_address else self._timing.settle_s
        return connected or await scan(wanted, self._timing.scan_s, settle_s)

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
            self._announcer.trouble(
                self._clock.now_s(), Stage.CONNECT, Link.UNAVAILABLE, connect_trouble(error, found.name)
            )
        else:
            self._tell_end(found, end)

    def _subscribed(self, found: FoundStrap) -> None:
        self._announcer.progress(self._clock.now_s(), Stage.SUBSCRIBE, Link.CONNECTED, f"Connected to {found.name}.")

    def _receive(self, found: FoundStrap, payload: bytes) -> None:
        t_s = self._clock.now_s()
        if self._beats_on_link == 0:
            # said before the first sample, even where a beat overtook the answer to the subscription
            self._announcer.progress(t_s, Stage.BEATS, Link.CONNECTED, f"Connected to {found.name}.")
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
        info = StrapInfo(
            self._clock.now_s(),
            found.name,
            found.address,
            details.battery_percent,
            details.body_location,
            details.maker,
            details.model,
        )
        if self._info is None or replace(self._info, t_s=info.t_s) != info:
            self._info = info
            self._emit(info)

    def _tell_end(self, found: FoundStrap, end: LinkEnd) -> None:
        had_beats = self._beats_on_link > 0
        detail = _lost_sentence(found.name, end) if had_beats else _silent_sentence(found.name, end)
        if end is LinkEnd.STALLED and not self._stalled:
            self._stalled = True
            self._emit(SignalWarning(self._clock.now_s(), SignalIssue.STALLED, True, detail))
        self._end_link()
        if had_beats:
            self._announcer.lost(self._clock.now_s(), detail)
        else:
            self._announcer.trouble(self._clock.now_s(), Stage.SUBSCRIBE, Link.LOST, detail)

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

    def _wanted_words(self) -> str:
        if self.strap:
            return f"{self.strap.name} again"
        return "a heart-rate strap" if self._asked_for is None else f"the strap {self._asked_for}"

    def _not_found_sentence(self) -> str:
        if self.strap:
            return (
                f"{self.strap.name} is out of reach or off the skin: put it on and come nearer; "
                f"it is taken up again as soon as it shows."
            )
        which = "No heart-rate strap" if self._asked_for is None else f"No strap like {self._asked_for}"
        return (
            f"{which} was found so far: put it on with moist electrodes, and close any other app, phone or watch "
            f"that may hold it."
        )


def _is_cancelled(error: BaseException) -> bool:
    # a stack that dies may cancel what we wait for; only a cancellation of the reader itself counts
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def _connecting_sentence(sightings: list[Sighting]) -> str:
    chosen = sightings[0].found
    if len(sightings) == 1:
        return f"Found {chosen.name}: connecting."
    return f"Found {len(sightings)} straps: connecting to the nearest, {chosen.name}; name another with --strap."


def _lost_sentence(name: str, end: LinkEnd) -> str:
    if end is LinkEnd.STALLED:
        return f"{name} sends no heartbeats any more: connecting again."
    return f"The connection to {name} was lost: looking for it again."


def _silent_sentence(name: str, end: LinkEnd) -> str:
    if end is LinkEnd.STALLED:
        return f"{name} is connected but sends no heartbeats: moisten the electrodes and tighten the strap."
    return f"{name} hung up before its first heartbeat: trying again."
