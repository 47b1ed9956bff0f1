"""The database: how it is opened, its tables, its migrations, and a view of named columns for every kind of event.

Rules of this file:
1. Write-ahead log, ``synchronous=FULL``: a commit that returned survives ``kill -9`` and a power cut.
2. ``MIGRATIONS`` only grows. All steps run in one transaction, after a copy of the database was made; never while a
   session runs (the caller holds ``start_guard``).
3. A newer database is refused, never guessed at.
4. Deleting overwrites (``secure_delete``): what a listener deletes is gone.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from pulsetune.errors import DamagedData, PulseTuneError
from pulsetune.records.encoding import BODY_FIELDS, KINDS
from pulsetune.records.home import create_private

BUSY_S = 5.0  # how long to wait for another writer: its commits take milliseconds, a slow SD card's a second or two

OLDEST_SQLITE = (3, 37)  # the first with STRICT tables (sqlite.org/stricttables.html)

MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        started_utc_ms INTEGER NOT NULL,
        utc_offset_min INTEGER NOT NULL,
        zone TEXT NOT NULL,
        version TEXT NOT NULL,
        program TEXT NOT NULL,
        source TEXT NOT NULL,
        simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
        duration_s REAL NOT NULL DEFAULT 0,
        beats INTEGER NOT NULL DEFAULT 0,
        ended_because TEXT,
        summary TEXT
    ) STRICT;
    CREATE TABLE events (
        session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        at_s REAL NOT NULL,
        t_s REAL NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (session_id, seq)
    ) STRICT, WITHOUT ROWID;
    """,
)


def open_to_write(path: Path, busy_s: float = BUSY_S) -> sqlite3.Connection:
    """Open the database, making or migrating it where needed; the caller holds ``start_guard`` and no session runs.

    The connection is in autocommit mode (transactions are explicit) and may be handed to another thread.
    """
    create_private(path)
    database = _connect(path, "rw", busy_s)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        _migrate(database, path)
        _refresh_views(database)
    except BaseException:
        database.close()
        raise
    return database


def open_existing(path: Path, *, write: bool = False) -> sqlite3.Connection:
    """Open a database that is there and up to date."""
    database = _connect(path, "rw" if write else "ro", BUSY_S)
    try:
        _refuse_newer(_version(database))
    except BaseException:
        database.close()
        raise
    return database


def needs_migration(path: Path) -> bool:
    """Whether the database was written by an older PulseTune."""
    with contextlib.closing(_connect(path, "ro", BUSY_S)) as database:
        return 0 < _version(database) < len(MIGRATIONS)


def backup_paths(path: Path) -> list[Path]:
    """The copies made before migrations."""
    return sorted(path.parent.glob(f"{path.stem}.before-version-*.db"))


@contextlib.contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; also undone when the commit itself fails."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into what a listener can act on."""
    try:
        yield
    except sqlite3.Error as problem:
        if _code(problem) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise DamagedData(f"The session database {path} is damaged ({problem}).", _DAMAGED_HINT) from problem
        raise PulseTuneError(
            f"The session database {path} cannot be used: {reason(problem)}.", _PLACE_HINT
        ) from problem
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise PulseTuneError(
            f"The folder of the session log cannot be used ({path.parent}: {why}).", _PLACE_HINT
        ) from problem


def reason(problem: sqlite3.Error) -> str:
    """Why SQLite failed, in words."""
    return _REASONS.get(_code(problem), str(problem))


_DAMAGED_HINT = (
    "Sessions that can still be read can be exported; "
    "to begin afresh, move the file away (`sqlite3 FILE .recover` may rescue more)."
)
_PLACE_HINT = "Set PULSETUNE_HOME to a folder on a local disk that you can write to."
_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_BUSY: "another program has locked it",
    sqlite3.SQLITE_LOCKED: "another program has locked it",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is not a session database",
}


def _code(problem: sqlite3.Error) -> int:
    """The primary result code: the low byte (sqlite.org/rescode.html), 0 where Python itself complains."""
    return getattr(problem, "sqlite_errorcode", 0) & 0xFF


def _connect(path: Path, mode: str, busy_s: float) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise PulseTuneError(
            f"The session log needs SQLite 3.37 or newer, and this Python has {sqlite3.sqlite_version}.",
            "Use another Python, for instance from python.org.",
        )
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_s,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA secure_delete = ON")
    except BaseException:
        database.close()
        raise
    return database


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _refuse_newer(version: int) -> None:
    if version > len(MIGRATIONS):
        raise DamagedData(
            f"The session database was written by a newer PulseTune (version {version}, not {len(MIGRATIONS)}).",
            "Update PulseTune.",
        )


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    version = _version(database)
    _refuse_newer(version)
    if version == len(MIGRATIONS):
        return
    if version:
        _back_up(database, path.with_name(f"{path.stem}.before-version-{len(MIGRATIONS)}.db"))
    with transaction(database):
        for step in MIGRATIONS[version:]:
            for statement in step.split(";"):  # executescript would commit in between
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _back_up(database: sqlite3.Connection, to: Path) -> None:
    create_private(to)
    with contextlib.closing(sqlite3.connect(to)) as copy:
        database.backup(copy)


def _refresh_views(database: sqlite3.Connection) -> None:
    """Let the views follow the fields of ``model``; they hold no data, so this is no migration.

    Views that somebody else made are left alone.
    """
    present = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'"))
    outdated = {kind: _view(kind) for kind in KINDS if present.get(kind) != _view(kind)}
    if not outdated:
        return
    with transaction(database):
        for kind, sql in outdated.items():
            database.execute(f'DROP VIEW IF EXISTS "{kind}"')
            database.execute(sql)


def _view(kind: str) -> str:
    names = BODY_FIELDS[KINDS[kind]]
    columns = ", ".join(f"json_extract(body, '$[{at}]') AS \"{name}\"" for at, name in enumerate(names))
    return (
        f'CREATE VIEW "{kind}" AS SELECT session_id, seq, at_s, t_s, {columns} '  # noqa: S608 - names of our own classes
        f"FROM events WHERE kind = '{kind}'"
    )
