from dataclasses import replace

import pytest

from pulsetune.model import CommandKind, EndedBecause, ListenerProfile, Phase, PolicyName
from tests.guide.builders import Evening, following


def test_an_evening_goes_through_its_phases_in_order():
    evening = Evening(following(68)).run()
    assert evening.phases() == [
        Phase.CALIBRATE,
        Phase.MATCH,
        Phase.LEAD,
        Phase.HOLD,
        Phase.CONSOLIDATE,
        Phase.FADE,
        Phase.SILENCE,
    ]
    assert evening.seconds == 20 * 60
    assert evening.conductor.ended_because is EndedBecause.COMPLETED


def test_there_is_no_pulse_before_the_listener_is_known():
    evening = Evening(following(75)).run(until_s=119)
    assert not evening.pulsed()


def test_the_music_begins_five_percent_below_the_pulse_of_the_listener():
    evening = Evening(lambda t: 75.0).run(until_s=121)
    assert evening.pulsed()[0].tempo_bpm == pytest.approx(0.95 * 75.0, abs=0.1)


def test_matching_only_begins_at_the_pulse_of_the_listener():
    evening = Evening(lambda t: 75.0, policy=PolicyName.MATCH_ONLY).run(until_s=121)
    assert evening.pulsed()[0].tempo_bpm == pytest.approx(75.0, abs=0.1)


def test_a_fast_heart_hears_half_its_pace():
    evening = Evening(lambda t: 100.0).run(until_s=121)
    assert evening.pulsed()[0].tempo_bpm == pytest.approx(0.95 * 50.0, abs=0.1)
    assert evening.cues[-1].tempo_ratio == 0.5


def test_every_cue_says_why():
    evening = Evening(following(80), commands={300: CommandKind.PAUSE, 320: CommandKind.RESUME}).run()
    assert all(cue.reason and not cue.reason.endswith(".") for cue in evening.cues)


def test_another_sound_is_asked_for_with_its_reason_and_stays_asked_for():
    evening = Evening(following(75), commands={300: (CommandKind.SOUNDSCAPE, "warm-pad")}).run(until_s=400)
    asked = [cue for cue in evening.cues if "warm-pad" in cue.reason]
    assert [(cue.t_s, cue.reason) for cue in asked] == [(300, "another sound, as you asked: warm-pad")]
    assert {p.soundscape for p in evening.parameters if p.t_s < 300} == {None}
    assert {p.soundscape for p in evening.parameters if p.t_s >= 300} == {"warm-pad"}


def test_asking_for_another_sound_changes_nothing_else():
    def numbers(evening):
        return [replace(p, soundscape=None) for p in evening.parameters]

    plain = Evening(following(75)).run(until_s=400)
    asked = Evening(following(75), commands={300: (CommandKind.SOUNDSCAPE, "raga")}).run(until_s=400)
    assert numbers(asked) == numbers(plain)


def test_the_tempo_holds_while_the_strap_is_silent():
    evening = Evening(lambda t: None if 400 <= t < 430 else following(75)(t)).run(until_s=440)
    held = {p.tempo_bpm for p in evening.parameters if 405 <= p.t_s <= 430}
    assert len(held) == 1
    assert abs(evening.tempo_at(404) / evening.tempo_at(399) - 1) < 0.01


def test_a_pulse_that_comes_back_elsewhere_is_met_again_first():
    before = following(75)
    evening = Evening(lambda t: before(t) if t < 300 else None if t < 330 else 75.0).run(until_s=400)
    assert Phase.LEAD in evening.phases()
    assert evening.phases()[-1] is Phase.MATCH


def test_two_minutes_without_a_beat_is_company_and_five_the_end():
    evening = Evening(lambda t: 75.0 if t < 300 else None).run()
    assert evening.phase_at(415) in (Phase.LEAD, Phase.MATCH)
    assert evening.phase_at(425) is Phase.COMPANION
    assert evening.conductor.ended_because is EndedBecause.DROPOUT
    assert evening.seconds == pytest.approx(300 + 300 + 45, abs=2)


def test_without_any_beat_the_session_ends_kindly():
    evening = Evening(lambda t: None).run()
    assert evening.conductor.ended_because is EndedBecause.DROPOUT
    assert not evening.pulsed()


def test_a_heart_far_above_its_beginning_for_two_minutes_stops_the_music():
    evening = Evening(lambda t: 75.0 if t < 400 else 84.0).run()
    assert evening.conductor.ended_because is EndedBecause.SAFETY
    assert evening.seconds == pytest.approx(400 + 120 + 45, abs=2)
    assert evening.parameters[-1].level_db <= -60


def test_a_short_rise_does_not():
    evening = Evening(lambda t: 84.0 if 400 <= t < 515 else 74.0).run()
    assert evening.conductor.ended_because is EndedBecause.COMPLETED


def test_a_dropout_is_never_counted_as_a_rise():
    """90 s high, silence, 60 s high: neither stretch is two minutes."""

    def heart(t: int) -> float | None:
        if 400 <= t < 490:
            return 84.0
        if 490 <= t < 560:
            return None
        return 84.0 if 560 <= t < 590 else 74.0

    assert Evening(heart).run().conductor.ended_because is EndedBecause.COMPLETED


def test_a_startle_freezes_the_tempo_for_half_a_minute():
    evening = Evening(following(75), estimates={400: {"heart_rate_fast_bpm": 95.0}}).run(until_s=440)
    assert len({p.tempo_bpm for p in evening.parameters if 400 <= p.t_s <= 429}) == 1


def test_when_a_quarter_of_an_hour_of_music_brings_nothing_the_lead_ends():
    evening = Evening(lambda t: 70.0, minutes=30.0).run(until_s=1100)
    assert evening.phase_at(1010) in (Phase.LEAD, Phase.HOLD)
    assert evening.phases()[-1] is Phase.COMPANION
    assert evening.parameters[-1].pulse_level == 0.0
    assert evening.parameters[-1].bed_level > 0


def test_company_that_does_not_help_ends_in_silence():
    evening = Evening(lambda t: 75.0 if t < 130 else 77.5).run()
    assert evening.phases()[-3:] == [Phase.COMPANION, Phase.FADE, Phase.SILENCE]
    assert evening.seconds < 20 * 60
    assert evening.conductor.ended_because is EndedBecause.COMPLETED


def test_a_stop_is_over_within_a_second_in_every_phase():
    for at_s in (10, 130, 300, 700, 1100, 1160):
        evening = Evening(following(75), commands={at_s: CommandKind.STOP}).run()
        assert evening.conductor.ended_because is EndedBecause.LISTENER
        assert evening.seconds <= at_s + 1
        assert evening.parameters[-1].level_db <= -60


def test_a_pause_extends_the_session_by_its_length():
    evening = Evening(following(75), commands={300: CommandKind.PAUSE, 400: CommandKind.RESUME}).run()
    assert evening.seconds == 20 * 60 + 100
    assert all(p.level_db <= -60 for p in evening.parameters if 302 <= p.t_s < 400)
    assert evening.tempo_at(299) == evening.tempo_at(399)


def test_louder_needs_to_be_asked_for_and_has_a_cap():
    quiet = Evening(following(75)).run()
    assert max(p.level_db for p in quiet.parameters) <= 0
    loud = Evening(following(75), commands=dict.fromkeys(range(200, 240), CommandKind.LOUDER)).run()
    assert 0 < max(p.level_db for p in loud.parameters) <= 6


def test_who_only_wants_to_listen_is_not_led():
    evening = Evening(lambda t: 80.0, profile=ListenerProfile(listen_only=True)).run()
    assert Phase.LEAD not in evening.phases()
    assert min(p.tempo_bpm for p in evening.pulsed()) == pytest.approx(80.0, abs=0.1)


def test_a_calm_heart_is_not_led():
    evening = Evening(lambda t: 54.0).run()
    assert Phase.LEAD not in evening.phases()
    assert min(p.tempo_bpm for p in evening.pulsed()) >= 53.9


def test_after_half_an_hour_of_pulse_a_bed_remains():
    evening = Evening(following(75), minutes=60).run(until_s=50 * 60)
    assert evening.phase_at(120 + 29 * 60) is Phase.HOLD
    assert evening.phase_at(120 + 31 * 60) is Phase.COMPANION
    assert evening.parameters[-1].pulse_level == 0


def test_feeling_dizzy_before_the_music_means_that_it_will_not_lead():
    evening = Evening(following(75), commands={60: CommandKind.DIZZY}).run()
    assert Phase.LEAD not in evening.phases()
    assert not evening.pulsed()


def test_feeling_dizzy_ends_the_lead():
    evening = Evening(following(75), commands={400: CommandKind.DIZZY}).run(until_s=410)
    assert evening.phases()[-1] is Phase.COMPANION


def test_when_the_music_thins_out_the_story_names_the_tempo_that_stays():
    evening = Evening(following(75), minutes=6).run()
    thinning = [cue for cue in evening.cues if cue.phase is Phase.CONSOLIDATE]
    stays = {p.tempo_bpm for p in evening.parameters if p.t_s >= thinning[0].t_s}
    assert len(stays) == 1
    assert {cue.tempo_bpm for cue in thinning} == stays


def test_feeling_dizzy_is_always_answered():
    evening = Evening(following(75), commands={400: CommandKind.DIZZY, 420: CommandKind.DIZZY}).run(until_s=430)
    told = [(cue.t_s, cue.reason) for cue in evening.cues if "you feel dizzy" in cue.reason]
    assert [t_s for t_s, _ in told] == [400, 420]
    assert told[-1][1].endswith("nothing leads you now")


def test_steady_music_stays_steady():
    evening = Evening(following(85), policy=PolicyName.FIXED).run()
    assert {p.tempo_bpm for p in evening.pulsed()} == {60.0}


def test_matching_only_never_leads():
    evening = Evening(lambda t: 80.0, policy=PolicyName.MATCH_ONLY).run()
    assert Phase.LEAD not in evening.phases()
