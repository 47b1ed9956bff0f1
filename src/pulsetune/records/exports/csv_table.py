"""One row a beat: the heart, what it was taken to mean, and what was playing at that very moment.

Rules of this file:
1. Everything in a row is as of the beat's own time ``t_s``, although a beat is logged seconds later, when its
   neighbours have decided what it was: a row waits until the log has passed it.
2. ``tempo_bpm`` is the tempo that was heard: linear between targets, empty while no pulse was playing. On the way to
   the first target with a pulse it is empty, too: what stood there before is a placeholder, and no tempo.
3. A value that is not known is an empty cell.
4. Rows stream: only the last minutes of the log are held.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from pulsetune.model import (
    SILENT_DB,
    ArousalEstimate,
    AudioParameters,
    Beat,
    Command,
    CommandKind,
    Cue,
    Event,
    SessionStarted,
)
from pulsetune.records.exports.rr_text import exact_decimal
from pulsetune.records.library import SessionRow

COLUMNS = (
    "t_s", "time_utc", "rr_ms", "nn_ms", "kind", "after_gap", "heart_rate_bpm", "arousal", "confidence",
    "phase", "tempo_bpm", "reason", "simulated",
)  # fmt: skip
WAIT_S = 3.0  # targets and estimates come at least once a second: three seconds on, what was around a beat is known
MEMORY_S = 330.0  # a beat is logged with its successor, which comes after at most five minutes: then a session ends

_T = TypeVar("_T")


def lines(row: SessionRow, events: Iterable[tuple[float, Event]]) -> Iterator[str]:
    """The header, then one line a beat, in the order of the log."""
    table = _Table(simulated=row.simulated)
    yield _csv_line(COLUMNS)
    waiting: deque[Beat] = deque()
    for at_s, event in events:
        if isinstance(event, Beat):
            waiting.append(event)
        else:
            table.learn(event)
        while waiting and at_s > waiting[0].t_s + WAIT_S:
            yield table.line(waiting.popleft())
    for beat in waiting:
        yield table.line(beat)


class _History(Generic[_T]):
    """What was said lately, by its time."""

    def __init__(self) -> None:
        self._times_s: list[float] = []
        self._values: list[_T] = []

    def add(self, t_s: float, value: _T) -> None:
        at = bisect_right(self._times_s, t_s)
        self._times_s.insert(at, t_s)
        self._values.insert(at, value)
        old = bisect_right(self._times_s, self._times_s[-1] - MEMORY_S) - 1
        if old > 0:  # the one before the window still holds at its beginning
            del self._times_s[:old], self._values[:old]

    def around(self, t_s: float) -> tuple[_T | None, _T | None]:
        """The last value said at or before ``t_s``, and the first after it."""
        at = bisect_right(self._times_s, t_s)
        return (self._values[at - 1] if at else None), (self._values[at] if at < len(self._values) else None)


class _Table:
    """The state that rows are made of."""

    def __init__(self, *, simulated: bool) -> None:
        self._simulated = simulated
        self._began: SessionStarted | None = None
        self._estimates: _History[ArousalEstimate] = _History()
        self._cues: _History[Cue] = _History()
        self._targets: _History[AudioParameters] = _History()
        self._first_pulse_s: float | None = None
        self._paused: _History[bool] = _History()

    def learn(self, event: Event) -> None:
        match event:
            case ArousalEstimate():
                self._estimates.add(event.t_s, event)
            case AudioParameters():
                self._targets.add(event.t_s, event)
                if self._first_pulse_s is None and _is_heard(event.pulse_level, event.level_db):
                    self._first_pulse_s = event.t_s
            case Cue():
                self._cues.add(event.t_s, event)
            case Command(kind=CommandKind.PAUSE | CommandKind.RESUME):
                self._paused.add(event.t_s, event.kind is CommandKind.PAUSE)
            case SessionStarted():
                self._began = event

    def line(self, beat: Beat) -> str:
        estimate, _ = self._estimates.around(beat.t_s)
        cue, _ = self._cues.around(beat.t_s)
        return _csv_line(
            (
                f"{beat.t_s:.4f}",
                self._time_utc(beat.t_s),
                _number(beat.rr_ms),
                _number(beat.nn_ms),
                beat.kind,
                int(beat.after_gap),
                _number(estimate.heart_rate_bpm if estimate else None),
                _number(estimate.arousal if estimate else None),
                _number(estimate.confidence if estimate else None),
                cue.phase if cue else "",
                self._tempo(beat.t_s),
                cue.reason if cue else "",
                int(self._simulated),
            )
        )

    def _time_utc(self, t_s: float) -> str:
        if self._began is None:
            return ""
        began = datetime.fromtimestamp(self._began.started_utc_ms / 1000, UTC)
        moment = began + timedelta(seconds=t_s - self._began.t_s)
        return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"

    def _tempo(self, t_s: float) -> str:
        before, after = self._targets.around(t_s)
        paused, _ = self._paused.around(t_s)
        if before is None or paused or self._first_pulse_s is None or t_s < self._first_pulse_s:
            return ""
        after = after or before  # the last target holds
        share = (t_s - before.t_s) / (after.t_s - before.t_s) if after.t_s > before.t_s else 0.0

        def at_beat(start: float, end: float) -> float:
            return start + share * (end - start)

        if not _is_heard(at_beat(before.pulse_level, after.pulse_level), at_beat(before.level_db, after.level_db)):
            return ""
        return f"{at_beat(before.tempo_bpm, after.tempo_bpm):.3f}"


def _is_heard(pulse_level: float, level_db: float) -> bool:
    return pulse_level > 0 and level_db > SILENT_DB


def _number(value: float | None) -> str:
    return "" if value is None else exact_decimal(float(value))


def _csv_line(values: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()
