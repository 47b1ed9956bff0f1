"""The sessions of a home: list, read, delete.

Rules of this file:
1. Reading creates nothing: a home that is not there is an empty library.
2. A damaged page or event costs the session it is in; the others stay readable.
3. Deleting leaves nothing behind: overwritten in the database, gone from the write-ahead log, and from the copies that
   were made before migrations (those go as a whole).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import Any

from pulsetune.errors import DamagedData, PulseTuneError, WrongUse
from pulsetune.model import ArousalEstimate, CheckIn, Event, SessionStarted
from pulsetune.records import live, schema
from pulsetune.records.encoding import BODY_FIELDS, decode_event, encode_event
from pulsetune.records.home import database_path

EVENTS_AT_ONCE = 500  # read in short transactions, so that reading never holds up a session that is being written

_SELECT_SESSIONS = """
    SELECT id, program, source, simulated, started_utc_ms, utc_offset_min, duration_s, beats, ended_because
    FROM sessions WHERE ?1 IS NULL OR id = ?1 ORDER BY id DESC LIMIT ?2
"""

_SELECT_SUMMARIES = """
    SELECT id, program, source, simulated, started_utc_ms, utc_offset_min, duration_s, beats, ended_because, summary
    FROM sessions WHERE ended_because IS NOT NULL AND summary IS NOT NULL ORDER BY id DESC
"""

_SELECT_POLICIES = f"""
    SELECT sessions.id, json_extract(body, '$[{BODY_FIELDS[SessionStarted].index("policy")}]')
    FROM sessions JOIN events ON session_id = sessions.id AND seq = 0 WHERE json_valid(body)
"""  # noqa: S608 - names of our own classes

FRESH_S = 4.0  # a heart rate older than this says nothing about the moment it is told at

_SELECT_HEART = f"""
    SELECT min(CAST(t_s * ?2 / ?3 AS INTEGER), ?2 - 1) AS part, avg(rate) FROM (
        SELECT t_s, json_extract(body, '$[{BODY_FIELDS[ArousalEstimate].index("heart_rate_bpm")}]') AS rate,
            json_extract(body, '$[{BODY_FIELDS[ArousalEstimate].index("age_s")}]') AS age_s
        FROM events WHERE session_id = ?1 AND kind = 'arousal_estimate'
    ) WHERE rate IS NOT NULL AND age_s <= ?4 AND t_s >= 0 GROUP BY part
"""  # noqa: S608 - names of our own classes


class SessionState(StrEnum):
    """Complete if and only if ``SessionEnded`` was logged; interrupted if nobody is writing it any more."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session in a list; ``started_at`` is ISO 8601 with the offset of its place."""

    session_id: int
    program: str
    source: str
    simulated: bool
    started_at: str
    duration_s: float
    beats: int
    state: SessionState


class Library:
    """All sessions of one home. Holds nothing open between calls."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._path = database_path(home)

    def sessions(self) -> list[SessionRow]:
        """Every session, newest first."""
        return self._rows()

    def latest_id(self) -> int | None:
        """The newest session, None in an empty library."""
        rows = self._rows(limit=1)
        return rows[0].session_id if rows else None

    def row(self, session_id: int) -> SessionRow:
        """One session's row; ``WrongUse`` if there is none of that number."""
        rows = self._rows(session_id)
        if not rows:
            raise WrongUse(f"There is no session {session_id}.", "`pulsetune sessions` lists them.")
        return rows[0]

    def summary(self, session_id: int) -> str | None:
        """The JSON that ``finish`` was given, None for a session that was not finished."""
        self.row(session_id)
        with self._reading() as database:
            found = database.execute("SELECT summary FROM sessions WHERE id = ?", (session_id,)).fetchone()
        return None if found is None or found[0] is None else str(found[0])

    def summaries(self) -> list[tuple[SessionRow, str]]:
        """Row and summary (JSON) of every complete session that has one, newest first."""
        return [(self._row(columns[:-1]), columns[-1]) for columns in self._select(_SELECT_SUMMARIES, ())]

    def events(self, session_id: int) -> Iterator[tuple[float, Event]]:
        """The events of a session in the order they were logged, each with the tick that used it (``at_s``).

        Raises
        ------
        WrongUse
            At once, if there is no such session.
        DamagedData
            While iterating, at the first event that cannot be read.
        """
        self.row(session_id)
        return self._events(session_id)

    def policies(self) -> dict[int, str]:
        """How each session was led (``PolicyName``), where its first event says so: a program can be led in other ways."""
        return {number: str(policy) for number, policy in self._select(_SELECT_POLICIES, ()) if policy is not None}

    def heart_curve(self, session_id: int, points: int) -> list[float | None]:
        """The mean heart rate (beats a minute) in each of ``points`` equal parts of a session; None where it was not fresh.

        Read by the database itself: a list of many sessions needs no event of theirs. ``WrongUse`` for no such session.
        """
        lasted_s = self.row(session_id).duration_s
        curve: list[float | None] = [None] * points
        if lasted_s > 0:
            with self._reading() as database:
                values = (session_id, points, lasted_s, FRESH_S)
                for part, rate in database.execute(_SELECT_HEART, values):
                    curve[part] = round(rate, 1)
        return curve

    def add_check_in(self, session_id: int, check_in: CheckIn) -> None:
        """Add how the listener felt afterwards to a session that is over; its time is the end of the session.

        Raises
        ------
        WrongUse
            If there is no such session, or it is running: then its own log takes what comes.
        """
        ended_s = self.row(session_id).duration_s
        kind, body = encode_event(check_in)
        with schema.explained(self._path):
            if live.is_running(self._home, session_id):
                raise WrongUse(f"Session {session_id} is running.", "Say it when it is over.")
            with (
                contextlib.closing(schema.open_existing(self._path, write=True)) as database,
                schema.transaction(database),
            ):
                database.execute(
                    "INSERT INTO events SELECT ?1, max(seq) + 1, max(?2, max(at_s)), ?2, ?3, ?4"
                    " FROM events WHERE session_id = ?1",
                    (session_id, ended_s, kind, body),
                )

    def delete(self, session_id: int) -> None:
        """Delete a session for good; a running one is refused."""
        self.row(session_id)
        with schema.explained(self._path):
            if live.is_running(self._home, session_id):
                raise WrongUse(f"Session {session_id} is running.", "Stop it before you delete it.")
            with contextlib.closing(schema.open_existing(self._path, write=True)) as database:
                with schema.transaction(database):
                    database.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
                busy, _, _ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            for copy in schema.backup_paths(self._path):
                copy.unlink(missing_ok=True)
        if busy:
            raise PulseTuneError(
                f"Session {session_id} is deleted, but another program is reading the database.",
                "Traces stay in its write-ahead log until that program ends.",
            )

    def _rows(self, session_id: int | None = None, limit: int = -1) -> list[SessionRow]:
        """Newest first; one session or all, at most ``limit`` unless that is negative."""
        return [self._row(columns) for columns in self._select(_SELECT_SESSIONS, (session_id, limit))]

    def _select(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """Rows about sessions; none where nothing was ever logged."""
        if not self._path.exists():
            return []
        with self._reading() as database:
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'sessions'").fetchone():
                return []  # a process died between making the file and its tables
            return database.execute(query, values).fetchall()

    def _row(self, columns: tuple[Any, ...]) -> SessionRow:
        session_id, program, source, simulated, utc_ms, offset_min, duration_s, beats, ended_because = columns
        if ended_because is not None:
            state = SessionState.COMPLETE
        elif live.is_running(self._home, session_id):
            state = SessionState.RUNNING
        else:
            state = SessionState.INTERRUPTED
        started_at = iso_time(utc_ms, offset_min)
        return SessionRow(session_id, program, source, bool(simulated), started_at, duration_s, beats, state)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with schema.explained(self._path):
            self._bring_up_to_date()
            with contextlib.closing(schema.open_existing(self._path)) as database:
                yield database

    def _bring_up_to_date(self) -> None:
        if not schema.needs_migration(self._path):
            return
        with live.start_guard(self._home):
            if live.running_sessions(self._home):
                raise PulseTuneError("An older PulseTune is running a session: wait until it has ended.")
            schema.open_to_write(self._path).close()

    def _events(self, session_id: int) -> Iterator[tuple[float, Event]]:
        with self._reading() as database:
            last_seq = -1
            while rows := database.execute(
                "SELECT seq, at_s, t_s, kind, body FROM events WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT ?",
                (session_id, last_seq, EVENTS_AT_ONCE),
            ).fetchall():
                for seq, at_s, t_s, kind, body in rows:
                    try:
                        event = decode_event(kind, t_s, body)
                    except DamagedData as problem:
                        raise DamagedData(
                            f"Session {session_id}, event {seq}: {problem.message}", problem.hint
                        ) from None
                    yield at_s, event
                last_seq = rows[-1][0]


def iso_time(utc_ms: int, utc_offset_min: int) -> str:
    """A moment in ISO 8601, in the time of the place where it was."""
    place = timezone(timedelta(minutes=utc_offset_min))
    return datetime.fromtimestamp(utc_ms / 1000, place).isoformat(timespec="seconds")
