"""What was: stories, exports, check-ins, deletion; and what there is to choose."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from pulsetune.cli.page_doors import SpeakerTaster
from pulsetune.cli.page_parts import cookie_secret
from pulsetune.errors import SoundDeviceMissing
from pulsetune.model import CheckIn, CommandKind, SoundState
from pulsetune.page.story import UsualChange, usual_change, usual_words
from pulsetune.ports import HostState, ListedSession, SeenStrap
from pulsetune.records.library import Library
from pulsetune.sound.journal import opening_error
from pulsetune.sound.wire import Problem, State
from pulsetune.verification import verify
from tests.page.hosting import opened
from tests.page.listening import PATIENCE_S, WISH, until


@pytest.mark.parametrize(("name", "suffix"), [("csv", ".csv"), ("rr", ".txt"), ("jsonl", ".jsonl")])
def test_an_export_is_what_the_command_line_writes(page, ended, tmp_path, name, suffix):
    from pulsetune.records.exports import export_file

    answer = ended.get(f"/api/sessions/1/export/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="pulsetune-session-1-simulated{suffix}"'
    file = export_file(Library(page.home), 1, name, tmp_path)
    assert file.name == f"pulsetune-session-1-simulated{suffix}"
    assert answer.content == Path(file).read_bytes()
    assert ended.get("/api/sessions/1/export/exe").status_code == 404


def test_a_check_in_afterwards_is_kept_behind_the_end_of_the_log(page, ended):
    assert ended.post("/api/sessions/1/check-in", json={"calm": 8, "tension": None, "note": ""}).status_code == 204
    at_s, last = list(Library(page.home).events(1))[-1]
    assert last == CheckIn(last.t_s, "after", 8, None, "")
    assert at_s >= last.t_s > 40
    assert ended.get("/api/sessions/1").json()["check_ins"][0]["calm"] == 8
    assert verify(Library(page.home).events(1)).exact
    assert ended.post("/api/sessions/9/check-in", json={"calm": 8}).status_code == 404


def test_a_deleted_session_is_hidden_at_once_and_can_be_had_back(ended):
    assert ended.post("/api/sessions/1/delete", json={}).status_code == 202
    assert ended.get("/api/sessions").json()["sessions"] == []
    assert ended.post("/api/sessions/1/undelete", json={}).status_code == 204
    assert len(ended.get("/api/sessions").json()["sessions"]) == 1


def test_a_deleted_session_is_gone_when_nobody_took_it_back(page, ended):
    ended.post("/api/sessions/1/delete", json={})
    until(lambda: not Library(page.home).sessions())
    assert ended.post("/api/sessions/1/undelete", json={}).status_code == 409
    assert ended.get("/api/sessions/1").status_code == 404


def test_a_deletion_that_waits_is_done_when_the_page_closes(tmp_path):
    with (
        opened(tmp_path, speed=60.0, undo_s=60.0) as page,
        httpx.Client(base_url=page.base, cookies=page.cookies, timeout=PATIENCE_S) as browser,
    ):
        browser.post("/api/session", json=WISH)
        until(lambda: page.host.current().state is HostState.RUNNING)
        page.host.command(CommandKind.STOP)
        until(lambda: page.host.current().state is HostState.ENDED)
        browser.post("/api/sessions/1/delete", json={})
        assert Library(tmp_path).sessions()
    assert not Library(tmp_path).sessions()


def test_a_running_session_is_not_deleted(page, browser):
    browser.post("/api/session", json=WISH)
    until(lambda: page.host.current().state is HostState.RUNNING)
    assert browser.post("/api/sessions/1/delete", json={}).status_code == 409


def test_straps_that_are_near_are_listed(tmp_path):
    with opened(tmp_path, straps=[SeenStrap("H10", "AA:BB", -60, 90)]) as page:
        answer = httpx.get(f"{page.base}/api/straps", cookies=page.cookies)
        assert answer.json() == {
            "straps": [{"name": "H10", "address": "AA:BB", "rssi_dbm": -60, "battery_percent": 90}],
            "problem": "",
            "hint": "",
        }


def test_a_taste_without_speakers_is_a_sentence(browser):
    answer = browser.post("/api/taste", json={"soundscape": "felt-piano"})
    assert answer.status_code == 503
    assert answer.json()["message"] == "There is no sound device."


def test_a_taste_without_speakers_says_what_can_be_done_on_the_page(monkeypatch):
    class NoSink:
        def __init__(self, *_):
            pass

        async def open(self):
            raise opening_error(State(SoundState.FAILED, Problem.NO_DEVICE, "", None))

    monkeypatch.setattr("pulsetune.sound.supervisor.ProcessSink", NoSink)
    monkeypatch.setattr("pulsetune.sound.supervisor.pyo_available", lambda: True)
    with pytest.raises(SoundDeviceMissing) as told:
        asyncio.run(SpeakerTaster().taste("felt-piano", 1.0))
    assert str(told.value) == "There is no sound device. Connect headphones or speakers and try again."


def test_the_cookie_is_kept_for_its_owner_and_replaced_when_it_is_broken(tmp_path):
    home = tmp_path / "home"
    first = cookie_secret(home)
    assert cookie_secret(home) == first
    assert len(first) == 43
    assert (home / "page-cookie").stat().st_mode & 0o077 == 0
    (home / "page-cookie").write_text("short")
    assert cookie_secret(home) not in (first, "short")


def listed(session_id, program="quiet", simulated=False, state="complete", before=70.0, after=66.0):
    return ListedSession(session_id, program, "strap", simulated, "", 1200.0, 1400, state, 0.9, before, after)


def test_the_usual_change_is_the_mean_of_one_s_own_quiet_sessions_measured_in_the_same_way():
    others = [
        listed(1, before=70.0, after=66.0),
        listed(2, before=72.0, after=70.0),
        listed(3, program="unwind", after=40.0),
        listed(4, simulated=True, after=40.0),
        listed(5, state="interrupted", after=40.0),
        listed(6, before=None),
        replace(listed(8, after=40.0), replayed=True),
        replace(listed(9, after=40.0), policy="ramp"),
        listed(7, after=40.0),
    ]
    assert usual_change(others, listed(7)) == UsualChange(-3.0, 2)  # of two there is a mean and no interval
    assert usual_change(others[2:], listed(7)) is None


def test_the_usual_change_is_told_as_surely_as_it_is_known():
    assert usual_words(UsualChange(-2.0, 1), simulated=True) == (
        "In simulated quiet sessions the heart rate changed by -2.0, in the one session there is: too few to compare."
    )
    assert usual_words(UsualChange(0.5, 2), simulated=False) == (
        "When you sat quietly, without music, the heart rate changed by +0.5 on average of 2 sessions: "
        "too few to say how surely."
    )
    assert "(95 % interval of that mean: -8.0 to +2.0)" in usual_words(UsualChange(-3.0, 3, -8.0, 2.0), simulated=False)


def test_from_three_quiet_sessions_on_the_usual_change_has_student_s_interval():
    """t(0.975, 2) = 4.303 (tables): -3 +/- 4.303 * 2 / sqrt(3)."""
    others = [listed(number, before=70.0, after=70.0 + change) for number, change in enumerate((-1.0, -3.0, -5.0), 1)]
    assert usual_change(others, listed(7)) == UsualChange(-3.0, 3, -8.0, 2.0)
