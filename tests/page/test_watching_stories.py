"""Watching from a phone in the same network, in a real Chromium: the session is there, and not a single control."""

from __future__ import annotations

import re

import pytest

from pulsetune.model import CommandKind
from pulsetune.ports import HostState, SessionWish
from tests.needs import need_chromium, patient
from tests.page.browsing import PHONE, look_over, visit
from tests.page.hosting import opened
from tests.page.listening import until
from tests.page.watchers import network_address

need_chromium()

CONTROLS = "a, button, input, select, textarea, dialog, form, summary, [role=button], [tabindex], [onclick]"


@pytest.fixture
def page(tmp_path):
    with opened(tmp_path / "home", speed=30.0, lan=network_address()) as page:
        yield page


def phone(chrome, page, **options):
    """Another device."""
    return visit(chrome, page, watching=True, **options)


def begin(page):
    page.host.start(SessionWish("unwind", True, minutes=8))
    until(lambda: page.host.current().state is HostState.RUNNING)


def test_a_phone_watches_a_session_from_before_it_begins_until_nothing_is_left_of_it(chrome, page):
    with phone(chrome, page) as there:
        window = there.window
        assert "token" not in window.url
        there.see("No session is running")
        assert there.text(".top .badge") == "Watching"
        begin(page)
        there.running()
        assert there.text(".badge.told").startswith("SIMULATED listener")
        assert re.search(r"minutes? left", there.text(".left"))
        window.locator(".plot canvas").first.wait_for()
        assert window.locator(CONTROLS).count() == 0
        assert there.overflow_px() <= 0
        page.host.command(CommandKind.STOP)
        there.see("The session is over")
        assert there.text(".rate") == "–"
        assert window.locator(".plot canvas").count() == 0
        assert window.locator(".told").is_hidden()
        assert there.complaints == []
        assert there.elsewhere == []


@patient
def test_a_phone_finds_the_next_session_by_itself(chrome, page):
    with phone(chrome, page) as there:
        begin(page)
        there.running()
        page.host.command(CommandKind.STOP)
        there.see("The session is over")
        until(lambda: page.host.current().state is HostState.ENDED)
        begin(page)
        there.running()
        there.window.locator(".plot canvas").first.wait_for()
        assert there.complaints == []


@patient
def test_without_news_nothing_looks_live(chrome, page):
    begin(page)
    with phone(chrome, page) as there:
        there.running()
        page.pace.halted.set()
        there.until("document.querySelector('.rate').textContent", "–")
        assert there.window.locator(".stage.stale").count() == 1
        page.pace.halted.clear()
        there.running()


def test_when_pulsetune_ends_the_phone_says_so_and_shows_no_number(chrome, page):
    begin(page)
    with phone(chrome, page) as there:
        there.running()
        page.server.stop()
        there.see("PulseTune has ended")
        assert there.text(".rate") == "–"
        assert there.text(".age") == "not live"


def test_a_second_browser_is_not_let_in(chrome, page):
    with phone(chrome, page):
        other = chrome.new_context(viewport=PHONE).new_page()
        assert other.goto(page.server.lan.link).status == 401
        other.context.close()


def test_the_phone_cannot_do_from_its_console_what_the_page_can(chrome, page):
    begin(page)
    with phone(chrome, page) as there:
        there.running()
        ask = """async ([path, method]) => (await fetch(path, { method, headers: { "content-type": "application/json" },
            body: method === "POST" ? '{"kind":"stop"}' : undefined })).status"""
        for path, method in (("/api/session/command", "POST"), ("/api/sessions", "GET"), ("/api/home", "GET")):
            assert there.window.evaluate(ask, [path, method]) == 403
        assert page.host.current().state is HostState.RUNNING
        assert page.host.commands(0.0) == []


@patient
def test_axe_finds_nothing_on_the_phone(chrome, page):

    def screens(there):
        yield "nothing to watch"
        begin(page)
        there.running()
        there.window.locator(".plot canvas").first.wait_for()
        yield "watching"

    with phone(chrome, page, bypass_csp=True) as there:
        assert len(look_over(there, screens(there), [("light", PHONE), ("dark", PHONE)])) == 2


def test_with_less_motion_the_orb_stands_still(chrome, page):
    begin(page)
    with phone(chrome, page, reduced_motion="reduce") as there:
        there.running()
        assert there.window.evaluate("document.getAnimations().length") == 0
