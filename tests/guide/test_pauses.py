"""What a pause stops, and what it must not undo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulsetune.engine import SessionEngine
from pulsetune.heart.heart_rate_measurement import decode, encode
from pulsetune.model import (
    SILENT_DB,
    Baseline,
    Command,
    CommandKind,
    EndedBecause,
    Input,
    ListenerProfile,
    Phase,
    PolicyName,
)
from pulsetune.programs import find_program
from tests.guide.builders import Evening, following

PAUSE, RESUME = CommandKind.PAUSE, CommandKind.RESUME


def level_at(evening: Evening, t_s: float) -> float:
    return [p for p in evening.parameters if p.t_s <= t_s][-1].level_db


def test_a_fade_goes_on_after_a_pause_where_it_was():
    begins_s = 20 * 60 - 120  # a minute of fade, a minute of silence
    whole = Evening(following(75)).run()
    evening = Evening(following(75), commands={begins_s + 20: PAUSE, begins_s + 50: RESUME}).run()
    assert level_at(evening, begins_s + 49) == SILENT_DB
    for after_s in (25, 40, 55):  # 3 s after going on nothing of the pause is left
        assert level_at(evening, begins_s + 30 + after_s) == pytest.approx(
            level_at(whole, begins_s + after_s), abs=0.01
        )
    assert level_at(evening, begins_s + 120) == SILENT_DB


def test_silence_stays_silent_after_a_pause():
    evening = Evening(following(75), commands={20 * 60 - 40: PAUSE, 20 * 60 - 30: RESUME}).run()
    assert {p.level_db for p in evening.parameters if p.t_s > 20 * 60 - 38} == {SILENT_DB}


def test_a_safety_stop_is_not_undone_by_a_pause():
    def upset(t: int) -> float | None:
        return 65.0 if t < 300 else 95.0

    stops_s = next(cue.t_s for cue in Evening(upset).run().cues if cue.phase is Phase.STOPPING)
    evening = Evening(upset, commands={int(stops_s) + 10: PAUSE, int(stops_s) + 20: RESUME}).run()
    assert evening.conductor.ended_because is EndedBecause.SAFETY
    assert evening.seconds == stops_s + 45
    assert level_at(evening, stops_s + 40) < -50
    assert level_at(evening, stops_s + 45) == SILENT_DB


def test_softer_and_louder_still_count_while_fading():
    plain = Evening(following(75)).run()
    softer = Evening(following(75), commands={600: CommandKind.SOFTER}).run()
    assert level_at(softer, 1100) == pytest.approx(level_at(plain, 1100) - 3.0, abs=0.01)


@pytest.mark.parametrize("away_s", [130, 400])
def test_a_strap_that_was_off_during_a_pause_is_no_reason_to_give_up(away_s):
    def heart(t: int) -> float | None:
        return None if 400 < t <= 400 + away_s + 3 else following(75)(min(t, 400))

    evening = Evening(heart, commands={400: PAUSE, 400 + away_s: RESUME}).run(until_s=700 + away_s)
    assert Phase.COMPANION not in evening.phases()
    assert Phase.STOPPING not in evening.phases()


def test_a_dropout_that_began_before_the_pause_goes_on_after_it():
    def silent(t: int) -> float | None:
        return None if t > 400 else following(75)(t)

    evening = Evening(silent, commands={460: PAUSE, 760: RESUME}).run(until_s=830)
    company_s = next(cue.t_s for cue in evening.cues if cue.phase is Phase.COMPANION)
    assert company_s == pytest.approx(760 + 60, abs=3)  # a minute before the pause, one after


def test_an_hour_of_pause_ends_the_session():
    evening = Evening(following(75), commands={400: PAUSE}).run()
    assert evening.seconds == pytest.approx(400 + 3600, abs=3)
    assert evening.conductor.ended_because is EndedBecause.LISTENER


def engine_run(commands: dict[float, CommandKind], heart_rate_bpm, until_s: int) -> list:
    program = find_program("unwind")
    engine, out, next_beat_s = SessionEngine(program, ListenerProfile(), program.policy), [], 0.0
    for tick in range(1, 4 * until_s):
        t_s = tick / 4
        inputs: list[Input] = [Command(t_s, commands[t_s])] if t_s in commands else []
        if tick % 4 == 0:
            rr_ms = []
            while next_beat_s <= t_s:
                rr_ms.append(60_000 / heart_rate_bpm(t_s) + 10 * (-1) ** len(rr_ms))
                next_beat_s += rr_ms[-1] / 1000
            inputs.append(decode(encode(round(heart_rate_bpm(t_s)), rr_ms), t_s))
        out += engine.step(t_s, inputs)
    return out


@pytest.mark.parametrize(("paused_s", "known_by_s"), [((30.0, 240.0), 340.0), ((110.0, 140.0), 230.0)])
def test_what_the_heart_does_in_a_pause_is_no_baseline(paused_s, known_by_s):
    def heart(t_s: float) -> float:
        return 95.0 if paused_s[0] < t_s < paused_s[1] + 5 else 66.0

    out = engine_run({paused_s[0]: PAUSE, paused_s[1]: RESUME}, heart, 400)
    baselines = [(at_s, event) for at_s, event in out if isinstance(event, Baseline)]
    assert len(baselines) == 1
    assert paused_s[1] + 60 <= baselines[0][0] <= known_by_s
    assert baselines[0][1].heart_rate_bpm == pytest.approx(66.0, abs=1.0)


def test_who_felt_dizzy_before_the_music_is_watched_all_the_same():
    def upset(t: int) -> float | None:
        return 66.0 if t < 130 else 92.0

    evening = Evening(upset, commands={60: CommandKind.DIZZY}).run()
    assert not evening.pulsed()
    assert evening.conductor.ended_because is EndedBecause.SAFETY or Phase.FADE in evening.phases()
    assert evening.seconds < 10 * 60


def test_the_pulse_ends_after_its_thirty_minutes_while_the_music_thins_too():
    evening = Evening(following(75), minutes=47, policy=PolicyName.MATCH_ONLY)
    evening.program = replace(evening.program, consolidate_s=600.0, fade_s=300.0, rests=0)
    evening.conductor = type(evening.conductor)(evening.program, evening.profile, evening.policy)
    evening.run()
    pulsed_s = {p.t_s for p in evening.pulsed()}
    assert len(pulsed_s) <= 30 * 60 + 10  # it takes 6 s to leave
    assert max(pulsed_s) > 30 * 60
    assert sum("enough of the pulse" in cue.reason for cue in evening.cues) == 1


def test_a_fast_heart_whose_half_is_too_slow_for_the_program_is_led_at_its_own_pace():
    evening = Evening(lambda t: 90.0)
    evening.program = replace(evening.program, tempo_min_bpm=55.0)
    evening.conductor = type(evening.conductor)(evening.program, evening.profile, evening.policy)
    evening.run(until_s=400)
    assert evening.cues[-1].tempo_ratio == 1.0
    assert Phase.LEAD in evening.phases()


@pytest.mark.parametrize("heart_rate_bpm", [39.0, 100.0])
def test_a_tempo_at_the_end_of_its_range_is_not_said_again_and_again(heart_rate_bpm):
    listening = ListenerProfile(listen_only=True)
    evening = Evening(lambda t: heart_rate_bpm if t > 200 else 80.0, profile=listening).run(until_s=900)
    assert sum("staying with your pulse" in cue.reason for cue in evening.cues) < 12
