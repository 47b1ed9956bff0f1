"""The sound process by itself: what it says, what it writes, and how it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pulsetune.model import AudioParameters, SoundState
from pulsetune.sound.link import CHILD_COMMAND
from pulsetune.sound.wire import (
    Close,
    Command,
    Message,
    Open,
    OutputKind,
    Prepare,
    Progress,
    Ready,
    State,
    Target,
    Tick,
)
from pulsetune.sound.wire_codec import decode_message, encode
from tests.fakes.sound_child import COMMAND as PLAIN
from tests.needs import need, patient

RATE_HZ = 48_000


def target(t_s: float, tempo_bpm: float = 60.0) -> Target:
    return Target(AudioParameters(t_s, tempo_bpm, 0.5, 0.5, 0.5, 0.8, 0.6, 0.0))


def order(output: OutputKind, path: Path | None = None, record: Path | None = None, start_frame: int = 0) -> Open:
    texts = [None if place is None else str(place) for place in (path, record)]
    return Open(output, *texts, "felt-piano", 5, start_frame, 1.0, 0.5, device_required=True)


class Child:
    """A sound process on two pipes, without its supervisor."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def send(self, *commands: Command) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"".join(map(encode, commands)))
        self.process.stdin.flush()

    def until(self, kind: type | SoundState) -> Message:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = decode_message(line)
            assert message is not None, line
            if message is kind or (isinstance(kind, type) and isinstance(message, kind)):
                return message
            if isinstance(message, State) and message.state is kind:
                return message
        raise AssertionError(f"ended without {kind}")

    def rest(self) -> list[Message]:
        """Everything until the end of the pipe; every line must be a message."""
        assert self.process.stdout is not None
        messages = [decode_message(line) for line in self.process.stdout]
        self.process.wait(timeout=10)
        assert None not in messages
        return [message for message in messages if message is not None]

    def hang_up(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()


@contextlib.contextmanager
def running(command: tuple[str, ...] = CHILD_COMMAND) -> Iterator[Child]:
    child = Child(command)
    try:
        yield child
    finally:
        child.process.kill()
        for pipe in (child.process.stdin, child.process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        child.process.wait()


def rendered(path: Path, seconds: int, command: tuple[str, ...] = CHILD_COMMAND) -> list[Message]:
    """Render at 60 BPM to a file."""
    with running(command) as child:
        child.send(order(OutputKind.FILE, path), *[target(float(t)) for t in range(seconds + 1)], Close())
        messages = child.rest()
        assert child.process.returncode == 0
        return messages


def test_the_same_targets_give_the_same_file_bit_for_bit_with_pulses_where_the_tempo_puts_them(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda name: rendered(tmp_path / name, 4), ("a.wav", "b.wav"))
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    sound, _ = soundfile.read(tmp_path / "a.wav")
    assert len(sound) == 4 * RATE_HZ
    assert np.abs(sound).max() > 0.01
    for messages in (first, second):
        ticks = [message.frame for message in messages if isinstance(message, Tick)]
        assert ticks[:4] == [n * RATE_HZ for n in range(4)]  # 60 BPM: one a second


def prepared_file(path: Path, *before: Prepare) -> tuple[bytes, list[Message]]:
    """A second from second 2 on, after ``before``."""
    with running() as child:
        child.send(*before, order(OutputKind.FILE, path, start_frame=2 * RATE_HZ))
        child.send(*[target(float(t)) for t in range(2, 4)], Close())
        messages = child.rest()
        assert child.process.returncode == 0
        return path.read_bytes(), messages


@patient
def test_what_was_prepared_is_the_same_music_and_anything_else_is_built_again(tmp_path: Path) -> None:
    plain, said = prepared_file(tmp_path / "plain.wav")
    ready, _ = prepared_file(tmp_path / "ready.wav", Prepare("felt-piano", 5, ""))
    other, _ = prepared_file(tmp_path / "other.wav", Prepare("no-such-thing", 5, ""), Prepare("frame-drum", 5, "rain"))
    assert ready == plain
    assert other == plain
    assert [message.frame for message in said if isinstance(message, Tick)] == [n * RATE_HZ for n in range(2, 4)]


def test_a_file_is_aligned_with_music_time_to_the_sample(tmp_path: Path) -> None:
    """The plain player's frame n is n / 2**20, so that every sample says which frame it is."""
    rendered(tmp_path / "count.flac", 5, (*PLAIN, "counting"))
    sound, _ = soundfile.read(tmp_path / "count.flac")
    assert len(sound) == 5 * RATE_HZ
    np.testing.assert_allclose(sound[:, 0], np.arange(5 * RATE_HZ) / 2**20, atol=2**-22)


def test_a_file_waits_for_its_targets(tmp_path: Path) -> None:
    with running((*PLAIN, "steady")) as child:
        child.send(order(OutputKind.FILE, tmp_path / "a.wav"), target(0.0), target(2.0))
        child.until(Ready)
        frame, reports = 0, 0
        while reports < 3:  # it has nothing left to do, and says so
            progress = child.until(Progress)
            assert isinstance(progress, Progress)
            reports = reports + 1 if progress.rendered_frame == frame else 0
            frame = progress.rendered_frame
    assert 2 * RATE_HZ - 1024 - 256 <= frame <= 2 * RATE_HZ


def test_when_its_parent_has_gone_it_fades_out_and_ends_within_two_seconds() -> None:
    """And standard output carries the protocol alone: pyo prints a banner, and ``rest`` refuses what is no message."""
    with running() as child:
        child.send(order(OutputKind.NULL), target(0.0), target(3.0))
        child.until(SoundState.PLAYING)
        child.hang_up()
        begun_s = time.monotonic()
        messages = child.rest()
        took_s = time.monotonic() - begun_s
    assert isinstance(messages[-1], State)
    assert messages[-1].state is SoundState.FINISHED
    assert 0.8 < took_s < 2.2  # the fade takes a second


def test_an_orphaned_file_is_closed_properly(tmp_path: Path) -> None:
    with running((*PLAIN, "steady")) as child:
        child.send(order(OutputKind.FILE, tmp_path / "a.flac"), target(0.0), target(600.0))
        while True:
            progress = child.until(Progress)
            if isinstance(progress, Progress) and progress.rendered_frame > RATE_HZ:
                break
        child.hang_up()
        child.process.wait(timeout=3)
        assert child.process.returncode == 0
    assert soundfile.info(tmp_path / "a.flac").frames > RATE_HZ


def test_ctrl_c_does_not_end_it() -> None:
    need("posix", sys.platform != "win32", "Windows keeps Ctrl-C from the process by its group")
    with running((*PLAIN, "steady")) as child:
        child.send(order(OutputKind.NULL), target(0.0), target(3.0))
        child.until(SoundState.PLAYING)
        os.kill(child.process.pid, signal.SIGINT)
        for _ in range(2):
            child.until(Progress)
        assert child.process.poll() is None


def test_live_sound_plays_on_when_targets_are_late() -> None:
    with running((*PLAIN, "steady")) as child:
        child.send(order(OutputKind.NULL), target(0.0), target(2.0))
        child.until(SoundState.PLAYING)
        while True:
            progress = child.until(Progress)
            assert isinstance(progress, Progress)
            if progress.rendered_frame > 2 * RATE_HZ + RATE_HZ // 2:  # half a second past the last target
                break
        assert progress.underruns == 0


def test_a_recording_beside_live_sound_is_the_music_without_its_fades(tmp_path: Path) -> None:
    with running((*PLAIN, "steady")) as child:
        child.send(order(OutputKind.NULL, record=tmp_path / "live.flac"), target(0.0), target(1.0), Close())
        child.rest()
    sound, _ = soundfile.read(tmp_path / "live.flac")
    assert len(sound) >= RATE_HZ - 1024
    np.testing.assert_allclose(sound, 0.25, atol=2**-22)


def test_an_unknown_soundscape_is_said_in_words() -> None:
    with running() as child:
        child.send(Open(OutputKind.NULL, None, None, "no-such-thing", 1, 0, 1.0, 0.0, device_required=True))
        state = child.until(SoundState.FAILED)
        assert isinstance(state, State)
        assert "no-such-thing" in state.detail


@pytest.mark.parametrize("first", [b"", b"nonsense\n", encode(Close())])
def test_without_an_order_it_ends(first: bytes) -> None:
    with running((*PLAIN, "steady")) as child:
        assert child.process.stdin is not None
        child.process.stdin.write(first)
        child.process.stdin.close()
        assert child.process.wait(timeout=10) == 2


def test_live_sound_that_comes_back_goes_on_without_a_recording_that_cannot_be_opened(tmp_path: Path) -> None:
    again = replace(order(OutputKind.NULL, record=tmp_path / "gone" / "r.wav"), device_required=False)
    with running((*PLAIN, "steady")) as child:
        child.send(again, target(0.0), target(2.0))
        said = child.until(SoundState.PLAYING)
        assert isinstance(said, State)
        assert "recording stopped" in said.detail
        child.until(Ready)
        child.send(Close())
        assert any(isinstance(message, State) and message.state is SoundState.FINISHED for message in child.rest())
