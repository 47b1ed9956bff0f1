"""All sessions together, over HTTP: small curves, trends, everything to take home."""

import contextlib
import io
import itertools
import json
import sqlite3
import tracemalloc
import zipfile
from datetime import datetime, timedelta

import httpx
import pytest

from pulsetune.errors import DamagedData, WrongUse
from pulsetune.page.bundle import bundle, entry_name
from pulsetune.ports import ExportChoice, HostState
from pulsetune.records.home import database_path
from pulsetune.records.library import Library
from tests.page.evenings import RECORDING, STRAP, evening
from tests.page.hosting import opened
from tests.page.listening import PATIENCE_S, WISH, until
from tests.page.test_trends import listed

CSV = ExportChoice("csv", "a table", "pulsetune-session-{}.csv", "pulsetune-session-{}-simulated.csv")


@pytest.fixture
def lived(page):
    """A home with some evenings: one with a strap, one without sound, one simulated, one from a recording."""
    evening(page.home, "unwind", "2026-11-02", 72.0, 66.0)
    evening(page.home, "quiet", "2026-11-04", 70.0, 68.0)
    evening(page.home, "unwind", "2026-11-05", 80.0, 60.0, source=None)
    evening(page.home, "settle", "2026-11-06", 90.0, 50.0, source=RECORDING)
    return page


def unzipped(answer):
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(answer.content))


def test_a_curve_is_the_heart_rate_in_equal_parts_of_the_session(lived, browser):
    curve = browser.get("/api/curves?sessions=1").json()["curves"]["1"]
    assert len(curve) == 48  # of 10 s each: 72 while listening, then in a straight line to 66 in 360 s
    assert curve[:12] == [72.0] * 12
    assert curve[12] == pytest.approx(72 - 6 * 4.5 / 360, abs=0.06)  # seconds 120 to 129
    assert curve[47] == pytest.approx(66 + 6 * 5 / 360, abs=0.06)  # seconds 470 to 480


def test_curves_of_several_and_of_none(lived, browser):
    assert set(browser.get("/api/curves?sessions=1,3,99").json()["curves"]) == {"1", "3", "99"}
    assert browser.get("/api/curves?sessions=99").json() == {"curves": {"99": []}}
    assert browser.get("/api/curves").json() == {"curves": {}}
    browser.post("/api/sessions/3/delete", json={})
    assert browser.get("/api/curves?sessions=3").json() == {"curves": {}}


@pytest.mark.parametrize("numbers", ["x", "1,,2", "-1", "1.5", "²", ",", "9" * 19 + ",1", "9" * 40, "1," * 50 + "1"])
def test_what_is_no_list_of_sessions_is_refused(browser, numbers):
    answer = browser.get("/api/curves", params={"sessions": numbers})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("That request makes no sense")


def test_trends_are_of_measured_sessions_unless_asked(lived, browser):
    found = browser.get("/api/trends").json()
    assert [(one["program"], one["change_bpm"]) for one in found["evenings"]] == [("unwind", -6.0), ("quiet", -2.0)]
    assert [program["program"] for program in found["programs"]] == ["quiet", "unwind"]
    simulated = browser.get("/api/trends?simulated=1").json()
    assert [one["change_bpm"] for one in simulated["evenings"]] == [-20.0]


def test_the_last_of_the_weeks_is_this_one(page, browser):
    today = datetime.now().astimezone().date()
    evening(page.home, "unwind", today.isoformat(), 72.0, 66.0)
    evening(page.home, "unwind", today.isoformat(), 80.0, 60.0, source=None)
    monday = today - timedelta(days=today.weekday())
    weeks = browser.get("/api/trends").json()["weeks"]
    assert weeks == [{"monday": monday.isoformat(), "minutes": 8.0, "sessions": 1}]


def test_trends_leave_out_what_is_on_its_way_to_be_deleted(lived, browser):
    browser.post("/api/sessions/1/delete", json={})
    assert [one["session_id"] for one in browser.get("/api/trends").json()["evenings"]] == [2]


def test_the_list_tells_a_recording_from_a_strap(lived, browser):
    rows = {row["session_id"]: row for row in browser.get("/api/sessions").json()["sessions"]}
    assert [(rows[n]["simulated"], rows[n]["replayed"]) for n in (1, 3, 4)] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    assert [rows[n]["policy"] for n in (1, 2, 3, 4)] == ["staged_iso", "quiet", "staged_iso", "staged_iso"]


def test_a_recording_of_quiet_is_not_one_s_own_usual_change(lived, browser):
    evening(lived.home, "quiet", "2026-11-07", 90.0, 50.0, source=RECORDING)
    usual = browser.get("/api/sessions/1").json()["usual"]
    assert usual == {"change_bpm": -2.0, "sessions": 1, "low_bpm": None, "high_bpm": None}


@pytest.mark.parametrize(("name", "suffix"), [("csv", "csv"), ("jsonl", "jsonl"), ("rr", "txt")])
def test_everything_is_every_session_as_the_command_line_writes_it(lived, browser, name, suffix):
    answer = browser.get(f"/api/everything/{name}")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="pulsetune-sessions-{name}.zip"'
    made = unzipped(answer)
    assert made.testzip() is None
    stems = {4: "replayed/pulsetune-session-4", 3: "simulated/pulsetune-session-3-simulated"}
    stems |= {number: f"pulsetune-session-{number}" for number in (2, 1)}
    assert made.namelist() == [*(f"{stem}.{suffix}" for stem in stems.values()), "about.txt"]
    for number, stem in stems.items():
        kept = made.read(f"{stem}.{suffix}").decode()
        assert kept == "".join(lived.library.export(number, name))
    assert made.getinfo("pulsetune-session-1." + suffix).date_time == (2026, 11, 2, 20, 15, 0)
    assert made.read("about.txt").decode().startswith("4 sessions of PulseTune, a file each:")


def test_who_asks_only_what_it_would_be_is_told_at_once(lived, browser, monkeypatch):
    monkeypatch.setattr("pulsetune.page.overview.bundle", lambda *_: pytest.fail("nothing needs to be read"))
    answer = browser.head("/api/everything/csv")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")


def test_everything_of_nothing_is_a_file_that_says_so(browser):
    assert unzipped(browser.get("/api/everything/csv")).namelist() == ["about.txt"]


def test_a_running_session_and_one_on_its_way_out_are_left_out(lived, browser):
    browser.post("/api/session", json=WISH)
    until(lambda: lived.host.current().state is HostState.RUNNING)
    browser.post("/api/sessions/2/delete", json={})
    made = unzipped(browser.get("/api/everything/jsonl"))
    heads = [json.loads(made.read(name).split(b"\n", 1)[0]) for name in made.namelist() if name != "about.txt"]
    assert [head["session_id"] for head in heads] == [4, 3, 1]


def test_a_damaged_session_costs_only_itself(lived, browser):
    with contextlib.closing(sqlite3.connect(database_path(lived.home))) as database, database:
        database.execute("UPDATE events SET body = '{' WHERE session_id = 2 AND seq > 300")
    made = unzipped(browser.get("/api/everything/jsonl"))
    about = made.read("about.txt").decode()
    assert "pulsetune-session-2.jsonl: Session 2, event 301: " in about
    assert 100 < len(made.read("pulsetune-session-2.jsonl").splitlines()) < 303
    assert made.read("pulsetune-session-1.jsonl").decode() == "".join(lived.library.export(1, "jsonl"))
    assert browser.get("/api/curves?sessions=2,1").json()["curves"]["2"] == []
    assert browser.get("/api/trends").status_code == 200


@pytest.mark.parametrize("name", ["exe", "..", "%2e%2e%2fx", "csv%0d%0ax:%20y"])
def test_there_is_no_other_everything(browser, name):
    assert browser.get(f"/api/everything/{name}").status_code == 404


def test_strangers_get_none_of_it(lived):
    with (
        httpx.Client(base_url=lived.base, timeout=PATIENCE_S) as stranger,
        httpx.Client(base_url=lived.base, timeout=PATIENCE_S, cookies=lived.cookies) as browser,
    ):
        for path in ("/api/curves?sessions=1", "/api/trends", "/api/everything/csv"):
            assert stranger.get(path).status_code == 401
            assert browser.get(path, headers={"host": "evil.example"}).status_code == 421
            elsewhere = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
            assert browser.get(path, headers=elsewhere).status_code == 403
            assert browser.post(path).status_code == 405


# ---------------------------------------------------------------- the ZIP file itself


class Endless:
    """A library whose sessions are long; it counts what was read of them."""

    exports = (CSV,)

    def __init__(self, lines=2000):
        self.lines, self.read = lines, 0

    def export(self, session_id, name):
        for line in range(self.lines):
            self.read += 1
            yield f"{session_id},{line},{hash((session_id, line))}\n"


def test_the_first_bytes_leave_before_the_last_session_is_read():
    library = Endless()
    pieces = bundle(library, (listed(n) for n in range(1, 101)), CSV)
    first = next(pieces)
    assert first.startswith(b"PK\x03\x04")
    assert library.read < 0.1 * 100 * library.lines
    made = zipfile.ZipFile(io.BytesIO(first + b"".join(pieces)))
    assert made.testzip() is None
    assert len(made.namelist()) == 101
    assert library.read == 100 * library.lines


def test_making_it_holds_a_little_of_it_only():
    library = Endless()
    tracemalloc.start()
    size = sum(map(len, bundle(library, (listed(n) for n in range(1, 31)), CSV)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 700_000
    assert peak < size * 0.7  # most of which zlib takes, once


def test_it_steps_aside_every_twenty_lines():
    rests = []
    library = Endless(100)
    for _ in bundle(library, [listed(1), listed(2)], CSV, lambda: rests.append(library.read)):
        pass
    assert len(rests) == 10
    assert max(after - before for before, after in itertools.pairwise(rests)) <= 21


def test_one_who_leaves_in_the_middle_leaves_nothing_open():
    library = Endless()
    pieces = bundle(library, (listed(n) for n in range(1, 101)), CSV)
    next(pieces)
    pieces.close()
    read = library.read
    assert list(pieces) == []
    assert library.read == read


@pytest.mark.parametrize("program", ["../../etc/passwd", "C:\\x", "a\nb", "x" * 5000, ""])
def test_no_file_is_named_after_what_a_log_says(program):
    row = listed(7, program=program, source="../" + STRAP)
    assert entry_name(row, CSV) == "pulsetune-session-7.csv"


@pytest.mark.parametrize("year", ["1970", "1979", "2108", "9999"])
def test_a_wrong_clock_does_not_stop_it(year):
    rows = [listed(1, started_at=f"{year}-01-01T00:00:00+00:00")]
    made = zipfile.ZipFile(io.BytesIO(b"".join(bundle(Endless(3), rows, CSV))))
    assert made.infolist()[0].date_time[:3] == (1980, 1, 1)


def test_what_cannot_be_had_is_named_and_has_no_file():
    class Gone(Endless):
        def export(self, session_id, name):
            if session_id == 2:
                raise WrongUse("There is no session 2.")
            if session_id == 3:
                yield "as far as it goes\n"
                raise DamagedData("Session 3, event 1: broken.")
            yield from super().export(session_id, name)

    made = zipfile.ZipFile(io.BytesIO(b"".join(bundle(Gone(2), [listed(1), listed(2), listed(3)], CSV))))
    assert made.namelist() == ["pulsetune-session-1.csv", "pulsetune-session-3.csv", "about.txt"]
    assert made.read("pulsetune-session-3.csv") == b"as far as it goes\n"
    about = made.read("about.txt").decode()
    assert "pulsetune-session-2.csv: There is no session 2." in about
    assert "pulsetune-session-3.csv: Session 3, event 1: broken." in about


def test_the_session_goes_on_while_everything_leaves(tmp_path):
    for day in range(1, 7):
        evening(tmp_path, "unwind", f"2026-11-{day:02}", 70.0, 66.0)
    with (
        opened(tmp_path, speed=20.0) as page,
        httpx.Client(base_url=page.base, cookies=page.cookies, timeout=PATIENCE_S) as browser,
    ):
        browser.post("/api/session", json=WISH)
        until(lambda: page.host.current().state is HostState.RUNNING)
        with browser.stream("GET", "/api/everything/jsonl") as leaving:
            pieces = leaving.iter_bytes(4096)
            next(pieces)
            before = max(seen_s(page), 0.0)
            until(lambda: seen_s(page) > before + 10)  # half of it is not read yet
            assert sum(map(len, pieces)) > 50_000
    assert len(Library(tmp_path).sessions()) == 7


def seen_s(page):
    """How far the running session has come, by its log."""
    return page.library.session(7).duration_s
