"""What the log costs: microseconds for an append, kilobytes for twenty minutes.

python benchmarks/store.py
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.fakes.long_session import long_session, started

from pulsetune.records.library import Library
from pulsetune.records.store import SessionLog


def main() -> None:
    events = list(long_session())
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        log = SessionLog.start(home, started())
        begun_s = time.perf_counter()
        for at_s, event in events:
            log.append(at_s, event)
        appended_s = time.perf_counter() - begun_s
        log.close()
        closed_s = time.perf_counter() - begun_s
        size = (home / "sessions.db").stat().st_size
        begun_s = time.perf_counter()
        read = sum(1 for _ in Library(home).events(log.session_id))
        read_s = time.perf_counter() - begun_s
    print(f"events                 {len(events)}")
    print(f"append                 {appended_s / len(events) * 1e6:.1f} us an event")
    print(f"append, save, close    {closed_s * 1000:.0f} ms")
    print(f"read back              {read_s / read * 1e6:.1f} us an event")
    print(f"database               {size / 1000:.0f} kB for 20 minutes")


if __name__ == "__main__":
    main()
