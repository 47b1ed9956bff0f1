"""Looking back in a real Chromium: find sessions, see trends, compare two, take everything home; axe-core finds nothing."""

from __future__ import annotations

import zipfile
from datetime import date, timedelta

import pytest

from pulsetune.cli.present import duration
from tests.needs import need_chromium, patient
from tests.page.browsing import DESKTOP, PHONE, look_over, visit
from tests.page.evenings import RECORDING, evening
from tests.page.hosting import opened

need_chromium()

TODAY = date(2026, 11, 25)
UNWIND = (-5.0, -2.5, -4.0, -1.5, -3.0, -6.5)  # mean −3.75
QUIET = (-3.0, -1.0, -2.0, -4.5, -2.5)  # mean −2.6


def day(before: int) -> str:
    return (TODAY - timedelta(days=before)).isoformat()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Thirteen evenings with a strap, one simulated, one from a recording."""
    home = tmp_path_factory.mktemp("home")
    for number, change in enumerate(UNWIND):
        evening(home, "unwind", day(60 - 9 * number), 72.0 + number % 3, 72.0 + number % 3 + change)
    for number, change in enumerate(QUIET):
        evening(home, "quiet", day(58 - 9 * number), 70.0 + number % 2, 70.0 + number % 2 + change)
    evening(home, "settle", day(6), 80.0, 74.0)
    evening(home, "settle", day(5), 78.0, 75.0)
    evening(home, "unwind", day(4), 75.0, 60.0, source=None)
    evening(home, "settle", day(3), 90.0, 60.0, source=RECORDING)
    return home


@pytest.fixture(scope="module")
def page(home):
    with opened(home) as page:
        yield page


def rows(there):
    return there.window.locator(".session-row")


def test_from_the_history_over_trends_and_two_evenings_to_everything(there, page):
    from playwright.sync_api import expect

    window = there.window
    window.get_by_role("link", name="History").click()
    expect(rows(there)).to_have_count(15)
    expect(window.locator(".spark path")).to_have_count(15)
    assert window.locator(".badge.loud", has_text="SIMULATED").count() == 2  # the row, and the hidden one of the top
    assert "from a recording" in rows(there).first.inner_text()
    assert "heart 90\u00a0→\u00a060 beats a minute" in rows(there).first.inner_text()

    window.get_by_label("Program").select_option("unwind")
    expect(rows(there)).to_have_count(7)
    there.see("7 of 15 sessions")
    window.get_by_label("Heart").select_option("simulated")
    expect(rows(there)).to_have_count(1)
    assert "SIMULATED" in rows(there).inner_text()
    window.get_by_label("Heart").select_option("measured")
    window.get_by_label("From", exact=True).fill(day(60))
    window.get_by_label("To", exact=True).fill(day(51))
    expect(rows(there)).to_have_count(2)  # of the days 60 and 51, both ends included
    window.get_by_label("From", exact=True).fill(day(59))
    expect(rows(there)).to_have_count(1)
    window.get_by_label("To", exact=True).fill(day(200))
    there.see("No session is like that")
    there.button("Show all").click()
    expect(rows(there)).to_have_count(15)

    window.get_by_role("navigation", name="History").get_by_role("link", name="Trends").click()
    there.see("How the heart rate changed, by program")
    words = there.text("main")
    assert "6 sessions: −3.8 on average, 95 % interval" in words  # −3.75
    assert "5 sessions: −2.6 on average" in words
    assert "2 sessions: too few to tell" in words
    assert "no difference can be told yet" in words
    assert "about 114 sessions of each" in words
    assert window.locator(".dot.faint").count() == 13
    assert window.locator(".range").count() == 2
    assert window.locator(".dot.hollow").count() == 5
    assert not window.get_by_text("listeners only").is_visible()
    window.get_by_label("Simulated sessions instead of mine").check()
    there.see("listeners only")
    expect(window.locator(".dot.faint")).to_have_count(1)
    assert "1 session: too few to tell" in there.text("main")
    assert there.text("main").count("SIMULATED") == 5  # under the choice, and in the heading of each part

    window.get_by_role("link", name="Sessions").click()
    expect(rows(there)).to_have_count(15)
    window.get_by_role("checkbox", name="Compare Settle").nth(1).check()
    there.see("One chosen")
    window.get_by_role("checkbox", name="Compare Settle").nth(2).check()
    window.get_by_role("link", name="Compare the two").click()
    window.locator(".plot canvas").wait_for()
    assert there.text(".beside thead").count("Settle") == 2
    cells = [there.text(f".beside tbody tr:nth-child({row})").split("\t") for row in (2, 4)]
    assert cells == [
        ["Heart rate at the beginning, beats a minute", "80.0", "78.0"],
        ["Change, beats a minute", "−6.0", "−3.0"],
    ]
    assert painted(window) > 4

    window.get_by_role("link", name="Sessions").click()
    with window.expect_download() as waiting:
        window.get_by_role("link", name="All as tables (CSV)").click()
    assert waiting.value.suggested_filename == "pulsetune-sessions-csv.zip"
    made = zipfile.ZipFile(waiting.value.path())
    assert made.testzip() is None
    assert len(made.namelist()) == 16
    kept = made.read("simulated/pulsetune-session-14-simulated.csv").decode()
    assert kept == "".join(page.library.export(14, "csv"))


def painted(window):
    """How many colours the curves have."""
    return window.evaluate(
        """() => {
          const canvas = document.querySelector(".plot canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )


def test_the_keyboard_alone_finds_compares_and_deletes(there, page):
    from playwright.sync_api import expect

    window = there.window
    window.goto(f"{page.base}/#/history")
    expect(rows(there)).to_have_count(15)
    window.get_by_label("Program").focus()
    window.keyboard.press("q")  # quiet, by its first letter
    window.keyboard.press("Tab")
    window.keyboard.press("m")  # measured
    expect(rows(there)).to_have_count(5)
    focused = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
    for _ in range(20):
        if "Compare Quiet" in window.evaluate(focused):
            break
        window.keyboard.press("Tab")
    window.keyboard.press("Space")
    for _ in range(3):  # the session itself, its deletion, the next one's tick
        window.keyboard.press("Tab")
    window.keyboard.press("Space")
    there.see("Compare the two")
    window.keyboard.press("Tab")
    window.keyboard.press("Tab")
    assert window.evaluate(focused).startswith("Delete Quiet")
    window.keyboard.press("Enter")
    there.button("Undo").wait_for()
    assert window.evaluate(focused) == "Undo"
    expect(rows(there)).to_have_count(4)
    window.keyboard.press("Enter")
    expect(rows(there)).to_have_count(5)
    assert window.get_by_label("Program").input_value() == "quiet"


def test_a_third_tick_lets_the_first_go(there, page):
    window = there.window
    window.goto(f"{page.base}/#/history")
    ticks = window.get_by_role("checkbox", name="Compare")
    for index in range(3):
        ticks.nth(index).check()
    assert [ticks.nth(index).is_checked() for index in range(3)] == [False, True, True]
    target = window.get_by_role("link", name="Compare the two").get_attribute("href")
    assert target == "#/compare/13/14"


@patient
def test_beside_a_simulated_listener_the_comparison_says_so(there, page):
    there.window.goto(f"{page.base}/#/compare/13/14")
    there.see("it says nothing about you")
    assert there.text(".beside thead").count("SIMULATED") == 1


def test_the_badges_of_two_simulated_sessions_stay_in_their_columns_on_a_phone(there, page):
    there.look("light", PHONE)
    there.window.goto(f"{page.base}/#/compare/14/14")
    heads = there.window.locator(".beside thead th")
    heads.nth(1).wait_for()
    for head in heads.all():
        column, badge = head.bounding_box(), head.locator(".badge").bounding_box()
        assert column["x"] <= badge["x"]
        assert badge["x"] + badge["width"] <= column["x"] + column["width"]


def test_the_story_of_a_recording_says_what_it_is_and_stands_there_to_its_end(there, page):
    window = there.window
    for size in (PHONE, DESKTOP):
        there.look("light", size)
        window.goto(f"{page.base}/#/session/15")
        there.see("this heart did not hear the music")
        assert there.text("main .badge").startswith("from a recording")
        panel, last = window.locator(".panel:has(.moments)"), window.locator(".moments li").last
        assert "Pulses a minute" in panel.inner_text()
        box, end = panel.bounding_box(), last.bounding_box()
        assert end["y"] + end["height"] <= box["y"] + box["height"]
        assert panel.locator(".scroll").count() == 0
        window.goto(f"{page.base}/#/history")
        rows(there).first.wait_for()


def test_an_event_is_told_in_the_second_it_was_in_and_a_length_to_the_nearest_one(there):
    said = "import('/static/format.js').then(({clock, lasting}) => [clock(21.75), clock(0), lasting(21.75), lasting(22.5)])"
    assert there.window.evaluate(said) == ["0:21", "0:00", "0:22", "0:23"]
    assert [duration(21.75), duration(22.5)] == ["22 s", "23 s"]  # as the command line has it


def screens(there):
    """Every screen that looks back; yields the name of each while it is shown."""
    window, base = there.window, there.page.base
    window.goto(f"{base}/#/history")
    window.get_by_role("checkbox", name="Compare").nth(1).check()
    window.get_by_role("checkbox", name="Compare").nth(2).check()
    yield "history"
    window.get_by_label("Heart").select_option("simulated")
    yield "filtered"
    window.get_by_label("From", exact=True).fill(day(1))
    yield "nothing found"
    there.button("Show all").click()
    window.goto(f"{base}/#/trends")
    window.locator(".mean").first.wait_for()
    yield "trends"
    for summary in window.locator("summary").all():
        summary.click()
    yield "trends as numbers"
    window.get_by_label("Simulated sessions instead of mine").check()
    there.see("listeners only")
    yield "simulated trends"
    window.goto(f"{base}/#/compare/13/14")
    window.locator(".plot canvas").wait_for()
    yield "compare"
    window.goto(f"{base}/#/session/15")
    window.get_by_text("The curves as numbers").click()
    yield "story of a recording"
    window.goto(f"{base}/#/compare/1/99")
    there.see("There is no such session")
    yield "no such session"


@patient
def test_axe_finds_nothing_and_nothing_is_wider_than_its_window(chrome, page):
    with visit(chrome, page, bypass_csp=True) as there:
        assert len(look_over(there, screens(there))) == 9


@patient
def test_of_many_sessions_the_older_ones_come_when_asked(chrome, tmp_path):
    from playwright.sync_api import expect

    for number in range(53):
        evening(tmp_path, "settle", day(60 - number), 70.0, 68.0, minutes=3)
    with opened(tmp_path) as page, visit(chrome, page) as there:
        there.window.goto(f"{page.base}/#/history")
        expect(rows(there)).to_have_count(50)
        expect(there.window.locator(".spark path")).to_have_count(50)
        there.button("Show older ones").click()
        expect(rows(there)).to_have_count(53)
        expect(there.window.locator(".spark path")).to_have_count(53)
        assert there.window.evaluate("document.activeElement.getAttribute('href')") == "#/session/3"
        assert there.button("Show older ones").count() == 0
        there.window.goto(f"{page.base}/#/trends")
        there.see("No session was long enough yet")


def test_trends_of_a_home_without_a_session_say_when_they_begin(chrome, tmp_path):
    with opened(tmp_path) as page, visit(chrome, page) as there:
        there.window.goto(f"{page.base}/#/trends")
        there.see("Trends begin with your first session with a strap")
        there.window.get_by_label("Simulated sessions instead of mine").check()
        there.see("There is no simulated session")
        there.window.goto(f"{page.base}/#/history")
        there.see("Nothing yet")
        assert there.window.locator(".filters, [data-everything]").count() == 0
