"""axe-core finds nothing on any screen, nothing is wider than its window, in light, dark, on a phone and at 200 %."""

from __future__ import annotations

from pulsetune.ports import SeenStrap
from tests.needs import need_chromium
from tests.page.browsing import PHONE, ZOOMED, look_over, visit
from tests.page.hosting import opened

need_chromium()

STRAPS = (SeenStrap("Polar H10 1234", "AA:BB", -60, 80), SeenStrap("Wahoo TICKR", "CC:DD", -85, None))


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


def test_axe_finds_nothing_on_any_screen(chrome, tmp_path):
    with (
        opened(tmp_path, speed=30.0, straps=STRAPS, undo_s=60.0) as page,
        visit(chrome, page, bypass_csp=True) as there,
    ):
        assert len(look_over(there, every_screen(there))) == 12


def test_the_start_button_is_in_sight_on_a_small_window(there):
    for size in (PHONE, ZOOMED):
        there.look("light", size)
        box = there.button("Start").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= size["height"]
