"""Windows that watch: what each gets, how it ends, and who is cut off."""

import socket
import threading

import httpx

from pulsetune.page.connection import PatientConnection
from pulsetune.page.server import CONNECTIONS
from pulsetune.ports import HostState
from pulsetune.records.library import Library
from pulsetune.verification import verify
from tests.page.hosting import SECRET, opened
from tests.page.listening import PATIENCE_S, WISH, messages, until


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
