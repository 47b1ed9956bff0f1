"""What many sessions say together."""

from datetime import date

import pytest
from scipy import stats

from pulsetune.page.trend_words import MODEL_SPREAD_BPM, signed
from pulsetune.page.trends import trends
from pulsetune.ports import ListedSession

TODAY = date(2026, 11, 25)  # a Wednesday


def listed(number, day="2026-11-23", program="unwind", began=70.0, ended=66.0, **changes):
    values = {
        "session_id": number,
        "program": program,
        "source": "strap",
        "simulated": False,
        "started_at": f"{day}T20:00:00+01:00",
        "duration_s": 1200.0,
        "beats": 1400,
        "state": "complete",
        "quality": 0.9,
        "baseline_heart_rate_bpm": began,
        "final_heart_rate_bpm": ended,
    }
    return ListedSession(**(values | changes))


def of(*rows, simulated=False):
    return trends(rows, simulated=simulated, today=TODAY)


def test_simulated_sessions_and_measured_ones_are_never_together():
    rows = [listed(1), listed(2, simulated=True), listed(3, replayed=True), listed(4, simulated=True, replayed=True)]
    assert [evening.session_id for evening in of(*rows).evenings] == [1]
    assert [evening.session_id for evening in of(*rows, simulated=True).evenings] == [2]
    assert [week.sessions for week in of(*rows).weeks] == [1]
    assert [week.sessions for week in of(*rows, simulated=True).weeks] == [1]


@pytest.mark.parametrize(
    "changes",
    [
        {"duration_s": 359.0},
        {"state": "interrupted"},
        {"state": "running"},
        {"began": None},
        {"ended": None},
    ],
)
def test_what_says_nothing_about_a_change_is_in_no_mean(changes):
    found = of(listed(1, **changes))
    assert found.evenings == []
    assert found.programs == []


def test_what_was_stopped_early_counts_from_six_minutes_on():
    assert len(of(listed(1, duration_s=360.0)).evenings) == 1


def test_evenings_come_in_the_order_of_their_days_with_their_change():
    found = of(listed(2, "2026-11-24", began=70.04, ended=66.0), listed(1, "2026-11-20", ended=71.5))
    assert [(evening.session_id, evening.change_bpm) for evening in found.evenings] == [(1, 1.5), (2, -4.0)]
    assert found.evenings[1].at_ms == 1_795_546_800_000  # date -d '2026-11-24T20:00:00+01:00' +%s


def test_minutes_are_summed_by_the_listener_s_own_weeks_empty_ones_too():
    late_sunday = "2026-11-08T23:50:00-05:00"  # Monday in London, Sunday where it was
    rows = [
        listed(1, started_at=late_sunday, duration_s=600.0),
        listed(2, "2026-11-09", duration_s=90.0),
        listed(3, "2026-11-15", duration_s=1200.0, state="interrupted"),
        listed(4, "2026-11-20", duration_s=60.0, state="running"),
    ]
    assert [(week.monday, week.minutes, week.sessions) for week in of(*rows).weeks] == [
        ("2026-11-02", 10.0, 1),
        ("2026-11-09", 21.5, 2),
        ("2026-11-16", 0, 0),
        ("2026-11-23", 0, 0),
    ]


def test_of_years_the_last_half_year_of_weeks_is_shown():
    weeks = of(listed(1, "2020-01-01"), listed(2, "2026-11-24")).weeks
    assert len(weeks) == 26
    assert (weeks[0].monday, weeks[-1].monday) == ("2026-06-01", "2026-11-23")
    assert sum(week.sessions for week in weeks) == 1


def test_a_session_of_tomorrow_by_a_wrong_clock_is_in_a_week_of_its_own():
    assert of(listed(1, "2026-12-03")).weeks[-1].monday == "2026-11-30"


CHANGES = [-6.0, -3.0, -4.5, -1.0, -2.5]
QUIET_CHANGES = [-3.0, -1.0, -2.0, -4.0, 0.5, -2.5]


def evenings_of(program, changes, first):
    return [listed(first + n, f"2026-11-{n + 2:02}", program, 70.0, 70.0 + change) for n, change in enumerate(changes)]


def test_a_program_has_its_mean_with_student_s_interval():
    (found,) = of(*evenings_of("unwind", CHANGES, 1)).programs
    said = stats.ttest_1samp(CHANGES, 0.0).confidence_interval(0.95)
    assert (found.program, found.sessions, found.mean_bpm) == ("unwind", 5, -3.4)
    assert (found.low_bpm, found.high_bpm) == (pytest.approx(said.low, abs=0.005), pytest.approx(said.high, abs=0.005))
    assert found.words == "5 sessions: −3.4 on average, 95 % interval −5.8 to −1.0."
    assert found.beside_quiet == ""


def test_four_sessions_are_too_few_to_tell():
    (found,) = of(*evenings_of("unwind", CHANGES[:4], 1)).programs
    assert (found.low_bpm, found.high_bpm) == (None, None)
    assert found.words.startswith("4 sessions: too few to tell")
    (one,) = of(listed(1)).programs
    assert one.words.startswith("1 session: too few to tell")


def test_a_program_stands_beside_sitting_quietly_with_welch_s_interval():
    found = of(*evenings_of("unwind", CHANGES, 1), *evenings_of("quiet", QUIET_CHANGES, 10)).programs
    said = stats.ttest_ind(CHANGES, QUIET_CHANGES, equal_var=False).confidence_interval(0.95)
    assert [program.program for program in found] == ["quiet", "unwind"]
    assert found[0].beside_quiet == ""
    assert found[1].beside_quiet == (
        f"Beside sitting quietly: −1.4 ({signed(said.low)} to {signed(said.high)}); no difference can be told yet."
    )


def test_a_program_that_was_led_in_several_ways_is_several_programs():
    rows = [
        listed(1, policy="staged_iso"),
        listed(2, policy="fixed_safe"),
        listed(3, policy="quiet"),
        listed(4, program="settle", policy="staged_iso"),
        listed(5, program="quiet", policy="quiet"),
        listed(6, program="quiet", policy="ramp"),
    ]
    assert {evening.session_id: evening.program for evening in of(*rows).evenings} == {
        1: "unwind (staged iso)",
        2: "unwind (fixed safe)",
        3: "unwind (quiet)",
        4: "settle",
        5: "quiet",
        6: "quiet (ramp)",
    }


def test_a_clear_difference_is_told_without_a_claim():
    found = of(*evenings_of("unwind", [-10, -11, -10, -11, -10], 1), *evenings_of("quiet", QUIET_CHANGES, 10)).programs
    assert found[1].beside_quiet.endswith("this interval leaves out 0, which is no proof yet.")


def test_how_many_evenings_it_takes_is_said_with_the_model_s_spread_first():
    words = of(*evenings_of("unwind", CHANGES, 1)).needed_words
    assert "1 beat a minute between two programs takes about 114 sessions of each, of 2 beats about 29" in words
    assert f"{MODEL_SPREAD_BPM} beats" in words
    assert "a simulated listener's" in words


def test_and_with_the_listener_s_own_once_that_is_known():
    changes = [-4.0, 4.0] * 11  # variance 16 · 22 / 21, SD 4.094: 2 · (1.95996 + .84162)² · 16.762 = 263
    words = of(*evenings_of("unwind", changes, 1)).needed_words
    assert "takes about 263 sessions of each, of 2 beats about 66" in words
    assert "a spread of 4.1 beats from evening to evening (that of these sessions so far)" in words


def test_the_smooth_of_how_it_began_needs_five_sessions_and_runs_from_the_first_to_the_last():
    assert of(*evenings_of("unwind", CHANGES[:4], 1)).smooth == []
    found = of(*evenings_of("unwind", CHANGES, 1))
    assert found.smooth[0][0] == found.evenings[0].at_ms
    assert found.smooth[-1][0] == found.evenings[-1].at_ms
    assert all(value == pytest.approx(70.0) for _, value in found.smooth)


def test_nothing_gives_nothing():
    found = of()
    assert (found.evenings, found.weeks, found.programs, found.smooth) == ([], [], [], [])


@pytest.mark.parametrize(
    ("value", "text"), [(1.24, "+1.2"), (-0.44, "−0.4"), (0.04, "0.0"), (-0.04, "0.0"), (0.0, "0.0"), (-12.0, "−12.0")]
)
def test_a_change_has_its_sign(value, text):
    assert signed(value) == text
