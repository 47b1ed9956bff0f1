"""Sound as a desktop plays it: a PulseAudio daemon of our own, what is heard recorded from it, and its death."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pulsetune.clocks import SystemClock
from pulsetune.model import AudioParameters, SoundState, SoundStatus
from pulsetune.sound.probe import probe_speakers
from pulsetune.sound.supervisor import ProcessSink
from pulsetune.sound.wire import OutputKind, OutputSpec
from tests.fakes.private_pulse import RATE_HZ, PrivatePulse, Recorder, need_pulseaudio
from tests.fakes.sound_child import COMMAND as PLAIN
from tests.needs import need_patience

LEVEL = 0.25  # of the plain player
AHEAD = ("nice", "-n", "-5")  # of the tests beside it; without the right to that, nice says so and runs it all the same
ATTEMPTS = 5


@pytest.fixture
def pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivatePulse]:
    need_pulseaudio()
    daemon = PrivatePulse(tmp_path)
    for name, value in daemon.environment.items():
        monkeypatch.setenv(name, value)
    daemon.start()
    yield daemon
    daemon.kill()


class Session:
    """Sends a target a second, as a session does, and keeps what the sink says."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.sink = ProcessSink(
            OutputSpec(OutputKind.SPEAKERS), "felt-piano", 1, self.clock, child_command=(*AHEAD, *PLAIN, "steady")
        )
        self.said: list[SoundStatus] = []
        self._next_s = 0.0

    async def until(self, state: SoundState, times: int = 1) -> None:
        async with asyncio.timeout(20):
            while sum(status.state is state for status in self.said) < times:
                await self.live(0.05)

    async def live(self, seconds: float) -> None:
        end_s = self.clock.now_s() + seconds
        while self.clock.now_s() < end_s:
            if self.clock.now_s() >= self._next_s:
                self.sink.apply(AudioParameters(self._next_s, 60.0, 0.5, 0.5, 0.5, 0.8, 0.6, 0.0))
                self._next_s += 1.0
            self.said += [event for event in self.sink.drain(end_s) if isinstance(event, SoundStatus)]
            await asyncio.sleep(0.02)


def test_a_stop_is_heard_in_its_second_and_music_survives_the_death_of_the_sound_daemon(pulse: PrivatePulse) -> None:
    need_patience()  # eleven seconds of real time, in which a daemon dies and comes back

    async def work() -> None:
        session = Session()
        await session.sink.open()
        process_id = session.sink.process_id
        await session.until(SoundState.PLAYING)
        assert session.said[-1].device == "PulseAudio"
        await hear_a_fade(session, pulse)
        session.sink.fade(1.0, 0.1)
        pulse.kill()
        await session.until(SoundState.DEVICE_LOST)
        await session.live(1.2)  # nobody is there: it tries
        pulse.start()
        recorder = pulse.recorder()
        await session.until(SoundState.PLAYING, times=2)
        await until_loud(recorder)
        recorder.stop()
        assert session.sink.process_id == process_id  # it was the device that died, not the process
        assert session.said[-1].restarts == 0
        session.sink.fade(0.0, 0.1)
        await session.sink.close()

    asyncio.run(work())


async def hear_a_fade(session: Session, pulse: PrivatePulse) -> None:
    """A fade is heard in time; some attempts, since a busy machine lets the daemon starve now and then."""
    for attempt in range(ATTEMPTS):
        heard = await a_fade(session, pulse)
        try:
            is_in_time_and_has_no_step(heard)
        except AssertionError:
            if attempt == ATTEMPTS - 1:
                raise
            session.sink.fade(1.0, 0.1)
            await session.live(0.5)
        else:
            return


async def a_fade(session: Session, pulse: PrivatePulse) -> np.ndarray:
    """A fade of 1 s, recorded while about two seconds are buffered."""
    await session.live(0.6)  # the fade-in
    recorder = pulse.recorder()
    before = await asyncio.to_thread(recorder.seconds, 0.3)
    session.sink.fade(0.0, 1.0)
    heard = np.concatenate([before, await asyncio.to_thread(recorder.seconds, 1.7)])[:, 0]
    recorder.stop()
    return heard


def is_in_time_and_has_no_step(heard: np.ndarray) -> None:
    loud = np.flatnonzero(heard > 0.99 * LEVEL)
    assert loud.size
    quiet = np.flatnonzero(heard[loud[0] :] <= 0.01 * LEVEL) + loud[0]
    assert quiet.size
    assert not heard[quiet[0] + RATE_HZ // 5 :].any()
    # A half cosine of 1 s goes from 99 % to 1 % within 0.87 s: (acos(-0.98) - acos(0.98)) / pi.
    assert (quiet[0] - loud[-1]) / RATE_HZ == pytest.approx(0.872, abs=0.05)
    assert np.abs(np.diff(heard[loud[0] :])).max() < 2 * LEVEL * np.pi / 2 / RATE_HZ


async def until_loud(recorder: Recorder) -> None:
    """Until the music is back in full."""
    async with asyncio.timeout(15):
        while (await asyncio.to_thread(recorder.seconds, 0.2)).max(initial=0.0) < 0.99 * LEVEL:
            pass


def test_the_probe_names_the_sound_system_or_says_that_there_is_none(pulse: PrivatePulse) -> None:
    assert asyncio.run(probe_speakers()) == "PulseAudio"
    pulse.kill()
    assert asyncio.run(probe_speakers()) is None
