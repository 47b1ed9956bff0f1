"""How music goes on in a new process: where, with which targets, how often, and counted how."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.model import AudioParameters
from pulsetune.sound.continuity import Continuity
from pulsetune.sound.histories import TargetHistory, TickNumbering
from pulsetune.sound.wire import OutputKind, OutputSpec, Prepare, Progress, Tick

RATE_HZ = 48_000
FILE = OutputSpec(OutputKind.FILE, Path("music.flac"))


def target(t_s: float) -> AudioParameters:
    return AudioParameters(t_s, 60.0, 0.5, 0.5, 0.5, 0.8, 0.6, 0.0)


def live(record: Path | None = None) -> Continuity:
    return Continuity(OutputSpec(OutputKind.SPEAKERS), record, "felt-piano", 1)


def in_a_file() -> Continuity:
    return Continuity(FILE, None, "felt-piano", 1)


def at_frame(frame: int, *, played: int = 0, underruns: int = 0) -> Progress:
    return Progress(frame, frame, played, underruns)


def test_live_music_goes_on_a_little_before_the_newest_target() -> None:
    state = live()
    assert state.order(0.0).start_frame == 0
    for second in range(31):
        assert state.add(target(float(second)))
    state.take(at_frame(29 * RATE_HZ, played=27 * RATE_HZ))
    state.ended()
    order = state.order(30.9)
    assert order.start_frame == round(28.2 * RATE_HZ)  # 1.8 s before 30
    assert [sent.t_s for sent in state.targets()] == [28.0, 29.0, 30.0]
    assert (order.fade_in_s, order.device_required) == (2.0, False)


def test_a_live_start_in_the_middle_of_a_session_does_not_begin_at_zero() -> None:
    assert live().order(100.0).start_frame == round(98.2 * RATE_HZ)


def test_a_file_goes_on_where_it_stopped_to_the_frame() -> None:
    state = in_a_file()
    assert state.order(0.0).start_frame == 0
    for second in range(11):
        state.add(target(float(second)))
    state.take(at_frame(123_456))
    state.ended()
    assert state.next_part() == "music.part2.flac"
    order = state.order(10.0)
    assert (order.start_frame, order.path) == (123_456, "music.part2.flac")
    assert [sent.t_s for sent in state.targets()] == [float(second) for second in range(2, 11)]  # 123456 is 2.57 s
    state.take(at_frame(480_000))
    assert state.seconds == 10.0


def test_music_comes_back_with_the_soundscape_that_was_wanted_there() -> None:
    state = live()
    assert state.order(0.0).soundscape == "felt-piano"
    for second in range(31):
        state.add(replace(target(float(second)), soundscape="raga" if second >= 20 else None))
    state.ended()
    assert state.order(30.5).soundscape == "raga"
    state.add(replace(target(31.0), soundscape="theremin"))  # which does not exist, so it is never played
    state.add(replace(target(40.0), soundscape="theremin"))
    assert state.order(40.5).soundscape == "raga"


def test_who_waits_builds_the_soundscape_that_is_wanted_now_although_it_does_not_play_yet() -> None:
    state = Continuity(OutputSpec(OutputKind.SPEAKERS), None, "felt-piano", 7, "rain")
    assert state.preparation() == Prepare("felt-piano", 7, "rain")
    state.add(replace(target(3.0), soundscape="raga"))
    assert state.preparation() == Prepare("raga", 7, "rain")


def test_a_file_comes_back_with_the_soundscape_of_the_frame_where_it_stopped() -> None:
    state = in_a_file()
    state.order(0.0)
    for second in range(11):
        state.add(replace(target(float(second)), soundscape="raga" if second >= 8 else None))
    state.take(at_frame(5 * RATE_HZ))
    state.ended()
    order = state.order(10.0)
    assert (order.start_frame, order.soundscape) == (5 * RATE_HZ, "felt-piano")
    assert state.targets()[-1].soundscape == "raga"  # the wish is still to come


def test_what_is_recorded_beside_live_sound_goes_on_in_a_second_part() -> None:
    state = live(Path("folder/a.wav"))
    state.order(0.0)
    state.ended()
    assert state.next_part() == str(Path("folder/a.part2.wav"))
    assert state.order(0.0).record == str(Path("folder/a.part2.wav"))
    assert state.path == str(Path("folder/a.wav"))


def test_five_restarts_in_a_row_are_tried_and_ten_seconds_of_sound_forgive_them() -> None:
    state = live()
    assert [state.restart_delay_s() for _ in range(6)] == [0.0, 0.5, 1.0, 2.0, 4.0, None]
    state.order(0.0)
    state.take(at_frame(0, played=10 * RATE_HZ - 1))
    assert state.restart_delay_s() is None
    state.take(at_frame(0, played=10 * RATE_HZ))
    assert state.restart_delay_s() == 0.0
    assert state.restarts == 6


def test_a_jump_of_more_than_eight_seconds_starts_live_music_afresh_and_is_nothing_to_a_file() -> None:
    for state, goes_on in ((live(), False), (in_a_file(), True)):
        state.order(0.0)
        state.add(target(1.0))
        assert state.add(target(9.0))
        assert state.add(target(17.1)) is goes_on
    state = live()
    state.order(0.0)
    state.add(target(1.0))
    state.add(target(100.0))
    state.order(100.0)
    assert [sent.t_s for sent in state.targets()] == [100.0]


def test_a_clock_may_run_eight_seconds_ahead_of_a_file() -> None:
    state = in_a_file()
    state.order(0.0)
    assert state.far_enough(1000.0)  # nobody asked for anything yet
    for second in range(21):
        state.add(target(float(second)))
    state.take(at_frame(10 * RATE_HZ))
    assert state.far_enough(18.0)
    assert not state.far_enough(18.1)
    state.take(at_frame(20 * RATE_HZ - 1000))  # the last part of a block waits for the next target
    assert state.far_enough(1000.0)


def test_counts_run_through_all_processes() -> None:
    state = live()
    state.order(0.0)
    state.take(at_frame(0, played=3 * RATE_HZ, underruns=2))
    state.ended()
    state.order(5.0)
    state.take(at_frame(0, played=RATE_HZ, underruns=1))
    assert (state.seconds, state.underruns) == (4.0, 3)


def test_latency_is_how_far_the_ear_is_behind_the_log() -> None:
    state = live()
    state.take(Progress(480_000, 360_000, 0, 0))
    assert state.latency_s(10.0) == pytest.approx(2.5)


def test_pulses_count_on_after_a_restart_and_none_is_told_twice() -> None:
    numbering = TickNumbering()
    before = [numbering.next(Tick(n, n * RATE_HZ)) for n in range(5)]
    numbering.new_process()  # begins at second 2.5 and counts from zero
    after = [numbering.next(Tick(n, round((2.5 + n) * RATE_HZ))) for n in range(5)]
    assert [tick and (tick.index, tick.t_s) for tick in before] == [(n, float(n)) for n in range(5)]
    assert [tick and (tick.index, tick.t_s) for tick in after] == [None, None, (5, 4.5), (6, 5.5), (7, 6.5)]


@given(
    st.lists(st.floats(0, 10), min_size=1, max_size=50),
    st.floats(0, 60),
)
def test_the_history_keeps_what_is_needed_and_little_more(steps: list[float], reach_s: float) -> None:
    history, t_s, all_targets = TargetHistory(), 0.0, []
    for step in steps:
        t_s += step
        all_targets.append(target(t_s))
        history.add(all_targets[-1], t_s - reach_s)
    begin_s = t_s - reach_s
    later = [kept for kept in all_targets if kept.t_s > begin_s]
    earlier = [kept for kept in all_targets if kept.t_s <= begin_s]
    assert history.since(begin_s) == earlier[-1:] + later
    assert len(history) <= len(later) + 1
