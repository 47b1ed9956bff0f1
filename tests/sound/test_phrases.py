"""Where phrases begin: other music may take over there, and nowhere else."""

from __future__ import annotations

import itertools

import pytest

from pulsetune.sound.alap import Alap
from pulsetune.sound.composer import Composer
from pulsetune.sound.drum_song import DrumSong
from pulsetune.sound.score import ScoreWriter
from pulsetune.sound.styles import PAD, STRINGS


def phrase_lengths_pulses(writer: ScoreWriter) -> list[int]:
    written = [writer.half_bar(0.5, 0.5) for _ in range(200)]
    begins = [2 * number for number, half_bar in enumerate(written) if half_bar.begins_phrase]
    assert begins[0] == 0
    return [after - before for before, after in itertools.pairwise(begins)]


@pytest.mark.parametrize("seed", range(5))
def test_a_phrase_ends_after_two_bars_or_where_the_flute_has_breathed_out(seed: int) -> None:
    for writer in (Composer(seed), Composer(seed, PAD), Composer(seed, STRINGS), DrumSong(seed)):
        assert set(phrase_lengths_pulses(writer)) == {8}
    assert set(phrase_lengths_pulses(Alap(seed))) <= {12, 16}
