"""Whoever uses only the page learns of "only listen", sets it, sees it and takes it back."""

from __future__ import annotations

import httpx
import pytest

from pulsetune.model import SessionStarted
from pulsetune.records.library import Library
from pulsetune.records.profile import profile_path, read_listen_only, save_listen_only
from tests.needs import need_chromium

JSON = {"content-type": "application/json"}
SAID, SAY = "/api/profile", "Only listen: let the music stay at my pulse and never lead"


def test_what_is_said_on_the_page_is_what_the_command_line_reads_and_the_other_way_round(page, browser):
    assert browser.get(SAID).json() == {"listen_only": False, "problem": "", "hint": ""}
    for said in (True, False):
        assert browser.post(SAID, json={"listen_only": said}).status_code == 204
        assert read_listen_only(page.home) is said
        assert browser.get(SAID).json()["listen_only"] is said
    save_listen_only(page.home, listen_only=True)
    assert browser.get(SAID).json()["listen_only"] is True


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"{}", b"null", b"true", b"\xff\xfe", b'{"listen_only":null}', b'{"listen_only":1}', b'{"listen_only":"yes"}',
        b'{"listen_only":[true]}', b'{"listen_only":true,"because":"a pacemaker"}', b'{"lead":false}', b"[" * 60_000,
    ],
)  # fmt: skip
def test_what_says_neither_yes_nor_no_answers_400_and_keeps_nothing(page, browser, body):
    answer = browser.post(SAID, content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("That request makes no sense")
    assert read_listen_only(page.home) is None


def test_nobody_else_says_it_for_the_listener(page, browser):
    said = b'{"listen_only":true}'
    assert browser.post(SAID, content=said).status_code == 400  # a form of another site cannot say that it is JSON
    assert browser.post(SAID, content=said, headers=JSON | {"origin": "http://evil.example"}).status_code == 403
    assert httpx.post(f"{page.base}{SAID}", content=said, headers=JSON).status_code == 401
    assert browser.post(SAID, content=b" " * 65_537, headers=JSON).status_code == 413
    assert browser.put(SAID, content=said, headers=JSON).status_code == 405
    assert read_listen_only(page.home) is None


def test_what_cannot_be_read_is_said_with_what_to_do_on_the_page_and_can_be_said_again(page, browser):
    page.home.mkdir(exist_ok=True)
    profile_path(page.home).write_text("{")
    answer = browser.get(SAID)
    assert answer.status_code == 200
    assert answer.json()["listen_only"] is None
    assert "is damaged" in answer.json()["problem"]
    assert "switch" in answer.json()["hint"]
    assert browser.get("/api/home").status_code == 200
    assert browser.post(SAID, json={"listen_only": True}).status_code == 204
    assert browser.get(SAID).json() == {"listen_only": True, "problem": "", "hint": ""}


def test_what_cannot_be_written_is_said(page, browser):
    page.home.mkdir(exist_ok=True)
    profile_path(page.home).mkdir()
    answer = browser.post(SAID, json={"listen_only": True})
    assert answer.status_code == 500
    assert "cannot be written" in answer.json()["message"]


class TestInABrowser:
    """In a real Chromium."""

    @pytest.fixture(autouse=True)
    def _needs(self):
        need_chromium()

    def test_the_safety_notes_name_the_cases_and_the_next_session_is_not_led(self, there, page):
        window = there.window
        window.get_by_label("Simulated listener").check()
        there.button("Start").click()
        window.locator("#safety[open]").wait_for()
        notes = there.text("#safety")
        for case in ("beta blockers", "pregnancy", "children", "irregular rhythm", "pacemaker"):
            assert case in notes
        switch = window.locator("#safety").get_by_label(SAY)
        assert not switch.is_checked()
        switch.check()
        window.locator("#safety").get_by_text("From the next session on the music stays at your pulse").wait_for()
        assert read_listen_only(page.home) is True
        there.button("I have read this").click()
        window.locator("#check-in[open]").wait_for()
        window.keyboard.press("Escape")
        there.running()
        started = next(event for _, event in Library(page.home).events(1))
        assert isinstance(started, SessionStarted)
        assert started.profile.listen_only

    def test_home_shows_what_was_said_and_changes_it(self, there, page):
        from playwright.sync_api import expect

        window = there.window
        switch = window.locator("main").get_by_label(SAY)
        expect(switch).not_to_be_checked()
        switch.focus()
        window.keyboard.press("Space")
        there.see("From the next session on the music stays at your pulse")
        assert read_listen_only(page.home) is True
        window.reload()
        expect(switch).to_be_checked()
        there.button("Safety notes").click()
        beside = window.locator("#safety").get_by_label(SAY)
        expect(beside).to_be_checked()
        beside.uncheck()
        expect(switch).not_to_be_checked()
        there.see("the music may lead you")
        assert read_listen_only(page.home) is False

    def test_where_it_cannot_be_read_the_switch_is_neither_on_nor_off_and_one_press_means_only_listen(
        self, there, page
    ):
        from playwright.sync_api import expect

        page.home.mkdir(exist_ok=True)
        profile_path(page.home).write_text("{")
        there.window.reload()
        there.see("is damaged")
        switch = there.window.locator("main").get_by_label(SAY)
        assert switch.evaluate("box => box.indeterminate")
        switch.click()
        expect(switch).to_be_checked()
        there.see("From the next session on the music stays at your pulse")
        assert read_listen_only(page.home) is True
