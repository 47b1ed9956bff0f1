"""The program as a listener runs it: real processes, real time, music on the null output."""

import sys
import time

import pytest

from pulsetune.heart.heart_rate_measurement import encode
from pulsetune.model import Beat, HeartSample, Link, LinkChanged, SoundState, SoundStatus
from pulsetune.records.exports import export_file
from pulsetune.records.library import Library, SessionState
from pulsetune.sound.supervisor import pyo_available
from pulsetune.verification import verify
from tests.needs import need
from tests.tools.live import Program, gone_within

need("linux", sys.platform == "linux", "signals and /proc as on Linux")
need("pyo", pyo_available(), "pyo has no wheel for this platform")

NULL = ("--output", "null", "--minutes", "6", "--json")
DOCUMENTED_KEYS = {
    "session_id", "program", "source", "simulated", "started_at", "duration_s", "beats", "artifacts", "gaps", "quality",
    "baseline_heart_rate_bpm", "final_heart_rate_bpm", "lowest_heart_rate_bpm", "tempo_start_bpm", "tempo_end_bpm",
    "phases", "ended_because", "output",
}  # fmt: skip


def samples(events) -> list[HeartSample]:
    return [event for event in events if isinstance(event, HeartSample)]


def playing(events) -> bool:
    return any(isinstance(event, SoundStatus) and event.state is SoundState.PLAYING for event in events)


def test_ctrl_c_while_calibrating_fades_saves_and_sums_up(tmp_path):
    program = Program(tmp_path / "home", "--source", "simulated", *NULL)
    program.until(lambda events: playing(events) and len(samples(events)) >= 3)
    result = program.interrupt()
    assert set(result) == DOCUMENTED_KEYS
    assert set(result["output"]) == {"kind", "path", "seconds", "underruns", "problem"}
    assert set(result["artifacts"]) == {"missed", "extra", "ectopic", "noise"}
    assert result["simulated"]
    assert result["ended_because"] == "listener"
    assert [phase["phase"] for phase in result["phases"]] == ["calibrate", "stopping"]
    assert result["output"]["underruns"] == 0
    assert result["output"]["seconds"] > 1
    assert Library(program.home).row(result["session_id"]).state is SessionState.COMPLETE
    assert verify(iter(program.log())).exact


def test_kill_9_loses_at_most_the_last_second_and_the_sound_process_goes(tmp_path):
    program = Program(tmp_path / "home", "--source", "simulated", *NULL)
    program.until(lambda events: playing(events) and len(samples(events)) >= 4)
    sounds = program.sound_processes()
    before_kill = [event.t_s for _, event in program.log()][-1]
    time.sleep(1.5)  # real time must pass: what is asked is how much of it survives
    program.kill()
    assert sounds
    assert all(gone_within(sound, 2.0) for sound in sounds)
    log = program.log()
    assert log[-1][0] >= before_kill + 0.5
    (row,) = Library(program.home).sessions()
    assert row.state is SessionState.INTERRUPTED
    beats = [event for _, event in log if isinstance(event, Beat)]
    file = export_file(Library(program.home), row.session_id, "csv", tmp_path / "beats.csv")
    assert len(file.read_text().splitlines()) == len(beats) + 1
    assert verify(iter(log)).exact


@pytest.fixture
def strap():
    from tests.needs import need_dbus

    need_dbus()
    from tests.fakes.fake_bluez import FakeBlueZ

    with FakeBlueZ() as bluez:
        yield bluez.add_strap("Polar H10 12345678", "C4:D7:00:00:00:01")


def payload(number: int) -> bytes:
    """Every beat another length, so that each can be told from every other."""
    return encode(60 + number % 3, [(900 + number) * 1000 / 1024])


def test_a_strap_that_drops_doubles_and_stammers_is_in_the_log_exactly_once(tmp_path, strap):
    program = Program(tmp_path / "home", "--source", "strap", *NULL)
    strap.wait_subscribed(30)
    sent = [payload(number) for number in range(30)]
    broken = b"\x10\x3c\x00"  # half an RR interval
    strap.notify(*sent[:8])
    strap.another_program_listens()
    strap.notify(*sent[8:15])
    strap.notify(broken)
    program.until(lambda events: len(samples(events)) == 16)
    strap.vanish()
    program.until(lambda events: any(isinstance(e, LinkChanged) and e.link is Link.LOST for e in events))
    strap.come_back()
    strap.wait_subscribed(30)
    strap.notify(*sent[15:])
    program.until(lambda events: len(samples(events)) == 31)
    result = program.interrupt()
    log = program.log()
    arrived = [sample.payload for _, sample in log if isinstance(sample, HeartSample)]
    assert arrived == [*sent[:15], broken, *sent[15:]]
    assert [s.malformed is not None for _, s in log if isinstance(s, HeartSample)].count(True) == 1
    assert not result["simulated"]
    assert result["gaps"] == 1
    assert not [
        e
        for _, e in log
        if isinstance(e, SoundStatus) and e.state not in (SoundState.STARTING, SoundState.PLAYING, SoundState.FINISHED)
    ]
    assert verify(iter(log)).exact
