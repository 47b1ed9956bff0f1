"""Heart-rate variability against arithmetic done by hand, and against three independent tools where recordings are present."""

from __future__ import annotations

import csv
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest

from pulsetune.arousal.cleaning import Cleaner
from pulsetune.arousal.hrv import (
    heart_rate_bpm,
    intervals_of,
    pnn50_percent,
    rmssd_ms,
    sd1_ms,
    sd2_ms,
    stress_index,
    variability,
)
from pulsetune.arousal.timeline import RawBeat
from pulsetune.model import Beat, BeatKind

RR = [800.0, 860.0, 800.0, 740.0, 800.0]  # differences +60 -60 -60 +60


def test_values_by_hand() -> None:
    found = variability(RR)
    assert found.mean_rr_ms == pytest.approx(800.0)
    assert found.heart_rate_bpm == pytest.approx(75.0)
    assert found.sdnn_ms == pytest.approx(math.sqrt(7200 / 4))
    assert found.rmssd_ms == pytest.approx(60.0)
    assert found.pnn50_percent == pytest.approx(100.0)
    assert found.sd1_ms == pytest.approx(math.sqrt(4 * 3600 / 3 / 2))
    assert found.sd2_ms == pytest.approx(math.sqrt(2 * 1800 - 2400))


def test_heart_rate_is_beats_over_time_not_the_mean_of_rates() -> None:
    assert heart_rate_bpm([500.0, 1000.0]) == pytest.approx(80.0)  # the mean of 120 and 60 would be 90


def test_stress_index_by_hand() -> None:
    # median .8 s; 3 of 5 beats within 25 ms of it; range .12 s
    assert stress_index(RR) == pytest.approx(math.sqrt(60 / (2 * 0.8 * 0.12)))


def test_only_the_pairs_that_count_are_used() -> None:
    only_first = np.array([True, False, False, False])
    assert rmssd_ms([800.0, 810.0, 2000.0, 700.0, 800.0], only_first) == pytest.approx(10.0)
    assert pnn50_percent([800.0, 810.0, 2000.0, 700.0, 800.0], only_first) == 0.0


@pytest.mark.parametrize("rr", [[], [800.0], [800.0, 800.0]])
def test_too_little_is_none_never_nan(rr: list[float]) -> None:
    found = variability(rr)
    for name in found.__slots__:
        value = getattr(found, name)
        assert value is None or math.isfinite(value), name
    assert variability([]).mean_rr_ms is None
    assert sd1_ms([800.0, 810.0]) is None
    assert sd2_ms([800.0]) is None


def test_intervals_of_labelled_beats_pair_only_untouched_neighbours() -> None:
    beats = [
        Beat(1.0, 800.0, 800.0),
        Beat(1.8, 810.0, 810.0),
        Beat(2.2, 400.0, None, BeatKind.EXTRA),
        Beat(2.6, 410.0, 810.0, BeatKind.EXTRA),
        Beat(3.4, 820.0, 820.0),
        Beat(4.2, 800.0, 800.0),
        Beat(9.0, 830.0, 830.0, after_gap=True),
        Beat(9.8, 800.0, 800.0),
    ]
    nn_ms, pairs_ok = intervals_of(beats)
    assert nn_ms.tolist() == [800.0, 810.0, 810.0, 820.0, 800.0, 830.0, 800.0]
    assert pairs_ok.tolist() == [True, False, False, True, False, True]
    assert [part.size for part in intervals_of([])] == [0, 0]


# ---------------------------------------------------------------- independent tools

DATA = os.environ.get("PULSETUNE_DATA")
SEGMENTS_S = {"first30s": 30, "first60s": 60, "first300s": 300, "first900s": 900, "all": math.inf}
NAMES = {  # of each tool, for the definitions on which all of them agree
    "neurokit2": {"rmssd_ms": "HRV_RMSSD", "sdnn_ms": "HRV_SDNN", "mean_rr_ms": "HRV_MeanNN", "sd1_ms": "SD1", "sd2_ms": "SD2"},
    "hrvanalysis": {"rmssd_ms": "rmssd", "sdnn_ms": "sdnn", "mean_rr_ms": "mean_nni", "sd1_ms": "sd1", "sd2_ms": "sd2"},
    "pyhrv": {"rmssd_ms": "rmssd", "sdnn_ms": "sdnn"},
}  # fmt: skip


def segment(path: Path, longest_s: float) -> list[float]:
    with path.open() as file:
        rr = [float(row["rr_ms"]) for row in csv.DictReader(file)]
    kept, total_ms = [], 0.0
    for value in rr:
        if 200 < value < 3000:
            total_ms += value
            if total_ms > longest_s * 1000:
                break
            kept.append(value)
    return kept


@pytest.mark.skipif(DATA is None, reason="PULSETUNE_DATA is unset: no recordings to compare on")
@pytest.mark.parametrize("tool", NAMES)
def test_agrees_with_an_independent_tool_to_six_digits(tool: str) -> None:
    assert DATA is not None
    reference = json.loads((Path(DATA) / f"reference_{tool}.json").read_text())
    compared = dict.fromkeys(NAMES[tool], 0)
    for file, segments in reference.items():
        if not file.endswith(".csv"):
            continue
        for name, entry in segments.items():
            rr = segment(Path(DATA) / file, SEGMENTS_S[name])
            assert len(rr) == entry["n"], (file, name)
            ours = variability(rr)
            for mine, theirs in NAMES[tool].items():
                value = entry["values"].get(theirs)
                if value is not None:
                    assert getattr(ours, mine) == pytest.approx(value, abs=1e-6), (file, name, mine)
                    compared[mine] += 1
    assert min(compared.values()) > 60, compared  # each quantity, not only most of them


TOOLBOX_CLOCK = 128 / 125  # the toolbox was told 125 Hz, the recordings have 128


@pytest.mark.skipif(DATA is None, reason="PULSETUNE_DATA is unset: no recordings to compare on")
@pytest.mark.parametrize("name", ["nsr001", "nsr004"])
def test_cleaned_windows_agree_with_the_physionet_toolbox_within_one_percent(name: str) -> None:
    assert DATA is not None
    folder = Path(DATA) / "nsr2db"
    with (folder / f"{name}_first3h.csv").open() as file:
        rows = [(float(row["t_s"]), float(row["rr_ms"])) for row in csv.DictReader(file)]
    rr = np.array([value for _, value in rows]) * TOOLBOX_CLOCK
    t_s = (np.array([value for value, _ in rows]) - rows[0][0]) * TOOLBOX_CLOCK + rr[0] / 1000
    theirs_by_ours = {"mean_rr_ms": "NNmean", "sdnn_ms": "SDNN", "rmssd_ms": "RMSSD", "sd1_ms": "SD1", "sd2_ms": "SD2"}
    errors: dict[str, list[float]] = {ours: [] for ours in theirs_by_ours}
    with (folder / f"{name}_toolbox_reference.csv").open() as file:
        windows = [row for row in csv.DictReader(file) if row["NNmean"] not in {"", "NaN"}]
    for row in windows[::8]:
        start_s = float(row["t_start"])
        cleaner, beats = Cleaner(), []
        for at_s, value in zip(t_s, rr, strict=True):
            if start_s <= at_s < start_s + 300:
                beats += cleaner.push(RawBeat(float(at_s), float(value)))
        found = variability(*intervals_of(beats + cleaner.flush()))
        for ours, theirs in theirs_by_ours.items():
            errors[ours].append(abs(getattr(found, ours) / float(row[theirs]) - 1))
    for ours, found_errors in errors.items():
        assert len(found_errors) > 20
        assert np.median(found_errors) < 0.01, ours
