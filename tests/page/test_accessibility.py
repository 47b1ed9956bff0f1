"""axe-core finds nothing on any screen, nothing is wider than its window, in light, dark, on a phone and at 200 %."""

from __future__ import annotations

import pytest

from pulsetune.ports import SeenStrap
from tests.needs import need_chromium, need_patience
from tests.page.browsing import DESKTOP, PHONE, ZOOMED, chromium, visit
from tests.page.hosting import opened

need_chromium()

STRAPS = (SeenStrap("Polar H10 1234", "AA:BB", -60, 80), SeenStrap("Wahoo TICKR", "CC:DD", -85, None))


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def every_screen(there):
    """Go through the page; yields the name of each screen while it is shown."""
    window = there.window
    there.see("Polar H10 1234")
    yield "home"
    window.get_by_label("Simulated listener").check()
    there.button("Start").click()
    window.locator("#safety[open]").wait_for()
    yield "safety notes"
    there.button("I have read this").click()
    window.get_by_label("A word of your own").fill("heavy")
    there.button("Add").click()
    window.get_by_role("group", name="heavy").wait_for()
    yield "check-in"
    window.keyboard.press("Escape")
    there.running()
    window.locator(".plot canvas").first.wait_for()
    yield "session"
    there.button("Pause").click()
    there.button("Go on").wait_for()
    yield "paused"
    there.button("Go on").click()
    there.button("Close my eyes").click()
    window.locator("#dim:not([hidden])").wait_for()
    yield "eyes closed"
    window.keyboard.press("Escape")
    there.button("Stop").click()
    window.locator("#check-in[open]").wait_for()
    window.keyboard.press("Escape")
    window.locator(".tiles").wait_for()
    yield "after"
    window.get_by_text("The curves as numbers").click()
    yield "numbers"
    window.get_by_role("link", name="History").click()
    window.locator(".session-row").wait_for()
    yield "history"
    window.get_by_role("button", name="Delete Unwind").click()
    there.button("Undo").wait_for()
    yield "undo"
    there.button("Undo").click()
    window.goto(f"{there.page.base}/#/session/99")
    there.see("There is no such session")
    yield "no such session"
    window.goto(f"{there.page.base}/#/session")
    there.see("No session is running")
    yield "no session"


def findings(axe, window):
    """What axe-core has to say: rule, place."""
    found = axe.run(window).response["violations"]
    return [(rule["id"], node["target"]) for rule in found for node in rule["nodes"]]


def walk(browser, tmp_path, looks):
    from axe_playwright_python.sync_playwright import Axe

    axe, seen = Axe(), set()
    # axe-core comes in as an inline script, which the page forbids: here alone it may
    with (
        opened(tmp_path, speed=30.0, straps=STRAPS) as page,
        visit(browser, page, bypass_csp=True) as there,
    ):
        for screen in every_screen(there):
            seen.add(screen)
            for scheme, size in looks:
                there.look(scheme, size)
                assert findings(axe, there.window) == [], (screen, scheme, size)
                assert there.overflow_px() <= 0, (screen, size)
        assert there.elsewhere == []
    assert len(seen) == 12


def test_axe_finds_nothing_on_any_screen_on_a_dark_phone(browser, tmp_path):
    walk(browser, tmp_path, [("dark", PHONE)])


def test_axe_finds_nothing_on_any_screen_in_light_and_dark_large_small_and_magnified(browser, tmp_path):
    need_patience()
    walk(browser, tmp_path, [(scheme, size) for scheme in ("light", "dark") for size in (DESKTOP, PHONE, ZOOMED)])


@pytest.mark.parametrize("size", [PHONE, ZOOMED])
def test_the_start_button_is_in_sight_on_a_small_window(browser, tmp_path, size):
    with opened(tmp_path) as page, visit(browser, page) as there:
        there.look("light", size)
        box = there.button("Start").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= size["height"]
