"""The log of the session that is running: every event, in order, safe on the disk within a second.

Rules of this file:
1. One live session per home, decided by a lock of the operating system, never by what a file says.
2. ``append`` encodes and returns; the disk belongs to the writer's thread.
3. The first event is in the database before ``start`` returns: whatever happens later, the session is known.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import NoReturn

from pulsetune.errors import LogNotSaved, SessionBusy
from pulsetune.model import Event, SessionEnded, SessionStarted
from pulsetune.records import live
from pulsetune.records.encoding import encode_event
from pulsetune.records.home import database_path, prepare
from pulsetune.records.library import iso_time
from pulsetune.records.schema import explained, open_existing, open_to_write, transaction
from pulsetune.records.writer import Ending, Row, Timing, Writer


class SessionLog:
    """A ``ports.SessionStore``. Made by ``start``."""

    def __init__(self, session_id: int, writer: Writer, lock: live.HeldLock) -> None:
        self._session_id = session_id
        self._writer = writer
        self._lock = lock
        self._next_seq = 1
        self._closed = False

    @classmethod
    def start(
        cls,
        home: Path,
        started: SessionStarted,
        at_s: float = 0.0,
        *,
        timing: Timing = Timing(),  # noqa: B008 - frozen
    ) -> SessionLog:
        """Begin a session: its row and first event are committed, its lock held.

        Raises
        ------
        PulseTuneError
            If another session runs in this home, or the home cannot be written.
        DamagedData
            If the database is damaged or was written by a newer PulseTune.
        """
        path = database_path(home)
        with explained(path):
            prepare(home)
            with live.start_guard(home):
                _refuse_second_session(home)
                live.remove_stale(home)
                database = open_to_write(path, timing.busy_s)
                try:
                    session_id, lock = _begin(database, home, started, at_s)
                except BaseException:
                    database.close()
                    raise
        return cls(session_id, Writer(database, session_id, timing), lock)

    @property
    def session_id(self) -> int:
        """The number of the session in its home."""
        return self._session_id

    @property
    def trouble(self) -> str | None:
        """A sentence while events cannot be saved, else None."""
        return self._writer.trouble

    def append(self, at_s: float, event: Event) -> None:
        """Take an event that entered at tick ``at_s``; ``ValueError`` if either holds NaN or infinity."""
        if self._closed:
            raise ValueError("the log is closed")
        if not isfinite(at_s):
            raise ValueError(f"{at_s} is no tick")
        kind, body = encode_event(event)
        ending = None
        if isinstance(event, SessionEnded):
            ending = Ending(event.ended_because, event.t_s, event.beats)
        self._writer.put(Row(self._next_seq, at_s, event.t_s, kind, body), ending)
        self._next_seq += 1

    def finish(self, summary_json: str) -> None:
        """Keep the session's summary; ``ValueError`` if it is no JSON. What makes it complete is ``SessionEnded``."""
        json.loads(summary_json, parse_constant=_refuse)
        self._writer.summarise(summary_json)

    def close(self) -> None:
        """Save what is left and give the lock back; twice is harmless.

        Raises
        ------
        LogNotSaved
            If some events could not be saved; those that were stay.
        """
        if self._closed:
            return
        self._closed = True
        why = self._writer.close()
        self._lock.release(remove=True)
        if why or self._writer.unsaved:
            raise LogNotSaved(
                f"{self._writer.unsaved} events of session {self._session_id} could not be saved: {why or 'no room'}.",
                "What was saved before is kept: `pulsetune sessions` lists it.",
            )


def _refuse_second_session(home: Path) -> None:
    """Not through ``Library``: that would wait for the guard that the caller holds, were a migration due."""
    for session_id in live.running_sessions(home):
        with contextlib.closing(open_existing(database_path(home))) as database:
            began = database.execute(
                "SELECT started_utc_ms, utc_offset_min FROM sessions WHERE id = ?", (session_id,)
            ).fetchone()
        since = f" (started {datetime.fromisoformat(iso_time(*began)):%H:%M})" if began else ""
        raise SessionBusy(f"Another session is running{since}: stop it first.")


def _begin(database: sqlite3.Connection, home: Path, started: SessionStarted, at_s: float) -> tuple[int, live.HeldLock]:
    """Insert the session; its lock is held before anyone can see it, so that it never looks interrupted."""
    kind, body = encode_event(started)
    lock = None
    try:
        with transaction(database):
            session_id = database.execute(
                "INSERT INTO sessions (started_utc_ms, utc_offset_min, zone, version, program, source, simulated)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    started.started_utc_ms,
                    started.utc_offset_min,
                    _storable(started.zone),
                    _storable(started.version),
                    _storable(started.program.name),
                    _storable(started.source),
                    started.simulated,
                ),
            ).lastrowid
            assert session_id is not None
            lock = live.hold(home, session_id)
            database.execute(
                "INSERT INTO events VALUES (?, 0, ?, ?, ?, ?)", (session_id, at_s, started.t_s, kind, body)
            )
    except BaseException:
        if lock is not None:
            lock.release(remove=True)
        raise
    return session_id, lock


def _storable(text: str) -> str:
    """Text that SQLite takes: bytes of a file name that are no characters (lone surrogates) are spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} in a summary")
