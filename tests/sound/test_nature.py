"""Sounds of nature under the music: level, calm, no loop, and that the whole is no louder."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pytest

from pulsetune.errors import WrongUse
from pulsetune.sound.clock import MusicValues
from pulsetune.sound.player import BLOCK_FRAMES, SAMPLE_RATE_HZ, Player
from pulsetune.sound.soundscapes import SOUNDSCAPES
from pulsetune.sound.soundscapes.nature import BEDS, MIDDLE_BED_LEVEL, UNDER_MUSIC_DB, NatureBed, room_for_bed
from pulsetune.sound.soundscapes.nature_sounds import chirp
from tests.needs import need_patience
from tests.tools.loudness import click_db, loudness_lufs, true_peak_db
from tests.tools.music import target

SECONDS = 12


def values(bed_level: float) -> MusicValues:
    return MusicValues(60.0, 0.5, 0.5, 0.5, 1.0, bed_level, 0.0)


def render(name: str, seed: int = 1, seconds: float = SECONDS, bed_level: float = MIDDLE_BED_LEVEL) -> np.ndarray:
    bed = NatureBed(name, seed)
    blocks = [bed.render(values(bed_level)) for _ in range(int(seconds * SAMPLE_RATE_HZ / BLOCK_FRAMES))]
    bed.close()
    return np.concatenate(blocks).astype(np.float64)


@pytest.fixture(scope="module", params=sorted(BEDS))
def sound(request: pytest.FixtureRequest) -> np.ndarray:
    return render(request.param)


def level_db(sound: np.ndarray, seconds: float) -> np.ndarray:
    frames = round(seconds * SAMPLE_RATE_HZ)
    cut = sound[SAMPLE_RATE_HZ : len(sound) // frames * frames]
    power = np.mean(cut[: len(cut) // frames * frames].reshape(-1, frames * 2) ** 2, axis=1)
    return 10 * np.log10(power)


def test_it_lies_well_under_the_music(sound: np.ndarray) -> None:
    assert loudness_lufs(sound) == pytest.approx(-20.0 + UNDER_MUSIC_DB, abs=1.5)  # eleven seconds of what wanders


def test_it_is_calm_and_nothing_in_it_is_sudden(sound: np.ndarray) -> None:
    tenths_db = level_db(sound, 0.1)
    assert np.diff(tenths_db).max() < 6.0
    assert tenths_db.max() - np.median(tenths_db) < 8.0
    seconds_db = level_db(sound, 1.0)
    assert np.ptp(seconds_db) < 8.0
    assert true_peak_db(sound) < -12.0


def test_it_has_no_direct_current_and_begins_at_nothing(sound: np.ndarray) -> None:
    assert np.abs(sound.mean(axis=0)).max() < 1e-4
    assert np.abs(sound[0]).max() < 1e-4


def test_it_is_wide_and_yet_whole_in_mono(sound: np.ndarray) -> None:
    assert abs(np.corrcoef(sound.T)[0, 1]) < 0.5


def test_it_is_seeded() -> None:
    for name in BEDS:
        first, again, other = (render(name, seed, 1.0) for seed in (3, 3, 4))
        assert np.array_equal(first, again)
        assert not np.allclose(first, other, atol=1e-4)


@pytest.mark.parametrize("name", sorted(BEDS))
def test_no_part_of_five_minutes_returns(name: str) -> None:
    """A loop of any length up to two and a half minutes would make two windows of its envelope equal."""
    need_patience()
    envelope = level_db(render(name, 1, 300.0), 0.05)
    envelope = envelope - np.convolve(envelope, np.ones(201) / 201, "same")
    spectrum = np.abs(np.fft.rfft(envelope, 2 * len(envelope))) ** 2
    likeness = np.fft.irfft(spectrum)[: len(envelope)]
    likeness /= likeness[0] * (1 - np.arange(len(envelope)) / len(envelope) + 1e-9)
    assert likeness[100 : len(envelope) // 2].max() < 0.3  # from five seconds to half of all; a loop has 1


def heard(soundscape: str, bed: str, seconds: int) -> np.ndarray:
    player = Player(soundscape, 1, bed=bed)
    player.push(target(bed_level=MIDDLE_BED_LEVEL))
    blocks = [player.render() for _ in range(seconds * SAMPLE_RATE_HZ // BLOCK_FRAMES)]
    player.close()
    return np.concatenate(blocks).astype(np.float64)


def test_the_whole_is_as_loud_as_the_music_alone() -> None:
    alone = loudness_lufs(heard("reference", "", 6))
    for name in BEDS:
        assert loudness_lufs(heard("reference", name, 6)) == pytest.approx(alone, abs=0.5)


@pytest.mark.parametrize(("soundscape", "bed"), list(zip(sorted(SOUNDSCAPES), cycle(sorted(BEDS)), strict=False)))
def test_no_soundscape_becomes_louder_or_softer_by_a_bed(soundscape: str, bed: str) -> None:
    """Each with one, each bed at least once: the beds themselves are equally loud."""
    need_patience()
    alone, samples = heard(soundscape, "", 60), heard(soundscape, bed, 60)
    assert loudness_lufs(samples) == pytest.approx(loudness_lufs(alone), abs=0.5)
    assert true_peak_db(samples) < -2.0
    assert np.abs(samples.mean(axis=0)).max() < 1e-4


def test_it_follows_the_bed_level_and_is_gone_without_one() -> None:
    full, half = loudness_lufs(render("rain", bed_level=0.6)), loudness_lufs(render("rain", bed_level=0.3))
    assert full - half == pytest.approx(6.02, abs=0.05)
    assert not render("rain", bed_level=0.0, seconds=2.0).any()
    assert room_for_bed(values(0.0)) == 1.0


def test_a_chirp_begins_and_ends_at_zero_without_a_corner() -> None:
    one = chirp(2500.0, 0.3, 0.15, 0.5, 1.0)
    assert np.abs(one[[0, -1]]).max() < 1e-6
    assert click_db(one, 16_000) < click_db(one, 1_000) - 80


def test_a_bed_that_does_not_exist_is_named_together_with_those_that_do() -> None:
    with pytest.raises(WrongUse, match="rain"):
        Player("felt-piano", 1, bed="traffic")
