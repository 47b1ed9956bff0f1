"""Real recordings for the benchmarks: found through PULSETUNE_DATA, read in place, never copied."""

from __future__ import annotations

import csv
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recording:
    """Times of beats in s, raw intervals in ms, and one label a beat (empty where the file has none)."""

    t_s: Floats
    rr_ms: Floats
    labels: list[str]


def data() -> Path:
    """The folder of recordings; ends the benchmark, saying so, where there is none."""
    folder = os.environ.get("PULSETUNE_DATA")
    if not folder or not Path(folder).is_dir():
        print("skipped: PULSETUNE_DATA names no folder of recordings")
        sys.exit(0)
    return Path(folder)


def load(name: str) -> Recording:
    """One recording by its path within the folder."""
    with (data() / name).open() as file:
        rows = list(csv.reader(file))[1:]
    return Recording(
        np.array([float(row[0]) for row in rows]),
        np.array([float(row[1]) for row in rows]),
        [row[2] if len(row) > 2 else "" for row in rows],
    )


def rmssd(rr_ms: Floats) -> float:
    """Root mean square of successive differences, of everything given."""
    return float(np.sqrt(np.mean(np.diff(rr_ms) ** 2)))
