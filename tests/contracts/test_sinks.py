"""What the session relies on, for every sink there is (``ports.AudioSink``)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from pulsetune.clocks import SteppedClock, SystemClock
from pulsetune.model import AudioParameters, SoundState, SoundStatus
from pulsetune.ports import AudioSink
from pulsetune.sound.silent import SilentSink
from pulsetune.sound.supervisor import ProcessSink
from pulsetune.sound.wire import OutputKind, OutputSpec
from tests.fakes.sound_child import COMMAND as PLAIN

CHILD = (*PLAIN, "steady")


def silent(_: Path) -> AudioSink:
    return SilentSink()


def null(_: Path) -> AudioSink:
    return ProcessSink(OutputSpec(OutputKind.NULL), "felt-piano", 1, SystemClock(), child_command=CHILD)


def flac(folder: Path) -> AudioSink:
    output = OutputSpec(OutputKind.FILE, folder / "a.flac")
    return ProcessSink(output, "felt-piano", 1, SteppedClock(), child_command=CHILD)


def recorded(folder: Path) -> AudioSink:
    output = OutputSpec(OutputKind.NULL)
    return ProcessSink(output, "felt-piano", 1, SystemClock(), folder / "record.wav", child_command=CHILD)


MAKERS = {"silent": silent, "null": null, "file": flac, "recorded": recorded}


def targets(seconds: int) -> list[AudioParameters]:
    return [AudioParameters(float(t), 60.0, 0.5, 0.5, 0.5, 0.8, 0.6, 0.0) for t in range(seconds + 1)]


@pytest.mark.parametrize("name", MAKERS)
def test_a_sink_takes_targets_gives_each_event_once_and_closes_twice(name: str, tmp_path: Path) -> None:
    async def work() -> None:
        sink = MAKERS[name](tmp_path)
        await sink.open()
        for target in targets(3):
            sink.apply(target)
            await sink.ready(target.t_s)
        sink.fade(0.0, 0.1)
        await sink.close()
        await sink.close()
        states = [event.state for event in sink.drain(3.0) if isinstance(event, SoundStatus)]
        assert states.count(SoundState.FINISHED) == (name != "silent")
        assert SoundState.FAILED not in states
        assert list(sink.drain(3.0)) == []
        sink.apply(AudioParameters(4.0, 60.0, 0.5, 0.5, 0.5, 0.8, 0.6, 0.0))  # late, and harmless
        sink.fade(1.0, 1.0)
        await sink.ready(1000.0)

    asyncio.run(work())


@pytest.mark.parametrize(
    ("make", "kind", "file"),
    [(silent, "silent", None), (flac, "file", "a.flac"), (recorded, "null", "record.wav")],
)
def test_a_sink_reports_what_became_of_the_music(
    make: Callable[[Path], AudioSink], kind: str, file: str | None, tmp_path: Path
) -> None:
    async def work() -> None:
        sink = make(tmp_path)
        await sink.open()
        for target in targets(1):
            sink.apply(target)
        await sink.close()
        report = sink.report
        assert report.kind == kind
        assert report.path == (None if file is None else str(tmp_path / file))
        assert report.underruns == 0
        if kind == "file":
            assert report.seconds == 1.0
        elif kind == "silent":
            assert report.seconds == 0.0
        else:
            assert 0.9 < report.seconds < 2.5  # one second, and what the last fade played on

    asyncio.run(work())


@pytest.mark.parametrize("name", MAKERS)
def test_closing_a_sink_that_was_never_opened_is_harmless(name: str, tmp_path: Path) -> None:
    async def work() -> None:
        await MAKERS[name](tmp_path).close()

    asyncio.run(work())


@pytest.mark.parametrize("name", MAKERS)
def test_targets_out_of_order_are_the_callers_mistake(name: str, tmp_path: Path) -> None:
    sink = MAKERS[name](tmp_path)
    sink.apply(targets(2)[2])
    with pytest.raises(ValueError):
        sink.apply(targets(2)[1])
