"""A page with a real session behind it whose time runs fast, and a browser that was let in."""

from __future__ import annotations

import httpx
import pytest

from pulsetune.ports import HostState
from tests.page.browsing import chromium, visit
from tests.page.hosting import opened
from tests.page.listening import PATIENCE_S, WISH, messages, until


@pytest.fixture
def page(tmp_path):
    with opened(tmp_path / "home", speed=240.0, undo_s=0.5) as page:
        yield page


@pytest.fixture
def browser(page):
    with httpx.Client(base_url=page.base, cookies=page.cookies, timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture(scope="module")
def chrome():
    """A real Chromium; one a file, because Playwright keeps an event loop while it runs."""
    with chromium() as started:
        yield started


@pytest.fixture
def there(chrome, page):
    """A window on the page; nothing in it complains, and nothing is asked of anybody else."""
    with visit(chrome, page) as there:
        yield there
        assert there.complaints == []
        assert there.elsewhere == []


@pytest.fixture
def ended(page, browser):
    """A session of some seconds, over."""
    browser.post("/api/session", json=WISH)
    messages(browser, lambda message: message["view"]["now_s"] > 40)
    browser.post("/api/session/command", json={"kind": "stop"})
    until(lambda: page.host.current().state is HostState.ENDED)
    return browser
