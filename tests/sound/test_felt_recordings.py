"""The piano's recordings: found in the package, in tune, at the stated rate and level, and a damaged file is said in words."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from pulsetune.errors import PulseTuneError
from pulsetune.sound.composer import Composer
from pulsetune.sound.soundscapes import felt_recordings, ringing

FOLDER = resources.files("pulsetune.sound") / "recordings" / "piano"
RATE_HZ = 24_000
PITCHES = range(33, 94, 3)
NAMES = [f"{pitch}-{layer}.ogg" for pitch in PITCHES for layer in ("soft", "hard")]


@pytest.fixture(scope="module")
def sounds() -> dict[str, NDArray[np.float32]]:
    return {name: felt_recordings.read_recording(FOLDER / name) for name in NAMES}


def power(sound: NDArray[np.float32]) -> float:
    return float(np.mean(sound**2))


def test_all_of_them_and_what_they_owe_to_whom_are_in_the_package_and_small() -> None:
    found = {file.name: len(file.read_bytes()) for file in FOLDER.iterdir()}
    assert set(found) == {*NAMES, "CREDITS.txt"}
    assert sum(found.values()) < 2_000_000
    credit = (FOLDER / "CREDITS.txt").read_text(encoding="utf-8")
    for word in ("Alexander Holm", "Salamander Grand Piano V3", "creativecommons.org/licenses/by/3.0", "Changes:"):
        assert word in credit


def test_they_are_sound_at_the_rate_of_the_note_tables_and_not_clipped(sounds: dict[str, NDArray[np.float32]]) -> None:
    assert ringing.TONE_RATE_HZ == RATE_HZ
    for name, sound in sounds.items():
        assert 2.0 * RATE_HZ < len(sound) < 5.0 * RATE_HZ, name
        assert np.isfinite(sound).all(), name
        assert 0.1 < np.abs(sound).max() < 0.95, name
        assert np.abs(sound.mean(axis=0)).max() < 2e-4, name


def test_each_has_the_common_level_dies_away_and_ends_at_zero(sounds: dict[str, NDArray[np.float32]]) -> None:
    for name, sound in sounds.items():
        first = int(0.8 * RATE_HZ)
        assert np.sqrt(power(sound[:first])) == pytest.approx(felt_recordings.RECORDED_RMS, rel=0.03), name
        thirds = [power(part) for part in np.array_split(sound, 3)]
        assert thirds[0] > 5.0 * thirds[1] > 25.0 * thirds[2], name
        assert not sound[-1].any(), name


@pytest.mark.parametrize("pitch", PITCHES)
def test_each_note_is_in_tune(pitch: int, sounds: dict[str, NDArray[np.float32]]) -> None:
    """By the stronger of the first two partials: a bass string's fundamental is hardly there."""
    wanted_hz = 440.0 * 2 ** ((pitch - 69) / 12)
    sound = sounds[f"{pitch}-soft.ogg"].mean(axis=1)[int(0.05 * RATE_HZ) :]
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size))
    hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    tops = []
    for number in (1, 2):
        near = np.flatnonzero(np.abs(1200 * np.log2(np.maximum(hz, 1.0) / (number * wanted_hz))) < 60)
        top = near[np.argmax(spectrum[near])]
        tops.append((spectrum[top], 1200 * np.log2(hz[top] / (number * wanted_hz))))
    assert abs(max(tops)[1]) < 4.0


def test_both_microphones_may_be_heard_through_one_small_speaker(sounds: dict[str, NDArray[np.float32]]) -> None:
    for name, sound in sounds.items():
        assert power(sound.mean(axis=1)) > 0.7 * power(sound), name


def test_the_hard_layer_is_brighter_than_the_soft_one(sounds: dict[str, NDArray[np.float32]]) -> None:
    for pitch in PITCHES:
        centroids_hz = []
        for layer in ("soft", "hard"):
            spectrum = np.abs(np.fft.rfft(sounds[f"{pitch}-{layer}.ogg"].mean(axis=1), 1 << 17)) ** 2
            centroids_hz.append(np.average(np.fft.rfftfreq(1 << 17, 1 / RATE_HZ), weights=spectrum))
        assert centroids_hz[1] > 1.005 * centroids_hz[0], pitch
        if pitch < 66:
            assert centroids_hz[1] > 1.3 * centroids_hz[0], pitch


def test_whatever_the_composer_writes_lies_a_semitone_from_a_recording_at_most() -> None:
    written = {
        note.pitch
        for seed in range(8)
        for density, warmth in ((1.0, 0.0), (0.5, 1.0))
        for composer in [Composer(seed)]
        for _ in range(60)
        for note in composer.half_bar(density, warmth).notes
    }
    assert len(written) > 30
    assert max(abs(pitch - felt_recordings.nearest(pitch)) for pitch in written) == 1
    assert {felt_recordings.nearest(pitch) for pitch in range(20, 110)} == set(PITCHES)


def test_they_are_read_once_a_process() -> None:
    assert felt_recordings.piano() is felt_recordings.piano()


def damaged(folder: Path, kind: str) -> Path:
    path = folder / "60-soft.ogg"
    whole = (FOLDER / "60-soft.ogg").read_bytes()
    match kind:
        case "broken":
            path.write_bytes(b"no music" * 100)
        case "empty":
            path.write_bytes(b"")
        case "cut off":
            path.write_bytes(whole[:2000])
        case "another rate":
            soundfile.write(path, np.zeros((100, 2)), 48_000, "VORBIS", format="OGG")
        case "one channel":
            soundfile.write(path, np.zeros(100), RATE_HZ, "VORBIS", format="OGG")
    return path


def test_half_a_file_is_not_half_a_note(tmp_path: Path) -> None:
    for layer, share in (("soft", 1.0), ("hard", 0.5)):
        whole = (FOLDER / f"60-{layer}.ogg").read_bytes()
        (tmp_path / f"60-{layer}.ogg").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(PulseTuneError, match=r"60-hard\.ogg"):
        felt_recordings.read_note(tmp_path, 60)


@pytest.mark.parametrize("kind", ["missing", "broken", "empty", "cut off", "another rate", "one channel"])
def test_a_damaged_file_is_said_in_a_sentence(tmp_path: Path, kind: str) -> None:
    with pytest.raises(PulseTuneError) as caught:
        felt_recordings.read_recording(damaged(tmp_path, kind))
    assert "60-soft.ogg" in str(caught.value)
    assert "Install PulseTune again" in str(caught.value)
