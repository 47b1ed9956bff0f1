"""Requests that no page of ours sends disturb neither the page nor the session behind it."""

import json

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsetune.model import CommandKind
from pulsetune.ports import HostState, SessionWish
from pulsetune.records.library import Library
from pulsetune.verification import verify
from tests.needs import examples
from tests.page.hosting import opened
from tests.page.listening import PATIENCE_S, until

_words = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)
_paths = st.one_of(
    st.sampled_from(
        [
            "/",
            "/events?",
            "/api/home",
            "/api/session",
            "/api/session/command",
            "/api/sessions",
            "/api/taste",
            "/api/profile",
            "/api/trends",
            "/api/everything/csv",
        ]
    ),
    _words.map(lambda word: f"/api/sessions/{word}"),
    st.sampled_from(["/api/programs", "/api/program/check", "/api/program/save", "/api/programs/unwind/delete"]),
    _words.map(lambda word: f"/api/programs/{word}"),
    _words.map(lambda word: f"/api/curves?sessions={word}"),
    _words.map(lambda word: f"/api/everything/{word}"),
    _words.map(lambda word: f"/static/{word}"),
    _words.map(lambda word: f"/{word}"),
)
_json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kind", "program", "calm", "text", "x"]), inner)
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

        @settings(max_examples=examples(25), suppress_health_check=list(HealthCheck), deadline=None)
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
