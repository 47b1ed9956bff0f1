"""On another device the running session can be watched, and nothing else can be read, changed or guessed."""

import json
import re
import shutil
import socket
import subprocess

import httpx
import pytest
from starlette.routing import Mount

from pulsetune.model import CommandKind
from pulsetune.page.lan import NoNetwork, checked, lan_address
from pulsetune.page.watching import READABLE, Watching
from pulsetune.ports import HostState, SessionWish
from tests.needs import need
from tests.page.hosting import SECRET, opened
from tests.page.listening import WISH, messages, until
from tests.page.watchers import base_of, device, network_address

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("home"), speed=1.0, lan=network_address()) as page:
        page.host.start(SessionWish("unwind", True, minutes=8))
        until(lambda: page.host.current().state is HostState.RUNNING)
        yield page


@pytest.fixture(scope="module")
def key(page):
    """The cookie of the one browser that was let in."""
    with device(page) as first:
        answer = first.get(page.server.lan.link)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/"
        return dict(first.cookies)


@pytest.fixture
def watcher(page, key):
    with device(page, key) as watcher:
        yield watcher


@pytest.fixture
def stranger(page):
    with device(page) as stranger:
        yield stranger


# ------------------------------------------------------------ who gets in


def test_without_lan_there_is_no_such_door(tmp_path):
    with opened(tmp_path) as page:
        assert page.server.lan is None


@pytest.mark.parametrize("address", ["/", "/events", "/favicon.ico", "/static/watch.js", "/api/home", "/nowhere"])
def test_without_a_token_every_address_answers_401(stranger, address):
    answer = stranger.get(address)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("token", ["", "x", "0" * 32, SECRET, "a" * 5000])
def test_a_wrong_token_answers_401(stranger, token):
    assert stranger.get("/", params={"token": token}).status_code == 401


def test_the_address_lets_one_browser_in(page, key, stranger):
    assert len(key) == 1
    assert stranger.get(page.server.lan.link).status_code == 401


def test_its_cookie_is_not_for_scripts_or_other_sites(tmp_path):
    with opened(tmp_path, lan=network_address()) as page, device(page) as first:
        flags = first.get(page.server.lan.link).headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=strict" in flags


def test_the_keys_of_the_page_open_nothing_here(page, stranger):
    token = page.server.address().partition("token=")[2]
    assert stranger.get("/", params={"token": token}).status_code == 401
    for name in (f"pulsetune-{page.server.port}", f"pulsetune-{page.server.lan.port}"):
        assert stranger.get("/", headers={"cookie": f"{name}={SECRET}"}).status_code == 401


def test_the_keys_of_this_door_open_nothing_of_the_page(page, key):
    (secret,) = key.values()
    for name in (f"pulsetune-{page.server.port}", f"pulsetune-{page.server.lan.port}"):
        assert httpx.get(f"{page.base}/api/home", headers={"cookie": f"{name}={secret}"}).status_code == 401
    token = page.server.lan.link.partition("token=")[2]
    assert httpx.get(f"{page.base}/", params={"token": token}).status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "localhost:{}", "pulsetune.local:{}", "", "[::1]:{}", "0.0.0.0:{}"])
def test_a_foreign_host_answers_421(page, watcher, host):
    assert watcher.get("/", headers={"host": host.format(page.server.lan.port)}).status_code == 421


def test_the_same_address_at_another_port_answers_421(page, watcher):
    name = base_of(page).partition("//")[2].partition(":")[0]
    assert watcher.get("/", headers={"host": f"{name}:{page.server.port}"}).status_code == 421
    assert watcher.get("/", headers={"host": name}).status_code == 421


@pytest.mark.parametrize("address", ["/", "/events", "/api/session/command"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_origin_answers_403(watcher, page, method, address):
    for origin in ("http://evil.example", "null", page.base):
        assert watcher.request(method, address, headers={"origin": origin}).status_code == 403


def test_it_listens_at_one_address_and_the_page_at_the_other(page):
    name = base_of(page).partition("//")[2].partition(":")[0]
    assert page.server.lan.socket.getsockname() == (name, page.server.lan.port)
    if name == "127.0.0.1":
        pytest.skip("this machine is in no network")
    for address, port in (("127.0.0.1", page.server.lan.port), (name, page.server.port)):
        with pytest.raises(OSError):
            socket.create_connection((address, port), 1).close()


def test_every_answer_forbids_to_load_from_elsewhere(watcher, stranger, page):
    rules = httpx.get(page.base).headers["content-security-policy"]
    for answer in (watcher.get("/"), watcher.get("/api/home"), stranger.get("/")):
        assert answer.headers["content-security-policy"] == rules
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


# ------------------------------------------------------------ what it gets


def addresses_of(page):
    """Every address of the page as it is today, with something in the place of each parameter."""
    for route in page.server.page.app._app.routes:
        if isinstance(route, Mount):
            assert route.path == "/static", "a new mount needs a test of its own"
        else:
            yield re.sub(r"\{\w+:int\}", "1", route.path).replace("{name}", "csv").replace("{word}", "x")


def test_every_address_of_the_page_is_refused_except_for_watching(page, watcher):
    addresses = list(addresses_of(page))
    assert {"/api/home", "/api/session/command", "/api/sessions/1/export/csv", "/api/sessions/1/delete"} <= {*addresses}
    for address in [*addresses, "/api/added-tomorrow", "/api", "/static", "/Events", "/events/", "/index.html"]:
        for method in METHODS:
            if method == "GET" and address in READABLE:
                continue
            answer = watcher.request(method, address)
            assert answer.status_code == 403, (method, address)
            if method != "HEAD":
                assert "for watching only" in answer.text


def test_what_is_not_refused_is_there(watcher):
    assert {"/", "/events", "/favicon.ico"} == READABLE
    assert "watch.js" in watcher.get("/").text
    for address in ("/favicon.ico", "/static/watch.js", "/static/base.css"):
        assert watcher.get(address).status_code == 200
    with watcher.stream("GET", "/events") as stream:
        assert stream.status_code == 200


@pytest.mark.parametrize("path", ["/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/x"])
def test_nothing_beside_the_static_files_is_given_away(watcher, path):
    assert watcher.get(path).status_code == 404


def test_a_command_changes_nothing(page, watcher):
    for command in CommandKind:
        assert watcher.post("/api/session/command", json={"kind": command.value}).status_code == 403
    assert watcher.post("/api/session", json=WISH).status_code == 403
    number = page.host.current().number
    seen = messages(watcher, lambda message: message["view"]["now_s"] > 1)[-1]
    assert seen["hosted"] == {"number": number, "state": "running"}
    assert not seen["view"]["paused"]
    assert page.host.commands(0.0) == []


def test_a_large_body_answers_4xx(watcher):
    assert watcher.post("/api/session", content=b"x" * 65_537).status_code == 413


def test_it_has_no_door_of_the_page(page):
    watching = page.server.lan.server.config.app._app
    assert isinstance(watching, Watching)
    assert {route.path for route in watching._answers.routes} == READABLE | {"/static"}


# ------------------------------------------------------------ what is told


def test_the_present_is_told_and_nothing_that_is_only_the_listeners(tmp_path):
    with opened(tmp_path, speed=60.0, lan=network_address()) as page, device(page) as watcher:
        watcher.get(page.server.lan.link)
        assert nothing_is_told(messages(watcher, lambda message: True)[0])
        with httpx.Client(base_url=page.base, cookies=page.cookies) as listener:
            listener.post("/api/session", json=WISH)
            messages(listener, lambda message: message["view"]["now_s"] > 20)
            listener.post("/api/session/command", json={"kind": "mark"})
            near = messages(listener, lambda message: any(moment["kind"] == "you" for moment in message["moments"]))[-1]
            far = messages(watcher, lambda message: message["view"]["now_s"] >= near["view"]["now_s"])[-1]
            assert far["hosted"] == {"number": 1, "state": "running"}
            assert far["view"]["simulated"] is True
            assert far["view"]["heart_rate_bpm"] is not None
            assert far["moments"] == []
            assert near["view"]["source"]
            assert far["view"]["source"] == ""
            assert set(far["view"]) == set(near["view"])
            listener.post("/api/session/command", json={"kind": "stop"})
            until(lambda: page.host.current().state is HostState.ENDED)
            kept = messages(listener, lambda message: message["hosted"]["state"] == "ended")
        assert any(message["points"] for message in kept)  # the first one holds them, the end may come after it
        assert nothing_is_told(messages(watcher, lambda message: message["hosted"]["state"] == "ended")[-1])


def nothing_is_told(message):
    return (message["view"], message["spans"], message["points"], message["moments"]) == (None, [], [], [])


def test_a_watcher_gets_the_whole_curve_of_the_session_that_runs(tmp_path):
    with opened(tmp_path, speed=120.0, lan=network_address()) as page, device(page) as watcher:
        watcher.get(page.server.lan.link)
        page.host.start(SessionWish("unwind", True, minutes=8))
        until(lambda: page.host.current().state is HostState.RUNNING)
        points = []
        for message in messages(watcher, lambda message: len(message["points"]) > 0 and message["from_point"] > 30):
            assert message["from_point"] == len(points)
            points.extend(message["points"])
        whole = messages(watcher, lambda message: message["points"])[-1]["points"]
        assert whole[: len(points)] == points


def test_a_session_that_tells_nothing_more_is_stale_for_who_comes_later(tmp_path):
    with opened(tmp_path, speed=30.0, lan=network_address()) as page, device(page) as watcher:
        watcher.get(page.server.lan.link)
        page.host.start(SessionWish("unwind", True, minutes=8))
        messages(watcher, lambda message: message["view"] and message["view"]["heart_rate_bpm"])
        page.pace.halted.set()
        stale = messages(watcher, lambda message: message["view"]["heart_stale"])[-1]
        assert stale["view"]["heart_rate_bpm"] is None
        until(lambda: not page.server.page.hub._far_head)  # nobody watches: what comes next is written anew
        again = messages(watcher, lambda message: True)[0]
        assert again["view"]["heart_stale"]
        page.pace.halted.clear()


def test_too_many_watchers_are_refused_and_the_page_does_not_notice(page, watcher):
    before = page.server.windows
    streams = [watcher.stream("GET", "/events") for _ in range(4)]
    for stream in streams:
        assert stream.__enter__().status_code == 200
    assert watcher.get("/events").status_code == 503
    assert page.server.windows == before
    with httpx.Client(base_url=page.base, cookies=page.cookies) as listener:
        assert messages(listener, lambda message: True)
    for stream in streams:
        stream.__exit__(None, None, None)
    until(lambda: watcher_let_in(watcher))


def watcher_let_in(watcher):
    with watcher.stream("GET", "/events") as stream:
        return stream.status_code == 200


def test_when_the_page_closes_who_watches_is_told_and_the_door_is_shut(tmp_path):
    with opened(tmp_path, lan=network_address()) as page, device(page) as watcher:
        watcher.get(page.server.lan.link)
        door = page.server.lan.socket.getsockname()
        with watcher.stream("GET", "/events") as stream:
            lines = stream.iter_lines()
            next(lines)
            page.server.stop()
            assert "event: bye" in list(lines)
    with pytest.raises(OSError):
        socket.create_connection(door, 1).close()


# ------------------------------------------------------------ which address


@pytest.mark.parametrize("found", ["127.0.0.1", "127.0.1.1", "0.0.0.0"])
def test_without_a_network_that_is_said(found):
    with pytest.raises(NoNetwork, match="in no network") as said:
        checked(found)
    assert said.value.hint


@pytest.mark.parametrize("found", ["8.8.8.8", "193.99.144.85"])
def test_an_address_that_the_whole_internet_reaches_is_never_opened(found):
    with pytest.raises(NoNetwork, match="whole internet"):
        checked(found)


@pytest.mark.parametrize("found", ["192.168.178.20", "10.0.0.7", "172.16.3.4", "169.254.10.1", "100.64.0.9"])
def test_addresses_of_local_networks_are(found):
    assert checked(found) == found


def test_the_address_is_the_one_that_the_system_would_send_from():
    need("ip", shutil.which("ip") is not None, "the command of iproute2 is not here")
    told = subprocess.run(
        ["ip", "-j", "-4", "route", "get", "203.0.113.1"], capture_output=True, text=True, check=False
    )
    if told.returncode != 0:
        with pytest.raises(NoNetwork):
            lan_address()
    else:
        assert lan_address() == json.loads(told.stdout)[0]["prefsrc"]
