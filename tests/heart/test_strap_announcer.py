"""States of the link are said once, however often the reader tries."""

from __future__ import annotations

from pulsetune.heart.strap.announcer import Announcer, Stage
from pulsetune.model import Link, LinkChanged


class Tries:
    """Attempts that get as far as they are told to."""

    def __init__(self) -> None:
        self.said: list[LinkChanged] = []
        self.announcer = Announcer(self.said.append)
        self.t_s = 0.0

    def fail(self, at: Stage, link: Link, detail: str) -> None:
        self.t_s += 1.0
        steps = ((Stage.SEARCH, Link.SEARCHING), (Stage.CONNECT, Link.CONNECTING), (Stage.SUBSCRIBE, Link.CONNECTED))
        for stage, progress in steps:
            if stage <= at:
                self.announcer.progress(self.t_s, stage, progress, "")
        self.announcer.trouble(self.t_s, link, detail)

    @property
    def links(self) -> list[Link]:
        return [change.link for change in self.said]


def test_the_same_failure_again_and_again_is_said_once() -> None:
    tries = Tries()
    for _ in range(100):
        tries.fail(Stage.CONNECT, Link.UNAVAILABLE, "held by a phone")
    assert tries.links == [Link.SEARCHING, Link.CONNECTING, Link.UNAVAILABLE]


def test_a_connected_strap_that_stays_silent_is_said_once() -> None:
    tries = Tries()
    for _ in range(100):
        tries.fail(Stage.SUBSCRIBE, Link.LOST, "sends nothing")
    assert tries.links == [Link.SEARCHING, Link.CONNECTING, Link.CONNECTED, Link.LOST]


def test_getting_further_than_before_is_said() -> None:
    tries = Tries()
    tries.fail(Stage.SEARCH, Link.SEARCHING, "not found")
    tries.fail(Stage.SEARCH, Link.SEARCHING, "not found")
    tries.fail(Stage.CONNECT, Link.UNAVAILABLE, "held")
    assert [(change.link, change.t_s) for change in tries.said] == [
        (Link.SEARCHING, 1.0),
        (Link.SEARCHING, 1.0),
        (Link.CONNECTING, 3.0),
        (Link.UNAVAILABLE, 3.0),
    ]


def test_the_same_failure_at_changing_stages_is_said_once() -> None:
    tries = Tries()
    for _ in range(100):
        tries.fail(Stage.NOTHING, Link.UNAVAILABLE, "switched off")
        tries.fail(Stage.CONNECT, Link.UNAVAILABLE, "switched off")
    assert tries.links == [Link.UNAVAILABLE, Link.SEARCHING, Link.CONNECTING, Link.UNAVAILABLE]


def test_beats_are_always_worth_a_word() -> None:
    tries = Tries()
    tries.announcer.progress(0.0, Stage.BEATS, Link.CONNECTED, "")
    for _ in range(2):
        tries.announcer.trouble(1.0, Link.UNAVAILABLE, "refused after all")
    tries.announcer.progress(2.0, Stage.BEATS, Link.CONNECTED, "")
    assert tries.links == [Link.CONNECTED, Link.LOST, Link.UNAVAILABLE, Link.CONNECTED]


def test_a_link_that_was_said_to_stand_is_said_to_be_lost_whatever_broke_it() -> None:
    tries = Tries()
    tries.announcer.progress(0.0, Stage.SUBSCRIBE, Link.CONNECTED, "")
    tries.announcer.trouble(1.0, Link.UNAVAILABLE, "switched off")
    assert tries.links == [Link.CONNECTED, Link.LOST, Link.UNAVAILABLE]


def test_after_a_real_loss_the_search_is_told_again() -> None:
    tries = Tries()
    tries.announcer.progress(0.0, Stage.SUBSCRIBE, Link.CONNECTED, "")
    tries.announcer.lost(1.0, "gone")
    tries.announcer.progress(2.0, Stage.SEARCH, Link.SEARCHING, "again")
    assert tries.links == [Link.CONNECTED, Link.LOST, Link.SEARCHING]
