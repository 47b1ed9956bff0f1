import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulsetune.errors import ProgramError, PulseTuneError, WrongUse
from pulsetune.model import PolicyName, Program
from pulsetune.program_file import POLICIES
from pulsetune.programs import (
    ANY,
    find_program,
    own_program_files,
    parse_program,
    program_files,
    program_mistakes,
    shadowed_program_files,
    with_minutes,
)
from tests.needs import examples

GOOD = """name = "mine"
title = "Mine"
description = "A test."
minutes = 20
"""


def mistakes(text: str, choices=ANY) -> list[str]:
    with pytest.raises(ProgramError) as caught:
        parse_program(text, "mine.toml", choices)
    assert [m.told("mine.toml") for m in program_mistakes(text, choices)] == str(caught.value).splitlines()
    return str(caught.value).splitlines()


# ---------------------------------------------------------------- what came with PulseTune


def test_every_shipped_program_is_valid_and_named_after_its_file():
    assert set(program_files()) == {"unwind", "settle", "sleep", "breathe", "companion", "quiet"}
    for name in program_files():
        assert find_program(name).name == name


@pytest.mark.parametrize("name", program_files())
def test_no_shipped_program_leaves_the_limits_of_gentle_change(name):
    program = find_program(name)
    assert program.fall_limit_percent_per_min <= 2
    assert program.rise_limit_percent_per_min <= 3
    assert 42 <= program.tempo_min_bpm < program.tempo_max_bpm <= 92
    assert program.silence_s >= 45
    assert program.breath_slowest_per_min >= 5.5


def test_the_shipped_programs_do_what_they_are_for():
    unwind, settle, sleep = find_program("unwind"), find_program("settle"), find_program("sleep")
    assert unwind.minutes == 20
    assert (settle.minutes, settle.calibrate_s, settle.first_gate_s) == (8, 60, 120)
    assert sleep.minutes == 40
    pulse_gone_s = sleep.calibrate_s + sleep.pulse_most_s + 60  # it takes a minute to leave
    assert pulse_gone_s <= 30 * 60
    assert 60 * sleep.minutes - sleep.silence_s - sleep.fade_s - sleep.consolidate_s <= 30 * 60
    assert [name for name in program_files() if find_program(name).breathing] == ["breathe"]
    assert find_program("companion").policy is PolicyName.COMPANION
    quiet = find_program("quiet")
    assert quiet.policy is PolicyName.QUIET
    assert (quiet.minutes, quiet.calibrate_s, quiet.fade_s, quiet.silence_s, quiet.consolidate_s) == (
        unwind.minutes,
        unwind.calibrate_s,
        unwind.fade_s,
        unwind.silence_s,
        unwind.consolidate_s,
    )


def test_a_program_may_choose_every_policy_but_those_for_rehearsals():
    assert set(PolicyName) - set(POLICIES) == {PolicyName.NAIVE, PolicyName.YOKED}
    assert set(POLICIES) < set(PolicyName)


# ---------------------------------------------------------------- mistakes


def test_a_file_with_ten_different_mistakes_gets_ten_errors_on_the_right_lines():
    text = """# ten mistakes
name = "My Evening"
title = "Mine"
minutes = 200
titel = "x"
policy = "stage_iso"
soundscape = "trumpet"
bed = water

phases = { rests = 2.5, fade_s = 60 }

[lead]
zone_tempo_bpm = 60
note = \"\"\"
zone_tempo_bpm = 99
\"\"\"

[limits]
tempo_min_bpm = 70
tempo_max_bpm = 65

[breathing]
breathing = "yes"
"""
    expected = [
        "mine.toml:1: description: this key is missing",
        'mine.toml:2: name: must be small letters, digits and hyphens, beginning with a letter, 40 at most (got "My Evening")',
        "mine.toml:4: minutes: must be at most 60 (got 200)",
        'mine.toml:5: titel: unknown key, did you mean "title"? (got "x")',
        "mine.toml:6: policy: must be one of the policies ",
        'mine.toml:7: soundscape: must be one of the soundscapes felt-piano, raga (got "trumpet")',
        "mine.toml:8: bed: this is no TOML: Invalid value, column 7",
        "mine.toml:10: phases.rests: must be a whole number (got 2.5)",
        "mine.toml:13: lead.zone_tempo_bpm: lead.zone_tempo_bpm (60) must not be below limits.tempo_min_bpm (70)",
        'mine.toml:14: lead.note: unknown key (got "zone_tempo_bpm = 99\\n")',
        "mine.toml:19: limits.tempo_min_bpm: limits.tempo_min_bpm (70) must be below limits.tempo_max_bpm (65)",
        'mine.toml:23: breathing.breathing: must be true or false (got "yes")',
    ]
    found = mistakes(text, {"soundscape": ("felt-piano", "raga")})
    assert len(found) == len(expected)
    assert [line for line, start in zip(found, expected, strict=True) if not line.startswith(start)] == []
    assert 'did you mean "staged_iso"? (got "stage_iso")' in found[4]


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("lead.step_procent = 2", 'mine.toml:5: lead.step_procent: unknown key, did you mean "step_percent"? (got 2)'),
        ("zone_tempo_bpm = 60", "mine.toml:5: zone_tempo_bpm: unknown key, it belongs under [lead] (got 60)"),
        ("zone_tempo = 60", 'mine.toml:5: zone_tempo: unknown key, did you mean "zone_tempo_bpm" under [lead]? (got 60)'),
        ("[lead]\nminutes = 2", "mine.toml:6: lead.minutes: unknown key, it belongs above the first table (got 2)"),
        ("[limit]\nx = 2", 'mine.toml:5: limit: unknown key, did you mean "limits"? (got a table)'),
        ("lead = 3", "mine.toml:5: lead: must be a table, [lead] (got 3)"),
        ("[[lead]]\nstep_percent = 2", "mine.toml:5: lead: must be a table, [lead] (got an array)"),
        ('"q\\nx" = 1979-05-27', 'mine.toml:5: "q\\nx": unknown key (got 1979-05-27)'),
        ("minutes = 20", "mine.toml:5: minutes: this is no TOML: Cannot overwrite a value"),
        ("[phases]\nrests = true", "mine.toml:6: phases.rests: must be a whole number (got true)"),
        ("[phases]\nfade_s = 0x" + "f" * 6000, "mine.toml:6: phases.fade_s: must be a number (got a number of very many digits)"),
        ("bed = " + "7" * 6000, "mine.toml:5: there is a number with far too many digits"),
        ("bed = " + "[" * 5000, "mine.toml:1: tables or arrays lie too deep in one another"),
        ('bed = "' + "w" * 99 + '"', "mine.toml:5: bed: must be empty, or small letters, digits and hyphens"),
        ('policy = "naive"', "mine.toml:5: policy: must be one of the policies staged_iso"),
        ('policy = "yoked"', "mine.toml:5: policy: must be one of the policies staged_iso"),
    ],
)  # fmt: skip
def test_a_mistake_says_its_line_its_key_its_value_and_what_would_do(more, line):
    (found,) = mistakes(GOOD + more + "\n")
    assert found.startswith(line)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("[phases]\nsilence_s = 600\ncalibrate_s = 300\nfade_s = 300", "4: minutes: 20 minutes leave no time to play"),
        ("[phases]\nconsolidate_s = 30", "6: phases.consolidate_s: 2 rests of 20 s, phases.rests and phases.rest_s, do"),
        ("[phases]\nrests = 3\nrest_s = 25", "6: phases.rests: 3 rests of 25 s"),
        ("[lead]\nlead_cap_percent = 1.5", "6: lead.lead_cap_percent: one step, lead.step_percent (2), must not be larger"),
        ("[limits]\ntempo_max_bpm = 55", "6: limits.tempo_max_bpm: lead.zone_tempo_bpm (60) must not be above"),
        ("[limits]\ntempo_min_bpm = 61", "6: limits.tempo_min_bpm: lead.zone_tempo_bpm (60) must not be below"),
        ("[phases]\npulse_most_s = 100", "6: phases.pulse_most_s: the guide would never ask whether it helps"),
        ('policy = "quiet"\nbreathing.breathing = true', '6: breathing.breathing: with policy "quiet" there is no music'),
    ],
)  # fmt: skip
def test_what_ties_two_keys_together_is_checked_where_one_of_them_is_written(more, line):
    (found,) = mistakes(GOOD + more + "\n")
    assert found.startswith(f"mine.toml:{line}")


def test_a_rule_is_silent_about_a_key_that_is_wrong_already():
    found = mistakes(GOOD + '[limits]\ntempo_min_bpm = "low"\ntempo_max_bpm = 50\n')
    assert [line.split(" ")[1] for line in found] == ["limits.tempo_min_bpm:", "limits.tempo_max_bpm:"]


def test_a_bed_is_one_of_those_there_are_or_none():
    choices = {"bed": ("water", "rain")}
    assert parse_program(GOOD + 'bed = "rain"\n', "mine.toml", choices).bed == "rain"
    assert parse_program(GOOD + 'bed = ""\n', "mine.toml", choices).bed == ""
    (found,) = mistakes(GOOD + 'bed = "watr"\n', choices)
    assert found == 'mine.toml:5: bed: must be one of the beds water, rain; did you mean "water"? (got "watr")'


def test_a_missing_key_is_named_and_one_in_a_broken_line_is_not_called_missing():
    assert mistakes(GOOD.replace('title = "Mine"\n', "")) == ["mine.toml:1: title: this key is missing"]
    assert mistakes(GOOD.replace('"Mine"', "Mine")) == ["mine.toml:2: title: this is no TOML: Invalid value, column 9"]


@pytest.mark.parametrize("bad", ["nan", "inf", '"twenty"', '"20"', "true", "[]", "1e400", "{}"])
def test_absurd_minutes_are_refused(bad):
    assert mistakes(GOOD.replace("20", bad))[0].startswith("mine.toml:4: minutes")


def test_windows_line_ends_and_a_mark_of_the_encoding_do_no_harm(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert find_program(str(file)).title == "Mine"
    file.write_bytes(GOOD.replace("\n", "\r\n").encode() + b"bed = 1\r\n")
    with pytest.raises(ProgramError, match=r"mine.toml:5: bed"):
        find_program(str(file))


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(WrongUse, match=r'Did you mean "unwind"'):
        find_program("unwnd")


def test_files_that_cannot_be_programs_are_refused(tmp_path: Path):
    binary = tmp_path / "b.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    huge = tmp_path / "h.toml"
    huge.write_bytes(b"#" * 200_000)
    for file in (binary, huge, tmp_path, tmp_path / "absent.toml", tmp_path / "nul\0.toml"):
        with pytest.raises(WrongUse):
            find_program(f"{file}/" if file == tmp_path else str(file))


# ---------------------------------------------------------------- programs of the listener's own


def own(home: Path, name: str, text: str = GOOD) -> Path:
    (home / "programs").mkdir(exist_ok=True)
    file = home / "programs" / f"{name}.toml"
    file.write_text(text)
    return file


def test_a_program_in_the_listener_s_own_folder_is_found_by_its_name(tmp_path):
    file = own(tmp_path, "mine")
    assert own_program_files(tmp_path) == {"mine": file}
    assert find_program("mine", tmp_path).title == "Mine"
    with pytest.raises(WrongUse, match=r'Did you mean "mine"'):
        find_program("mime", tmp_path)
    assert own_program_files(tmp_path / "elsewhere") == {}


def test_an_own_program_never_takes_the_place_of_a_shipped_one(tmp_path):
    file = own(tmp_path, "unwind", GOOD.replace('"mine"', '"unwind"'))
    assert own_program_files(tmp_path) == {}
    assert shadowed_program_files(tmp_path) == {"unwind": file}
    assert find_program("unwind", tmp_path) == find_program("unwind")
    assert find_program(str(file), tmp_path).title == "Mine"


def test_an_own_program_has_the_name_of_its_file(tmp_path):
    own(tmp_path, "monday")
    with pytest.raises(ProgramError, match=r'Write name = "monday" in it, or call the file mine.toml'):
        find_program("monday", tmp_path)


# ---------------------------------------------------------------- another length


@pytest.mark.parametrize("minutes", [-3, 0, 5.9, 61, float("nan"), float("inf")])
def test_impossible_lengths_are_refused(minutes):
    with pytest.raises(WrongUse):
        with_minutes(find_program("unwind"), minutes)


def test_a_program_can_be_as_short_as_what_is_fixed_and_half_a_minute():
    sleep = find_program("sleep")  # 120 s measuring, 300 s fade, 300 s silence: 12.5 minutes with the half minute
    assert with_minutes(sleep, 12.5).minutes == 12.5
    with pytest.raises(WrongUse, match=r"Choose 12.5 to 60 minutes"):
        with_minutes(sleep, 12.49)


def test_another_length_changes_nothing_else():
    program = find_program("unwind")
    assert with_minutes(program, 10).minutes == 10
    assert with_minutes(program, 20) == program


# ---------------------------------------------------------------- whatever the text

KEYS = ["minutes", "name", "lead", "limits", "zzz", "policy", "lead.step_percent", "phases.rests", '"a.b"', "bed"]
VALUES = st.recursive(
    st.integers()
    | st.booleans()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.sampled_from(["quiet", "mine", 2, 60]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["step_percent", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def written(value) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(written, value))}]"
        case dict():
            return f"{{{', '.join(f'{key} = {written(inner)}' for key, inner in value.items())}}}"
    return str(value)


@settings(max_examples=examples(60))
@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from([*GOOD.splitlines(), "[lead]", "x = [", '"""', "'", "="])).map("\n".join)
)
@example("a=" + "[" * 3000)
@example("a='''\n")
@example("\ud800".encode("utf-8", "replace").decode())
def test_any_text_is_a_program_or_a_listed_mistake(text):
    try:
        assert isinstance(parse_program(text, "any.toml"), Program)
    except PulseTuneError as error:
        assert all(line.startswith("any.toml:") for line in error.message.split("\n"))


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_any_values_are_a_program_or_mistakes_on_the_lines_where_they_are(table):
    text = GOOD.replace("minutes = 20\n", "")
    for key, value in table.items():
        text += f"{key} = {written(value)}\n"
    try:
        parse_program(text, "any.toml")
    except PulseTuneError as error:
        assert all(line.startswith("any.toml:") for line in error.message.split("\n"))
