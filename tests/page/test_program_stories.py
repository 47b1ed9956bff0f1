"""Writing a program on the page, in a real Chromium: copy, two mistakes, mend, save, change, delete; and how it looks."""

from __future__ import annotations

import pytest

from pulsetune.model import Imagery
from pulsetune.programs import find_program, own_program_files
from tests.needs import need_chromium, patient
from tests.page.browsing import look_over, visit
from tests.page.hosting import opened

need_chromium()


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setenv("PULSETUNE_HOME", str(tmp_path / "home"))  # where a session looks for own programs
    with opened(tmp_path / "home", speed=60.0) as page:
        yield page


def change(there, old: str, new: str) -> None:
    """Write something else in the program's text."""
    text = there.window.get_by_label("The program's text")
    before = text.input_value()
    assert old in before
    text.fill(before.replace(old, new))


def selected(there) -> str:
    return there.window.evaluate("(a => a.value.slice(a.selectionStart, a.selectionEnd))(document.activeElement)")


def test_from_the_list_to_a_program_of_one_s_own_and_away_again(there, page):
    window = there.window
    window.get_by_role("link", name="Programs", exact=True).click()
    there.see("None yet")
    window.get_by_role("link", name="Unwind").click()
    there.see("Planned with an invented heart")
    assert "75 beats a minute" in there.text("main")
    assert there.text(".phases li >> nth=0").split() == ["Listening", "to", "your", "pulse", "2:00"]
    picture = window.get_by_role("img", name="Planned tempo over 20 minutes")
    assert "Leading gently from 2:15" in picture.get_attribute("aria-label")

    window.get_by_role("link", name="Make a copy").click()
    there.see("No mistakes. It can be saved.")
    assert window.locator(".line-numbers div").count() == 41
    window.get_by_label("The program's text").press("Tab")  # no trap for those who use the keyboard
    assert window.evaluate("document.activeElement.textContent") == "Save"
    change(there, "minutes = 20", "minutes = 200")
    there.see("One mistake")
    change(there, "step_percent", "step_procent")
    there.see("2 mistakes")
    told = window.locator(".mistake")
    assert [words.split("\n")[0] for words in told.all_inner_texts()] == ["Line 11", "Line 26"]
    assert "must be at most 60 (got 200)" in told.nth(0).inner_text()
    assert 'did you mean "step_percent"?' in told.nth(1).inner_text()
    assert window.locator(".line-numbers .wrong").all_inner_texts() == ["11", "26"]
    told.nth(1).click()
    assert selected(there).startswith("step_procent = ")
    there.button("Save").click()
    there.see("It was not saved")
    assert selected(there).startswith("minutes = 200")
    assert own_program_files(page.home) == {}

    change(there, "minutes = 200", "minutes = 12")
    change(there, "step_procent", "step_percent")
    change(there, 'name = "unwind-2"', 'name = "unwind"')
    there.see("came with PulseTune and stays as it is")
    change(there, 'name = "unwind"', 'name = "monday"')
    change(there, 'title = "Unwind"', 'title = "After work"')
    window.get_by_role("img", name="Planned tempo over 12 minutes").wait_for()
    there.button("Save").click()
    window.get_by_role("heading", name="After work").wait_for()
    assert window.url.endswith("#/programs/monday")
    assert find_program("monday", page.home).minutes == 12

    window.get_by_role("link", name="Change it").click()
    change(there, "After work", "After work, slowly")
    there.see("No mistakes")
    there.button("Save").click()
    there.button("Cancel").click()
    assert find_program("monday", page.home).title == "After work"
    window.get_by_role("link", name="Home").click()  # what was written is not lost
    window.get_by_text("After work").wait_for()
    window.go_back()
    assert "After work, slowly" in window.get_by_label("The program's text").input_value()
    there.button("Save").click()
    there.button("Replace it").click()
    window.get_by_role("heading", name="After work, slowly").wait_for()

    window.get_by_role("link", name="Choose it").click()
    window.locator("input[name=program][value=monday]:checked").wait_for()
    there.start_simulated()
    assert page.library.sessions()[0].program == "monday"
    there.button("Stop").click()
    window.locator("#check-in[open]").wait_for()
    window.keyboard.press("Escape")

    window.goto(f"{page.base}/#/programs/monday")
    there.button("Delete").click()
    there.see("None yet")
    there.button("Undo").click()
    window.get_by_role("heading", name="After work, slowly").wait_for()
    assert "monday" in own_program_files(page.home)
    there.button("Delete").click()
    there.see("None yet")
    assert own_program_files(page.home) == {}
    window.get_by_role("link", name="Home").click()
    there.see("Unwind")
    assert window.get_by_label("After work, slowly").count() == 0


@patient
def test_a_program_s_quiet_sentences_are_under_the_orb_while_their_phase_lasts(there, page):
    window = there.window
    window.get_by_role("radio", name="Breathe 15 min").check()
    there.start_simulated()
    imagery = find_program("breathe").imagery
    assert imagery != Imagery()
    shown = "document.querySelector('.imagery.here')?.textContent ?? ''"
    there.until(f"{list(imagery.match + imagery.lead)}.includes({shown})", True, 30_000)
    assert there.text(".why")
    orb, sentence = window.locator(".orb-space").bounding_box(), window.locator(".imagery").bounding_box()
    assert sentence["y"] >= orb["y"] + orb["height"]
    assert window.locator(".imagery").get_attribute("role") is None


@patient
def test_a_text_of_five_thousand_lines_and_one_that_is_too_long_are_only_mistakes(there, page):
    window = there.window
    window.goto(f"{page.base}/#/programs/unwind/copy")
    there.see("No mistakes")
    fill = (
        "(text) => { const a = document.getElementById('text'); a.value = text; a.dispatchEvent(new Event('input')); }"
    )
    window.evaluate(fill, "minutes 5\n" * 5_000)
    there.see("One mistake")
    assert window.locator(".line-numbers div").count() == 5_001
    window.evaluate(fill, "é" * 40_000)
    there.see("this one is too long")
    there.button("Save").click()
    there.see("It was not saved")
    there.button("Discard").click()
    there.see("None yet")
    assert own_program_files(page.home) == {}


def every_screen(there, page):
    """The screens of the programs; yields the name of each while it is shown."""
    window = there.window
    window.get_by_role("link", name="Programs", exact=True).click()
    there.see("None yet")
    yield "programs"
    window.get_by_role("link", name="Breathe").click()
    there.see("Planned with an invented heart")
    yield "program"
    window.get_by_role("link", name="Make a copy").click()
    there.see("No mistakes")
    yield "writing"
    change(there, "minutes = 15", "minutes = 200")
    there.see("One mistake")
    yield "mistake"
    change(there, "minutes = 200", "minutes = 16")
    there.see("No mistakes")
    there.button("Save").click()
    window.get_by_role("link", name="Change it").click()
    there.see("No mistakes")
    there.button("Save").click()
    there.button("Replace it").wait_for()
    yield "confirm"
    there.button("Cancel").click()
    window.goto(f"{page.base}/#/programs/breathe-2")
    there.button("Delete").click()
    there.button("Undo").wait_for()
    yield "undo"
    there.button("Undo").click()
    window.get_by_role("link", name="Change it").wait_for()
    (page.home / "programs" / "broken.toml").write_text('name = "broken"\nx = 1\n')
    window.get_by_role("link", name="All programs").click()
    there.see("4 mistakes")
    yield "own programs"
    window.get_by_role("link", name="broken").click()
    there.see("It cannot be played yet")
    yield "broken program"
    (page.home / "programs" / "latin.toml").write_bytes(b"\xfcber")
    window.get_by_role("link", name="All programs").click()
    window.get_by_role("link", name="latin").click()
    there.see("It cannot be read")
    assert window.get_by_role("link", name="Make a copy").count() == 0
    assert there.button("Delete").count() == 1
    yield "unreadable program"
    window.goto(f"{page.base}/#/programs/nothing")
    there.see("There is no such program")
    yield "no such program"


@patient
def test_axe_finds_nothing_on_the_programs(chrome, tmp_path):
    with opened(tmp_path) as page, visit(chrome, page, bypass_csp=True) as there:
        assert len(look_over(there, every_screen(there, page))) == 10
