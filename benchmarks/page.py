"""What the page costs: start-up, ten updates a second to three windows, the session's ticks beside it, 10 000 bad requests.

    python benchmarks/page.py [start] [cost] [ticks] [requests]      # default: all of them

The session behind the page is a real one (loop, engine, log) with a simulated listener. For ten updates a second its time
runs two and a half times as fast as the clock on the wall.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import httpx
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for what the tests of the page share

from _ear import Ear, can_listen

from pulsetune.model import CommandKind
from pulsetune.ports import HostState, SessionWish
from pulsetune.records.library import Library
from pulsetune.verification import verify
from tests.page import hosting
from tests.page.hosting import SECRET, Opened, opened

TEN_A_SECOND = 2.5  # times four ticks a second
SECONDS = 30.0
TURNS = 12  # of each kind, for the lateness of ticks
TURN_S = 10.0
REQUESTS = 10_000
STARTS = 5  # of the program, each way
NOT_SILENT = 1e-6  # of full scale: -120 dBFS
HEARD = 1e-3  # -60 dBFS
PLAY = "from pulsetune.cli import main; main()"


@contextlib.contextmanager
def windows(page: Opened, count: int) -> Iterator[None]:
    """Windows in processes of their own, as browsers are."""
    reading = (
        "import httpx\n"
        f"with httpx.stream('GET', '{page.base}/events', cookies={page.cookies!r}, timeout=60) as stream:\n"
        "    for line in stream.iter_lines(): pass\n"
    )
    readers = [subprocess.Popen([sys.executable, "-c", reading], stderr=subprocess.DEVNULL) for _ in range(count)]
    try:
        while page.server.windows < count:
            time.sleep(0.05)
        yield
    finally:
        for reader in readers:
            reader.terminate()
            reader.wait()


def thread_cpu_s(name: str) -> float:
    """Processor seconds of a thread of this process so far (Linux)."""
    thread = next(thread for thread in threading.enumerate() if thread.name == name)
    fields = Path(f"/proc/self/task/{thread.native_id}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb() -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def running(page: Opened, minutes: float) -> None:
    page.host.start(SessionWish("unwind", True, minutes=minutes))
    while page.host.current().state is not HostState.RUNNING:
        time.sleep(0.02)


def cost() -> None:
    print(f"\n{'server, ten updates a second':<36}{'% of a core':>12}{'whole process MB':>18}")
    for count in (0, 1, 3):
        with tempfile.TemporaryDirectory() as home, opened(Path(home), speed=TEN_A_SECOND) as page:
            running(page, 20)
            with windows(page, count):
                time.sleep(3)
                begun_s, before_s = time.monotonic(), thread_cpu_s("page")
                time.sleep(SECONDS)
                share = (thread_cpu_s("page") - before_s) / (time.monotonic() - begun_s)
                print(f"{count} windows{'':<27}{100 * share:12.2f}{resident_mb():18.0f}")


def ticks() -> None:
    """How late the session's ticks are, ten a second, without and with three windows in turn, so that a machine that is
    busy with other things is busy with them under both."""
    late_ms: list[float] = []

    class Watched(hosting.FasterClock):
        async def sleep_until(self, t_s: float) -> None:
            await super().sleep_until(t_s)
            late_ms.append(1000 * (self.now_s() - t_s) / TEN_A_SECOND)

    plain, hosting.FasterClock = hosting.FasterClock, Watched  # type: ignore[misc]
    without: list[list[float]] = []
    beside: list[list[float]] = []
    try:
        with tempfile.TemporaryDirectory() as home, opened(Path(home), speed=TEN_A_SECOND) as page:
            running(page, 20)
            for _ in range(TURNS):
                for count, turns in ((0, without), (3, beside)):
                    with windows(page, count):
                        time.sleep(1)
                        late_ms.clear()
                        time.sleep(TURN_S)
                        turns.append(late_ms[:])
    finally:
        hosting.FasterClock = plain  # type: ignore[misc]
    print(f"\n{'lateness of ticks, ms, in turn':<36}{'ticks':>8}{'median':>8}{'p95':>8}{'max':>8}")
    for name, turns in (("no page window", without), ("three windows", beside)):
        pooled = np.concatenate(turns)
        print(f"{name:<36}{len(pooled):8}{np.median(pooled):8.2f}{np.percentile(pooled, 95):8.2f}{pooled.max():8.2f}")
    low, here, high = difference(without, beside)
    print(f"p95 with three windows less p95 without: {here:+.2f} ms (95 % interval {low:+.2f} to {high:+.2f})")


def difference(without: list[list[float]], beside: list[list[float]]) -> tuple[float, float, float]:
    """How much later the 95th percentile is ``beside``: lower end, value, upper end.

    The interval is a bootstrap's over pairs of turns, since ticks within a turn are late for the same reasons.
    """
    draw = np.random.default_rng(1)

    def later(chosen: Iterable[int]) -> float:
        picked = list(chosen)
        ends = [np.percentile(np.concatenate([turns[at] for at in picked]), 95) for turns in (without, beside)]
        return float(ends[1] - ends[0])

    drawn = [later(draw.integers(0, TURNS, TURNS)) for _ in range(2000)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), later(range(TURNS)), float(high)


@contextlib.contextmanager
def program(words: list[str], environment: Mapping[str, str]) -> Iterator[tuple[float, httpx.Client, float]]:
    """``pulsetune`` with a page: when it was started, a browser that was let in, and when its page had come."""
    with tempfile.TemporaryDirectory() as home:
        begun_s = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-c", PLAY, *words, "--no-browser"],
            env={**environment, "PULSETUNE_HOME": home},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            address = next(found[1] for line in process.stderr if (found := re.search(r"(http://\S+)", line)))
            threading.Thread(target=process.stderr.read, daemon=True).start()
            base = address.split("/?")[0]
            with httpx.Client(base_url=base, headers={"origin": base}, timeout=30) as browser:
                browser.get(address, follow_redirects=True).raise_for_status()
                yield begun_s, browser, time.monotonic()
        finally:
            process.terminate()
            process.wait()


def until_playing(browser: httpx.Client) -> None:
    with browser.stream("GET", "/events") as stream:
        for line in stream.iter_lines():
            if line.startswith("data: {") and json.loads(line[6:])["view"]["sound_words"] == "playing":
                return


def until_loud(ear: Ear, since_s: float) -> tuple[float, float]:
    """Seconds until the first sample that is not silence left to the device, and until the first at -60 dBFS."""
    while (heard_s := ear.first_s(since_s, HEARD)) is None:
        time.sleep(0.2)
    first_s = ear.first_s(since_s, NOT_SILENT)
    assert first_s is not None
    return first_s - since_s, heard_s - since_s


def start() -> None:
    """From the command to a page that answers and to sound at the device, and from pressing start on the page to sound."""
    words = ["play", "--source", "simulated", "--minutes", "6"]
    if not can_listen():
        with program([*words, "--output", "null"], os.environ) as (begun_s, browser, page_at_s):
            until_playing(browser)
            print(f"\npage live after {page_at_s - begun_s:.2f} s, sound after {time.monotonic() - begun_s:.2f} s")
        print("When the first sample leaves to a device can be told with PulseAudio only.")
        return
    print(
        f"\n{'seconds (the least of ' + str(STARTS) + ', and the most)':<40}{'page':>14}{'first sample':>16}{'at -60 dBFS':>16}"
    )
    played, pressed = [], []
    for _ in range(STARTS):
        with Ear() as ear, program(words, ear.environment) as (begun_s, _browser, page_at_s):
            played.append((page_at_s - begun_s, *until_loud(ear, begun_s)))
        with Ear() as ear, program([], ear.environment) as (begun_s, browser, page_at_s):
            pressed_s = time.monotonic()
            wish = {"program": "unwind", "simulated": True, "minutes": 6}
            browser.post("/api/session", json=wish).raise_for_status()
            pressed.append((page_at_s - begun_s, *until_loud(ear, pressed_s)))
    for name, runs in (("pulsetune play --source simulated", played), ("pulsetune, and start pressed", pressed)):
        cells = [f"{min(column):.2f} to {max(column):.2f}" for column in zip(*runs, strict=True)]
        print(f"{name:<40}{cells[0]:>14}{cells[1]:>16}{cells[2]:>16}")


def senseless(draw: random.Random) -> tuple[str, str, bytes, dict[str, str]]:
    """A request that makes little sense."""
    word = "".join(chr(draw.randrange(33, 127)) for _ in range(draw.randrange(20)))
    places = ["/", "/api/home", "/api/session", "/api/session/command", "/api/sessions", "/api/taste", "/favicon.ico"]
    path = draw.choice([*places, f"/api/sessions/{word}", f"/static/{word}", f"/api/sessions/1/{word}", f"/{word}"])
    value = draw.choice(
        [word, None, draw.random(), [word], {"kind": word}, {"program": word, "minutes": 1e9}, "x" * 70_000]
    )
    body = draw.choice([json.dumps(value).encode(), draw.randbytes(draw.randrange(300)), b""])
    headers = {name: word for name in ("origin", "host", "range", "accept") if draw.random() < 0.1}
    headers |= {"content-type": "application/json"} if draw.random() < 0.7 else {}
    return draw.choice(["GET", "POST", "POST", "PUT", "DELETE", "HEAD", "X"]), path, body, headers


def requests() -> None:
    draw, statuses, odd = random.Random(1), {}, 0
    with tempfile.TemporaryDirectory() as home, opened(Path(home)) as page, httpx.Client(base_url=page.base) as browser:
        running(page, 20)
        begun_s = time.monotonic()
        for _ in range(REQUESTS):
            method, path, body, headers = senseless(draw)
            known = {"cookie": f"pulsetune-{page.server.port}={SECRET}"} if draw.random() < 0.8 else {}
            try:
                answer = browser.request(method, path, content=body, headers=headers | known)
            except (httpx.InvalidURL, httpx.LocalProtocolError, httpx.TransportError):
                odd += 1
                continue
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        spent_s = time.monotonic() - begun_s
        alive = page.host.current().state is HostState.RUNNING
        page.host.command(CommandKind.STOP)
        page.host.wait(20)
        exact = verify(Library(Path(home)).events(1)).exact
    print(f"\n{REQUESTS} senseless requests in {spent_s:.0f} s, {odd} that no client could send or finish")
    print("answers: " + ", ".join(f"{status} x {count}" for status, count in sorted(statuses.items())))
    print(f"the session ran through it: {alive}; its log replays exactly: {exact}")


def main() -> None:
    parts = {"start": start, "cost": cost, "ticks": ticks, "requests": requests}
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
