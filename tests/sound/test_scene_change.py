"""From one soundscape to another while music plays: when, how loud, and with which pulse."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from pulsetune.model import PulseTick
from pulsetune.sound import scene_change
from pulsetune.sound.player import SAMPLE_RATE_HZ, Player
from pulsetune.sound.scene import Scene
from pulsetune.sound.score import Hand, Note
from tests.needs import need_patience, patient
from tests.tools.loudness import click_db, short_term_lufs
from tests.tools.music import target

NAMES = ("felt-piano", "warm-pad", "ocean-strings", "frame-drum", "raga")
WISH_S, SECONDS = 3, 14  # the crossfade lies between 6.6 and 12.6 s
Played = tuple[np.ndarray, list[PulseTick], list[tuple[int, Note, str]]]


def play(begin: str, wishes: dict[int, str], seconds: int, seed: int = 1) -> Played:
    """A glide from 75 to 60 with ``wishes`` by second, all targets known in advance, as in a file."""
    player = Player(begin, seed)
    wanted = None
    for t_s in range(seconds + 1):
        wanted = wishes.get(t_s, wanted)
        player.push(replace(target(float(t_s), 75 - 15 * t_s / seconds, bed_level=0.5), soundscape=wanted))
    blocks, notes = [], []
    while player.position_frames < seconds * SAMPLE_RATE_HZ:
        blocks.append(player.render())
        notes += player.take_notes()
    ticks = player.take_ticks()
    assert player.take_troubles() == []
    assert player.dropped_notes == 0
    player.close()
    return np.concatenate(blocks).astype(np.float64), ticks, notes


@pytest.fixture(scope="module")
def changed() -> Played:
    return play("felt-piano", {WISH_S: "warm-pad"}, SECONDS)


@pytest.fixture(scope="module")
def unchanged() -> Played:
    return play("felt-piano", {}, SECONDS)


def begin_s(notes: list[tuple[int, Note, str]], name: str) -> float:
    return min(frame for frame, _, soundscape in notes if soundscape == name) / SAMPLE_RATE_HZ


def test_the_pulse_runs_on_as_if_nothing_had_happened(changed: Played, unchanged: Played) -> None:
    assert changed[1] == unchanged[1]
    left = {frame for frame, note, name in changed[2] if note.hand is Hand.LEFT}
    assert {tick.frame for tick in changed[1]} <= left  # every pulse is struck by one or the other, or both


def test_the_new_one_takes_over_at_the_first_phrase_that_leaves_time_to_build_it(
    changed: Played, unchanged: Played
) -> None:
    # 75 BPM falling by 15 in 14 s: pulses = (75 t - 15 t^2 / 28) / 60, so pulse 8, a second phrase's first, is at 6.73 s
    at_s = (75 - (75**2 - 4 * (15 / 28) * 60 * 8) ** 0.5) / (2 * 15 / 28)
    assert begin_s(changed[2], "warm-pad") == pytest.approx(at_s, abs=0.002)
    assert at_s >= WISH_S + 3
    frame = int(at_s * SAMPLE_RATE_HZ)
    assert np.array_equal(changed[0][:frame], unchanged[0][:frame])  # until then nothing changes, to the sample


def test_the_old_one_keeps_only_its_pulse_and_is_gone_six_seconds_later(changed: Played) -> None:
    at_s = begin_s(changed[2], "warm-pad")
    old = [(frame / SAMPLE_RATE_HZ, note) for frame, note, name in changed[2] if name == "felt-piano"]
    assert {note.hand for t_s, note in old if t_s >= at_s} == {Hand.LEFT}
    assert at_s + 5 < max(t_s for t_s, _ in old) < at_s + 6.03


def test_there_is_no_click_and_no_jump_of_loudness(changed: Played, unchanged: Played) -> None:
    assert click_db(changed[0], 16_000) < max(click_db(unchanged[0], 16_000), -80.0)
    level = short_term_lufs(changed[0])
    assert np.abs(level[10:] - level[:-10]).max() < 3.0  # the window moves on by one second


@patient
def test_a_file_comes_out_the_same_however_long_building_takes(
    monkeypatch: pytest.MonkeyPatch, changed: Played
) -> None:
    build = Scene.__init__

    def slowly(self: Scene, name: str, seed: int) -> None:
        if name == "warm-pad":
            threading.Event().wait(1.5)  # far longer than rendering takes until the phrase ends
        build(self, name, seed)

    monkeypatch.setattr(Scene, "__init__", slowly)
    assert np.array_equal(play("felt-piano", {WISH_S: "warm-pad"}, SECONDS)[0], changed[0])


@patient
def test_the_newest_wish_counts_and_may_be_taken_back() -> None:
    _, _, notes = play("felt-piano", {1: "warm-pad", 2: "frame-drum"}, 8)
    assert {name for _, _, name in notes} == {"felt-piano", "frame-drum"}
    taken_back = play("felt-piano", {1: "frame-drum", 2: "felt-piano"}, 8)
    assert {name for _, _, name in taken_back[2]} == {"felt-piano"}


def test_a_wish_during_a_crossfade_waits_until_it_is_over() -> None:
    need_patience()
    _, _, notes = play("frame-drum", {0: "felt-piano", 8: "warm-pad"}, 22)
    first = begin_s(notes, "felt-piano")
    second = begin_s(notes, "warm-pad")
    assert first < 8 < first + 6 <= second  # asked for while the first crossfade ran


def test_a_soundscape_that_does_not_exist_is_a_sentence_and_nothing_else(unchanged: Played) -> None:
    player = Player("felt-piano", 1)
    for t_s in range(SECONDS + 1):
        wanted = "theremin" if t_s >= 1 else None
        player.push(replace(target(float(t_s), 75 - 15 * t_s / SECONDS, bed_level=0.5), soundscape=wanted))
    (trouble,) = player.take_troubles()
    assert "theremin" in trouble
    assert "warm-pad" in trouble  # what there is
    blocks = [player.render() for _ in range(340)]
    player.close()
    assert np.array_equal(np.concatenate(blocks), unchanged[0][: 340 * 1024].astype(np.float32))


def test_a_soundscape_that_cannot_be_built_leaves_the_music_as_it_is(
    monkeypatch: pytest.MonkeyPatch, unchanged: Played
) -> None:
    def broken(name: str, seed: int) -> Scene:
        raise OSError("no room on the disk")

    player = Player("felt-piano", 1)
    monkeypatch.setattr(scene_change, "Scene", broken)
    for t_s in range(SECONDS + 1):
        wanted = "warm-pad" if t_s >= 1 else None
        player.push(replace(target(float(t_s), 75 - 15 * t_s / SECONDS, bed_level=0.5), soundscape=wanted))
    blocks = [player.render() for _ in range(340)]
    (trouble,) = player.take_troubles()
    player.close()
    assert "no room on the disk" in trouble
    assert np.array_equal(np.concatenate(blocks), unchanged[0][: 340 * 1024].astype(np.float32))


@pytest.mark.parametrize("begin", NAMES)
def test_whatever_follows_what_loudness_never_jumps(begin: str) -> None:
    need_patience()
    then = NAMES[(NAMES.index(begin) + 1) % len(NAMES)]
    samples, _, notes = play(begin, {4: then}, 26)
    at = round(10 * begin_s(notes, then))
    level = short_term_lufs(samples)[at - 30 : at + 70]  # every window that holds a part of the crossfade
    assert np.abs(level[10:] - level[:-10]).max() < 3.0
    assert click_db(samples, 16_000) < -75.0
