"""A process that logs beats until it is killed, and says so after each: ``python logging_process.py HOME PAUSE_S``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))


def main() -> None:
    from pulsetune.model import Beat
    from pulsetune.records.store import SessionLog
    from tests.fakes.long_session import started

    home, pause_s = Path(sys.argv[1]), float(sys.argv[2])
    log = SessionLog.start(home, started())
    number = 0
    while True:
        number += 1
        log.append(float(number), Beat(float(number), 800.0, 800.0))
        sys.stdout.write(f"{number} {time.time()}\n")
        sys.stdout.flush()
        time.sleep(pause_s)


if __name__ == "__main__":
    main()
