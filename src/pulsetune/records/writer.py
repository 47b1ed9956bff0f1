"""The thread that saves: one transaction about every second, retried for as long as it fails.

Rules of this file:
1. Only this thread touches the connection while a session runs; ``put`` never waits for the disk.
2. A row leaves the buffer only after its commit returned.
3. A full disk never stops the music: what cannot be saved is kept (up to a bound), said, and tried again.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass

from pulsetune.records.schema import BUSY_S, reason, transaction

BUFFER_LIMIT_BYTES = 50_000_000  # about three days of a session
ROW_OVERHEAD_BYTES = (
    400  # a tuple, three numbers and a string header in CPython, measured with sys.getsizeof, rounded up
)


@dataclass(frozen=True, slots=True)
class Timing:
    """When to save: every 0.9 s, so that with the commit's own time at most the last second is lost."""

    commit_every_s: float = 0.9
    retry_s: float = 5.0
    busy_s: float = BUSY_S


@dataclass(frozen=True, slots=True)
class Row:
    """One event as it is stored."""

    seq: int
    at_s: float
    t_s: float
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Ending:
    """What a complete session's own row says."""

    ended_because: str
    duration_s: float
    beats: int


class Writer:
    """Saves the rows of one session. It owns the connection and closes it."""

    def __init__(self, database: sqlite3.Connection, session_id: int, timing: Timing) -> None:
        self._database = database
        self._session_id = session_id
        self._timing = timing
        self._wake = threading.Condition()
        self._rows: list[Row] = []
        self._bytes = 0
        self._ending: Ending | None = None
        self._summary: str | None = None
        self._closing = False
        self._reason: str | None = None
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="session log", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str | None:
        """A sentence while something is not saved or was dropped, else None."""
        with self._wake:
            dropped = f"{self._dropped} events had to be dropped" if self._dropped else ""
            if self._reason is None:
                return f"Saved again, but {dropped}." if dropped else None
            kept = f"{len(self._rows)} events are kept and tried again every {self._timing.retry_s:g} s"
            return f"Not saved, {self._reason}: {kept}{'; ' + dropped if dropped else ''}."

    @property
    def unsaved(self) -> int:
        """Events that are not in the database, dropped ones included."""
        with self._wake:
            return len(self._rows) + self._dropped

    def put(self, row: Row, ending: Ending | None = None) -> None:
        """Take a row; while saving fails and the buffer is full, it is counted and dropped (its ``seq`` stays free)."""
        size = ROW_OVERHEAD_BYTES + len(row.body)
        with self._wake:
            if self._bytes + size > BUFFER_LIMIT_BYTES and ending is None:
                self._dropped += 1
                return
            self._rows.append(row)
            self._bytes += size
            self._ending = ending or self._ending

    def summarise(self, summary_json: str) -> None:
        """Keep the session's summary with its row."""
        with self._wake:
            self._summary = summary_json

    def close(self) -> str | None:
        """Try once more to save everything and end the thread; why it failed, or None."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()
        return self._reason

    def _run(self) -> None:
        wait_s = self._timing.commit_every_s
        closing = False
        while not closing:
            with self._wake:
                self._wake.wait_for(lambda: self._closing, timeout=wait_s)
                closing = self._closing
                rows, ending, summary = list(self._rows), self._ending, self._summary
            try:
                self._save(rows, ending, summary)
            except sqlite3.Error as problem:
                self._reason = reason(problem)
                wait_s = self._timing.retry_s
            else:
                self._forget(rows, ending, summary)
                wait_s = self._timing.commit_every_s
        self._database.close()

    def _save(self, rows: list[Row], ending: Ending | None, summary: str | None) -> None:
        if not (rows or ending or summary):
            return
        with transaction(self._database):
            self._database.executemany(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)",
                ((self._session_id, row.seq, row.at_s, row.t_s, row.kind, row.body) for row in rows),
            )
            if rows:
                self._update(
                    "duration_s = max(duration_s, ?), beats = beats + ?",
                    max(row.at_s for row in rows),
                    sum(row.kind == "beat" for row in rows),
                )
            if ending:
                self._update(
                    "ended_because = ?, duration_s = ?, beats = ?",
                    ending.ended_because,
                    ending.duration_s,
                    ending.beats,
                )
            if summary:
                self._update("summary = ?", summary)

    def _update(self, assignments: str, *values: object) -> None:
        self._database.execute(f"UPDATE sessions SET {assignments} WHERE id = ?", (*values, self._session_id))  # noqa: S608 - constants of this file

    def _forget(self, rows: list[Row], ending: Ending | None, summary: str | None) -> None:
        """Let go of what is committed; more may have come meanwhile."""
        with self._wake:
            del self._rows[: len(rows)]
            self._bytes -= sum(ROW_OVERHEAD_BYTES + len(row.body) for row in rows)
            self._ending = None if self._ending is ending else self._ending
            self._summary = None if self._summary is summary else self._summary
            self._reason = None
