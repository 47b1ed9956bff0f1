"""Felt piano, measured as sound: tempo, loudness, peaks, clicks, and how it follows arousal."""

from __future__ import annotations

import numpy as np
import pytest

from pulsetune.sound.player import SAMPLE_RATE_HZ
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES, ManualServer, pyo
from pulsetune.sound.soundscapes import felt_recordings, ringing, textures
from pulsetune.sound.soundscapes.felt_piano import BASS_S, UPPER_S
from pulsetune.sound.soundscapes.voices import NoteVoices
from tests.needs import need_patience, patient
from tests.tools.loudness import centroid_hz, click_db, loudness_lufs, true_peak_db
from tests.tools.music import Heard, hear, target
from tests.tools.tempo_meter import tempo_bpm

MUSIC_ENDS_HZ = 12_500  # the note tables hold nothing above 12 kHz


@pytest.fixture(scope="module")
def steady() -> Heard:
    return hear([target(tempo_bpm=60.0, bed_level=0.475)], 30.0)  # as the guide asks for at arousal .5


@pytest.fixture(scope="module")
def calming() -> Heard:
    """A minute from activated to calm."""
    lively = target(0.0, 75.0, brightness=1.0, density=1.0, warmth=0.0)
    return hear([lively, target(60.0, 60.0, brightness=0.0, density=0.0, warmth=1.0)], 60.0)


@pytest.fixture(scope="module")
def liveliest() -> Heard:
    return hear([target(tempo_bpm=92.0, brightness=1.0, density=1.0, warmth=0.0)], 20.0, seed=4)


def test_it_is_as_loud_as_every_soundscape_shall_be(steady: Heard) -> None:
    assert loudness_lufs(steady.samples) == pytest.approx(-20.0, abs=1.0)


def test_it_leaves_headroom_before_the_limiter(steady: Heard, liveliest: Heard) -> None:
    assert true_peak_db(steady.samples) < -4.0
    assert true_peak_db(liveliest.samples) < -3.0


def test_it_has_no_direct_current(steady: Heard, calming: Heard) -> None:
    for heard in (steady, calming):
        assert np.max(np.abs(heard.samples.mean(axis=0))) < 1e-4


def test_nothing_clicks(steady: Heard, calming: Heard, liveliest: Heard) -> None:
    for heard in (steady, calming, liveliest):
        assert click_db(heard.samples, MUSIC_ENDS_HZ) < -62.0


def test_the_click_meter_would_hear_a_small_step(steady: Heard) -> None:
    clicked = steady.samples.copy()
    clicked[1_000_000:] += 0.01
    assert click_db(clicked, MUSIC_ENDS_HZ) > -55.0


def test_from_activated_to_calm_it_darkens_thins_out_and_does_not_get_louder(calming: Heard) -> None:
    third = len(calming.samples) // 3
    first, last = calming.samples[:third], calming.samples[-third:]
    assert centroid_hz(last) < 0.75 * centroid_hz(first)
    assert loudness_lufs(last) < loudness_lufs(first)


@patient
def test_the_tempo_that_is_heard_is_the_tempo_that_is_logged(steady: Heard, calming: Heard, liveliest: Heard) -> None:
    half = 30 * SAMPLE_RATE_HZ
    assert tempo_bpm(steady.samples[:half], SAMPLE_RATE_HZ) == pytest.approx(60.0, abs=0.3)
    assert tempo_bpm(liveliest.samples, SAMPLE_RATE_HZ) == pytest.approx(92.0, abs=0.3)
    assert tempo_bpm(calming.samples[:half], SAMPLE_RATE_HZ) == pytest.approx(71.25, abs=1.0)
    assert tempo_bpm(calming.samples[half:], SAMPLE_RATE_HZ) == pytest.approx(63.75, abs=1.0)


@pytest.mark.parametrize(("tempo", "density", "warmth"), [(42.0, 1.0, 0.0), (51.3, 0.0, 1.0), (83.0, 1.0, 0.3)])
def test_no_tempo_is_mistaken_for_its_octave(tempo: float, density: float, warmth: float) -> None:
    need_patience()
    heard = hear([target(tempo_bpm=tempo, brightness=1 - warmth, density=density, warmth=warmth)], 30.0, seed=9)
    assert tempo_bpm(heard.samples, SAMPLE_RATE_HZ) == pytest.approx(tempo, abs=0.3)


def test_no_note_is_ever_cut_or_lost_for_want_of_a_voice(liveliest: Heard, calming: Heard) -> None:
    assert liveliest.dropped_notes == 0
    assert calming.dropped_notes == 0


@pytest.mark.parametrize("pitch", [33, 48, 60, 72, 93])
def test_a_note_begins_and_ends_at_zero_whatever_its_touch(pitch: int) -> None:
    for hardness, attack_s in ((0.0, 0.032), (0.9, 0.005)):
        sound = ringing.touched(felt_recordings.piano()[pitch], 0.6, hardness, attack_s)
        assert not sound[0].any()
        assert not sound[-1].any()
        assert np.abs(np.diff(sound[:100], axis=0)).max() < 0.05


@pytest.mark.parametrize("speed", [2 ** (-1 / 12), 2 ** (1 / 12)])
@pytest.mark.parametrize("longest_s", [BASS_S, UPPER_S])
def test_a_key_between_two_recordings_is_read_faster_or_slower_and_steps_over_its_end(
    longest_s: float, speed: float
) -> None:
    server = ManualServer(1)
    size = int(longest_s * ringing.TONE_RATE_HZ)
    voices = NoteVoices(1, longest_s, ringing.TONE_RATE_HZ)
    out = pyo.Sig(voices.signal).out()
    server.start()
    positions = np.repeat(np.arange(size, dtype=np.float32)[:, None], 2, axis=1)
    try:
        for began, factor in ((0, speed), (20 * SAMPLE_RATE_HZ, 1.0), (40 * SAMPLE_RATE_HZ, speed)):
            voices.start(positions, 5, began, SAMPLE_RATE_HZ, factor)
            blocks = [server.process()]
            voices.block_done()
            frames = int(2 * size / factor)
            blocks += [server.process() for _ in range(frames // BLOCK_FRAMES + 2)]
            heard = np.concatenate(blocks)[5:, 0]
            assert heard[size] == pytest.approx(size / 2 * factor, abs=0.5)
            assert heard[frames - 10] == pytest.approx(size - 5 * factor, abs=1.5)
            assert not heard[frames + 1 :].any()
    finally:
        server.close()
    assert out is not None
    assert voices.dropped == 0


@pytest.mark.parametrize("speed", [2 ** (-1 / 12), 1.0, 2 ** (1 / 12)])
def test_a_key_between_two_recordings_is_heard_when_a_recorded_one_is(speed: float) -> None:
    """An attack 20 ms after the first sample, which is where the recordings' rises have their middle."""
    layer = np.zeros((4_000, 2), np.float32)
    layer[480] = 1.0  # 20 ms at 24 kHz
    moved = felt_recordings.heard_in_time(ringing.Tone(layer, 0.5 * layer), speed)
    assert len(moved.dark) == len(moved.bright) <= len(layer)
    assert not moved.dark[-1].any()
    heard_s = [float(np.argmax(one[:, 0])) / speed / 24_000 for one in (moved.dark, moved.bright)]
    assert heard_s == pytest.approx([0.020, 0.020], abs=0.0001)


def test_loops_have_no_seam_and_the_hall_is_quiet_at_its_end() -> None:
    generator = np.random.default_rng(2)
    loop = textures.pad_loop(SAMPLE_RATE_HZ, generator)
    steps = np.abs(np.diff(loop, axis=0))
    assert np.max(np.abs(loop[0] - loop[-1])) <= steps.max()
    response = textures.hall(SAMPLE_RATE_HZ)
    energy = np.sum(response**2, axis=0)
    assert energy == pytest.approx([1.0, 1.0], rel=0.2)
    assert np.sum(response[-4800:] ** 2) < 1e-7
