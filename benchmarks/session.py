"""What a whole session costs without sound: time, memory and log, beside starting Python with numpy and scipy.

    python benchmarks/session.py [RUNS]        # default: 5

Twenty simulated minutes on the stepped clock, as a listener would start them; medians over the runs.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLAY = "from pulsetune.cli import main; main()"
SESSION = ["play", "--source", "simulated", "--output", "silent", "--minutes", "20", "--seed", "3", "--json"]


def whole_process(code: str, words: list[str], home: str) -> tuple[float, float]:
    """Wall and processor seconds of one Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun_s = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code, *words],
        env={**os.environ, "PULSETUNE_HOME": home},
        check=True,
        capture_output=True,
    )
    wall_s = time.perf_counter() - begun_s
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def median(code: str, words: list[str], runs: int) -> tuple[float, float]:
    figures = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as home:
            figures.append(whole_process(code, words, home))
    return statistics.median(wall for wall, _ in figures), statistics.median(cpu for _, cpu in figures)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    bare = median("pass", [], runs)
    rows = {
        "bare Python": bare,
        "Python with numpy and scipy.signal": median("import numpy, scipy.signal", [], runs),
        "pulsetune --help": median(PLAY, ["--help"], runs),
        "pulsetune play, 20 silent minutes": median(PLAY, SESSION, runs),
    }
    print(f"{'median of ' + str(runs):<36}{'wall s':>8}{'cpu s':>8}{'/ bare':>8}")
    for name, (wall_s, cpu_s) in rows.items():
        print(f"{name:<36}{wall_s:8.2f}{cpu_s:8.2f}{wall_s / bare[0]:8.1f}")
    with tempfile.TemporaryDirectory() as home:
        whole_process(PLAY, SESSION, home)
        print(f"log of 20 minutes                   {(Path(home) / 'sessions.db').stat().st_size / 1000:8.0f} kB")
        before_s = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", PLAY, "sessions", "last", "--verify", "--json"],
            env={**os.environ, "PULSETUNE_HOME": home},
            check=True,
            capture_output=True,
        )
        exact = json.loads(done.stdout)["exact"]
        print(f"sessions --verify                   {time.perf_counter() - before_s:8.2f} s, exact: {exact}")


if __name__ == "__main__":
    main()
