"""Programs over HTTP: one in full, a text with all its mistakes, saving and deleting, and what a hostile browser sends."""

import json

import pytest

from pulsetune.program_plan import planned
from pulsetune.programs import find_program, program_files
from tests.page.listening import until

GOOD = 'name = "monday"\ntitle = "Monday"\ndescription = "A test."\nminutes = 10\n'


def own(page):
    folder = page.home / "programs"
    return sorted(file.name for file in folder.glob("*.toml")) if folder.is_dir() else []


def test_the_list_holds_what_came_with_pulsetune_and_what_is_one_s_own_even_if_it_is_broken(page, browser):
    assert browser.post("/api/program/save", json={"text": GOOD}).json() == {"name": "monday"}
    (page.home / "programs" / "broken.toml").write_text(GOOD + "x = 1\ny = 2\n")
    rows = browser.get("/api/programs").json()["programs"]
    assert [row["name"] for row in rows if not row["own"]] == [
        *("unwind", "settle", "breathe", "sleep", "companion", "quiet")
    ]
    assert [(row["name"], row["mistakes"]) for row in rows if row["own"]] == [("broken", 2), ("monday", 0)]
    assert [row["title"] for row in rows if row["name"] == "monday"] == ["Monday"]


def test_one_program_in_full_is_what_the_command_line_plans(browser):
    answer = browser.get("/api/programs/unwind").json()
    assert answer["text"] == program_files()["unwind"].read_text(encoding="utf-8")
    assert (answer["own"], answer["mistakes"]) == (False, [])
    shown, plan = answer["shown"], planned(find_program("unwind"), 75.0)
    assert (shown["begins_bpm"], shown["minutes"]) == (75.0, 20)
    assert [(span["phase"], span["from_s"], span["to_s"]) for span in shown["phases"]] == [
        (span.phase, span.from_s, span.to_s) for span in plan.phases
    ]
    assert [point[0] for point in shown["points"]] == list(range(0, 1201, 5))
    for t_s, heart, tempo in shown["points"]:
        assert heart == pytest.approx(plan.heart_rate_bpm[t_s], abs=0.06)
        assert tempo == (None if plan.tempo_bpm[t_s] is None else pytest.approx(plan.tempo_bpm[t_s], abs=0.06))
    minutes = next(one for one in shown["numbers"] if one["key"] == "minutes")
    assert (minutes["value"], minutes["unit"]) == ("20", "minutes")
    assert minutes["why"].startswith("Less than six")


def test_a_plan_is_not_led_for_a_listener_who_said_so(page, browser):
    from pulsetune.records.profile import save_listen_only

    save_listen_only(page.home, listen_only=True)
    assert browser.get("/api/programs/unwind").json()["shown"]["listen_only"] is True


def test_a_copy_is_the_same_text_under_a_free_name(browser):
    first = browser.get("/api/programs/unwind/copy").json()
    original = program_files()["unwind"].read_text(encoding="utf-8")
    assert first["text"] == original.replace('name = "unwind"', 'name = "unwind-2"')
    assert first["mistakes"] == []
    browser.post("/api/program/save", json={"text": first["text"]})
    assert 'name = "unwind-3"' in browser.get("/api/programs/unwind/copy").json()["text"]


def test_every_mistake_of_a_text_comes_with_its_line_and_a_text_without_any_with_its_plan(browser):
    text = GOOD.replace("10", "200") + "[lead]\nstep_procent = 1\n"
    checked = browser.post("/api/program/check", json={"text": text}).json()
    assert [(one["line"], one["key"]) for one in checked["mistakes"]] == [(4, "minutes"), (6, "lead.step_procent")]
    assert checked["mistakes"][1]["sentence"].startswith('unknown key, did you mean "step_percent"?')
    assert checked["shown"] is None
    checked = browser.post("/api/program/check", json={"text": GOOD}).json()
    assert (checked["mistakes"], checked["replaces"]) == ([], False)
    assert checked["shown"]["name"] == "monday"


def test_a_saved_program_is_whole_private_on_the_home_screen_and_can_be_played(page, browser):
    browser.post("/api/program/save", json={"text": GOOD})
    file = page.home / "programs" / "monday.toml"
    assert file.read_text(encoding="utf-8") == GOOD
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert sorted(each.name for each in file.parent.iterdir()) == ["monday.toml", "program.schema.json"]
    assert "monday" in [program["name"] for program in browser.get("/api/home").json()["programs"]]
    assert find_program("monday", page.home).title == "Monday"


def test_an_own_program_is_replaced_only_when_the_listener_says_so(page, browser):
    browser.post("/api/program/save", json={"text": GOOD})
    other = GOOD.replace("Monday", "Other")
    assert browser.post("/api/program/check", json={"text": other}).json()["replaces"] is True
    refused = browser.post("/api/program/save", json={"text": other})
    assert refused.status_code == 409
    assert refused.json()["message"] == 'You have a program "monday" already.'
    assert find_program("monday", page.home).title == "Monday"
    assert browser.post("/api/program/save", json={"text": other, "replace": True}).status_code == 200
    assert find_program("monday", page.home).title == "Other"


def test_a_taken_name_is_told_beside_the_other_mistakes(browser):
    text = GOOD.replace("monday", "unwind").replace("10", "200") + "policy =\n"
    mistakes = browser.post("/api/program/check", json={"text": text}).json()["mistakes"]
    assert [(one["line"], one["key"]) for one in mistakes] == [(1, "name"), (4, "minutes"), (5, "policy")]


@pytest.mark.parametrize("name", [*program_files(), "con", "lpt1"])
def test_names_that_are_taken_stay_taken(page, browser, name):
    text = "\n" + GOOD.replace("monday", name)
    (mistake,) = browser.post("/api/program/check", json={"text": text}).json()["mistakes"]
    assert (mistake["line"], mistake["key"]) == (2, "name")
    for replace in (False, True):
        assert browser.post("/api/program/save", json={"text": text, "replace": replace}).status_code == 400
    assert own(page) == []


def test_deleting_takes_own_programs_only(page, browser):
    browser.post("/api/program/save", json={"text": GOOD})
    assert browser.post("/api/programs/monday/delete", json={}).json() == {"undo_s": 0.5}
    assert own(page) == []
    until(lambda: [each.name for each in (page.home / "programs").iterdir()] == ["program.schema.json"])
    assert browser.post("/api/programs/monday/undelete", json={}).status_code == 400
    for name in ("monday", "unwind", "sessions.db", "%2e%2e%2fsessions", "..", "program.schema"):
        assert browser.post(f"/api/programs/{name}/delete", json={}).status_code in (400, 404, 405)
    assert sorted(each.name for each in (page.home / "programs").iterdir()) == ["program.schema.json"]
    assert browser.get("/api/programs/monday").status_code == 404
    assert browser.get("/api/programs/unwind").status_code == 200


def test_a_file_that_is_no_text_is_listed_with_its_reason_and_can_be_deleted_and_nothing_else(page, browser):
    folder = page.home / "programs"
    folder.mkdir(parents=True)
    (folder / "latin.toml").write_bytes(GOOD.replace("A test", "D\xfcsseldorf").encode("latin-1"))
    (row,) = [row for row in browser.get("/api/programs").json()["programs"] if row["own"]]
    assert (row["name"], row["mistakes"]) == ("latin", 1)
    assert "latin.toml is not a text file" in row["unreadable"]
    found = browser.get("/api/programs/latin").json()
    assert (found["text"], found["mistakes"], found["shown"], found["unreadable"]) == ("", [], None, row["unreadable"])
    refused = browser.get("/api/programs/latin/copy")
    assert (refused.status_code, refused.json()["message"]) == (400, row["unreadable"])
    assert "latin" not in [program["name"] for program in browser.get("/api/home").json()["programs"]]
    assert browser.post("/api/programs/latin/delete", json={}).status_code == 202
    assert own(page) == []


HOSTILE = {
    "path": GOOD.replace("monday", "../../evil"),
    "absolute": GOOD.replace("monday", "/tmp/evil"),
    "backslash": GOOD.replace("monday", "..\\\\evil"),
    "nul": GOOD.replace("monday", "mon\\u0000day"),
    "raw nul": GOOD + "\0",
    "surrogate": GOOD + "# \ud800",
    "huge number": GOOD.replace("10", "9" * 50_000),
    "huge float": GOOD.replace("10", "1e999"),
    "deep array": GOOD + "x = " + "[" * 20_000,
    "deep table": GOOD + "x = " + "{a=" * 10_000,
    "deep key": GOOD + ".".join("a" * 25_000) + " = 1",
    "many lines": GOOD + "x\n" * 10_000,
    "many keys": GOOD + "".join(f"k{n} = 1\n" for n in range(4_000)),
    "many tables": GOOD + "".join(f"[[t{n}]]\n" for n in range(4_000)),
    "too long": GOOD + "#" * 61_000,
    "empty": "",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_text_gets_a_sentence_and_leaves_everything_as_it_is(page, browser, kind):
    browser.post("/api/program/save", json={"text": GOOD})
    before = {file: file.read_bytes() for file in page.home.rglob("*") if file.is_file()}
    body = json.dumps({"text": HOSTILE[kind], "replace": True}).encode()
    headers = {"content-type": "application/json"}
    refused = browser.post("/api/program/save", content=body, headers=headers)
    assert refused.status_code == 400
    assert refused.json()["message"].endswith(".")
    checked = browser.post("/api/program/check", json={"text": HOSTILE[kind]} if kind != "surrogate" else {"text": "x"})
    assert checked.status_code == 200
    assert all(mistake["sentence"] and mistake["line"] >= 1 for mistake in checked.json()["mistakes"])
    assert checked.json()["mistakes"]
    assert {file: file.read_bytes() for file in page.home.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("body", [{}, {"text": 1}, {"text": GOOD, "replace": 1}, {"text": GOOD, "name": "x"}, []])
def test_what_no_page_of_ours_sends_is_refused(browser, body):
    assert browser.post("/api/program/save", json=body).status_code == 400


def test_what_does_not_fit_through_the_door_is_refused_there(browser):
    assert browser.post("/api/program/check", json={"text": "#" * 66_000}).status_code == 413
