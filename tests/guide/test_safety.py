"""When the guide stops leading: what it takes for a sign that music does harm, and what it does not."""

from __future__ import annotations

from pulsetune.guide.safety import FIRST_S, GATES, SafetyWatch, Verdict
from pulsetune.model import Phase

from .builders import Evening

FIRST_GATE_S = GATES[0][0]


def company_s(watch, heart, until_s: int = 1000) -> int | None:
    """After how many seconds of music the watch asks for company; None if it does not."""
    for second in range(1, until_s + 1):
        if watch.second(heart(second), leading=False) is Verdict.COMPANION:
            return second
    return None


def rising(by_bpm: float, baseline_bpm: float = 72.0):
    """A heart that music lifts: nothing in the first minute, everything after three quarters of the second."""
    return lambda second: baseline_bpm + by_bpm * min(1.0, max(0.0, second - FIRST_S) / 45)


def test_the_more_a_heart_rises_the_earlier_the_music_stops_leading():
    found = [company_s(SafetyWatch(72.0), rising(by_bpm)) for by_bpm in (5.0, 3.0, 2.0, 1.0)]
    assert None not in found
    assert found == sorted(found)
    assert found[0] == FIRST_GATE_S


def test_a_heart_that_comes_down_is_never_left_alone():
    assert company_s(SafetyWatch(72.0), lambda second: 72.0 - min(4.0, second / 120)) is None


def test_an_error_of_the_baseline_is_not_taken_for_harm():
    """Already higher in the first seconds, before music could act, and not a beat more afterwards."""
    assert company_s(SafetyWatch(72.0), lambda _second: 72.2, until_s=700) is None
    assert company_s(SafetyWatch(72.0), rising(0.8), until_s=700) is not None


def test_a_baseline_that_was_low_by_chance_is_not_taken_for_harm():
    """Half a minute earlier the heart was where it is under music: it was the baseline's minute that was low."""
    back = rising(0.7)
    assert company_s(SafetyWatch(72.0), back, until_s=700) is not None
    assert company_s(SafetyWatch(72.0, earlier_bpm=73.5), back, until_s=700) is None


def test_a_heart_that_begins_high_has_to_come_down_to_be_led_on():
    assert company_s(SafetyWatch(90.0), lambda _second: 90.0, until_s=800) is not None
    assert company_s(SafetyWatch(66.0), lambda _second: 66.0, until_s=800) is None


def test_the_gates_move_with_the_program():
    assert company_s(SafetyWatch(72.0, first_gate_s=100.0), rising(6.0)) == 100
    assert company_s(SafetyWatch(72.0, first_gate_s=200.0), rising(6.0)) == 200


def verdicts(baseline_bpm: float, heart, until_s: int) -> list[Verdict]:
    """What a watch says of a heart that is led all the time."""
    watch = SafetyWatch(baseline_bpm)
    watch.begin_lead(baseline_bpm)
    return [said for second in range(1, until_s + 1) if (said := watch.second(heart(second), leading=True))]


def test_after_a_second_rise_the_lead_ends_only_if_the_heart_is_higher_than_before_the_music():
    lifted = verdicts(72.0, lambda second: 72.0 if second <= 20 else 78.0, until_s=FIRST_GATE_S - 1)
    calmed = verdicts(72.0, lambda second: 72.0 if second <= 60 else 62.0 if second % 110 < 60 else 73.0, until_s=330)
    assert lifted == [Verdict.BACKTRACK, Verdict.COMPANION]
    assert calmed == [Verdict.BACKTRACK, Verdict.BACKTRACK]  # though each time the heart was above its baseline


def test_in_a_session_a_heart_that_the_music_lifts_gets_company_within_minutes_and_one_that_it_calms_is_led():
    lifted = Evening(lambda t: 72.0 + min(4.0, max(0.0, t - 180) / 30)).run(until_s=500)
    calmed = Evening(lambda t: 72.0 - min(4.0, max(0.0, t - 180) / 60)).run(until_s=900)
    assert Phase.COMPANION in lifted.phases()
    assert Phase.COMPANION not in calmed.phases()
