"""Start, see and stop a session over HTTP: real sessions, whose time runs faster."""

import asyncio

import pytest

from pulsetune.cli.page_host import LiveHost
from pulsetune.errors import SessionBusy, StrapNotFound
from pulsetune.model import CommandKind
from pulsetune.ports import HostState, SessionWish
from pulsetune.records.library import Library
from pulsetune.verification import verify
from tests.page.hosting import Pace, composing
from tests.page.listening import PATIENCE_S, WISH, messages, until


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
