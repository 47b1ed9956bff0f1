"""What a test needs from the machine it runs on.

A test that needs a system program is skipped, with the reason, where that is absent. Where the environment variable
``PULSETUNE_REQUIRE`` (names separated by commas) says that it must be there, the skip becomes a failure: a machine
that was set up to run everything may not quietly run less.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys

import pytest

REQUIRE = "PULSETUNE_REQUIRE"


def need(name: str, available: bool, reason: str) -> None:
    """Go on if ``available``; else skip for ``reason``, or fail if ``name`` is required. Also works at module level."""
    if available:
        return
    if name in {part.strip() for part in os.environ.get(REQUIRE, "").split(",")}:
        pytest.fail(f"{REQUIRE} names {name}, but {reason}", pytrace=False)
    pytest.skip(f"needs {name}: {reason}", allow_module_level=True)


def few(*values: object, of: int = 1) -> tuple[object, ...]:
    """The first ``of`` some values to test with; all of them in CI. For what costs a second each and rarely differs."""
    return values if "CI" in os.environ else values[:of]


def examples(in_ci: int) -> int:
    """How many examples a property is tried with: as many in CI, a quarter of them elsewhere."""
    return in_ci if "CI" in os.environ else max(5, in_ci // 4)


LATER = "what takes long is left to CI, so that the suite stays short on a laptop; set CI=true to run it"
patient = pytest.mark.skipif("CI" not in os.environ, reason=f"needs patience: {LATER}")


def need_patience() -> None:
    """As ``patient``, in the middle of a test."""
    need("patience", "CI" in os.environ, LATER)


def need_dbus() -> None:
    """A private message bus: Linux, dbus-daemon and dbus-fast."""
    need("dbus", sys.platform == "linux", "BlueZ and its message bus are Linux's")
    need("dbus", shutil.which("dbus-daemon") is not None, "dbus-daemon is not installed")
    need("dbus", importlib.util.find_spec("dbus_fast") is not None, "dbus-fast is not installed")


def chromium_path() -> str | None:
    """The system's own Chromium (or Chrome); nothing is ever downloaded."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


def need_chromium() -> None:
    """A real browser to drive: the system's Chromium, Playwright, and axe-core as a package brings it."""
    need("chromium", chromium_path() is not None, "there is no Chromium on this machine")
    for module in ("playwright", "axe_playwright_python"):
        found = importlib.util.find_spec(module) is not None
        need("chromium", found, f"{module} is not installed (pip install -e '.[browser]')")
