"""The key for the next sound, and wishes for soundscapes that do not exist."""

from __future__ import annotations

import pytest

from pulsetune.cli.asking import KEYS, Asking
from pulsetune.cli.sound_order import SoundOrder
from pulsetune.errors import WrongUse
from pulsetune.model import Command, CommandKind
from pulsetune.sound.soundscapes import SOUNDSCAPES

NAMES = ("felt-piano", "warm-pad", "raga")


def next_after(order: SoundOrder) -> str:
    wish = order.translated(Command(5.0, CommandKind.SKIP))
    assert (wish.t_s, wish.kind) == (5.0, CommandKind.SOUNDSCAPE)
    return wish.text


def test_skipping_goes_round_all_soundscapes_from_the_one_that_plays() -> None:
    order = SoundOrder(NAMES, "warm-pad")
    assert [next_after(order) for _ in range(4)] == ["raga", "felt-piano", "warm-pad", "raga"]


def test_the_next_one_follows_what_was_asked_for_by_name() -> None:
    order = SoundOrder(NAMES, "raga")
    wish = Command(1.0, CommandKind.SOUNDSCAPE, "felt-piano")
    assert order.translated(wish) == wish
    assert next_after(order) == "warm-pad"


def test_a_soundscape_that_does_not_exist_is_refused_in_words_and_changes_nothing() -> None:
    order = SoundOrder(NAMES, "felt-piano")
    with pytest.raises(WrongUse, match=r"theremin.*nothing changes") as caught:
        order.translated(Command(1.0, CommandKind.SOUNDSCAPE, "theremin"))
    assert "warm-pad" in caught.value.hint
    assert next_after(order) == "warm-pad"


@pytest.mark.parametrize(
    "kind", [kind for kind in CommandKind if kind not in {CommandKind.SKIP, CommandKind.SOUNDSCAPE}]
)
def test_every_other_wish_passes_as_it_is(kind: CommandKind) -> None:
    wish = Command(1.0, kind, "text")
    assert SoundOrder(NAMES, "raga").translated(wish) == wish


def test_the_key_n_asks_for_the_next_soundscape_of_the_real_list() -> None:
    assert KEYS["n"] is CommandKind.SKIP
    names = tuple(SOUNDSCAPES)
    asking = Asking(SoundOrder(names, names[0]).translated)
    asking._press("n")
    asking._press("n")
    assert [(wish.kind, wish.text) for wish in asking.commands(3.0)] == [
        (CommandKind.SOUNDSCAPE, names[1]),
        (CommandKind.SOUNDSCAPE, names[2]),
    ]
