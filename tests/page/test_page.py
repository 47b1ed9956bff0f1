"""Start, see, stop, understand: over HTTP, with real sessions whose time runs faster."""

import json
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsetune.cli.page_host import LiveHost
from pulsetune.cli.page_parts import cookie_secret
from pulsetune.errors import SessionBusy, StrapNotFound
from pulsetune.model import CheckIn, CommandKind
from pulsetune.page.connection import PatientConnection
from pulsetune.page.server import CONNECTIONS
from pulsetune.ports import HostState, SeenStrap, SessionWish
from pulsetune.records.library import Library
from pulsetune.verification import verify
from tests.page.hosting import SECRET, Pace, composing, opened

WISH = {"program": "unwind", "simulated": True, "minutes": 6}
PATIENCE_S = 30.0


def until(true, within_s=PATIENCE_S):
    deadline = time.monotonic() + within_s
    while not (found := true()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return found


@pytest.fixture
def page(tmp_path):
    with opened(tmp_path / "home", speed=240.0, undo_s=0.5) as page:
        yield page


@pytest.fixture
def browser(page):
    with httpx.Client(base_url=page.base, cookies=page.cookies, timeout=PATIENCE_S) as client:
        yield client


def messages(browser, seen, within_s=PATIENCE_S):
    """Read the event stream until ``seen`` says so; every message is kept."""
    got = []
    deadline = time.monotonic() + within_s
    with browser.stream("GET", "/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data: ") and line != "data: {}":
                got.append(json.loads(line[6:]))
                if seen(got[-1]):
                    return got
            assert time.monotonic() < deadline, got[-1:]
    return got


def test_a_whole_session_from_start_to_story(page, browser):
    answer = browser.post("/api/session", json=WISH | {"check_in": {"calm": 3, "tension": 7, "note": "ä\u2028\n"}})
    assert answer.status_code == 202
    assert answer.json()["number"] == 1
    got = messages(browser, lambda message: message["hosted"]["state"] == "ended")
    curve = []
    for message in got:
        assert message["from_point"] == len(curve)  # nothing twice, nothing left out
        curve += message["points"]
    # Six minutes, one point a second; the session's last second is not hurried along to the page.
    assert 355 <= len(curve) <= 360
    assert [span["phase"] for span in got[-1]["spans"]][:2] == ["calibrate", "match"]
    (row,) = browser.get("/api/sessions").json()["sessions"]
    assert (row["session_id"], row["state"], row["simulated"]) == (1, "complete", True)
    story = browser.get("/api/sessions/1").json()
    assert story["points"][: len(curve)] == curve  # what was seen live is what the log tells
    assert story["summary"]["ended_because"] == "completed"
    assert story["check_ins"] == [
        {"t_s": 0.0, "when": "before", "calm": 3, "tension": 7, "note": "ä\u2028\n", "words": []}
    ]
    assert all(moment["text"] for moment in story["moments"])
    assert verify(Library(page.home).events(1)).exact


def test_a_second_session_answers_409_with_a_sentence(page, browser):
    assert browser.post("/api/session", json=WISH).status_code == 202
    refused = browser.post("/api/session", json=WISH)
    assert refused.status_code == 409
    assert refused.json()["message"] == "A session is running already."


def test_a_session_of_another_program_answers_409():
    def busy(_wish):
        raise SessionBusy("Another session is running on this computer.")

    host = LiveHost(lambda wish, say: None, busy)
    with pytest.raises(SessionBusy):
        host.start(SessionWish("unwind", True))
    assert host.current().state is HostState.IDLE


def test_pause_softer_and_stop_reach_the_session_and_its_log(page, browser):
    browser.post("/api/session", json=WISH)
    until(lambda: page.host.current().state is HostState.RUNNING)
    for kind in ("softer", "pause"):
        assert browser.post("/api/session/command", json={"kind": kind}).status_code == 204
    assert messages(browser, lambda message: message["view"]["paused"])
    browser.post("/api/session/command", json={"kind": "resume"})
    assert messages(browser, lambda message: not message["view"]["paused"])
    browser.post("/api/session/command", json={"kind": "stop"})
    until(lambda: page.host.current().state is HostState.ENDED)
    story = browser.get("/api/sessions/1").json()
    assert [moment["text"] for moment in story["moments"] if moment["kind"] == "you"] == [
        "you asked for softer",
        "you paused",
        "you went on",
        "you stopped",
    ]
    assert story["summary"]["ended_because"] == "listener"
    assert browser.post("/api/session/command", json={"kind": "pause"}).status_code == 409


@pytest.mark.parametrize("wish", [{"program": "nothing"}, {"soundscape": "nothing"}, {"minutes": 1}])
def test_what_does_not_exist_is_refused_with_a_sentence_and_the_next_may_start(browser, wish):
    refused = browser.post("/api/session", json=WISH | wish)
    assert refused.status_code == 400
    assert refused.json()["message"].endswith((".", "possible."))
    assert browser.post("/api/session", json=WISH).status_code == 202


def test_a_strap_that_is_not_found_is_a_sentence_on_the_page_and_the_next_may_start():
    async def nowhere(wish, say):
        raise StrapNotFound("No strap was found.", "Put it on.")

    host = LiveHost(nowhere, lambda wish: None)
    for number in (1, 2):
        host.start(SessionWish("unwind", False))
        assert host.wait(PATIENCE_S)
        seen = host.current()
        assert (seen.number, seen.problem, seen.hint) == (number, "No strap was found.", "Put it on.")
        assert seen.session_id is None


def test_a_stop_that_comes_while_the_parts_are_ready_and_the_session_not_yet_is_not_lost(tmp_path):
    """The search is over, so there is nothing to cancel, and the session takes no wishes yet: the worst moment."""
    compose = composing(tmp_path, Pace(60.0))

    async def stopped_at_the_last_moment(wish, say):
        made = await compose(wish, say)
        host._give_up = None
        assert host.command(CommandKind.STOP)
        return made

    host = LiveHost(stopped_at_the_last_moment, lambda wish: None)
    host.start(SessionWish("unwind", True, minutes=6))
    assert host.wait(PATIENCE_S)
    (row,) = Library(tmp_path).sessions()
    assert row.duration_s < 60


def test_stop_ends_the_search_for_a_strap():
    async def searching(wish, say):
        import asyncio

        say("Looking for a strap ...")
        await asyncio.sleep(60)
        raise StrapNotFound("unreachable")

    host = LiveHost(searching, lambda wish: None)
    host.start(SessionWish("unwind", False))
    until(lambda: host.current().notes)
    assert host.command(CommandKind.STOP)
    assert host.wait(PATIENCE_S)
    assert host.current().problem == "You stopped before the session began."


def test_an_error_inside_is_told_and_survived():
    async def broken(wish, say):
        raise KeyError("inside")

    host = LiveHost(broken, lambda wish: None)
    host.start(SessionWish("unwind", False))
    assert host.wait(PATIENCE_S)
    assert "KeyError" in host.current().problem
    host.start(SessionWish("unwind", False))
    assert host.wait(PATIENCE_S)
    assert host.current().number == 2


@pytest.fixture
def ended(page, browser):
    """A session of some seconds, over."""
    browser.post("/api/session", json=WISH)
    messages(browser, lambda message: message["view"]["now_s"] > 40)
    browser.post("/api/session/command", json={"kind": "stop"})
    until(lambda: page.host.current().state is HostState.ENDED)
    return browser


@pytest.mark.parametrize(("name", "suffix"), [("csv", ".csv"), ("rr", ".txt"), ("jsonl", ".jsonl")])
def test_an_export_is_what_the_command_line_writes(page, ended, tmp_path, name, suffix):
    from pulsetune.records.exports import export_file

    answer = ended.get(f"/api/sessions/1/export/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="pulsetune-session-1{suffix}"'
    file = export_file(Library(page.home), 1, name, tmp_path)
    assert answer.content == Path(file).read_bytes()
    assert ended.get("/api/sessions/1/export/exe").status_code == 404


def test_a_check_in_afterwards_is_kept_behind_the_end_of_the_log(page, ended):
    assert ended.post("/api/sessions/1/check-in", json={"calm": 8, "tension": None, "note": ""}).status_code == 204
    at_s, last = list(Library(page.home).events(1))[-1]
    assert last == CheckIn(last.t_s, "after", 8, None, "")
    assert at_s >= last.t_s > 40
    assert ended.get("/api/sessions/1").json()["check_ins"][0]["calm"] == 8
    assert verify(Library(page.home).events(1)).exact
    assert ended.post("/api/sessions/9/check-in", json={"calm": 8}).status_code == 404


def test_a_deleted_session_is_hidden_at_once_and_can_be_had_back(ended):
    assert ended.post("/api/sessions/1/delete", json={}).status_code == 202
    assert ended.get("/api/sessions").json()["sessions"] == []
    assert ended.post("/api/sessions/1/undelete", json={}).status_code == 204
    assert len(ended.get("/api/sessions").json()["sessions"]) == 1


def test_a_deleted_session_is_gone_when_nobody_took_it_back(page, ended):
    ended.post("/api/sessions/1/delete", json={})
    until(lambda: not Library(page.home).sessions())
    assert ended.post("/api/sessions/1/undelete", json={}).status_code == 409
    assert ended.get("/api/sessions/1").status_code == 404


def test_a_deletion_that_waits_is_done_when_the_page_closes(tmp_path):
    with (
        opened(tmp_path, speed=60.0, undo_s=60.0) as page,
        httpx.Client(base_url=page.base, cookies=page.cookies, timeout=PATIENCE_S) as browser,
    ):
        browser.post("/api/session", json=WISH)
        until(lambda: page.host.current().state is HostState.RUNNING)
        page.host.command(CommandKind.STOP)
        until(lambda: page.host.current().state is HostState.ENDED)
        browser.post("/api/sessions/1/delete", json={})
        assert Library(tmp_path).sessions()
    assert not Library(tmp_path).sessions()


def test_a_running_session_is_not_deleted(page, browser):
    browser.post("/api/session", json=WISH)
    until(lambda: page.host.current().state is HostState.RUNNING)
    assert browser.post("/api/sessions/1/delete", json={}).status_code == 409


def test_straps_that_are_near_are_listed(tmp_path):
    with opened(tmp_path, straps=[SeenStrap("H10", "AA:BB", -60, 90)]) as page:
        answer = httpx.get(f"{page.base}/api/straps", cookies=page.cookies)
        assert answer.json() == {
            "straps": [{"name": "H10", "address": "AA:BB", "rssi_dbm": -60, "battery_percent": 90}],
            "problem": "",
            "hint": "",
        }


def test_a_taste_without_speakers_is_a_sentence(browser):
    answer = browser.post("/api/taste", json={"soundscape": "felt-piano"})
    assert answer.status_code == 503
    assert answer.json()["message"] == "There is no sound device."


def test_when_the_page_closes_its_windows_are_told_and_nothing_waits(tmp_path):
    said = []

    def look(base, cookies):
        with httpx.stream("GET", f"{base}/events", cookies=cookies, timeout=PATIENCE_S) as stream:
            said.extend(stream.iter_lines())

    with opened(tmp_path) as page:
        threads = [threading.Thread(target=look, args=(page.base, page.cookies)) for _ in range(3)]
        for thread in threads:
            thread.start()
        until(lambda: page.server.windows == 3)
    for thread in threads:
        thread.join(PATIENCE_S)
    assert said.count("event: bye") == 3


def test_a_window_that_is_closed_is_forgotten(page, browser):
    with browser.stream("GET", "/events"):
        until(lambda: page.server.windows == 1)
    until(lambda: page.server.windows == 0)


def test_too_many_windows_are_refused_and_the_others_stay(page, browser):
    streams = [browser.stream("GET", "/events") for _ in range(12)]
    for stream in streams:
        assert stream.__enter__().status_code == 200
    assert browser.get("/events").status_code == 503
    assert browser.get("/api/home").status_code == 200
    for stream in streams:
        stream.__exit__(None, None, None)


def deaf(page, path):
    """A connection that asks for something and never reads it."""
    cookie = f"pulsetune-{page.server.port}={SECRET}"
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{page.server.port}\r\nCookie: {cookie}\r\n\r\n"
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.connect(("127.0.0.1", page.server.port))
    connection.sendall(request.encode())
    return connection


def test_a_window_that_never_reads_delays_nobody(page, browser):
    with deaf(page, "/events"):
        until(lambda: page.server.windows == 1)
        browser.post("/api/session", json=WISH)
        got = messages(browser, lambda message: message["hosted"]["state"] == "ended")
        assert sum(len(message["points"]) for message in got) >= 355
        assert verify(Library(page.home).events(1)).exact


def test_who_never_reads_is_cut_off(page, browser, monkeypatch):
    monkeypatch.setattr(PatientConnection, "stuck_s", 0.2)
    browser.post("/api/session", json=WISH)
    until(lambda: page.host.current().state is HostState.ENDED)
    whole = len(browser.get("/api/sessions/1/export/jsonl").content)
    assert whole > 200_000  # more than the system and the server keep for one connection
    connections = page.server._server.server_state.connections
    with deaf(page, "/api/sessions/1/export/jsonl"):
        until(lambda: len(connections) == 2)  # this one and the browser's
        until(lambda: len(connections) == 1)


def test_connections_that_ask_for_nothing_do_not_keep_others_out(page, monkeypatch):
    monkeypatch.setattr(PatientConnection, "first_request_s", 0.3)
    idle = [socket.create_connection(("127.0.0.1", page.server.port)) for _ in range(CONNECTIONS)]
    for connection in idle[::2]:
        connection.sendall(b"POST /api/session HTTP/1.1\r\nHost: ")

    def answered():
        answer = httpx.get(f"{page.base}/api/home", cookies=page.cookies)
        return answer.status_code == 200

    until(answered)
    for connection in idle:
        connection.close()


def test_the_cookie_is_kept_for_its_owner_and_replaced_when_it_is_broken(tmp_path):
    home = tmp_path / "home"
    first = cookie_secret(home)
    assert cookie_secret(home) == first
    assert len(first) == 43
    assert (home / "page-cookie").stat().st_mode & 0o077 == 0
    (home / "page-cookie").write_text("short")
    assert cookie_secret(home) not in (first, "short")


# ---------------------------------------------------------------- senseless requests

_words = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)
_paths = st.one_of(
    st.sampled_from(
        ["/", "/events?", "/api/home", "/api/session", "/api/session/command", "/api/sessions", "/api/taste"]
    ),
    _words.map(lambda word: f"/api/sessions/{word}"),
    _words.map(lambda word: f"/static/{word}"),
    _words.map(lambda word: f"/{word}"),
)
_json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kind", "program", "calm", "x"]), inner)
    ),
    max_leaves=6,
)
_bodies = st.one_of(st.binary(max_size=200), _json_values.map(lambda value: json.dumps(value).encode()))
_requests = st.tuples(
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "X"]),
    _paths.filter(lambda path: path.split("?")[0] != "/events"),
    _bodies,
    st.dictionaries(
        st.sampled_from(["content-type", "origin", "x-forwarded-for", "range", "accept"]), _words, max_size=2
    ),
    st.booleans(),
)


def test_senseless_requests_disturb_neither_page_nor_session(tmp_path):
    with opened(tmp_path, speed=4.0) as page, httpx.Client(base_url=page.base, timeout=PATIENCE_S) as anyone:
        page.host.start(SessionWish("unwind", True, minutes=8))
        until(lambda: page.host.current().state is HostState.RUNNING)
        statuses = set()
        known = {"cookie": f"pulsetune-{page.server.port}={'s' * 43}"}

        @settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
        @given(st.lists(_requests, min_size=20, max_size=40))
        def senseless(several):
            for method, path, body, headers, inside in several:
                try:
                    answer = anyone.request(method, path, content=body, headers=headers | (known if inside else {}))
                except httpx.InvalidURL:
                    continue
                statuses.add(answer.status_code)
                assert answer.status_code < 500 or answer.status_code == 503, (method, path, body, answer.text)

        senseless()
        assert {200, 400, 401, 404, 405} <= statuses
        assert page.host.current().state is HostState.RUNNING
        assert anyone.get("/api/home", headers=known).status_code == 200
        page.host.command(CommandKind.STOP)
        until(lambda: page.host.current().state is HostState.ENDED)
        assert page.host.current().problem == ""
    assert verify(Library(tmp_path).events(1)).exact
