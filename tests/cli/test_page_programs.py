"""The listener's own programs as files: whatever a text says, nothing outside their folder is ever written."""

import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulsetune.cli.page_programs import Programs
from pulsetune.errors import ProgramError, ProgramExists, PulseTuneError, WrongUse
from pulsetune.programs import own_program_files, parse_program, program_files
from tests.needs import examples

GOOD = 'name = "monday"\ntitle = "Monday"\ndescription = "A test."\nminutes = 10\n'
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True) | st.sampled_from([*program_files(), "con", "aux"])


def everything(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@settings(max_examples=examples(50))  # each writes files to the disk for good
@given(NAMES | st.text(max_size=60), st.booleans())
@example("..", True)
@example("../x", False)
@example("a" * 41, False)
@example("monday\n", False)
def test_a_program_is_saved_under_its_own_checked_name_or_not_at_all(name, replace):
    with tempfile.TemporaryDirectory() as above:
        home = Path(above) / "home"
        quoted = "".join(f"\\U{ord(letter):08x}" for letter in name)
        text = GOOD.replace("monday", quoted)
        try:
            saved = Programs(home).save(text, replace=replace)
        except WrongUse:
            assert everything(Path(above)) == {}
            return
        assert saved == name
        assert name not in program_files()
        assert set(everything(Path(above))) == {f"home/programs/{name}.toml", "home/programs/program.schema.json"}
        assert own_program_files(home)[name].read_text(encoding="utf-8") == text


@given(st.text(max_size=200) | st.text("ab=.\"'[]{}#\n \\1", max_size=80))
def test_any_text_is_checked_without_an_exception_and_saved_only_if_it_is_a_program(text):
    with tempfile.TemporaryDirectory() as home:
        programs = Programs(Path(home))
        checked = programs.check(text, to_save=True)
        assert checked.mistakes  # nobody writes a program by chance
        with pytest.raises(ProgramError):
            programs.save(text, replace=True)
        assert everything(Path(home)) == {}


def test_a_second_save_needs_leave_and_a_folder_in_the_way_is_a_sentence(tmp_path):
    programs = Programs(tmp_path)
    programs.save(GOOD, replace=False)
    with pytest.raises(ProgramExists):
        programs.save(GOOD, replace=False)
    (tmp_path / "programs" / "tuesday.toml").mkdir()
    with pytest.raises(PulseTuneError, match="cannot be written"):
        programs.save(GOOD.replace("monday", "tuesday"), replace=True)
    assert programs.text("monday").text == GOOD


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows links need a right of their own")
def test_a_link_in_the_folder_is_replaced_and_what_it_points_at_stays(tmp_path):
    programs = Programs(tmp_path / "home")
    programs.save(GOOD, replace=False)
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text("mine")
    link = tmp_path / "home" / "programs" / "monday.toml"
    link.unlink()
    link.symlink_to(elsewhere)
    programs.save(GOOD, replace=True)
    assert elsewhere.read_text() == "mine"
    assert link.read_text() == GOOD
    assert not link.is_symlink()


def test_a_copy_of_a_broken_program_can_be_mended(tmp_path):
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "broken.toml").write_text('name = "broken\n')
    programs = Programs(tmp_path)
    # a line that is no TOML, and three keys that are missing
    assert programs.copy("broken") == 'name = "broken\n'
    assert [listed.mistakes for listed in programs.listed() if listed.own] == [4]
    assert "broken" not in [program.name for program in programs.programs()]
    programs.delete("broken")
    assert own_program_files(tmp_path) == {}


def test_what_was_deleted_last_comes_back_as_it_was_until_it_is_forgotten(tmp_path):
    folder = tmp_path / "programs"
    folder.mkdir()
    programs, latin = Programs(tmp_path), GOOD.encode("utf-16")
    programs.save(GOOD.replace("monday", "tuesday"), replace=False)
    (folder / "monday.toml").write_bytes(latin)
    programs.delete("tuesday")
    programs.delete("monday")
    assert [listed.name for listed in programs.listed() if listed.own] == []
    with pytest.raises(WrongUse, match="too late"):  # the last one only
        programs.undelete("tuesday")
    programs.save(GOOD, replace=False)
    with pytest.raises(ProgramExists):
        programs.undelete("monday")
    assert programs.text("monday").text == GOOD
    (folder / "monday.toml").unlink()
    programs.undelete("monday")
    assert (folder / "monday.toml").read_bytes() == latin
    programs.delete("monday")
    programs.forget_deleted()
    assert [file.name for file in folder.iterdir()] == ["program.schema.json"]
    for name in ("monday", "../sessions", ""):
        with pytest.raises(WrongUse, match="too late"):
            programs.undelete(name)


@pytest.mark.parametrize("name", program_files())
def test_every_copy_is_a_program(tmp_path, name):
    copied = Programs(tmp_path).copy(name)
    assert parse_program(copied, "copy.toml").name == f"{name}-2"
