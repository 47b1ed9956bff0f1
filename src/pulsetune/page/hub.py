"""The page's own copy of the session, and the browsers that watch it.

Rules of this file:
1. It lives in the page's loop alone. The session is asked (``SessionHost.take``), it never waits for anybody here.
2. A browser that is slow gets fewer messages, never old ones: the next one holds everything that it lacks.
3. Without news from a running session its heart rate grows old on the screen.
4. A window on another device (``far``) gets the session that runs now and nothing of what was: no log number, no notes,
   no names of straps or files, no moments. The reason for what happens now is part of the present.
5. What is written is written once for all windows that have the same: the session's thread shares the interpreter.
"""

from __future__ import annotations

import asyncio
import json

from pulsetune.page.values import Moment, Point, Span, View
from pulsetune.page.view_state import ViewFold
from pulsetune.ports import HostedSession, HostState, SessionHost

QUIET_S = 1.0  # a running session ticks four times a second; after this long without a tick time goes on by itself
WINDOWS = 12  # that watch at the same time; more are a mistake
FAR_WINDOWS = 4  # on another device: one browser, which is opened again now and then


NOTHING: dict[str, object] = {
    "view": None, "spans": [], "curve": -1, "from_point": 0, "points": [], "from_moment": 0, "moments": [],
}  # fmt: skip


class Window:
    """One browser window: what it has, and whether there is something new for it."""

    def __init__(self, *, far: bool = False) -> None:
        self.far = far
        self.number = -1
        self.points = 0
        self.moments = 0
        self.news = asyncio.Event()
        self.news.set()


class Hub:
    """Folds what the session brings and writes the messages of each window."""

    def __init__(self, host: SessionHost) -> None:
        self._host = host
        self._fold = ViewFold()
        self._hosted = HostedSession(0, HostState.IDLE)
        self._number = 0
        self._now_s = 0.0
        self._ticked_at_s = 0.0
        self._told_at_s = 0.0
        self._quiet_s = 0.0
        self._head = ""
        self._far_head = ""
        self._bodies: dict[tuple[int, int | None], str] = {}  # of a window that has so many points and moments
        self._windows: set[Window] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def windows(self) -> int:
        """How many are watching on this computer."""
        return self._count(far=False)

    @property
    def runs(self) -> bool:
        """Whether what was folded is the session that runs now."""
        return self._hosted.state is HostState.RUNNING and self._hosted.number == self._number

    def pump(self, at_s: float) -> bool:
        """Take what came since the last call, and say whether anything did; ``at_s`` is the time of any steady clock."""
        news = False
        for seen in self._host.take():
            if seen.number != self._number:
                self._number, self._fold = seen.number, ViewFold()
            for event in seen.events:
                self._fold.take(seen.now_s, event)
            self._now_s, self._ticked_at_s, news = seen.now_s, at_s, True
        hosted = self._host.current()
        news = news or hosted != self._hosted
        self._hosted = hosted
        quiet = hosted.state is HostState.RUNNING and at_s - self._ticked_at_s > QUIET_S
        if news or (quiet and at_s - self._told_at_s >= QUIET_S):
            self._tell(at_s, at_s - self._ticked_at_s if quiet else 0.0)
        return news

    def open(self, *, far: bool = False) -> Window | None:
        """A new window, None if there are too many."""
        if self._closed or self._count(far=far) >= (FAR_WINDOWS if far else WINDOWS):
            return None
        window = Window(far=far)
        self._windows.add(window)
        return window

    def leave(self, window: Window) -> None:
        """The window is gone; harmless twice."""
        self._windows.discard(window)

    def close(self) -> None:
        """Send everybody home."""
        self._closed = True
        for window in self._windows:
            window.news.set()

    def message(self, window: Window) -> str:
        """Everything that this window does not have yet, as one JSON object."""
        if not (self._far_head if window.far else self._head):
            self._write_head(self._quiet_s)
        if window.far and not self.runs:
            window.number = -1  # it has nothing any more: its screen forgets with it
            return self._far_head
        if window.number != self._number:
            window.number, window.points, window.moments = self._number, 0, 0
        body = self._body(window.points, None if window.far else window.moments)
        window.points, window.moments = len(self._fold.points), len(self._fold.moments)
        head = self._far_head if window.far else self._head
        return f"{head[:-1]},{body[1:]}"

    def _body(self, from_point: int, from_moment: int | None) -> str:
        """The curves and moments from these on; None for a window that gets no moments."""
        body = self._bodies.get((from_point, from_moment))
        if body is None:
            body = self._bodies[from_point, from_moment] = _json(
                {
                    "curve": self._number,
                    "from_point": from_point,
                    "points": [tuple(_flat(point).values()) for point in self._fold.points[from_point:]],
                    "from_moment": from_moment or 0,
                    "moments": [] if from_moment is None else list(map(_flat, self._fold.moments[from_moment:])),
                }
            )
        return body

    def _tell(self, at_s: float, quiet_s: float) -> None:
        self._told_at_s, self._quiet_s = at_s, quiet_s
        self._head = self._far_head = ""  # written for the first window that asks, if there is one
        self._bodies.clear()
        for window in self._windows:
            window.news.set()

    def _write_head(self, quiet_s: float) -> None:
        """What all windows get alike, written once."""
        view = _flat(self._fold.view(self._now_s + quiet_s))
        spans = [_flat(span) for span in self._fold.spans()]
        self._head = _json({"hosted": _flat(self._hosted), "view": view, "spans": spans})
        self._far_head = self._written_for_others(view, spans) if self._count(far=True) else ""

    def _written_for_others(self, view: dict[str, object], spans: list[dict[str, object]]) -> str:
        hosted = {"number": self._hosted.number, "state": self._hosted.state}
        shown = {"view": view | {"source": ""}, "spans": spans} if self.runs else NOTHING
        return _json({"hosted": hosted, **shown})

    def _count(self, *, far: bool) -> int:
        return sum(window.far == far for window in self._windows)


def _flat(value: View | Span | Point | Moment | HostedSession) -> dict[str, object]:
    """The fields of a value that holds no other; ``dataclasses.asdict`` copies deeply and takes ten times as long."""
    return {name: getattr(value, name) for name in value.__slots__}


def _json(value: object) -> str:
    # ASCII only: whatever characters a strap's name or a file name holds, the line stays one line
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
