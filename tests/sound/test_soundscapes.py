"""What every soundscape of the common kind must hold, measured as sound."""

from __future__ import annotations

import numpy as np
import pytest

from pulsetune.guide.timbre import timbre_for
from pulsetune.model import AudioParameters, Phase
from pulsetune.sound.clock import SAMPLE_RATE_HZ
from pulsetune.sound.drum_song import DrumSong
from pulsetune.sound.player import Player
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES
from pulsetune.sound.score import Hand
from tests.needs import need_patience
from tests.tools.attack_meter import attack_times_s
from tests.tools.loudness import centroid_hz, loudness_lufs, short_term_lufs, true_peak_db
from tests.tools.tempo_meter import onset_times_s, pulse_times_s, tempo_bpm

need_patience()

STRUCK = ("frame-drum", "raga")  # their pulse is heard one by one
NAMES = ("felt-piano", "warm-pad", "ocean-strings", "frame-drum", "raga")


def at_level(t_s: float, level: float, tempo: float, *, phase: Phase = Phase.LEAD) -> AudioParameters:
    """What the guide asks for at an arousal level, its own change of loudness left out."""
    sound = timbre_for(level, phase)
    return AudioParameters(
        t_s, tempo, sound.brightness, sound.density, sound.warmth, sound.pulse_level, sound.bed_level, 0.0
    )


def render(name: str, targets: list[AudioParameters], seconds: float) -> tuple[np.ndarray, int]:
    player = Player(name, 1)
    try:
        for one in targets:
            player.push(one)
        blocks = [player.render() for _ in range(int(seconds * SAMPLE_RATE_HZ / BLOCK_FRAMES))]
        return np.concatenate(blocks).astype(np.float64), player.dropped_notes
    finally:
        player.close()


@pytest.mark.parametrize("name", NAMES)
def test_from_lively_to_calm_it_darkens_and_stays_clean(name: str) -> None:
    samples, dropped = render(name, [at_level(0.0, 1.0, 75.0), at_level(45.0, 0.0, 60.0)], 45.0)
    third = len(samples) // 3
    assert centroid_hz(samples[-third:]) < 0.75 * centroid_hz(samples[:third])
    begun_s = onset_times_s(samples, SAMPLE_RATE_HZ)
    assert np.sum(begun_s > 30.0) < 0.9 * np.sum(begun_s < 15.0)
    assert true_peak_db(samples) < -2.5  # the limiter, set at -2, has nothing to do
    assert np.max(np.abs(samples.mean(axis=0))) < 1e-4
    assert dropped == 0


@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_the_common_loudness_and_its_tempo_is_heard(name: str) -> None:
    samples, _ = render(name, [at_level(0.0, 0.5, 66.0)], 60.0)
    assert loudness_lufs(samples) == pytest.approx(-20.0, abs=0.5)
    short_term = short_term_lufs(samples)[30:]  # one each 0.1 s; the start is no jump
    assert np.max(np.abs(short_term[30:] - short_term[:-30])) < 3.0
    pulses_s = pulse_times_s(samples, SAMPLE_RATE_HZ)[2:]
    assert 480 / (pulses_s[8:] - pulses_s[:-8]) == pytest.approx(66.0, abs=0.5)
    if name in STRUCK:
        assert 60 / np.diff(attack_times_s(samples, SAMPLE_RATE_HZ, pulses_s)) == pytest.approx(66.0, abs=0.5)
    assert tempo_bpm(samples, SAMPLE_RATE_HZ, 56.0, 76.0) == pytest.approx(66.0, abs=0.5)


@pytest.mark.parametrize("name", NAMES)
def test_no_note_is_lost_at_the_fastest_and_fullest(name: str) -> None:
    fullest = AudioParameters(0.0, 92.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0)
    assert render(name, [fullest], 20.0)[1] == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_bed_alone_is_music_too(name: str) -> None:
    samples, _ = render(name, [at_level(0.0, 0.5, 60.0, phase=Phase.CALIBRATE)], 20.0)
    assert -34.0 < loudness_lufs(samples) < -18.0


@pytest.mark.parametrize("seed", range(6))
def test_the_drum_strikes_once_a_pulse_and_between_pulses_only_half_way(seed: int) -> None:
    song = DrumSong(seed)
    notes = [note for _ in range(80) for note in song.half_bar(1.0, 0.5).notes]
    strokes = [note.at_pulses for note in notes if note.hand is Hand.LEFT]
    assert strokes == [float(pulse) for pulse in range(160)]
    assert {note.at_pulses % 1 for note in notes if note.hand is Hand.INNER} == {0.5}
    tones = {(note.pitch - song.root) % 12 for note in notes if note.hand is Hand.RIGHT}
    assert tones <= set(song.scale)


def test_the_drums_song_is_seeded_and_thins_out() -> None:
    def written(seed: int, density: float) -> list[tuple[float, int]]:
        song = DrumSong(seed)
        halves = [song.half_bar(density, 0.5) for _ in range(80)]
        return [(note.at_pulses, note.pitch) for half in halves for note in half.notes]

    assert written(3, 0.6) == written(3, 0.6)
    assert written(3, 0.6) != written(4, 0.6)
    assert set(written(3, 0.0)) < set(written(3, 1.0))
    assert len(written(3, 0.0)) < len(written(3, 0.5)) < len(written(3, 1.0))
