"""The sink in the session: whatever happens to the sound process, the session goes on, with sound where possible."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import soundfile

from pulsetune.clocks import SteppedClock, SystemClock
from pulsetune.errors import PulseTuneError, SoundDeviceMissing, WrongUse
from pulsetune.model import AudioParameters, SoundState, SoundStatus
from pulsetune.ports import AHEAD_S
from pulsetune.sound import continuity, succession
from pulsetune.sound.link import CHILD_COMMAND
from pulsetune.sound.supervisor import ProcessSink
from pulsetune.sound.wire import OutputKind, OutputSpec
from tests.fakes.sound_child import COMMAND as PLAIN
from tests.needs import need
from tests.tools.live import gone_within

RATE_HZ = 48_000
STEADY, DYING, COUNTING = ((*PLAIN, manner) for manner in ("steady", "dying", "counting"))


def target(t_s: float) -> AudioParameters:
    return AudioParameters(t_s, 60.0, 0.5, 0.5, 0.5, 0.8, 0.6, 0.0)


def file_sink(path: Path, command: tuple[str, ...] = STEADY) -> ProcessSink:
    return ProcessSink(OutputSpec(OutputKind.FILE, path), "felt-piano", 5, SteppedClock(), child_command=command)


class LiveSession:
    """Drives a live sink as the session does, ten times as often, and keeps what it says."""

    def __init__(self, command: tuple[str, ...] = STEADY, begun_s: float = 100.0) -> None:
        self._started_s = time.monotonic() - begun_s  # in the middle of a session: sound comes at once
        self._last_s = 0.0
        self.said: list[SoundStatus] = []
        self.sink = ProcessSink(OutputSpec(OutputKind.NULL), "felt-piano", 5, self, child_command=command)

    def now_s(self) -> float:
        return time.monotonic() - self._started_s

    async def sleep_until(self, t_s: float) -> None:
        await asyncio.sleep(max(0.0, t_s - self.now_s()))

    def slept_s(self) -> float:
        return 0.0

    async def until(self, done: Callable[[], bool]) -> None:
        deadline_s = self.now_s() + 20
        while not done():
            assert self.now_s() < deadline_s, f"this never happened; it said {self.said}"
            if self.now_s() - self._last_s >= 1.0:
                self._last_s = self.now_s()
                self.sink.apply(target(self._last_s))
            self.said += [event for event in self.sink.drain(self.now_s()) if isinstance(event, SoundStatus)]
            await asyncio.sleep(0.025)

    def count(self, state: SoundState) -> int:
        return sum(status.state is state for status in self.said)

    async def playing(self, times: int) -> SoundStatus:
        await self.until(lambda: self.count(SoundState.PLAYING) == times)
        return self.said[-1]


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


# ---------------------------------------------------------------- live


def test_sound_comes_back_after_the_process_dies_and_after_it_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    need("posix", hasattr(signal, "SIGSTOP"), "only POSIX can stop a process")
    monkeypatch.setattr(succession, "WAKE_CHECKS", 2)  # a successor is warm after half a second and not after three

    async def work() -> None:
        session = LiveSession(CHILD_COMMAND)
        await session.sink.open()
        first = await session.playing(1)
        assert first.latency_s is not None
        assert 1.5 < first.latency_s < 3.3
        for times, blow in ((2, signal.SIGKILL), (3, signal.SIGSTOP)):  # how soon: benchmarks/sound_faults.py
            await session.until(lambda: session.sink.successor_id is not None)
            old = session.sink.process_id
            assert old is not None
            os.kill(old, blow)
            again = await session.playing(times)
            assert again.restarts == times - 1
            assert again.latency_s is not None
            assert 1.5 < again.latency_s < 3.3  # at the present session time, not where the old one stopped
            assert session.sink.process_id != old
            assert gone_within(old, 5.0)
        session.sink.fade(0.0, 0.1)
        await session.sink.close()

    run(work())


def test_after_five_restarts_in_a_row_the_session_goes_on_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(continuity, "RESTART_DELAYS_S", (0.0,) * 5)

    async def work() -> None:
        session = LiveSession(DYING)
        await session.sink.open()
        await session.until(lambda: session.count(SoundState.FAILED) == 1)
        assert session.count(SoundState.RESTARTING) == 5
        assert "this player dies young" in session.said[-1].detail
        session.sink.apply(target(session.now_s()))
        session.sink.fade(0.0, 1.0)
        await session.sink.ready(session.now_s())
        await session.sink.close()
        await session.sink.close()

    run(work())


def test_a_jump_of_session_time_starts_the_music_there_without_rendering_the_gap() -> None:
    async def work() -> None:
        session = LiveSession()
        await session.sink.open()
        await session.playing(1)
        session._started_s -= 3600
        again = await session.playing(2)
        assert again.restarts == 0  # nothing was wrong with the process
        assert again.latency_s is not None
        assert again.latency_s < 3.3
        async with asyncio.timeout(0.0):
            await session.sink.ready(session.now_s() + 1000)  # live sound is never waited for
        session.sink.fade(0.0, 0.1)
        await session.sink.close()

    run(work())


def test_closing_after_the_fade_of_a_stop_is_quick_and_plays_no_more() -> None:
    async def work() -> None:
        session = LiveSession()
        await session.sink.open()
        await session.playing(1)
        session.sink.fade(0.0, 0.2)
        begun_s = time.monotonic()
        await session.sink.close()
        await session.sink.close()
        assert time.monotonic() - begun_s < 1.5  # although 1.8 s and more were buffered
        report = session.sink.report
        assert (report.kind, report.path, report.underruns) == ("null", None, 0)
        assert 0.1 < report.seconds < 1.5
        assert session.sink.process_id is None

    run(work())


def test_without_a_sound_device_opening_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    need("linux", os.name == "posix" and Path("/proc").exists(), "elsewhere devices cannot be hidden")
    for name in ("PULSE_SERVER", "JACK_DEFAULT_SERVER", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))
    (tmp_path / "alsa.conf").write_text("# no device at all\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "alsa.conf"))

    async def work() -> None:
        sink = ProcessSink(OutputSpec(OutputKind.SPEAKERS), "felt-piano", 5, SystemClock(), child_command=STEADY)
        with pytest.raises(SoundDeviceMissing, match="--output"):
            await sink.open()
        await sink.close()

    run(work())


def test_a_successor_waits_takes_over_and_leaves_with_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    need("posix", hasattr(signal, "SIGKILL"), "only POSIX has kill -9")
    monkeypatch.setattr(succession, "WAKE_CHECKS", 2)

    async def work() -> None:
        session = LiveSession()
        await session.sink.open()
        await session.until(lambda: session.sink.successor_id is not None)
        first, second = session.sink.process_id, session.sink.successor_id
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await session.until(lambda: session.sink.process_id == second)
        await session.until(lambda: session.sink.successor_id not in (None, second))
        third = session.sink.successor_id
        assert third is not None
        session.sink.fade(0.0, 0.1)
        await session.sink.close()
        assert gone_within(third, 5.0)

    run(work())


# ---------------------------------------------------------------- files


def test_the_process_that_was_prepared_is_the_one_that_is_opened(tmp_path: Path) -> None:
    async def work() -> None:
        sink = file_sink(tmp_path / "a.wav")
        sink.prepare()
        prepared = sink.successor_id
        assert prepared is not None
        await sink.open()
        assert (sink.process_id, sink.successor_id) == (prepared, None)
        await sink.close()

    run(work())


def test_a_prepared_process_leaves_when_its_session_never_begins(tmp_path: Path) -> None:
    async def work() -> None:
        sink = file_sink(tmp_path / "a.wav")
        sink.prepare()
        prepared = sink.successor_id
        assert prepared is not None
        await sink.close()
        assert gone_within(prepared, 5.0)
        assert not (tmp_path / "a.wav").exists()

    run(work())


def test_another_soundscape_comes_in_a_file_and_every_note_says_whose_it_is(tmp_path: Path) -> None:
    async def work() -> None:
        sink = file_sink(tmp_path / "a.wav", CHILD_COMMAND)
        await sink.open()
        for t_s in range(11):
            wanted = "frame-drum" if t_s >= 2 else "theremin" if t_s >= 1 else None
            sink.apply(replace(target(float(t_s)), soundscape=wanted))
            await sink.ready(float(t_s))
        await sink.close()
        assert sink.report.seconds == 10.0
        assert [tick.frame for tick in sink.pulses] == [RATE_HZ * second for second in range(11)]
        before = {note.soundscape for note in sink.notes if note.frame < 8 * RATE_HZ}
        after = {note.soundscape for note in sink.notes if note.frame >= 8 * RATE_HZ}
        assert (before, after) == ({"felt-piano"}, {"felt-piano", "frame-drum"})  # phrases of eight pulses, 60 BPM
        said = [event for event in sink.drain(10.0) if isinstance(event, SoundStatus)]
        assert [event.state for event in said] == [SoundState.STARTING, SoundState.PLAYING, SoundState.FINISHED]
        assert "theremin" in said[1].detail

    run(work())


def test_back_pressure_keeps_a_fast_clock_within_its_bound(tmp_path: Path) -> None:
    async def work() -> None:
        sink = file_sink(tmp_path / "a.wav")
        await sink.open()
        for t_s in range(61):
            sink.apply(target(float(t_s)))
            await sink.ready(float(t_s))
            written_s = (tmp_path / "a.wav").stat().st_size / (RATE_HZ * 6)
            assert t_s - written_s <= AHEAD_S + 0.1
        await sink.close()
        assert sink.report.seconds == 60.0
        states = [event.state for event in sink.drain(60.0) if isinstance(event, SoundStatus)]
        assert states == [SoundState.STARTING, SoundState.FINISHED]

    run(work())
    assert soundfile.info(tmp_path / "a.wav").frames == 60 * RATE_HZ


def test_waiting_for_more_than_was_asked_for_returns(tmp_path: Path) -> None:
    async def work() -> None:
        sink = file_sink(tmp_path / "a.flac")
        await sink.open()
        await sink.ready(1000.0)  # no target yet
        sink.apply(target(0.0))
        sink.apply(target(1.0))
        async with asyncio.timeout(10):
            await sink.ready(1000.0)
        await sink.close()

    run(work())


def test_a_file_whose_process_was_killed_goes_on_in_a_second_part(tmp_path: Path) -> None:
    need("posix", hasattr(signal, "SIGKILL"), "only POSIX has kill -9")
    path = tmp_path / "a.wav"

    async def work() -> None:
        sink = file_sink(path, COUNTING)
        await sink.open()
        for t_s in range(7):
            sink.apply(target(float(t_s)))
            await sink.ready(float(t_s) + 7.0)
        assert sink.process_id is not None
        os.kill(sink.process_id, signal.SIGKILL)
        for t_s in range(7, 17):
            sink.apply(target(float(t_s)))
            await sink.ready(float(t_s))
        await sink.close()
        said = [event for event in sink.drain(16.0) if isinstance(event, SoundStatus)]
        assert [event.state for event in said][-2:] == [SoundState.RESTARTING, SoundState.FINISHED]
        assert str(tmp_path / "a.part2.wav") in said[-2].detail
        assert sink.report.seconds == 16.0
        assert sink.report.path == str(path)

    run(work())
    first, _ = soundfile.read(path)
    second, _ = soundfile.read(tmp_path / "a.part2.wav")
    begins_at = round(float(second[0, 0]) * 2**20)  # every sample of the plain player carries its number
    assert 0 < begins_at <= len(first)  # nothing is missing between the two
    assert begins_at + len(second) == 16 * RATE_HZ


def test_a_file_is_finished_although_its_process_died_at_the_very_end(tmp_path: Path) -> None:
    need("posix", hasattr(signal, "SIGKILL"), "only POSIX has kill -9")

    async def work() -> None:
        sink = file_sink(tmp_path / "a.wav")
        await sink.open()
        for t_s in range(7):
            sink.apply(target(float(t_s)))
        assert sink.process_id is not None
        os.kill(sink.process_id, signal.SIGKILL)
        while sink.process_id is not None:  # until its death is known, and another one is about to start
            await asyncio.sleep(0)
        await sink.close()
        assert sink.report.seconds == 6.0

    run(work())
    parts = [soundfile.info(tmp_path / name).frames for name in ("a.wav", "a.part2.wav")]
    assert sum(parts) >= 6 * RATE_HZ


@pytest.mark.parametrize("suffix", [".flac", ".wav"])
def test_a_place_that_cannot_be_written_is_an_error_before_the_session(tmp_path: Path, suffix: str) -> None:
    async def work() -> None:
        sink = file_sink(tmp_path / "nowhere" / f"a{suffix}")
        with pytest.raises(PulseTuneError, match="nowhere"):
            await sink.open()
        await sink.close()

    run(work())


def test_a_disk_that_fills_up_ends_the_file_and_not_the_session(tmp_path: Path) -> None:
    need("dev_full", Path("/dev/full").exists(), "this system has no device that is always full")
    path = tmp_path / "a.flac"
    path.symlink_to("/dev/full")

    async def work() -> None:
        sink = file_sink(path)
        try:
            await sink.open()
        except PulseTuneError:
            return  # noticed even earlier
        for t_s in range(600):
            sink.apply(target(float(t_s)))
            await sink.ready(float(t_s))
        await sink.close()
        last = sink.drain(600.0)[-1]
        assert isinstance(last, SoundStatus)
        assert last.state is SoundState.FAILED
        assert str(path) in last.detail

    run(work())


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="mp3"):
        file_sink(tmp_path / "a.mp3")
    with pytest.raises(WrongUse, match="mp3"):
        ProcessSink(OutputSpec(OutputKind.NULL), "felt-piano", 5, SystemClock(), record=tmp_path / "a.mp3")


def test_a_soundscape_that_does_not_exist_is_an_error_before_the_session_and_touches_no_file(tmp_path: Path) -> None:
    (tmp_path / "old.wav").write_bytes(b"precious")

    async def work() -> None:
        output = OutputSpec(OutputKind.FILE, tmp_path / "old.wav")
        sink = ProcessSink(output, "no-such-thing", 5, SteppedClock())
        with pytest.raises(PulseTuneError, match="no-such-thing"):
            await sink.open()
        await sink.close()

    run(work())
    assert (tmp_path / "old.wav").read_bytes() == b"precious"
