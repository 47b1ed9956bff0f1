"""Reading and deleting sessions; damage stays where it is."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pulsetune.errors import DamagedData, PulseTuneError, WrongUse
from pulsetune.model import Beat, CheckIn, Event
from pulsetune.records import home as home_module
from pulsetune.records import schema
from pulsetune.records.encoding import BODY_FIELDS, KINDS, encode_event
from pulsetune.records.library import Library, SessionRow, SessionState
from pulsetune.records.schema import open_to_write
from pulsetune.records.store import SessionLog
from tests.fakes.long_session import long_session, started

Record = Callable[..., int]
SECRET = "the-note-that-must-be-gone"
BEAT = Beat(1.0, 800.0, 801.5)


def remains(home: Path, text: str) -> bool:
    return any(text.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_reading_a_home_that_is_not_there_creates_nothing(home: Path) -> None:
    library = Library(home)
    assert library.sessions() == []
    assert library.latest_id() is None
    with pytest.raises(WrongUse, match=r"There is no session 7.*pulsetune sessions"):
        library.events(7)
    assert not home.exists()


def test_sessions_are_listed_newest_first_with_what_a_listener_wants_to_know(home: Path, record: Record) -> None:
    record(BEAT)
    record(BEAT, complete=False, source="simulated listener", simulated=True, utc_offset_min=-210)
    assert Library(home).sessions() == [
        SessionRow(
            2, "unwind", "simulated listener", True, "2026-11-25T05:42:00-03:30", 1.0, 1, SessionState.INTERRUPTED
        ),
        SessionRow(1, "unwind", "strap Polar H10", False, "2026-11-25T10:12:00+01:00", 60.0, 1, SessionState.COMPLETE),
    ]
    assert Library(home).latest_id() == 2
    assert Library(home).summary(1) == '{"beats":1}'
    assert Library(home).summary(2) is None


def test_the_home_is_the_variable_or_the_place_of_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PULSETUNE_HOME", str(tmp_path))
    assert home_module.home() == tmp_path
    monkeypatch.delenv("PULSETUNE_HOME")
    assert home_module.home().name == "pulsetune"
    assert home_module.home().is_absolute()


def test_a_deleted_session_is_gone_from_every_file(home: Path, record: Record) -> None:
    record(BEAT, CheckIn(2.0, "after", 5, 5, "stays"))
    record(CheckIn(2.0, "after", 5, 5, SECRET), *(event for _, event in long_session(minutes=1)), complete=False)
    (home / "sessions.before-version-2.db").write_bytes((home / "sessions.db").read_bytes())
    assert remains(home, SECRET)
    Library(home).delete(2)
    assert not remains(home, SECRET)
    assert [row.session_id for row in Library(home).sessions()] == [1]
    assert len(list(Library(home).events(1))) == 4
    with pytest.raises(WrongUse):
        Library(home).delete(2)
    assert record(BEAT) == 3  # a number is never used twice


def test_a_session_is_deleted_for_good_while_another_runs(home: Path, record: Record) -> None:
    record(CheckIn(2.0, "after", 5, 5, SECRET))
    log = SessionLog.start(home, started())
    Library(home).delete(1)
    assert not remains(home, SECRET)
    with pytest.raises(WrongUse, match="Session 2 is running"):
        Library(home).delete(2)
    log.append(1.0, BEAT)
    log.close()
    assert len(list(Library(home).events(2))) == 2


PAGE_BYTES = 4096  # SQLite's default
LEAF_PAGE = 0x0A  # first byte of a leaf page of an index b-tree (sqlite.org/fileformat.html, 1.6)


def damage_a_leaf(home: Path, text: str) -> None:
    """Overwrite a page that holds the text and from which no other page hangs."""
    data = bytearray((home / "sessions.db").read_bytes())
    page = next(
        at
        for at in range(0, len(data), PAGE_BYTES)
        if data[at] == LEAF_PAGE and text.encode() in data[at : at + PAGE_BYTES]
    )
    data[page : page + PAGE_BYTES] = b"\xa5" * PAGE_BYTES
    (home / "sessions.db").write_bytes(data)


def test_a_damaged_page_costs_one_session_not_the_others(home: Path, record: Record) -> None:
    filling = [event for _, event in long_session(minutes=2)][:-1]
    record(*filling, *[CheckIn(2.0, "after", 5, 5, SECRET)] * 3, *filling)
    record(BEAT)
    damage_a_leaf(home, SECRET)
    assert [row.session_id for row in Library(home).sessions()] == [2, 1]
    assert len(list(Library(home).events(2))) == 3
    with pytest.raises(DamagedData) as caught:
        list(Library(home).events(1))
    assert caught.value.exit_code == 6
    assert "is damaged" in caught.value.message
    assert "move the file away" in caught.value.hint


def test_a_damaged_event_is_named(home: Path, record: Record) -> None:
    record(BEAT)
    with closing(sqlite3.connect(home / "sessions.db", isolation_level=None)) as database:
        database.execute("UPDATE events SET body = '[8' WHERE seq = 1")
    events = Library(home).events(1)
    assert next(events) == (0.0, started())
    with pytest.raises(DamagedData, match="Session 1, event 1: "):
        next(events)


def test_a_file_that_is_no_database_is_damaged_data_and_stays_untouched(home: Path) -> None:
    home.mkdir()
    (home / "sessions.db").write_bytes(b"this is no database" * 1000)
    with pytest.raises(DamagedData):
        Library(home).sessions()
    with pytest.raises(DamagedData):
        SessionLog.start(home, started())
    assert (home / "sessions.db").read_bytes() == b"this is no database" * 1000


def test_a_database_file_that_was_never_filled_is_an_empty_library(home: Path) -> None:
    home.mkdir()
    (home / "sessions.db").touch()
    assert Library(home).sessions() == []


def test_a_newer_database_is_refused(home: Path, record: Record) -> None:
    record(BEAT)
    with closing(sqlite3.connect(home / "sessions.db")) as database:
        database.execute("PRAGMA user_version = 99")
    for attempt in (Library(home).sessions, lambda: SessionLog.start(home, started())):
        with pytest.raises(DamagedData, match=r"newer PulseTune \(version 99.* Update PulseTune\."):
            attempt()


def with_another_migration(monkeypatch: pytest.MonkeyPatch, *steps: str) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, *steps])


def test_a_migration_makes_a_copy_first_and_keeps_the_data(
    home: Path, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(BEAT)
    with_another_migration(monkeypatch, "ALTER TABLE sessions ADD COLUMN mood TEXT")
    assert len(list(Library(home).events(1))) == 3  # reading migrates
    with closing(sqlite3.connect(home / "sessions.db")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
        assert database.execute("SELECT id, mood FROM sessions").fetchall() == [(1, None)]
    copy = home / "sessions.before-version-2.db"
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
        assert database.execute("SELECT count(*) FROM events").fetchone() == (3,)
    if sys.platform != "win32":
        assert copy.stat().st_mode & 0o777 == 0o600
    assert record(BEAT) == 2


def test_nothing_is_migrated_while_a_session_runs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = SessionLog.start(home, started())
    with_another_migration(monkeypatch, "ALTER TABLE sessions ADD COLUMN mood TEXT")
    with pytest.raises(PulseTuneError, match="An older PulseTune is running a session"):
        Library(home).sessions()
    with pytest.raises(PulseTuneError, match="Another session is running"):
        SessionLog.start(home, started())
    log.append(1.0, BEAT)
    log.close()
    assert Library(home).row(1).beats == 1


def test_a_migration_that_fails_changes_nothing(home: Path, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    record(BEAT)
    with monkeypatch.context() as broken:
        with_another_migration(broken, "ALTER TABLE sessions ADD COLUMN mood TEXT; DROP TABLE events", "NONSENSE")
        with pytest.raises(PulseTuneError, match="syntax error"):
            Library(home).sessions()
        with pytest.raises(PulseTuneError, match="syntax error"):
            SessionLog.start(home, started())
    assert len(list(Library(home).events(1))) == 3
    with closing(sqlite3.connect(home / "sessions.db")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)


def test_a_python_with_an_old_sqlite_is_told_so(home: Path, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    record(BEAT)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(PulseTuneError, match=r"needs SQLite 3\.37"):
        Library(home).sessions()


def test_each_kind_has_a_view_with_named_columns(home: Path, record: Record) -> None:
    record(BEAT, *(event for _, event in long_session(minutes=1)), complete=False)
    with closing(sqlite3.connect(home / "sessions.db")) as database:
        for kind, event_type in KINDS.items():
            columns = [found[1] for found in database.execute(f"PRAGMA table_info({kind})")]
            assert columns == ["session_id", "seq", "at_s", "t_s", *BODY_FIELDS[event_type]]
        beat = database.execute("SELECT t_s, rr_ms, nn_ms, kind, after_gap FROM beat WHERE seq = 1").fetchone()
        assert beat == (1.0, 800.0, 801.5, "normal", 0)
        assert database.execute('SELECT max("index") FROM pulse_tick').fetchone() == (55,)
        program = database.execute("SELECT program ->> 'name' FROM session_started").fetchone()
        assert program == ("unwind",)


def test_views_follow_the_fields_without_a_migration(home: Path, record: Record) -> None:
    record(BEAT)
    with closing(sqlite3.connect(home / "sessions.db", isolation_level=None)) as database:
        database.execute("DROP VIEW beat")
        database.execute("CREATE VIEW beat AS SELECT 1 AS outdated")
        database.execute("DROP VIEW cue")
        database.execute("CREATE VIEW my_own AS SELECT 7 AS seven")
    record(BEAT)
    with closing(sqlite3.connect(home / "sessions.db")) as database:
        assert database.execute("SELECT count(rr_ms) FROM beat").fetchone() == (2,)
        assert database.execute("SELECT count(*) FROM cue").fetchone() == (0,)
        assert database.execute("SELECT seven FROM my_own").fetchone() == (7,)


def test_the_tables_keep_out_what_does_not_belong(home: Path, record: Record) -> None:
    record(BEAT)
    with closing(open_to_write(home / "sessions.db")) as database:
        for statement in (
            "INSERT INTO events VALUES (99, 0, 0, 0, 'beat', '[]')",  # no such session
            "INSERT INTO events VALUES (1, 1, 0, 0, 'beat', '[]')",  # the number is taken
            "INSERT INTO events VALUES (1, 9, 'soon', 0, 'beat', '[]')",  # not a number
        ):
            with pytest.raises(sqlite3.IntegrityError):
                database.execute(statement)


def test_bodies_are_the_encoded_events(home: Path, record: Record) -> None:
    event: Event = BEAT
    record(event)
    with closing(sqlite3.connect(home / "sessions.db")) as database:
        kind, body = database.execute("SELECT kind, body FROM events WHERE seq = 1").fetchone()
    assert (kind, body) == encode_event(event)
    assert json.loads(body) == [800.0, 801.5, "normal", False]
