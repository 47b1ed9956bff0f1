"""Nobody but this computer's user gets in, and nothing that gets in can hurt."""

import re
import socket

import httpx
import pytest

from tests.page.hosting import SECRET, opened

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("home"), speed=1.0) as page:
        yield page


@pytest.fixture
def stranger(page):
    with httpx.Client(base_url=page.base) as client:
        yield client


@pytest.fixture
def listener(page):
    with httpx.Client(base_url=page.base, cookies=page.cookies) as client:
        yield client


ADDRESSES = ("/", "/events", "/api/home", "/api/sessions", "/static/app.css", "/favicon.ico", "/nowhere")


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_a_token_every_address_answers_401(stranger, address):
    answer = stranger.get(address)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("token", ["", "x", "é", "0" * 32, SECRET, "%00", "a" * 5000])
def test_a_wrong_token_answers_401(stranger, token):
    assert stranger.get("/", params={"token": token}).status_code == 401


def test_a_wrong_cookie_answers_401(stranger, page):
    assert stranger.get("/", headers={"cookie": f"pulsetune-{page.server.port}=wrong"}).status_code == 401
    assert stranger.get("/", headers={"cookie": f"pulsetune-1={SECRET}"}).status_code == 401


def test_a_token_becomes_a_cookie_and_leaves_the_address_bar(stranger, page):
    answer = stranger.get(page.server.address())
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    flags = answer.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=strict" in flags
    assert stranger.get("/").status_code == 200


def test_a_token_works_once(page):
    address = page.server.address()
    assert httpx.get(address).status_code == 303
    assert httpx.get(address).status_code == 401


def test_tokens_are_long_and_never_the_same(page):
    tokens = {re.search(r"token=([\w-]+)$", page.server.address())[1] for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) >= 32 for token in tokens)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", "", "[::1]"])
def test_a_foreign_host_answers_421(listener, page, host):
    assert listener.get("/api/home", headers={"host": host}).status_code == 421
    assert listener.get("/api/home", headers={"host": f"{host}:{page.server.port}x"}).status_code == 421


def test_its_own_two_names_are_served(page):
    for host in ("127.0.0.1", "localhost"):
        answer = httpx.get(
            f"{page.base}/api/home", cookies=page.cookies, headers={"host": f"{host}:{page.server.port}"}
        )
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "who",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_post_from_another_site_answers_403(listener, who):
    answer = listener.post("/api/session/command", json={"kind": "stop"}, headers=who)
    assert answer.status_code == 403
    answer = listener.request("DELETE", "/api/sessions", headers=who)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "who",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:1", "sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_reading_from_another_site_answers_403(listener, who):
    assert listener.get("/api/sessions", headers=who).status_code == 403
    assert listener.get("/events", headers=who).status_code == 403


def test_a_link_on_another_site_may_open_the_page(listener):
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert listener.get("/", headers=link).status_code == 200


def test_a_post_from_the_page_itself_enters(listener, page):
    own = {"origin": page.base, "sec-fetch-site": "same-origin"}
    assert listener.post("/api/session/command", json={"kind": "stop"}, headers=own).status_code == 409  # nothing runs


def test_a_form_of_another_site_cannot_be_json(listener):
    assert listener.post("/api/session", data={"program": "unwind"}).status_code == 400


def test_an_announced_large_body_answers_413(listener):
    assert listener.post("/api/session", content=b"x" * 65_537, headers=JSON).status_code == 413


def test_a_large_body_that_is_not_announced_answers_413(listener):
    answer = listener.post("/api/session", content=iter([b"x" * 4096] * 40), headers=JSON)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 60_000, b'{"program":1}', b'{"program":""}', b'{"program":"a","x":1}',
        b'{"program":"a","minutes":NaN}', b'{"program":"a","minutes":1e999}', b'{"program":"a","minutes":true}',
        b'{"program":"a","simulated":1}', b'{"program":"a","check_in":{"calm":11}}', b'{"program":"a","check_in":{"calm":true}}',
        b'{"program":"a","check_in":[]}', b'{"program":"a","check_in":{"words":[{"word":"heavy"}]}}',
        b'{"program":"a","check_in":{"words":[{"word":"","rating":1}]}}', b'{"program":"a","check_in":{"words":{}}}',
        b'{"program":"a","check_in":{"words":[' + b",".join([b'{"word":"x","rating":1}'] * 6) + b"]}}", b'{"program":"a","check_in":{"note":"' + b"n" * 2001 + b'"}}',
    ],
)  # fmt: skip
def test_a_malformed_wish_answers_400_with_a_sentence(listener, body):
    answer = listener.post("/api/session", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize("kind", ["", "explode", "source_ended", 3, None, ["stop"]])
def test_a_wish_that_no_listener_has_answers_400(listener, kind):
    assert listener.post("/api/session/command", json={"kind": kind}).status_code == 400


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/sessions/1", 404), ("GET", "/api/sessions/99999999999999999999999", 404), ("GET", "/api/sessions/x", 404),
        ("GET", "/api/sessions/1/export/csv", 404), ("GET", "/static/../app.py", 404), ("GET", "/static/%2e%2e/app.py", 404),
        ("GET", "/static/..%5capp.py", 404), ("GET", "/static/nothing.js", 404), ("PUT", "/api/home", 405), ("POST", "/events", 405),
        ("GET", "/api/session", 405), ("TRACE", "/", 405),
    ],
)  # fmt: skip
def test_what_is_not_there_answers_4xx(listener, method, address, status):
    assert (
        listener.request(method, address, headers={"origin": str(listener.base_url).rstrip("/")}).status_code == status
    )


def test_every_answer_forbids_to_load_from_elsewhere(listener, stranger):
    for answer in (listener.get("/"), listener.get("/api/home"), listener.get("/nowhere"), stranger.get("/")):
        assert answer.headers["content-security-policy"].startswith("default-src 'self';")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_it_listens_on_this_computer_only(page):
    with socket.create_connection(("127.0.0.1", page.server.port), 5) as connection:
        assert connection.getpeername()[0] == "127.0.0.1"
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {
        "127.0.0.1",
        "127.0.1.1",
    }
    for other in others:
        with pytest.raises(OSError):
            socket.create_connection((other, page.server.port), 1).close()


def test_nothing_in_the_page_names_another_computer():
    from pulsetune.page.app import STATIC

    for file in STATIC.rglob("*"):
        if file.is_file() and file.suffix in (".html", ".css", ".js") and file.parent.name != "vendor":
            assert not re.search(r"https?://|url\(", file.read_text(encoding="utf-8")), file.name
