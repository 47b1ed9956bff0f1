"""The running session's log: ordered, durable, alone in its home, and unbothered by a full disk."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from pulsetune.errors import LogNotSaved, PulseTuneError, WrongUse
from pulsetune.model import Beat, CheckIn, EndedBecause, SessionEnded
from pulsetune.records import writer
from pulsetune.records.library import Library, SessionState
from pulsetune.records.store import SessionLog
from pulsetune.records.writer import Timing
from tests.fakes.long_session import long_session, started

Until = Callable[[Callable[[], bool]], None]
LOGGING_PROCESS = Path(__file__).resolve().parent.parent / "fakes" / "logging_process.py"
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions and signals")


def test_everything_appended_comes_back_in_order(home: Path) -> None:
    log = SessionLog.start(home, started(), at_s=0.25)
    events = list(long_session(minutes=2))
    for at_s, event in events:
        log.append(at_s, event)
    log.close()
    assert list(Library(home).events(log.session_id)) == [(0.25, started()), *events]


def test_twenty_minutes_take_at_most_600_kilobytes(home: Path) -> None:
    log = SessionLog.start(home, started())
    for at_s, event in long_session(minutes=20):
        log.append(at_s, event)
    log.finish("{}")
    log.close()
    assert sum(path.stat().st_size for path in home.iterdir() if path.is_file()) <= 600_000


def test_events_are_saved_while_the_session_runs(home: Path, quick: Timing, until: Until) -> None:
    log = SessionLog.start(home, started(), timing=quick)
    log.append(1.0, Beat(0.9, 800.0, 800.0))
    until(lambda: len(list(Library(home).events(log.session_id))) == 2)
    row = Library(home).row(log.session_id)
    assert (row.state, row.beats, row.duration_s) == (SessionState.RUNNING, 1, 1.0)
    log.close()


def test_nothing_is_lost_that_comes_while_a_commit_is_under_way(home: Path) -> None:
    log = SessionLog.start(home, started(), timing=Timing(commit_every_s=0.0))
    for number in range(1, 5001):
        log.append(float(number), Beat(float(number), 800.0, 800.0))
    log.close()
    assert [event.t_s for _, event in Library(home).events(1)] == [float(number) for number in range(5001)]
    assert Library(home).row(1).beats == 5000


def test_a_session_is_complete_if_and_only_if_its_end_was_logged(home: Path) -> None:
    log = SessionLog.start(home, started())
    log.append(1.0, Beat(0.9, 800.0, 800.0))
    log.finish('{"beats": 1}')
    log.close()
    assert Library(home).row(log.session_id).state is SessionState.INTERRUPTED
    log = SessionLog.start(home, started())
    log.append(61.0, SessionEnded(60.5, EndedBecause.LISTENER, "", 71, 0))
    log.append(70.0, CheckIn(70.0, "after", 7, 2))
    log.finish('{"beats": 71}')
    log.close()
    row = Library(home).row(log.session_id)
    assert (row.state, row.beats) == (SessionState.COMPLETE, 71)
    assert Library(home).summary(log.session_id) == '{"beats": 71}'


def test_a_second_session_in_the_same_home_is_refused_in_one_sentence(home: Path, tmp_path: Path) -> None:
    log = SessionLog.start(home, started())
    with pytest.raises(PulseTuneError) as caught:
        SessionLog.start(home, started())
    assert str(caught.value) == "Another session is running (started 10:12): stop it first."
    assert caught.value.exit_code == 1
    SessionLog.start(tmp_path / "elsewhere", started()).close()
    log.close()
    SessionLog.start(home, started()).close()
    assert [row.session_id for row in Library(home).sessions()] == [2, 1]


def test_of_many_that_start_at_once_exactly_one_runs(home: Path) -> None:
    def attempt(_: int) -> SessionLog | None:
        try:
            return SessionLog.start(home, started())
        except PulseTuneError:
            return None

    with ThreadPoolExecutor(8) as pool:
        logs = [log for log in pool.map(attempt, range(8)) if log]
    assert len(logs) == 1
    logs[0].close()
    assert len(Library(home).sessions()) == 1


def test_bad_numbers_and_late_events_are_refused_where_they_are_made(home: Path) -> None:
    log = SessionLog.start(home, started())
    with pytest.raises(ValueError):
        log.append(1.0, Beat(1.0, float("nan"), None))
    with pytest.raises(ValueError):
        log.append(float("inf"), Beat(1.0, 800.0, 800.0))
    for no_json in ("{", '{"quality": NaN}'):
        with pytest.raises(ValueError):
            log.finish(no_json)
    log.close()
    log.close()
    with pytest.raises(ValueError):
        log.append(2.0, Beat(2.0, 800.0, 800.0))


def test_names_that_are_no_characters_are_kept(home: Path) -> None:
    session = started(source="recording \udcff.txt")
    log = SessionLog.start(home, session)
    log.close()
    assert next(Library(home).events(log.session_id)) == (0.0, session)
    assert Library(home).row(log.session_id).source == "recording \\udcff.txt"


@posix
def test_only_the_owner_can_read_the_log(home: Path) -> None:
    mask = os.umask(0)
    try:
        log = SessionLog.start(home, started())
        modes = {path.name: path.stat().st_mode & 0o777 for path in home.rglob("*")}
    finally:
        os.umask(mask)
    log.close()
    assert home.stat().st_mode & 0o777 == 0o700
    assert modes.pop("live") == 0o700
    assert {"sessions.db", "sessions.db-wal", "start.lock", "1.lock"} <= modes.keys()
    assert set(modes.values()) == {0o600}


@posix
def test_a_database_that_others_could_read_is_made_private(home: Path) -> None:
    SessionLog.start(home, started()).close()
    (home / "sessions.db").chmod(0o644)
    SessionLog.start(home, started()).close()
    assert (home / "sessions.db").stat().st_mode & 0o777 == 0o600


@posix
def test_kill_9_loses_nothing_that_was_saved_and_leaves_an_interrupted_session(home: Path, until: Until) -> None:
    process = subprocess.Popen([sys.executable, LOGGING_PROCESS, home, "0.002"], stdout=subprocess.PIPE)
    with process:
        try:
            until(lambda: Library(home).latest_id() is not None)
            until(lambda: Library(home).row(1).beats > 50)
            seen = Library(home).row(1)
            assert seen.state is SessionState.RUNNING
            with pytest.raises(PulseTuneError, match="Another session is running"):
                SessionLog.start(home, started())
        finally:
            process.send_signal(signal.SIGKILL)
        assert process.stdout is not None
        acknowledged = sum(line.endswith(b"\n") for line in process.stdout)
    row = Library(home).row(1)
    beats = [event.t_s for _, event in Library(home).events(1) if isinstance(event, Beat)]
    assert seen.beats <= len(beats) <= acknowledged + 1
    assert beats == [float(number) for number in range(1, len(beats) + 1)]  # no hole
    assert (row.state, row.beats) == (SessionState.INTERRUPTED, len(beats))
    with closing(sqlite3.connect(home / "sessions.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    SessionLog.start(home, started()).close()
    assert not list((home / "live").glob("[0-9]*.lock"))


def test_a_locked_database_is_said_and_made_good_for(home: Path, quick: Timing, until: Until) -> None:
    log = SessionLog.start(home, started(), timing=quick)
    with closing(sqlite3.connect(home / "sessions.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        log.append(1.0, Beat(1.0, 800.0, 800.0))
        until(lambda: log.trouble is not None)
        log.append(2.0, Beat(2.0, 800.0, 800.0))
        assert log.trouble == (
            "Not saved, another program has locked it: 2 events are kept and tried again every 0.05 s."
        )
        other.execute("ROLLBACK")
    until(lambda: log.trouble is None)
    log.close()
    assert Library(home).row(log.session_id).beats == 2


def test_what_does_not_fit_the_buffer_is_dropped_counted_and_said(
    home: Path, quick: Timing, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BUFFER_LIMIT_BYTES", 5_000)
    log = SessionLog.start(home, started(), timing=quick)
    with closing(sqlite3.connect(home / "sessions.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(1, 31):
            log.append(float(number), Beat(float(number), 800.0, 800.0))
        log.append(31.0, SessionEnded(31.0, EndedBecause.LISTENER, "", 30, 0))
        until(lambda: "had to be dropped" in (log.trouble or ""))
        other.execute("ROLLBACK")
    until(lambda: (log.trouble or "").startswith("Saved again, but "))
    with pytest.raises(LogNotSaved):
        log.close()
    kept = [event.t_s for _, event in Library(home).events(1) if isinstance(event, Beat)]
    assert 5 < len(kept) < 30
    assert kept == [float(number) for number in range(1, len(kept) + 1)]  # the beginning, not an arbitrary rest
    assert Library(home).row(1).state is SessionState.COMPLETE  # the end is never dropped


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2M", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("a small file system can only be mounted by root")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return filler


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs")
def test_a_full_disk_stops_nothing_and_is_made_good_for(small_disk: Path, quick: Timing, until: Until) -> None:
    home = small_disk / "home"
    log = SessionLog.start(home, started(), timing=quick)
    filler = fill(small_disk)
    events = list(long_session(minutes=1))
    for at_s, event in events:
        log.append(at_s, event)
    until(lambda: log.trouble is not None)
    assert "the disk is full" in (log.trouble or "")
    filler.unlink()
    until(lambda: log.trouble is None)
    log.close()
    assert [event for _, event in Library(home).events(1)] == [started(), *(event for _, event in events)]


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs")
def test_a_disk_that_stays_full_is_an_error_at_the_end_and_what_was_saved_stays(
    small_disk: Path, quick: Timing, until: Until
) -> None:
    home = small_disk / "home"
    log = SessionLog.start(home, started(), timing=quick)
    log.append(1.0, Beat(1.0, 800.0, 800.0))
    until(lambda: Library(home).row(1).beats == 1)
    filler = fill(small_disk)
    for at_s, event in long_session(minutes=5):
        log.append(at_s, event)
    with pytest.raises(LogNotSaved, match="could not be saved: the disk is full") as caught:
        log.close()
    assert caught.value.exit_code == 1
    filler.unlink()
    assert Library(home).row(1).beats == 1
    assert len(list(Library(home).events(1))) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs")
def test_a_session_that_cannot_begin_says_why_and_leaves_no_lock(small_disk: Path) -> None:
    home = small_disk / "home"
    SessionLog.start(home, started()).close()
    filler = fill(small_disk)
    with pytest.raises(PulseTuneError, match="cannot be used") as caught:
        SessionLog.start(home, started())
    assert "PULSETUNE_HOME" in caught.value.hint
    filler.unlink()
    log = SessionLog.start(home, started())
    log.append(1.0, Beat(1.0, 800.0, 800.0))
    log.close()
    assert Library(home).row(log.session_id).beats == 1


def test_a_row_that_cannot_be_written_gives_the_lock_back(home: Path) -> None:
    SessionLog.start(home, started()).close()
    with closing(sqlite3.connect(home / "sessions.db")) as database:
        database.execute("CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT raise(FAIL, 'refused'); END")
    with pytest.raises(PulseTuneError, match="refused"):
        SessionLog.start(home, started())
    with closing(sqlite3.connect(home / "sessions.db")) as database:
        database.execute("DROP TRIGGER refuse")
    assert [row.session_id for row in Library(home).sessions()] == [1]
    assert not list((home / "live").glob("[0-9]*.lock"))
    SessionLog.start(home, started()).close()


def test_a_home_that_cannot_be_is_an_error_for_people(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PulseTuneError) as caught:
        SessionLog.start(tmp_path / "file" / "home", started())
    assert not isinstance(caught.value, WrongUse)
    assert "PULSETUNE_HOME" in caught.value.hint
