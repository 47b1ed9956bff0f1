"""Forty minutes of every soundscape's score: it never loops audibly, and it is one piece, not a thousand.

Bounds, for 40 minutes at 60 pulses a minute (75 blocks of eight bars, 300 of two): a block of eight bars comes back note
for note at most twice, and never at once (the sparsest raga, where whole blocks are strings and two notes: three times,
also at once); of the phrases that sing at least a fifth are different at the guide's middle, and no single one is more
than a seventh of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import pytest

from pulsetune.sound.alap import Alap
from pulsetune.sound.composer import Composer
from pulsetune.sound.drum_song import DrumSong
from pulsetune.sound.score import HalfBar, Hand, Note, ScoreWriter
from pulsetune.sound.styles import FELT, PAD, STRINGS

HALF_BARS = 1200
HALVES_PER_BLOCK, PULSES_PER_BLOCK = 16, 32
HALVES_PER_PHRASE, PULSES_PER_PHRASE = 4, 8
OCTAVE = 12
SEEDS = (1, 2)
WRITERS: dict[str, Callable[[int], ScoreWriter]] = {
    "felt-piano": lambda seed: Composer(seed, FELT),
    "warm-pad": lambda seed: Composer(seed, PAD),
    "ocean-strings": lambda seed: Composer(seed, STRINGS),
    "frame-drum": DrumSong,
    "raga": Alap,
}
CALM, MIDDLE, LIVELY = (0.15, 1.0), (0.5, 0.6), (0.85, 0.2)  # density and warmth, as the guide pairs them

every_writer = pytest.mark.parametrize("name", WRITERS)
every_arousal = pytest.mark.parametrize("arousal", [CALM, MIDDLE, LIVELY], ids=["calm", "middle", "lively"])


@lru_cache(maxsize=64)
def written(name: str, seed: int, arousal: tuple[float, float], half_bars: int = HALF_BARS) -> list[HalfBar]:
    writer = WRITERS[name](seed)
    return [writer.half_bar(*arousal) for _ in range(half_bars)]


def block_of(halves: list[HalfBar], number: int) -> tuple[tuple[float, int, Hand], ...]:
    some = halves[number * HALVES_PER_BLOCK : (number + 1) * HALVES_PER_BLOCK]
    begin = number * PULSES_PER_BLOCK
    return tuple((note.at_pulses - begin, note.pitch, note.hand) for half in some for note in half.notes)


def phrases(halves: list[HalfBar]) -> list[tuple[tuple[float, int], ...]]:
    """What sings in every two bars, where anything does."""
    found = []
    for number in range(len(halves) // HALVES_PER_PHRASE):
        some = halves[number * HALVES_PER_PHRASE : (number + 1) * HALVES_PER_PHRASE]
        sung = [note for half in some for note in half.notes if note.hand is Hand.RIGHT]
        found.append(tuple((note.at_pulses - number * PULSES_PER_PHRASE, note.pitch) for note in sung))
    return [phrase for phrase in found if phrase]


def melody(halves: list[HalfBar]) -> list[Note]:
    return [note for half in halves for note in half.notes if note.hand is Hand.RIGHT]


@every_writer
@every_arousal
def test_no_eight_bars_come_back_literally_more_than_twice(name: str, arousal: tuple[float, float]) -> None:
    sparsest = name == "raga" and arousal is CALM
    for seed in SEEDS:
        halves = written(name, seed, arousal)
        blocks = Counter(block_of(halves, number) for number in range(HALF_BARS // HALVES_PER_BLOCK))
        assert max(blocks.values()) <= (3 if sparsest else 2)
        in_a_row = [block_of(halves, number) for number in range(HALF_BARS // HALVES_PER_BLOCK)]
        sung = [any(hand is Hand.RIGHT for _, _, hand in block) for block in in_a_row]
        assert sparsest or not any(
            now == then and sings for (then, now), sings in zip(pairwise(in_a_row), sung, strict=False)
        )


@every_writer
def test_phrases_return_and_vary(name: str) -> None:
    for seed in SEEDS:
        sung = phrases(written(name, seed, MIDDLE))
        counts = Counter(sung)
        assert len(sung) > 100  # it sings
        assert len(counts) > len(sung) / 5  # and varies
        assert len(counts) < len(sung)  # and comes back
        assert max(counts.values()) < len(sung) / 7  # but on no phrase for ever


@every_writer
def test_calm_music_sings_less_and_rests_more(name: str) -> None:
    for seed in SEEDS:
        calm, lively = (melody(written(name, seed, arousal)) for arousal in (CALM, LIVELY))
        assert 0 < len(calm) < 0.75 * len(lively)
        assert (
            max(after.at_pulses - before.at_pulses for before, after in pairwise(calm)) >= 8
        )  # two bars without a note


@every_writer
@every_arousal
def test_no_melody_leaps_beyond_an_octave(name: str, arousal: tuple[float, float]) -> None:
    for seed in SEEDS:
        line = melody(written(name, seed, arousal))
        assert max(abs(after.pitch - before.pitch) for before, after in pairwise(line)) <= OCTAVE


@every_writer
def test_chords_change_on_downbeats_and_no_voices_leap_together(name: str) -> None:
    for seed in SEEDS:
        chords = [half.chord for half in written(name, seed, MIDDLE)]
        for number, (before, after) in enumerate(pairwise(chords), start=1):
            if before == after:
                continue
            assert number % 2 == 0  # the first half of a bar
            moves = [there - here for here, there in zip(before, after, strict=True)]
            assert max(map(abs, moves)) <= OCTAVE
            assert min(moves) <= OCTAVE / 2  # not all of them up by more than half an octave
            assert max(moves) >= -OCTAVE / 2


@every_writer
def test_the_same_seed_writes_the_same_score_and_another_seed_another(name: str) -> None:
    first = written(name, 5, MIDDLE, 200)
    written.cache_clear()
    assert first == written(name, 5, MIDDLE, 200)
    assert first != written(name, 6, MIDDLE, 200)


@every_writer
@every_arousal
def test_no_phrase_is_cut_off_by_a_sudden_accent(name: str, arousal: tuple[float, float]) -> None:
    for seed in SEEDS:
        pulse = [
            note.velocity for half in written(name, seed, arousal, 200) for note in half.notes if note.hand is Hand.LEFT
        ]
        assert max(pulse) / min(pulse) < 1.6  # 4 dB between the softest and the strongest pulse of a piece


@pytest.mark.parametrize("seed", SEEDS)
def test_the_drums_drone_has_nothing_nearer_than_a_fifth_below_a3(seed: int) -> None:
    a3, fifth = 57, 7
    for half in written("frame-drum", seed, MIDDLE):
        assert list(half.chord) == sorted(half.chord)
        assert all(above - below >= fifth for below, above in pairwise(half.chord) if below < a3)
