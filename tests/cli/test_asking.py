"""Who paused and who goes on: a key in the terminal follows what the page asked for."""

from __future__ import annotations

import pytest

from pulsetune.cli.asking import Asking
from pulsetune.model import Command, CommandKind

PAUSE, RESUME = CommandKind.PAUSE, CommandKind.RESUME


def pressed(asking: Asking) -> list[CommandKind]:
    """What the key p makes of it, as a session would be told, and tell everybody."""
    asking._press("p")
    told = list(asking.commands(1.0))
    asking.watch(1.0, told)
    return [command.kind for command in told]


def test_the_key_pauses_and_goes_on():
    asking = Asking()
    assert [pressed(asking) for _ in range(3)] == [[PAUSE], [RESUME], [PAUSE]]


@pytest.mark.parametrize(("from_the_page", "then"), [([PAUSE], RESUME), ([RESUME], PAUSE), ([PAUSE, RESUME], PAUSE)])
def test_the_key_means_the_opposite_of_what_the_page_asked_for_last(from_the_page, then):
    asking = Asking()
    asking.watch(0.5, [Command(0.5, kind) for kind in from_the_page])
    assert pressed(asking) == [then]


def test_pressed_twice_within_a_tick_it_pauses_and_goes_on():
    asking = Asking()
    asking._press("p")
    asking._press("p")
    assert [command.kind for command in asking.commands(1.0)] == [PAUSE, RESUME]
