"""Where the tones of a lasting chord lie, so that they do not beat against each other."""

from __future__ import annotations

from itertools import product

import pytest

from pulsetune.sound.composer import Composer
from pulsetune.sound.consonance import HIGH, LOW, roughness, smoothest
from pulsetune.sound.styles import PAD


def written_chords() -> set[tuple[int, ...]]:
    return {composer.half_bar(0.5, 0.5).chord for composer in (Composer(8, PAD),) for _ in range(256)}


def test_intervals_are_as_rough_as_plomp_and_levelt_order_them() -> None:
    """1965, figure 11: the octave is smoothest, then fifth, fourth, thirds; a whole tone and a semitone are roughest."""
    order = [12, 7, 4, 3, 2, 1]
    heard = [roughness((57, 57 + semitones)) for semitones in order]
    assert heard == sorted(heard)


@pytest.mark.parametrize("interval", [3, 4])
def test_the_same_third_is_rougher_the_lower_it_lies(interval: int) -> None:
    """A critical band is narrower in semitones higher up."""
    assert roughness((45, 45 + interval)) > roughness((57, 57 + interval)) > roughness((69, 69 + interval))


def test_the_smoothest_chord_keeps_its_bass_and_its_tones_within_reach() -> None:
    for chord in written_chords():
        bass, *upper = smoothest(chord)
        assert bass == chord[0]
        assert [pitch % 12 for pitch in upper] == [pitch % 12 for pitch in chord[1:]]
        assert all(LOW <= pitch <= HIGH and pitch != bass for pitch in upper)


def test_no_other_octaves_are_smoother() -> None:
    for chord in written_chords():
        least = roughness(smoothest(chord))
        for moves in product((-12, 0, 12), repeat=3):
            upper = [pitch + move for pitch, move in zip(chord[1:], moves, strict=True)]
            if all(LOW <= pitch <= HIGH and pitch != chord[0] for pitch in upper):
                assert least <= roughness((chord[0], *upper))


def test_chords_as_they_are_written_are_rougher() -> None:
    chords = written_chords()
    written = sum(map(roughness, chords)) / len(chords)
    smoothed = sum(roughness(smoothest(chord)) for chord in chords) / len(chords)
    assert smoothed < 0.6 * written
