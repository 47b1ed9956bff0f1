"""The player: exact onsets, exact levels, the same music from the same seed, and a clean end."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from pulsetune.errors import WrongUse
from pulsetune.model import SILENT_DB
from pulsetune.sound.player import BLOCK_FRAMES, SAMPLE_RATE_HZ, Player
from tests.tools.music import hear, target

CHILD_TIMEOUT_S = 60


def test_a_block_is_1024_stereo_frames_of_its_own() -> None:
    player = Player("felt-piano", 1)
    player.push(target())
    first = player.render()
    kept = first.copy()
    player.render()
    player.close()
    assert first.shape == (BLOCK_FRAMES, 2)
    assert first.dtype == np.float32
    assert np.array_equal(first, kept)


def test_position_and_known_count_music_frames_from_the_start_given() -> None:
    player = Player("felt-piano", 1, start_frame=480_000)
    assert (player.position_frames, player.known_frames) == (480_000, 480_000)
    player.push(target(11.0))
    player.render()
    player.close()
    assert (player.position_frames, player.known_frames) == (480_000 + BLOCK_FRAMES, 528_000)


def test_there_is_silence_and_no_tick_while_there_is_no_target() -> None:
    heard = hear([], 1.0)
    assert not heard.samples.any()
    assert heard.ticks == []


def test_the_first_note_begins_at_exactly_the_frame_of_its_pulse() -> None:
    # the pulse is silent until 1.5 s, so the first to sound is the one at 2 s sharp
    opening = [target(0.0, pulse_level=0.0), target(1.5, pulse_level=0.0), target(1.75)]
    heard = hear([dry(one) for one in opening], 2.2)
    assert [tick.frame for tick in heard.ticks] == [96_000]
    assert heard.ticks[0].t_s == 2.0
    assert not heard.samples[:96_000].any()
    assert heard.samples[96_001:96_010].any()


def dry(parameters):  # type: ignore[no-untyped-def]
    return type(parameters)(
        parameters.t_s, parameters.tempo_bpm, 1.0, 0.0, 0.0, parameters.pulse_level, 0.0, parameters.level_db
    )


def test_ticks_lie_on_the_integral_of_a_falling_tempo() -> None:
    # 80 -> 60 in 20 s: (80 t - t^2 / 2) / 60 pulses, so pulse n is at t = 80 - sqrt(6400 - 120 n) s
    heard = hear([target(0.0, 80.0, bed_level=0.0), target(20.0, 60.0, bed_level=0.0)], 20.0)
    expected_s = [80 - (6400 - 120 * pulse) ** 0.5 for pulse in range(len(heard.ticks))]
    assert len(heard.ticks) == 24  # 23.3 pulses and the one at zero
    assert [tick.index for tick in heard.ticks] == list(range(24))
    errors = [tick.frame - at_s * SAMPLE_RATE_HZ for tick, at_s in zip(heard.ticks, expected_s, strict=True)]
    assert all(-0.001 <= error < 1.001 for error in errors)  # the first whole frame at or after it


def test_levels_are_exact_and_silence_is_exactly_nothing() -> None:
    loud, soft = hear([target()], 2.0), hear([target(level_db=-20.0)], 2.0)
    assert np.allclose(soft.samples, 0.1 * loud.samples, atol=1e-7)
    silent = hear([target(level_db=SILENT_DB)], 1.0)
    assert not silent.samples.any()
    assert silent.ticks == []


def test_a_fade_to_silence_is_linear_in_decibels() -> None:
    steady = hear([target()], 6.0).samples
    fading = hear([target(), target(6.0, level_db=-48.0)], 6.0).samples
    strong = np.abs(steady) > 0.02
    level_db = 20 * np.log10(np.abs(fading[strong] / steady[strong]))
    at_s = np.repeat(np.arange(len(steady)) / SAMPLE_RATE_HZ, 2).reshape(-1, 2)[strong]
    assert np.max(np.abs(level_db + 8.0 * at_s)) < 0.05


def test_without_a_pulse_there_is_no_note_and_no_tick_but_the_bed_goes_on() -> None:
    assert not hear([target(pulse_level=0.0, bed_level=0.0)], 5.0).samples.any()
    bed = hear([target(pulse_level=0.0)], 5.0)
    assert bed.ticks == []
    assert np.sqrt(np.mean(bed.samples[96_000:] ** 2)) > 0.003


def test_the_same_seed_gives_the_same_samples_and_another_seed_others() -> None:
    first, again, other = (hear([target()], 3.0, seed=seed).samples for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, atol=1e-3)


def test_targets_that_come_in_time_or_all_at_once_make_the_same_music() -> None:
    targets = [target(number * 0.25, 70.0 - number, density=1.0) for number in range(12)]
    player = Player("felt-piano", 3)
    blocks = []
    waiting = list(targets)
    while player.position_frames < 2.5 * SAMPLE_RATE_HZ:
        while waiting and player.known_frames < player.position_frames + 24_000:
            player.push(waiting.pop(0))
        blocks.append(player.render())
    player.close()
    together = hear(targets, 2.6, seed=3).samples
    in_time = np.concatenate(blocks)
    assert np.allclose(in_time, together[: len(in_time)], atol=1e-6)


def test_an_unknown_soundscape_is_named_together_with_those_that_exist() -> None:
    with pytest.raises(WrongUse, match="felt-piano"):
        Player("theremin", 1)


def test_closing_twice_is_harmless() -> None:
    player = Player("felt-piano", 1)
    player.close()
    player.close()


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=CHILD_TIMEOUT_S)


def test_a_process_that_played_ends_well_and_printed_nothing() -> None:
    done = run_python(
        "from pulsetune.sound.player import Player\n"
        "from pulsetune.model import AudioParameters\n"
        "for seed in range(3):\n"
        "    player = Player('felt-piano', seed)\n"
        "    player.push(AudioParameters(0.0, 60.0, .5, .5, .5, 1.0, 1.0, 0.0))\n"
        "    [player.render() for _ in range(20)]\n"
        "    player.close()\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_list_of_soundscapes_needs_no_pyo() -> None:
    done = run_python(
        "import sys, pulsetune.sound.soundscapes as s; print(*sorted(s.SOUNDSCAPES), 'pyo' in sys.modules)"
    )
    names = done.stdout.split()
    assert set(names[:-1]) >= {"felt-piano", "frame-drum", "ocean-strings", "warm-pad"}
    assert names[-1] == "False"
