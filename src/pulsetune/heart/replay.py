"""A recorded heart as a HeartSource: a file of RR intervals, or the heart of an earlier session.

Rules of this file:
1. From a file: about one notification a second, as a strap sends them. ``payload`` is a real notification and so holds
   RR in 1/1024 s; ``rr_ms`` keeps the file's own numbers, which are what counts.
2. A hole in the file is a lost link, never a long interval: nothing is sent while the recording knows nothing.
3. From a session: the very events that were logged, at their own times; records/ hands them over through the caller.
4. Times come from ``drain`` alone; however it is called, the events are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import ceil, floor
from pathlib import Path
from statistics import fmean
from typing import get_args

from pulsetune.heart.heart_rate_measurement import MAX_RR_PER_PAYLOAD, encode
from pulsetune.heart.rr_file import Recording, holes, parse_rr, read_rr_file
from pulsetune.heart.rr_lines import GAP_S
from pulsetune.model import Event, HeartSample, Link, LinkChanged, SourceEvent

__all__ = ["GAP_S", "Recording", "ReplaySource", "notifications", "parse_rr", "read_rr_file"]

LOST_AFTER_S = 1.0  # the first notification that does not come is missed a second later
RATE_OVER_BEATS = 8  # straps smooth the heart rate that they show


class ReplaySource:
    """A ``ports.HeartSource`` that plays events at their own times."""

    def __init__(self, label: str, events: Iterable[SourceEvent], *, simulated: bool = False) -> None:
        """Play events that come in order of ``t_s``."""
        self._label = label
        self._simulated = simulated
        self._events = iter(events)
        self._next = next(self._events, None)
        self._is_open = False

    @classmethod
    def from_recording(cls, recording: Recording) -> ReplaySource:
        """Play the RR intervals of a file; a simulated heart that was written to one stays simulated."""
        label = f"recording {recording.name}{' (simulated)' if recording.simulated else ''}"
        return cls(label, notifications(recording), simulated=recording.simulated)

    @classmethod
    def from_file(cls, path: Path) -> ReplaySource:
        """Read a file and play it; raises what ``read_rr_file`` raises."""
        return cls.from_recording(read_rr_file(path))

    @classmethod
    def from_events(cls, label: str, events: Iterable[Event], *, simulated: bool = False) -> ReplaySource:
        """Play the heart of a session's events, whatever else is among them; say if that heart was simulated."""
        heart = [event for event in events if isinstance(event, get_args(SourceEvent))]
        return cls(label, sorted(heart, key=lambda event: event.t_s), simulated=simulated)

    @property
    def label(self) -> str:
        """What is played, for people."""
        return self._label

    @property
    def simulated(self) -> bool:
        """Whether the heart that was recorded was a simulated one."""
        return self._simulated

    @property
    def exhausted(self) -> bool:
        """True once the last event was drained."""
        return self._next is None

    async def open(self) -> None:
        """Let ``drain`` give events. Reading was done before, where mistakes can be told."""
        self._is_open = True

    def drain(self, now_s: float) -> Sequence[SourceEvent]:
        """The events up to ``now_s`` that were not given yet; none before ``open`` and after ``close``."""
        due: list[SourceEvent] = []
        while self._is_open and self._next is not None and self._next.t_s <= now_s:
            due.append(self._next)
            self._next = next(self._events, None)
        return due

    async def close(self) -> None:
        """Give nothing any more; twice is harmless."""
        self._is_open = False


def notifications(recording: Recording) -> Iterator[SourceEvent]:
    """What a strap would have sent, had it recorded this."""
    segments = list(pairwise([0, *holes(recording), len(recording.t_s)]))
    for number, (first, end) in enumerate(segments):
        began_s = max(0.0, recording.t_s[first] - recording.rr_ms[first] / 1000)
        detail = f"playing {recording.name}" if number == 0 else "the recording goes on"
        yield LinkChanged(began_s, Link.CONNECTED, detail)
        yield from _seconds(recording, first, end, began_s)
        if number < len(segments) - 1:
            lost_s = ceil(recording.t_s[end - 1]) + LOST_AFTER_S
            yield LinkChanged(lost_s, Link.LOST, "the recording has a hole here")


def _seconds(recording: Recording, first: int, end: int, began_s: float) -> Iterator[HeartSample]:
    """One notification at each whole second with the beats since the last; more where they do not fit one."""
    at = first
    for second in range(floor(began_s) + 1, ceil(recording.t_s[end - 1]) + 1):
        beats_from = at
        while at < end and recording.t_s[at] <= second:
            at += 1
        shown_to = max(at, first + 1)  # before the first beat: the rate of the interval that has begun
        rate_bpm = round(60_000 / fmean(recording.rr_ms[max(first, shown_to - RATE_OVER_BEATS) : shown_to]))
        for start in range(beats_from, max(at, beats_from + 1), MAX_RR_PER_PAYLOAD):
            rr_ms = recording.rr_ms[start : min(at, start + MAX_RR_PER_PAYLOAD)]
            yield HeartSample(float(second), encode(rate_bpm, rr_ms), rate_bpm, rr_ms)
