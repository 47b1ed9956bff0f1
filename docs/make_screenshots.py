"""Takes the pictures of the page that the README and docs/page.md show: each screen in light, dark and on a phone.

    python docs/make_screenshots.py [FOLDER]        # default: docs/screenshots

It needs the extra ``browser`` and a Chromium on this computer. What is shown is real: the program's own page with a
simulated listener, whose time runs faster until there is something to see.
"""

from __future__ import annotations

import asyncio
import base64
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # for what the tests of the page share

from pulsetune.cli.beginning import session_started  # noqa: E402
from pulsetune.clocks import SteppedClock  # noqa: E402
from pulsetune.heart.simulated import SimulatedHeart  # noqa: E402
from pulsetune.model import ListenerProfile  # noqa: E402
from pulsetune.ports import SeenStrap  # noqa: E402
from pulsetune.programs import find_program  # noqa: E402
from pulsetune.records.store import SessionLog  # noqa: E402
from pulsetune.session import Parts, run_session  # noqa: E402
from pulsetune.sound.silent import SilentSink  # noqa: E402
from tests.page.browsing import PHONE, Visit, chromium, visit  # noqa: E402
from tests.page.hosting import Opened, opened  # noqa: E402
from tests.page.watchers import network_address  # noqa: E402

DESKTOP = {"width": 900, "height": 700}
MOST_BYTES = 120_000  # a picture in a README is loaded by everybody who reads it

LOOKS = (("light", "light", DESKTOP), ("dark", "dark", DESKTOP), ("phone", "dark", PHONE))
FAST = 60.0
STRAPS = (SeenStrap("Polar H10 8A2F", "AA:BB", -60, 80),)
SHOWN_S = 690.0  # of a session of twenty minutes: the music leads, and there is a curve
READ_PIXELS = """async (png) => {
  const picture = new Image();
  picture.src = `data:image/png;base64,${png}`;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  const { data } = canvas.getImageData(0, 0, picture.width, picture.height);
  let text = "";
  for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
  return [picture.width, picture.height, btoa(text)];
}"""
SCROLLED = {
    name: f"document.querySelectorAll('.panel')[{panel}].scrollIntoView()"
    for name, panel in (("curves", 0), ("trends", 1))
}
Pixels = NDArray[np.uint8]
EARLIER = (
    "unwind",
    "quiet",
    "unwind",
    "settle",
    "quiet",
    "unwind",
) * 4  # sessions for the history, the first one first
EVERY_DAYS = 3  # there was one
DAY_MS = 86_400_000


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder_name:
        home = Path(folder_name)
        for number, program in enumerate(EARLIER):
            live_through(home, program, len(EARLIER) - number)
        with (
            chromium() as browser,
            opened(home, straps=STRAPS, lan=network_address()) as page,
            visit(browser, page) as there,
        ):
            for window, screen in screens(browser, there, page):
                take(window, folder, screen)


def live_through(home: Path, name: str, before: int) -> None:
    """A session with a simulated listener, ``before`` times ``EVERY_DAYS`` ago."""
    heart, program = SimulatedHeart(before), find_program(name)
    begun = session_started(program, (), ListenerProfile(), before, heart)
    begun = replace(begun, started_utc_ms=begun.started_utc_ms - before * EVERY_DAYS * DAY_MS)
    parts = Parts(heart, SilentSink(), SteppedClock(), SessionLog.start(home, begun), hear=heart.hear)
    asyncio.run(run_session(begun, parts))


def screens(browser: Any, there: Visit, page: Opened) -> Iterator[tuple[Visit, str]]:
    """Go through the page; yields each screen's window and name while it is shown."""
    window = there.window
    there.see(STRAPS[0].name)
    yield there, "home"
    window.get_by_label("Simulated listener").check()
    there.button("Start").click()
    there.button("I have read this").click()
    window.get_by_role("group", name="Calm").get_by_label("4", exact=True).check(force=True)
    window.get_by_role("group", name="Tension").get_by_label("6", exact=True).check(force=True)
    yield there, "check-in"
    window.locator("#check-in-done").click()
    until(there, page, SHOWN_S)
    time.sleep(2.5)  # the last beat is a moment ago again
    there.running()
    yield there, "session"
    yield there, "curves"
    with visit(browser, page, watching=True) as phone:
        phone.running()
        yield phone, "watching"
    page.pace.change(FAST)
    window.locator("#check-in[open]").wait_for(timeout=60_000)
    window.get_by_role("group", name="Calm").get_by_label("7", exact=True).check(force=True)
    window.get_by_role("group", name="Tension").get_by_label("3", exact=True).check(force=True)
    window.locator("#check-in-done").click()
    window.locator("#journal td", has_text="7").wait_for()
    yield there, "after"
    window.get_by_role("link", name="History").click()
    window.locator(".spark path").nth(4).wait_for()
    yield there, "history"
    window.get_by_role("checkbox", name="Compare Unwind").nth(0).check()
    window.get_by_role("checkbox", name="Compare Quiet").nth(0).check()
    window.get_by_role("link", name="Compare the two").click()
    window.locator(".plot canvas").wait_for()
    yield there, "compare"
    window.locator(".tabs").get_by_role("link", name="Trends").click()
    window.get_by_label("Simulated sessions instead of mine").check()
    window.locator(".mean").first.wait_for()
    yield there, "trends"
    yield from programs(there)


def programs(there: Visit) -> Iterator[tuple[Visit, str]]:
    """The screens of the programs; one of the listener's own is among them."""
    window = there.window
    window.get_by_role("link", name="Programs", exact=True).click()
    window.locator(".program-row", has_text="Unwind").click()  # the history has links of that name, too
    window.get_by_role("link", name="Make a copy").click()
    write(
        there,
        (
            ("unwind-2", "after-work"),
            ('"Unwind"', '"After work"'),
            ("minutes = 20 ", "minutes = 25 "),
            ("Twenty", "Twenty-five"),
        ),
    )
    there.see("No mistakes")
    there.button("Save").click()
    window.get_by_role("link", name="Change it").wait_for()
    yield there, "program"
    window.get_by_role("link", name="Change it").click()
    write(there, (("minutes = 25 ", "minutes = 90 "), ("step_percent", "step_procent")))
    there.see("2 mistakes")
    window.locator(".mistake").nth(1).click()
    yield there, "writing"
    there.button("Discard").click()
    window.get_by_role("link", name="All programs").click()
    window.locator(".program-row").first.wait_for()
    yield there, "programs"


def write(there: Visit, changes: Iterable[tuple[str, str]]) -> None:
    """Change a program's text."""
    area = there.window.get_by_label("The program's text")
    text = area.input_value()
    for old, new in changes:
        text = text.replace(old, new)
    area.fill(text)


def until(there: Visit, page: Opened, now_s: float) -> None:
    """Go to a moment of the session; no browser is asked on the way, because a slow one would see it too late."""
    there.running()
    reading = "import('/static/stream.js').then(({live}) => live.view.now_s)"
    begun_s = page.pace.now_s() - there.window.evaluate(reading)
    page.pace.change(FAST)
    while page.pace.now_s() - begun_s < now_s:
        time.sleep(0.02)
    page.pace.change(1.0)


def take(there: Visit, folder: Path, screen: str) -> None:
    """One screen in every look, from its top, or from what is to be seen."""
    for name, scheme, size in LOOKS:
        there.look(scheme, size)
        there.window.evaluate(SCROLLED.get(screen, "scrollTo(0, 0)"))
        there.window.mouse.move(0, 0)
        there.window.wait_for_timeout(400)  # plots are drawn anew for their size
        picture = small_png(pixels_of(there.window.context, there.window.screenshot()))
        (folder / f"{screen}-{name}.png").write_bytes(picture)
        print(f"{screen}-{name:<14}{len(picture) / 1000:6.0f} kB")
        if len(picture) > MOST_BYTES:
            raise SystemExit(f"It is larger than {MOST_BYTES / 1000:.0f} kB.")
    there.look("light", DESKTOP)


# ---------------------------------------------------------------- small files


def pixels_of(context: Any, png: bytes) -> Pixels:
    """(height, width, 3); the browser that made the picture reads it, too."""
    reader = context.new_page()
    width, height, pixels = reader.evaluate(READ_PIXELS, base64.b64encode(png).decode())
    reader.close()
    return np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(height, width, 4)[:, :, :3]


def small_png(pixels: Pixels) -> bytes:
    """The same picture, as small as palette, filter and compression make it (PNG specification, third edition)."""
    height, width, _ = pixels.shape
    colours, index = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    if len(colours) <= 256:
        rows, kind, palette = [index.astype(np.uint8).reshape(height, width)], 3, chunk(b"PLTE", colours.tobytes())
    else:  # soft gradients: steps of two in each colour are not seen, and pack far better
        pixels = pixels | 1
        before = np.pad(pixels, ((1, 0), (1, 0), (0, 0)))
        rows, kind, palette = [pixels, pixels - before[1:, :-1], pixels - before[:-1, 1:]], 2, b""  # none, sub, up
    packed = [pack(row.reshape(height, -1), number) for number, row in enumerate(rows)]
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    parts = (chunk(b"IHDR", header), palette, chunk(b"IDAT", min(packed, key=len)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def pack(rows: Pixels, filter_number: int) -> bytes:
    return zlib.compress(np.insert(rows, 0, filter_number, axis=1).tobytes(), 9)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


if __name__ == "__main__":
    main()
