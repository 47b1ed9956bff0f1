from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.errors import ProgramError, PulseTuneError, WrongUse
from pulsetune.model import Program
from pulsetune.programs import find_program, parse_program, program_files, with_minutes

GOOD = """name = "mine"
title = "Mine"
description = "A test."
minutes = 20
"""


def test_every_shipped_program_is_valid_and_named_after_its_file():
    assert "unwind" in program_files()
    for name in program_files():
        assert find_program(name).name == name


def test_unwind_keeps_the_limits_of_gentle_change():
    program = find_program("unwind")
    assert program.minutes == 20
    assert program.fall_limit_percent_per_min <= 2
    assert program.rise_limit_percent_per_min <= 3
    assert (program.tempo_min_bpm, program.tempo_max_bpm) == (42, 92)


def test_every_mistake_is_listed_with_its_line():
    text = GOOD.replace("20", "-3") + "\n[lead]\nstep_procent = 2\nlead_cap_percent = 60\n"
    with pytest.raises(ProgramError) as caught:
        parse_program(text, "mine.toml")
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert any(line.startswith("mine.toml:4: minutes:") and "-3" in line for line in lines)
    assert any(line.startswith("mine.toml:7: lead.step_procent") and '"step_percent"' in line for line in lines)
    assert any(line.startswith("mine.toml:8: lead.lead_cap_percent") and "60" in line for line in lines)


def test_a_missing_key_is_named():
    with pytest.raises(ProgramError, match=r"title: this key is missing"):
        parse_program(GOOD.replace('title = "Mine"\n', ""), "mine.toml")


def test_broken_toml_names_line_and_column():
    with pytest.raises(ProgramError, match=r"line 2"):
        parse_program('name = "x"\ntitle = \n', "mine.toml")


@pytest.mark.parametrize("bad", ["nan", "inf", '"twenty"', "true", "[]", "1e400"])
def test_absurd_minutes_are_refused(bad):
    with pytest.raises(ProgramError, match=r"mine.toml:4: minutes"):
        parse_program(GOOD.replace("20", bad), "mine.toml")


def test_a_program_without_time_to_play_is_refused():
    with pytest.raises(ProgramError, match="leave no time"):
        parse_program(GOOD.replace("20", "6") + "[phases]\nsilence_s = 600\n", "mine.toml")


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(WrongUse, match=r'Did you mean "unwind"'):
        find_program("unwnd")


def test_files_that_cannot_be_programs_are_refused(tmp_path: Path):
    binary = tmp_path / "b.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    huge = tmp_path / "h.toml"
    huge.write_bytes(b"#" * 200_000)
    for file in (binary, huge, tmp_path, tmp_path / "absent.toml"):
        with pytest.raises(WrongUse):
            find_program(f"{file}/" if file == tmp_path else str(file))


@pytest.mark.parametrize("minutes", [-3, 0, 5.9, 61, float("nan"), float("inf")])
def test_impossible_lengths_are_refused(minutes):
    with pytest.raises(WrongUse):
        with_minutes(find_program("unwind"), minutes)


def test_another_length_changes_nothing_else():
    program = find_program("unwind")
    assert with_minutes(program, 10).minutes == 10
    assert with_minutes(program, 20) == program


@given(st.text(max_size=300))
def test_any_text_is_a_program_or_a_listed_mistake(text):
    try:
        assert isinstance(parse_program(text, "any.toml"), Program)
    except PulseTuneError as error:
        assert "any.toml" in error.message


@given(
    st.dictionaries(
        st.sampled_from(["minutes", "name", "lead", "limits", "zzz"]),
        st.integers() | st.booleans() | st.text(alphabet="abc", max_size=4),
    )
)
def test_wrong_types_never_escape_as_other_exceptions(table):
    text = GOOD.replace("minutes = 20\n", "")
    for key, value in table.items():
        written = f'"{value}"' if isinstance(value, str) else str(value).lower()
        text += f"{key} = {written}\n"
    try:
        parse_program(text, "any.toml")
    except PulseTuneError as error:
        assert "any.toml" in error.message
