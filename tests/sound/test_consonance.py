"""Where the tones of a lasting chord lie, so that they do not beat against each other."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicValues
from pulsetune.sound.composer import Composer
from pulsetune.sound.consonance import HIGH, LOW, roughness, smoothest
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES, BUILDING, ManualServer
from pulsetune.sound.soundscapes.warm_pad import WarmPad
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


@pytest.mark.parametrize(("brightness", "expected"), [(0.8, (50, 54, 57, 62)), (0.2, smoothest((50, 54, 57, 62)))])
def test_the_pad_plays_full_chords_while_lively_and_the_smoothest_while_calm(
    brightness: float, expected: tuple[int, ...]
) -> None:
    written = (50, 54, 57, 62)
    values = MusicValues(60.0, brightness, 0.5, 0.5, 0.0, 1.0, 0.0)
    with BUILDING:
        server = ManualServer(1)
        pad = WarmPad(1)
        server.start()
    pad.chord(written, values, 0.1)
    blocks = []
    for _ in range(3 * SAMPLE_RATE_HZ // BLOCK_FRAMES):
        pad.shape(values)
        blocks.append(server.process())
        pad.block_done()
    server.close()
    samples = np.concatenate(blocks)[SAMPLE_RATE_HZ:].mean(axis=1)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    bins_hz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HZ)

    def level(pitch: int) -> float:
        hz = 440 * 2 ** ((pitch - 69) / 12)
        return float(spectrum[abs(bins_hz - hz) < 0.01 * hz].max())

    lowest = 54  # written in the full chord, an octave higher in the smoothest: no other tone has a partial there
    assert (level(lowest) > 0.1 * level(50)) is (lowest in expected)
