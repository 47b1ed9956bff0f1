"""Each rule between keys at its border: the last value that is right, and the first that is not."""

import pytest

from pulsetune.program_rules import broken_rules
from pulsetune.programs import parse_program

RIGHT = {
    "minutes": 10,
    "calibrate_s": 120,
    "consolidate_s": 90,
    "fade_s": 60,
    "silence_s": 60,
    "rests": 2,
    "rest_s": 20,
    "pulse_most_s": 1800,
    "step_percent": 2,
    "lead_cap_percent": 6,
    "zone_tempo_bpm": 60,
    "tempo_min_bpm": 42,
    "tempo_max_bpm": 92,
    "first_gate_s": 150,
    "breathing": False,
    "policy": "staged_iso",
}


def broken(**changes: object) -> list[str]:
    return [keys[0] for keys, _ in broken_rules(RIGHT | changes)]


@pytest.mark.parametrize(
    ("about", "last_right", "first_wrong"),
    [
        # 330 s are fixed: 390 s leave the minute that must be played
        ("minutes", {"minutes": 6.5, "policy": "pi"}, {"minutes": 6.49, "policy": "pi"}),
        ("minutes", {"minutes": 6.5, "policy": "pi"}, {"minutes": 6.5, "policy": "pi", "calibrate_s": 121}),
        ("rests", {"rests": 3, "consolidate_s": 90}, {"rests": 3, "consolidate_s": 89}),  # 60 s of rests
        ("step_percent", {"lead_cap_percent": 2}, {"lead_cap_percent": 1.9}),
        ("zone_tempo_bpm", {"tempo_min_bpm": 60}, {"tempo_min_bpm": 60.1}),
        ("zone_tempo_bpm", {"tempo_max_bpm": 60}, {"tempo_max_bpm": 59.9}),
        ("tempo_min_bpm", {"tempo_min_bpm": 59, "tempo_max_bpm": 60}, {"tempo_min_bpm": 60, "tempo_max_bpm": 60}),
        ("first_gate_s", {"minutes": 8}, {"minutes": 7.99}),  # 150 s are left to play
        ("first_gate_s", {"pulse_most_s": 150}, {"pulse_most_s": 149}),
        ("first_gate_s", {"minutes": 6.5, "policy": "match_only"}, {"minutes": 6.5, "policy": "fixed_safe"}),
        ("breathing", {"breathing": True}, {"breathing": True, "policy": "quiet"}),
        ("breathing", {"policy": "quiet"}, {"breathing": True, "policy": "quiet"}),
    ],
)
def test_a_rule_holds_up_to_its_border(about, last_right, first_wrong):
    assert broken(**last_right) == []
    assert broken(**first_wrong) == [about]


def test_a_program_that_leaves_nothing_to_play_breaks_one_rule_and_not_two():
    assert broken(minutes=6) == ["minutes"]


def test_a_rule_is_not_asked_while_a_key_is_unknown():
    known = RIGHT | {"tempo_max_bpm": 50}
    del known["zone_tempo_bpm"]
    assert list(broken_rules(known)) == []
    assert list(broken_rules({})) == []


def test_the_usual_values_break_no_rule():
    parse_program('name = "a"\ntitle = "A"\ndescription = "A"\nminutes = 9\n', "a.toml")
