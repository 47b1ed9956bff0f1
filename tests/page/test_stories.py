"""What a person does with the page, in a real Chromium, with a simulated listener whose time runs faster."""

from __future__ import annotations

import http.server
import json
import threading

import pytest

from pulsetune.model import CommandKind
from pulsetune.ports import HostState, SeenStrap
from pulsetune.records.library import Library
from tests.needs import need_chromium, patient
from tests.page.browsing import visit
from tests.page.hosting import opened

need_chromium()

STRAPS = (SeenStrap("Polar H10 1234", "AA:BB", -60, 80), SeenStrap("Wahoo TICKR", "CC:DD", -85, None))


@pytest.fixture
def page(tmp_path):
    with opened(tmp_path / "home", speed=30.0, straps=STRAPS) as page:
        yield page


def test_from_home_to_the_file_that_is_taken_home(there, page):
    window = there.window
    assert "token" not in window.url
    window.get_by_label("Simulated listener").check()
    there.button("Start").click()
    there.button("I have read this").click()
    calm = window.get_by_role("group", name="Calm")
    calm.get_by_label("3", exact=True).check(force=True)
    window.get_by_label("A word of your own").fill("heavy")
    there.button("Add").click()
    window.get_by_role("group", name="heavy").get_by_label("6", exact=True).check(force=True)
    assert calm.get_by_label("3", exact=True).is_checked()
    window.get_by_label("A note, for you alone").fill("a long day")
    window.locator("#check-in-done").click()

    there.running()
    assert there.text(".badge.told") == "SIMULATED listener: nothing here is measured from you"
    assert there.text("[data-fact=strap] dd").startswith("simulated")
    there.button("Pause").click()
    there.button("Go on").wait_for()
    assert there.text(".phase") == "Paused"
    there.button("Go on").click()
    there.button("Pause").wait_for()
    there.button("Softer").click()
    there.see("softer")
    there.button("Stop").click()

    window.locator("#check-in[open]").wait_for()
    assert "#/session/1" in window.url
    window.get_by_role("group", name="heavy").get_by_label("2", exact=True).check(force=True)
    window.locator("#check-in-done").click()
    window.locator("#journal td", has_text="2").wait_for()
    assert "SIMULATED" in there.text("main")
    assert "You stopped" in there.text(".tiles")
    window.get_by_label("A note for your journal").fill("lighter now")
    there.button("Keep the note").click()
    there.see("lighter now")
    steps = there.text(".moments")
    assert "you asked for softer" in steps.lower()
    assert "listening to your pulse" in steps.lower()

    for name in ("csv", "rr", "jsonl"):
        with window.expect_download() as waiting:
            window.locator(f"[data-export={name}]").click()
        taken = waiting.value.path().read_text(encoding="utf-8")
        assert waiting.value.suggested_filename.startswith("pulsetune-session-1")
        assert taken == "".join(page.library.export(1, name))
    kept = [json.loads(line) for line in taken.splitlines()]
    felt = [event for event in kept if event.get("kind") == "check_in"]
    assert [(event["when"], event["calm"], event["note"]) for event in felt] == [
        ("before", 3, "a long day"),
        ("after", None, ""),
        ("after", None, "lighter now"),
    ]
    assert [event["words"] for event in felt[:2]] == [
        [{"word": "heavy", "rating": 6}],
        [{"word": "heavy", "rating": 2}],
    ]

    window.get_by_role("link", name="History").click()
    assert "SIMULATED" in there.text(".session-row")
    window.get_by_role("button", name="Delete Unwind").click()
    there.see("Nothing yet")
    there.button("Undo").click()
    window.locator(".session-row").wait_for()
    assert len(Library(page.home).sessions()) == 1


@patient
def test_several_straps_are_a_choice_with_strength_and_battery(there):
    there.see("Polar H10 1234")
    picker = there.text("#picker")
    assert "near, battery 80 %" in picker
    assert "far away" in picker
    chosen = there.window.get_by_label("Wahoo TICKR")
    chosen.check()
    there.window.wait_for_timeout(1500)  # the next look for straps comes and goes
    assert chosen.is_checked()


def test_everything_by_keyboard_alone(there, page):
    keys = there.window.keyboard

    def tab_to(name: str) -> None:
        seen = []
        for _ in range(60):
            keys.press("Tab")
            here = there.window.evaluate(
                "(e => (e.labels?.[0]?.textContent ?? e.textContent ?? '').trim())(document.activeElement)"
            )
            if here.startswith(name):
                assert there.window.evaluate("document.activeElement.matches(':focus-visible')")
                return
            seen.append(here)
        pytest.fail(f"{name} cannot be reached: {seen}")

    tab_to("My strap")
    keys.press("ArrowDown")  # within a group of choices
    tab_to("Start")
    keys.press("Enter")
    there.window.locator("#safety[open]").wait_for()
    tab_to("I have read this")
    keys.press("Enter")
    there.window.locator("#check-in[open]").wait_for()
    keys.press("Escape")
    there.running()
    page.pace.change(1.0)  # so that the next sentence is not there before this one was read
    tab_to("Pause")
    keys.press("Space")
    there.button("Go on").wait_for()
    keys.press("Space")
    there.button("Pause").wait_for()
    tab_to("Close my eyes")
    keys.press("Enter")
    there.window.locator("#dim:not([hidden])").wait_for()
    keys.press("x")
    there.window.locator("#dim").wait_for(state="hidden")
    tab_to("I feel dizzy")
    keys.press("Enter")
    there.see("the music stops leading")
    page.pace.change(30.0)
    there.window.keyboard.press("Shift+Tab")
    tab_to("Home")
    tab_to("Stop")
    keys.press("Enter")
    there.window.locator("#check-in[open]").wait_for()
    keys.press("Escape")
    there.see("You stopped it")
    assert page.host.current().state is HostState.ENDED


def test_a_heart_rate_that_grows_old_is_never_shown_as_live(there, page):
    there.start_simulated()
    page.pace.halted.set()  # the session stands still: no tick, no beat
    there.see("no heartbeat for", 10_000)
    assert there.text(".rate") == "–"
    assert there.text("[data-fact=signal] dd") == "none right now"
    assert there.text("[data-fact=arousal] dd") == "not known now"
    page.pace.halted.clear()
    there.running()


def test_after_a_restart_the_page_comes_back_by_itself(chrome, tmp_path):
    with opened(tmp_path, speed=30.0) as first, visit(chrome, first) as there:
        there.start_simulated()
        port = first.server.port
        first.server.stop()
        there.see("What you see is not live")
        assert there.text(".rate") == "–"
        assert there.text(".age") == "not live"
        first.host.command(CommandKind.STOP)
        assert first.host.wait(20)
        with opened(tmp_path, speed=30.0, port=port) as second:
            assert second.server.port == port
            there.window.locator("#offline").wait_for(state="hidden", timeout=20_000)
            there.see("No session is running")
            assert there.elsewhere == []


@patient
def test_a_window_that_opens_while_a_session_runs_shows_it_whole(chrome, there, page):
    there.start_simulated()
    with visit(chrome, page) as late:
        late.running()
        assert late.window.url.endswith("#/session")
        points = "import('/static/stream.js').then(({live}) => live.points)"
        seconds = [point[0] for point in late.window.evaluate(points)]
        assert seconds == [float(second) for second in range(1, len(seconds) + 1)]  # from the very beginning
        assert late.text(".badge.told").startswith("SIMULATED")
        late.window.get_by_role("link", name="Home").click()  # it runs on, and every screen says what it is
        assert late.text("#simulated") == "SIMULATED"
        late.window.get_by_role("link", name="Session").click()
        assert late.button("Pause").is_enabled()
        late.button("Stop").click()
    there.window.locator("#check-in[open]").wait_for()  # the other window follows


def test_the_orb_stands_still_for_those_who_ask_for_less_motion(chrome, there):
    there.start_simulated()
    moving = "document.querySelector('.orb').getAnimations().map((a) => a.effect.getTiming().duration)"
    there.until("document.querySelector('.orb').getAnimations().length", 1)
    assert there.window.evaluate(moving)[0] > 1000 / 3  # ms: nothing here comes near three times a second
    there.window.emulate_media(reduced_motion="reduce")
    there.until("document.querySelector('.orb').getAnimations().length", 0)


@pytest.fixture
def stranger():
    """A page of somebody else on this computer, which a listener happens to open."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title>")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


ATTACK = """async (base) => {
  const tried = {};
  const attempt = async (name, path, options) => {
    try {
      const answer = await fetch(base + path, {credentials: "include", ...options});
      tried[name] = `${answer.type} ${answer.status}`;
    } catch (problem) {
      tried[name] = "refused";
    }
  };
  const json = {"content-type": "application/json"};
  await attempt("read", "/api/sessions", {});
  await attempt("blind read", "/api/sessions", {mode: "no-cors"});
  await attempt("stop", "/api/session/command", {method: "POST", headers: json, body: '{"kind":"stop"}'});
  await attempt("blind stop", "/api/session/command", {method: "POST", mode: "no-cors", body: '{"kind":"stop"}'});
  await attempt("delete", "/api/sessions/1/delete", {method: "POST", mode: "no-cors", body: "{}"});
  tried.events = await new Promise((resolve) => {
    const source = new EventSource(base + "/events", {withCredentials: true});
    source.onmessage = () => resolve("heard");
    source.onerror = () => { source.close(); resolve("refused"); };
  });
  tried.image = await new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve("loaded");
    image.onerror = () => resolve("refused");
    image.src = base + "/favicon.ico";
  });
  return tried;
}"""


def test_a_page_from_elsewhere_in_the_same_browser_neither_sees_nor_changes_anything(there, page, stranger):
    """The hardest case: same computer, same chrome, cookie in the jar; only the port differs."""
    there.start_simulated()
    other = there.window.context.new_page()
    other.goto(stranger)
    tried = other.evaluate(ATTACK, page.base)
    assert set(tried.values()) == {"refused"}, tried
    frame = "(base) => { const f = document.createElement('iframe'); f.src = base + '/'; document.body.append(f); }"
    other.evaluate(frame, page.base)
    other.wait_for_timeout(500)
    assert all("form.home" not in frame.content() for frame in other.frames[1:])
    other.close()
    assert page.host.current().state is HostState.RUNNING
    there.running()
