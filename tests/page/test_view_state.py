"""What is shown follows from the events alone, and an old value never looks live."""

import json
import random
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.model import (
    SILENT_DB,
    ArousalEstimate,
    AudioParameters,
    Command,
    CommandKind,
    Cue,
    EndedBecause,
    Link,
    LinkChanged,
    ListenerProfile,
    Phase,
    PolicyName,
    PulseTick,
    SessionEnded,
    SessionStarted,
    SignalIssue,
    SignalWarning,
    SoundState,
    SoundStatus,
    StrapInfo,
)
from pulsetune.page import words
from pulsetune.page.view_state import ViewFold
from pulsetune.programs import find_program
from tests.fakes.event_strategies import events

ESTIMATE = ArousalEstimate(10.0, 66.04, 64.96, 31.0, None, 0.4, 0.5, 0.9, 1.0)
PLAYING = AudioParameters(10.0, 63.0, 0.5, 0.5, 0.5, 1.0, 0.5, 0.0)


def begun() -> ViewFold:
    fold = ViewFold()
    profile = ListenerProfile()
    program = find_program("unwind")
    fold.take(
        0.0, SessionStarted(0.0, "test", 1, program, profile, PolicyName.STAGED_ISO, "H10", False, 1, 0, 0, "UTC")
    )
    return fold


def cue(t_s: float, phase: Phase, reason: str = "because") -> Cue:
    return Cue(t_s, phase, 62.5, 1.0, 0.5, reason)


def test_before_anything_happened_nothing_is_claimed():
    view = ViewFold().view(0.0)
    assert view.heart_rate_bpm is None
    assert view.heart_stale
    assert view.heart_words == "no heartbeat yet"
    assert view.phase_words == "Starting"
    assert (view.arousal, view.tempo_bpm, view.left_s) == (None, None, 0)


def test_a_fresh_heart_rate_is_shown_with_its_age():
    fold = begun()
    fold.take(10.0, ESTIMATE)
    view = fold.view(11.0)
    assert view.heart_rate_bpm == 65.0  # the mean of the last 6 s, to a tenth
    assert view.heart_age_s == 2.0  # 1 s old when estimated, a second ago
    assert not view.heart_stale
    assert view.heart_words == "2 s ago"


def test_a_heart_rate_goes_stale_even_when_no_event_comes_any_more():
    fold = begun()
    fold.take(10.0, ESTIMATE)
    assert not fold.view(13.0).heart_stale  # 4.0 s old: the last moment
    old = fold.view(13.25)
    assert old.heart_stale
    assert old.heart_rate_bpm is None
    assert old.arousal is None
    assert old.arousal_low is None
    assert fold.view(22.0).heart_words == "no heartbeat for 13 s"


def test_a_curve_has_a_gap_where_the_heart_rate_was_old():
    fold = begun()
    fold.take(10.0, ESTIMATE)
    fold.take(11.0, replace(ESTIMATE, t_s=11.0, age_s=4.5))
    assert [point.heart_rate_bpm for point in fold.points] == [66.0, None]
    assert [point.arousal for point in fold.points] == [0.4, None]


@pytest.mark.parametrize(("confidence", "band"), [(1.0, (0.4, 0.4)), (0.5, (0.15, 0.65)), (0.0, (0.0, 0.9))])
def test_the_band_of_arousal_is_as_wide_as_it_is_unsure(confidence, band):
    fold = begun()
    fold.take(10.0, replace(ESTIMATE, confidence=confidence))
    view = fold.view(10.0)
    assert (view.arousal_low, view.arousal_high) == band


def test_a_tempo_is_shown_only_while_there_is_a_pulse():
    fold = begun()
    fold.take(10.0, replace(PLAYING, pulse_level=0.0))
    assert fold.view(10.0).tempo_bpm is None
    fold.take(11.0, PLAYING)
    assert fold.view(11.0).tempo_bpm == 63.0


@pytest.mark.parametrize("targets", [{"pulse_level": 0.0}, {"level_db": SILENT_DB}])
@pytest.mark.parametrize("phase", [Phase.CALIBRATE, Phase.COMPANION, Phase.CONSOLIDATE, Phase.FADE, Phase.SILENCE])
def test_a_step_has_no_tempo_where_no_pulse_is_heard(phase, targets):
    fold = begun()
    fold.take(10.0, PLAYING)
    fold.take(11.0, cue(11.0, phase))
    fold.take(11.0, replace(PLAYING, t_s=11.0, **targets))
    assert fold.moments[-1].tempo_bpm is None


def test_a_step_has_the_tempo_it_leads_to_from_the_first_pulse_on():
    """The targets of a tick come after its steps: the first step with a pulse follows a second without."""
    fold = begun()
    fold.take(119.0, replace(PLAYING, t_s=119.0, pulse_level=0.0))
    fold.take(120.0, cue(120.0, Phase.MATCH, "meeting you"))
    fold.take(120.0, cue(120.0, Phase.MATCH, "softer, as you asked"))
    fold.take(120.0, replace(PLAYING, t_s=120.0, pulse_level=0.125))
    fold.take(121.0, replace(PLAYING, t_s=121.0, pulse_level=0.0))
    assert [moment.tempo_bpm for moment in fold.moments] == [62.5, 62.5]


def test_a_step_whose_targets_are_missing_claims_no_tempo():
    fold = begun()
    fold.take(10.0, PLAYING)
    fold.take(11.0, cue(11.0, Phase.LEAD))
    assert fold.moments[-1].tempo_bpm is None
    fold.take(12.0, replace(PLAYING, t_s=12.0))
    assert fold.moments[-1].tempo_bpm is None


def test_a_pulse_is_heard_as_much_later_as_the_sound_card_says():
    fold = begun()
    fold.take(10.0, SoundStatus(10.0, SoundState.PLAYING, latency_s=0.25))
    fold.take(10.5, PulseTick(10.4, 7, 499_200))
    view = fold.view(10.5)
    assert (view.pulse_index, view.pulse_heard_s) == (7, 10.65)


def test_the_why_line_is_the_newest_reason_and_every_reason_is_kept():
    fold = begun()
    fold.take(0.0, cue(0.0, Phase.CALIBRATE, "listening"))
    fold.take(120.0, cue(120.0, Phase.MATCH, "meeting you"))
    fold.take(150.0, cue(150.0, Phase.MATCH, "softer, as you asked"))
    assert fold.view(151.0).reason == "softer, as you asked"
    assert [moment.text for moment in fold.moments] == ["listening", "meeting you", "softer, as you asked"]
    assert [(span.phase, span.from_s, span.to_s) for span in fold.spans(200.0)] == [
        ("calibrate", 0.0, 120.0),
        ("match", 120.0, 200.0),
    ]


def test_a_pause_does_not_use_up_the_time_left():
    fold = begun()  # 20 minutes
    assert fold.view(100.0).left_s == 1100
    fold.take(100.0, Command(100.0, CommandKind.PAUSE))
    assert fold.view(400.0).left_s == 1100
    assert fold.view(400.0).paused
    fold.take(400.0, Command(400.0, CommandKind.RESUME))
    assert fold.view(410.0).left_s == 1090
    assert not fold.view(410.0).paused


def test_an_early_fade_shortens_the_time_left():
    fold = begun()  # fade 60 s, silence 60 s
    fold.take(300.0, cue(300.0, Phase.FADE))
    assert fold.view(310.0).left_s == 110
    fold.take(375.0, cue(375.0, Phase.SILENCE))
    assert fold.view(400.0).left_s == 35
    fold.take(401.0, SessionEnded(401.0, EndedBecause.COMPLETED, "done", 400, 0))
    assert fold.view(401.0).left_s == 0
    assert fold.view(401.0).ended_because == "completed"


def test_a_lost_link_and_a_bad_signal_are_said_in_words():
    fold = begun()
    fold.take(5.0, LinkChanged(5.0, Link.LOST, "The strap is out of reach."))
    fold.take(6.0, SignalWarning(6.0, SignalIssue.FROZEN_RATE, True, "The strap repeats one value."))
    fold.take(6.0, StrapInfo(6.0, "H10", "AA", battery_percent=40))
    view = fold.view(7.0)
    assert (view.link, view.warning, view.battery_percent) == ("lost", "The strap repeats one value.", 40)
    fold.take(9.0, SignalWarning(9.0, SignalIssue.FROZEN_RATE, False))
    assert fold.view(9.0).warning == ""
    assert [moment.text for moment in fold.moments] == ["The strap is out of reach.", "The strap repeats one value."]


def test_sound_in_trouble_is_said():
    fold = begun()
    fold.take(5.0, SoundStatus(5.0, SoundState.DEVICE_LOST, "the headphones are gone"))
    assert fold.view(5.0).sound_trouble
    fold.take(6.0, SoundStatus(6.0, SoundState.PLAYING))
    assert not fold.view(6.0).sound_trouble


@given(st.lists(events(), max_size=40), st.floats(0, 10_000))
def test_any_events_in_any_order_give_a_view(taken, now_s):
    fold = ViewFold()
    for event in taken:
        fold.take(event.t_s, event)
    view = fold.view(now_s)
    assert view.left_s >= 0
    assert json.dumps(asdict(view), allow_nan=False)
    assert view.heart_stale or view.heart_age_s <= 4.0
    assert view.heart_rate_bpm is None or not view.heart_stale


def test_the_same_events_give_the_same_view():
    rng = random.Random(5)
    one, other = begun(), begun()
    for second in range(200):
        event = replace(ESTIMATE, t_s=float(second), heart_rate_bpm=rng.uniform(50, 90))
        one.take(float(second), event)
        other.take(float(second), event)
    assert one.view(200.0) == other.view(200.0)
    assert one.points == other.points


def test_everything_that_can_happen_has_words():
    assert set(words.PHASES) == set(Phase)
    assert set(words.LINKS) == set(Link)
    assert set(words.SOUNDS) == set(SoundState)
    assert set(words.WISHES) == set(CommandKind)
    assert set(words.ENDINGS) == set(EndedBecause)


def test_another_sound_is_named():
    fold = begun()
    assert fold.view(1.0).soundscape == "felt-piano"
    fold.take(30.0, Command(30.0, CommandKind.SOUNDSCAPE, "warm-pad"))
    fold.take(30.0, replace(PLAYING, t_s=30.0, soundscape="warm-pad"))
    assert fold.view(30.0).soundscape == "warm-pad"
    assert fold.moments[-1].text == "you asked for another sound: warm pad"


def test_the_breath_of_the_guide_goes_round_as_fast_as_it_is_long():
    fold = begun()
    assert (fold.view(5.0).breath_s, fold.view(5.0).breath_phase) == (None, None)
    fold.take(10.0, replace(PLAYING, breath_s=8.0))
    assert fold.view(12.0).breath_phase == 0.25
    fold.take(18.0, replace(PLAYING, t_s=18.0, breath_s=8.0))
    assert fold.view(18.0).breath_phase == 0.0
    fold.take(27.0, replace(PLAYING, t_s=27.0, breath_s=10.0))  # from 8 s to 10 s: one breath of 9 s on average
    assert fold.view(27.0).breath_phase == 0.0
    fold.take(28.0, SoundStatus(28.0, SoundState.PLAYING, latency_s=2.0))
    assert fold.view(34.0).breath_phase == 0.5  # heard two seconds later
    fold.take(35.0, replace(PLAYING, t_s=35.0))
    assert fold.view(36.0).breath_phase is None


def test_a_log_that_claims_an_endless_session_still_gives_numbers():
    fold = begun()
    fold.take(0.0, replace(fold.started, program=replace(fold.started.program, minutes=1e307)))
    assert fold.view(10.0).total_s == 86_400
    assert fold.view(10.0).left_s == 86_390


@pytest.mark.parametrize(("age_s", "link"), [(6.0, "lost"), (1.0, "connected")])
def test_a_beat_that_came_after_a_loss_shows_that_the_link_stands(age_s: float, link: str) -> None:
    """The computer slept: that the link was lost is said, that it stands again is not."""
    fold = begun()
    fold.take(5.0, LinkChanged(5.0, Link.LOST, "The computer slept for 3 s: going on from here."))
    fold.take(10.0, replace(ESTIMATE, age_s=age_s))  # the newest beat: a second before the loss, or four after it
    assert fold.view(10.0).link == link
