"""A real browser on a real page: what the stories have in common."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.needs import chromium_path, few
from tests.page.hosting import Opened

FLAGS = (
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-lcd-text",  # pictures of the page are smaller in greys
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
DESKTOP = {"width": 1100, "height": 900}
PHONE = {"width": 360, "height": 740}
ZOOMED = {"width": 550, "height": 450}  # what 200 % leaves of a desktop window
# Both schemes and all three sizes, but not every pair of them: colours do not hang on the size, nor sizes on colours.
LOOKS = few(("dark", PHONE), ("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("light", ZOOMED))


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """One window on the page, and everything in it that ought not to be."""

    window: Any
    page: Opened
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        return self.window.locator(selector).inner_text()

    def button(self, name: str) -> Any:
        return self.window.get_by_role("button", name=name, exact=True)

    def see(self, words: str, within_ms: float = 20_000) -> None:
        self.window.get_by_text(words, exact=False).first.wait_for(timeout=within_ms)

    def start_simulated(self) -> None:
        """From home to a running session, through the safety notes, the check-in skipped."""
        self.window.get_by_label("Simulated listener").check()
        self.button("Start").click()
        self.window.locator("#safety[open]").wait_for()
        self.button("I have read this").click()
        self.window.locator("#check-in[open]").wait_for()
        self.window.keyboard.press("Escape")
        self.window.locator(".phase").wait_for()
        self.running()

    def running(self) -> None:
        """Wait until a heart rate is shown."""
        from playwright.sync_api import expect

        expect(self.window.locator(".rate")).to_have_text(re.compile(r"^\d+$"), timeout=30_000)

    def until(self, script: str, value: Any, within_ms: int = 10_000) -> None:
        """Wait until a script gives a value; the page's own rules forbid Playwright to wait inside it."""
        for _ in range(within_ms // 50):
            if (found := self.window.evaluate(script)) == value:
                return
            self.window.wait_for_timeout(50)
        raise AssertionError(f"{script} is {found!r}, not {value!r}")

    def overflow_px(self) -> int:
        """How far the page is wider than its window."""
        return self.window.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def look(self, scheme: str, size: dict[str, int]) -> None:
        self.window.emulate_media(color_scheme=scheme)
        self.window.set_viewport_size(size)


@contextlib.contextmanager
def visit(browser: Any, page: Opened, *, watching: bool = False, **options: Any) -> Iterator[Visit]:
    """Come in by a one-time address; ``watching`` is a phone that comes in by the door to the network."""
    address = page.server.lan.link if watching and page.server.lan else page.server.address()
    base = address.partition("/?")[0]
    size = PHONE if watching else DESKTOP
    context = browser.new_context(viewport=size, locale="en-GB", timezone_id="UTC", **options)
    window = context.new_page()
    made = Visit(window, page)
    window.on("console", lambda said: made.complaints.append(said.text) if said.type in ("error", "warning") else None)
    window.on("pageerror", lambda error: made.complaints.append(str(error)))
    window.on("request", lambda asked: None if asked.url.startswith(base) else made.elsewhere.append(asked.url))
    window.goto(address)
    window.locator("form.home, .phase").first.wait_for()
    yield made
    context.close()


def look_over(there: Visit, screens: Iterable[str], looks: Sequence[Any] = LOOKS) -> list[str]:
    """axe-core finds nothing on any screen in any look, and nothing is wider than its window; returns the screens' names.

    axe-core comes in as an inline script, which the page forbids: ``visit`` with ``bypass_csp``.
    """
    from axe_playwright_python.sync_playwright import Axe

    script, seen = Axe().axe_script, []
    for screen in screens:
        seen.append(screen)
        for look in looks:
            there.look(*look)
            there.window.wait_for_timeout(50)  # drawings are made anew for their width
            if not there.window.evaluate("'axe' in window"):  # half a megabyte to read: once a document
                there.window.evaluate(script)
            found = there.window.evaluate("axe.run({ resultTypes: ['violations'] })")
            assert [(rule["id"], node["target"]) for rule in found["violations"] for node in rule["nodes"]] == [], (
                screen,
                look,
            )
            assert found["passes"]
            assert there.overflow_px() <= 0, (screen, look)
    assert there.elsewhere == []
    return seen
