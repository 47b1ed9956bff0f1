"""What the tests over HTTP share: waiting, and reading the event stream."""

from __future__ import annotations

import json
import time

WISH = {"program": "unwind", "simulated": True, "minutes": 6}
PATIENCE_S = 30.0


def until(true, within_s=PATIENCE_S):
    deadline = time.monotonic() + within_s
    while not (found := true()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return found


def messages(browser, seen, within_s=PATIENCE_S):
    """Read the event stream until ``seen`` says so; every message is kept."""
    got = []
    deadline = time.monotonic() + within_s
    with browser.stream("GET", "/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data: ") and line != "data: {}":
                got.append(json.loads(line[6:]))
                if seen(got[-1]):
                    return got
            assert time.monotonic() < deadline, got[-1:]
    return got
