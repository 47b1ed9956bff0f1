"""A test that lacks a system program is skipped, and fails where the program was promised."""

from __future__ import annotations

import pytest

from tests.needs import REQUIRE, need


def test_what_is_there_lets_the_test_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRE, "moon")
    need("moon", True, "it has set")


@pytest.mark.parametrize("promised", ["", "sun", "moonlight,sun"])
def test_what_is_absent_skips_with_the_reason(monkeypatch: pytest.MonkeyPatch, promised: str) -> None:
    monkeypatch.setenv(REQUIRE, promised)
    with pytest.raises(pytest.skip.Exception, match="needs moon: it has set"):
        need("moon", False, "it has set")


def test_what_was_promised_and_is_absent_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRE, "sun, moon")
    with pytest.raises(pytest.fail.Exception, match="it has set"):
        need("moon", False, "it has set")
