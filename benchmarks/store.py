"""What the log costs, and what ``kill -9`` costs the log.

    python benchmarks/store.py [KILLS]        # default: 6 rounds

Prints microseconds for an append, kilobytes for twenty minutes, and for each killed process how many beats were lost and
how old the oldest of them was: at most about a second.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pulsetune.records.library import Library  # noqa: E402
from pulsetune.records.store import SessionLog  # noqa: E402
from tests.fakes.long_session import long_session, started  # noqa: E402

LOGGING_PROCESS = ROOT / "tests" / "fakes" / "logging_process.py"
PAUSE_S = 0.01  # a hundred beats a second, so that a loss can be dated


def measure_cost(home: Path) -> None:
    events = list(long_session())
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


def measure_loss(home: Path) -> None:
    with subprocess.Popen([sys.executable, LOGGING_PROCESS, home, str(PAUSE_S)], stdout=subprocess.PIPE) as process:
        time.sleep(3 + 2 * random.random())
        process.send_signal(signal.SIGKILL)
        killed_s = time.time()
        assert process.stdout is not None
        taken_s = [float(line.split()[1]) for line in process.stdout if line.endswith(b"\n")]
    saved = Library(home).row(1).beats
    lost_s = taken_s[saved:]
    oldest = f", the oldest taken {killed_s - lost_s[0]:.2f} s before" if lost_s else ""
    print(f"kill -9                {len(taken_s)} beats taken, {len(lost_s)} lost{oldest}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure_cost(Path(folder) / "home")
        for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 6):
            measure_loss(Path(folder) / str(number))


if __name__ == "__main__":
    main()
