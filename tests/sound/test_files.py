"""Files: aligned with music time, whole to the sample, readable after a kill, clear about trouble."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pulsetune.sound.files import FileOutput, FileTrouble
from tests.needs import need

RATE_HZ = 48_000
NOISE = (0.3 * np.random.default_rng(3).uniform(-1, 1, (4096, 2))).astype(np.float32)
STEP = 2.0**-23  # of 24 bits


@pytest.mark.parametrize("suffix", [".flac", ".wav", ".WAV"])
def test_a_file_begins_and_ends_to_the_sample(tmp_path: Path, suffix: str) -> None:
    output = FileOutput(tmp_path / f"music{suffix}", RATE_HZ, skip_frames=1500)
    for at in range(0, 4096, 1024):
        if at == 3072:
            output.length_frames = 2000
        output.write(NOISE[at : at + 1024])
    output.close()
    sound, rate_hz = soundfile.read(output.path)
    info = soundfile.info(output.path)
    assert (rate_hz, info.channels, info.subtype) == (RATE_HZ, 2, "PCM_24")
    assert output.written_frames == len(sound) == 2000
    assert np.abs(sound - NOISE[1500:3500]).max() <= STEP


def test_full_scale_does_not_wrap_around(tmp_path: Path) -> None:
    output = FileOutput(tmp_path / "full.wav", RATE_HZ, 0)
    output.write(np.array([[1.0, -1.0], [1.5, -1.5], [0.5, -0.5]], np.float32))
    output.close()
    sound, _ = soundfile.read(output.path)
    assert np.abs(sound - [[1, -1], [1, -1], [0.5, -0.5]]).max() <= 2 * STEP


@pytest.mark.parametrize("suffix", [".flac", ".wav"])
def test_after_a_kill_what_was_written_can_be_read(tmp_path: Path, suffix: str) -> None:
    need("posix", hasattr(signal, "SIGKILL"), "only POSIX has kill -9")
    path = tmp_path / f"music{suffix}"
    program = (  # prints how much it would report as safe
        "import os, sys, numpy as np; from pathlib import Path; from pulsetune.sound.files import FileOutput\n"
        "output = FileOutput(Path(sys.argv[1]), 48000, 0)\n"
        "noise = (0.3 * np.random.default_rng(4).uniform(-1, 1, (1024, 2))).astype(np.float32)\n"
        "[output.write(noise) for _ in range(470)]\n"
        "print(output.safe_frames, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True)
    assert ran.returncode == -signal.SIGKILL
    frames = 0
    with soundfile.SoundFile(path) as file:
        try:
            while read := len(file.read(1024)):
                frames += read
        except soundfile.LibsndfileError:
            pass  # a FLAC stream that was cut ends with half a frame
    assert 470 * 1024 - 3 * 4096 < int(ran.stdout) <= frames


@pytest.mark.parametrize("suffix", [".flac", ".wav"])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "nowhere" / f"music{suffix}"
    with pytest.raises(FileTrouble, match=f"{path} cannot be written: No such file"):
        FileOutput(path, RATE_HZ, 0)


@pytest.mark.parametrize("suffix", [".flac", ".wav"])
def test_a_full_disk_is_noticed(tmp_path: Path, suffix: str) -> None:
    need("dev_full", Path("/dev/full").exists(), "this system has no device that is always full")
    path = tmp_path / f"music{suffix}"
    path.symlink_to("/dev/full")
    with pytest.raises(FileTrouble, match=str(path)):  # noqa: PT012 -- which step notices is the library's affair
        output = FileOutput(path, RATE_HZ, 0)
        for _ in range(200):
            output.write(NOISE)
        output.close()


@pytest.mark.parametrize("suffix", [".flac", ".wav"])
def test_where_the_disk_was_full_a_file_that_others_can_read_is_left(tmp_path: Path, suffix: str) -> None:
    need("posix", hasattr(signal, "SIGXFSZ"), "only POSIX limits the size of a file")
    path = tmp_path / f"music{suffix}"
    program = (
        "import resource, sys, numpy as np; from pathlib import Path\n"
        "from pulsetune.sound.files import FileOutput, FileTrouble\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
        "output = FileOutput(Path(sys.argv[1]), 48000, 0)\n"
        "noise = (0.3 * np.random.default_rng(4).uniform(-1, 1, (1024, 2))).astype(np.float32)\n"
        "try:\n"
        "    [output.write(noise) for _ in range(470)]\n"
        "except FileTrouble as trouble:\n"
        "    print(trouble)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert "cannot be written" in ran.stdout
    sound, _ = soundfile.read(path)
    assert 0.8 * 400_000 < 6 * len(sound) < 1.3 * 400_000  # noise is hardly compressed
