import asyncio
from itertools import pairwise

import pytest

from pulsetune.clocks import SteppedClock
from pulsetune.engine import SessionEngine
from pulsetune.errors import PulseTuneError
from pulsetune.heart.simulated import SimulatedHeart
from pulsetune.model import (
    ArousalEstimate,
    AudioParameters,
    Beat,
    Command,
    CommandKind,
    Cue,
    HeartSample,
    Link,
    LinkChanged,
    SessionEnded,
    SessionStarted,
)
from pulsetune.records.encoding import encode_event
from pulsetune.records.library import Library, SessionState
from pulsetune.records.store import SessionLog
from pulsetune.session import Parts, run_session
from pulsetune.sound.silent import SilentSink
from pulsetune.verification import verify
from tests.needs import few
from tests.sessions.running import LateClock, run, started


def test_a_whole_simulated_evening_is_complete_and_says_it_is_simulated(tmp_path):
    ran = run(tmp_path, seed=3, minutes=20)
    assert isinstance(ran.log[0][1], SessionStarted)
    assert isinstance(ran.log[-1][1], SessionEnded)
    assert len(ran.of(SessionStarted)) == len(ran.of(SessionEnded)) == 1
    assert ran.summary.simulated
    assert "simulated" in ran.summary.source
    assert ran.summary.ended_because == "completed"
    assert ran.summary.duration_s == 20 * 60
    assert [span.phase for span in ran.summary.phases][:3] == ["calibrate", "match", "lead"]
    assert Library(tmp_path).sessions()[0].state is SessionState.COMPLETE


def test_the_log_holds_one_estimate_a_second_and_every_sample(tmp_path):
    heart = SimulatedHeart(2)
    ran = run(tmp_path, heart, minutes=6)
    times = [event.t_s for event in ran.of(ArousalEstimate)]
    assert times == [float(second) for second in range(1, 6 * 60 + 1)]
    sent = [rr for sample in ran.of(HeartSample) for rr in sample.rr_ms]
    kept = [beat.rr_ms for beat in ran.of(Beat) if beat.rr_ms is not None]
    assert kept == sent


@pytest.mark.parametrize("seed", few(1, 2, 5))
def test_the_same_seed_gives_the_same_bytes(tmp_path, seed):
    logs = [run(tmp_path / str(turn), seed=seed, minutes=7).log for turn in range(2)]
    encoded = [[(at_s, event.t_s, *encode_event(event)) for at_s, event in log] for log in logs]
    assert encoded[0] == encoded[1]


@pytest.mark.parametrize("seed", few(1, 4, 7))
def test_a_log_replays_exactly(tmp_path, seed):
    ran = run(
        tmp_path,
        seed=seed,
        minutes=8,
        wishes={
            130.1: CommandKind.SOFTER,
            200.0: CommandKind.PAUSE,
            217.3: CommandKind.RESUME,
            230.0: CommandKind.MARK,
        },
    )
    result = verify(iter(ran.log))
    assert result.exact, result.first_difference
    assert result.decisions > 1000


@pytest.mark.parametrize("seed", few(3, 8))
def test_a_log_made_on_a_busy_computer_replays_exactly(tmp_path, seed):
    ran = run(tmp_path, seed=seed, minutes=8, clock=LateClock(seed), wishes={250.0: CommandKind.STOP})
    assert verify(iter(ran.log)).exact
    assert ran.summary.ended_because == "listener"
    assert [at_s for at_s, _ in ran.log] == sorted(at_s for at_s, _ in ran.log)


def test_a_log_that_was_changed_does_not_replay(tmp_path):
    log = run(tmp_path, seed=1, minutes=6).log
    at, (at_s, sample) = next(
        (i, pair) for i, pair in enumerate(log) if isinstance(pair[1], HeartSample) and pair[0] > 100
    )
    longer = tuple(rr * 1.01 for rr in sample.rr_ms)
    log[at] = (at_s, HeartSample(sample.t_s, sample.payload, sample.heart_rate_bpm, longer, sample.contact))
    assert not verify(iter(log)).exact


def test_a_late_computer_loses_no_beat(tmp_path):
    on_time = run(tmp_path / "a", seed=9, minutes=6).of(HeartSample)
    late = run(tmp_path / "b", seed=9, minutes=6, clock=LateClock(9)).of(HeartSample)
    assert abs(len(on_time) - len(late)) <= 3
    assert len({sample.t_s for sample in late}) == len(late)


@pytest.mark.parametrize("seed", few(3, 4, 6))
def test_the_tempo_moves_less_than_one_percent_over_a_dropout(tmp_path, seed):
    ran = run(tmp_path, seed=seed, minutes=20)
    links = [event for event in ran.of(LinkChanged) if event.link in (Link.LOST, Link.CONNECTED)]
    tempo = {event.t_s: event.tempo_bpm for event in ran.of(AudioParameters) if event.pulse_level > 0}
    compared = 0
    for lost, back in pairwise(links):
        if lost.link is Link.LOST and int(lost.t_s) in tempo and int(back.t_s) + 1 in tempo:
            assert abs(tempo[int(back.t_s) + 1] / tempo[int(lost.t_s)] - 1) < 0.01
            compared += 1
    assert compared


@pytest.mark.parametrize("seed", few(1, 2, 3, 4, of=2))
def test_the_log_alone_explains_every_change_of_tempo(tmp_path, seed):
    """Whoever reads the cues knows where the tempo is going, to 1 BPM, and why."""
    ran = run(tmp_path, seed=seed, minutes=20)
    cue, before = None, None
    for _, event in ran.log:
        if isinstance(event, Cue):
            cue = event
            assert event.reason
        elif isinstance(event, AudioParameters):
            if before is not None and before.pulse_level > 0 and event.tempo_bpm != before.tempo_bpm:
                left = [abs(p.tempo_bpm - cue.tempo_bpm) for p in (before, event)]
                assert left[1] < left[0] or left[1] <= 1.0, (event, cue)
            before = event


def test_each_dropout_is_one_gap(tmp_path):
    ran = run(tmp_path, seed=3, minutes=20)
    lost = [event for event in ran.of(LinkChanged) if event.link is Link.LOST]
    assert len(lost) == ran.summary.gaps == sum(beat.after_gap for beat in ran.of(Beat)) == 2


def test_a_stop_is_in_the_log_with_its_reason(tmp_path):
    ran = run(tmp_path, minutes=8, wishes={200.0: CommandKind.STOP})
    assert ran.summary.duration_s == 201.0
    assert ran.of(Cue)[-1].reason == "you stopped: fading out"
    assert any(event.kind is CommandKind.STOP for event in ran.of(Command))


class _BrokenHeart(SimulatedHeart):
    def drain(self, now_s):
        if now_s > 100:
            raise RuntimeError("the radio caught fire")
        return super().drain(now_s)


def test_whatever_breaks_the_log_is_kept_and_says_so(tmp_path):
    heart = _BrokenHeart(1)
    begin = started(heart)
    store = SessionLog.start(tmp_path, begin)
    with pytest.raises(RuntimeError, match="caught fire"):
        asyncio.run(run_session(begin, Parts(heart, SilentSink(), SteppedClock(), store)))
    log = [event for _, event in Library(tmp_path).events(store.session_id)]
    assert isinstance(log[-1], SessionEnded)
    assert log[-1].ended_because == "error"
    assert "caught fire" in log[-1].detail
    assert sum(isinstance(event, HeartSample) for event in log) > 80


class _SleepyClock(SteppedClock):
    def slept_s(self) -> float:
        return 600.0 if self.now_s() >= 150 else 0.0


def test_a_computer_that_slept_is_a_gap(tmp_path):
    ran = run(tmp_path, SimulatedHeart(1, dropouts=False), minutes=6, clock=_SleepyClock())
    slept = [event for event in ran.of(LinkChanged) if "slept" in event.detail]
    assert len(slept) == 1
    assert ran.summary.gaps == 1


def test_a_second_session_at_the_same_time_is_refused(tmp_path):
    begin = started(SimulatedHeart(1))
    store = SessionLog.start(tmp_path, begin)
    with pytest.raises(PulseTuneError, match="Another session is running"):
        SessionLog.start(tmp_path, begin)
    store.close()


@pytest.mark.parametrize("cut", few(1, 2, 5, 11, 23, of=2))
def test_a_log_that_was_cut_in_the_middle_of_a_tick_replays_exactly_up_to_there(tmp_path, cut):
    log = run(tmp_path, seed=2, minutes=6).log
    ended_at = next(at for at, (_, event) in enumerate(log) if isinstance(event, SessionEnded))
    verified = verify(iter(log[: ended_at - cut]))
    assert verified.exact, verified.first_difference
    assert verified.decisions > 500


class _StalledClock(SteppedClock):
    """Ctrl-Z, or a suspend through which session time runs on: once, at 200 s."""

    def __init__(self, away_s: float) -> None:
        super().__init__()
        self._away_s = away_s

    async def sleep_until(self, t_s: float) -> None:
        away_s = self._away_s if t_s >= 200 else 0.0
        self._away_s -= away_s
        await super().sleep_until(t_s + away_s)


def test_time_in_which_nothing_could_run_is_a_pause_and_no_dropout(tmp_path):
    ran = run(tmp_path, SimulatedHeart(1, dropouts=False), minutes=6, clock=_StalledClock(400.0))
    assert ran.summary.ended_because == "completed"
    assert ran.summary.duration_s == pytest.approx(6 * 60 + 400, abs=1)
    assert any("held up for 400 s" in cue.reason for cue in ran.of(Cue))
    assert verify(iter(ran.log)).exact


def test_a_listener_s_own_pause_is_not_ended_by_a_stall(tmp_path):
    wishes = {190.0: CommandKind.PAUSE, 700.0: CommandKind.RESUME}
    ran = run(tmp_path, SimulatedHeart(1, dropouts=False), minutes=6, clock=_StalledClock(300.0), wishes=wishes)
    assert [event.kind for event in ran.of(Command)] == [CommandKind.PAUSE, CommandKind.RESUME]


def test_what_made_the_engine_fail_is_in_the_log(tmp_path, monkeypatch):
    heart = SimulatedHeart(1)
    begin = started(heart)
    store = SessionLog.start(tmp_path, begin)
    whole = SessionEngine.step

    def failing(self, now_s, inputs):
        if now_s > 100 and any(isinstance(event, HeartSample) for event in inputs):
            raise ZeroDivisionError("a mistake of ours")
        return whole(self, now_s, inputs)

    monkeypatch.setattr(SessionEngine, "step", failing)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(run_session(begin, Parts(heart, SilentSink(), SteppedClock(), store)))
    samples = [event for _, event in Library(tmp_path).events(store.session_id) if isinstance(event, HeartSample)]
    assert samples[-1].t_s > 99


class _StubbornHeart(SimulatedHeart):
    async def close(self):
        raise RuntimeError("the radio does not let go")


class _CountingSink(SilentSink):
    closed = 0

    async def close(self):
        self.closed += 1


def test_the_sound_is_closed_even_if_the_heart_cannot_be(tmp_path):
    heart, sink = _StubbornHeart(1), _CountingSink()
    begin = started(heart, minutes=6)
    with pytest.raises(RuntimeError, match="does not let go"):
        asyncio.run(run_session(begin, Parts(heart, sink, SteppedClock(), SessionLog.start(tmp_path, begin))))
    assert sink.closed == 1
