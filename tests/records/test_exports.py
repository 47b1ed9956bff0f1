"""Exports as an independent reader sees them."""

from __future__ import annotations

import csv
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from pulsetune.errors import PulseTuneError, WrongUse
from pulsetune.heart.heart_rate_measurement import decode
from pulsetune.heart.replay import read_rr_file
from pulsetune.model import (
    ArousalEstimate,
    AudioParameters,
    Beat,
    BeatKind,
    Command,
    CommandKind,
    Cue,
    Event,
    HeartSample,
    Phase,
)
from pulsetune.records.exports import EXPORTS, export_file, export_lines
from pulsetune.records.library import Library, SessionRow, SessionState
from tests.fakes.long_session import long_session, started

Record = Callable[..., int]
SAMPLE = decode(bytes.fromhex("10485503550354035203"), 1.0)  # 72 bpm; 853, 853, 852, 850 counts of 1/1024 s


def music(t_s: float, tempo_bpm: float, pulse_level: float = 0.8, level_db: float = 0.0) -> AudioParameters:
    return AudioParameters(t_s, tempo_bpm, 0.5, 0.5, 0.5, pulse_level, 0.5, level_db)


def estimate(t_s: float, heart_rate_bpm: float | None, arousal: float | None) -> ArousalEstimate:
    return ArousalEstimate(t_s, heart_rate_bpm, None, None, None, arousal, 0.75, 0.9, None)


def table(home: Path, session_id: int, to: Path) -> list[dict[str, str]]:
    path = export_file(Library(home), session_id, "csv", to)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_row_tells_what_was_so_at_the_beat_itself(home: Path, record: Record, tmp_path: Path) -> None:
    record(
        estimate(10.0, 70.0, 0.5),
        Cue(10.0, Phase.LEAD, 60.0, 1.0, 0.5, "your heart followed: one step slower"),
        music(10.0, 66.0),
        music(11.0, 64.0),
        estimate(11.0, 69.5, None),
        Cue(11.0, Phase.HOLD, 60.0, 1.0, 0.5, 'a "quoted" reason, with a comma'),
        Beat(10.25, 833.0078125, 833.0078125),  # logged after what came later
        Beat(11.5, None, 801.0, BeatKind.MISSED, True),
        music(12.0, 62.0),
    )
    first, second = table(home, 1, tmp_path)
    assert first == {
        "t_s": "10.2500",
        "time_utc": "2026-11-25T09:12:10.500Z",  # started at 09:12:00.250 UTC
        "rr_ms": "833.0078125",
        "nn_ms": "833.0078125",
        "kind": "normal",
        "after_gap": "0",
        "heart_rate_bpm": "70",
        "arousal": "0.5",
        "confidence": "0.75",
        "phase": "lead",
        "tempo_bpm": "65.500",  # a quarter of the way from 66 to 64
        "reason": "your heart followed: one step slower",
        "simulated": "0",
    }
    assert (second["rr_ms"], second["nn_ms"], second["kind"], second["after_gap"]) == ("", "801", "missed", "1")
    assert (second["heart_rate_bpm"], second["arousal"], second["tempo_bpm"]) == ("69.5", "", "63.000")
    assert (second["phase"], second["reason"]) == ("hold", 'a "quoted" reason, with a comma')


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], ""),
        ([music(6.0, 60.0)], ""),  # begins later
        ([music(1.0, 60.0)], "60.000"),  # the last target holds
        ([music(4.0, 60.0, 0.0), music(6.0, 60.0, 0.0)], ""),  # a bed without a pulse
        ([music(4.0, 60.0, 0.0), music(6.0, 67.0, 0.2)], ""),  # the first pulse is still to come
        ([music(4.0, 60.0, 0.8, -60.0), music(6.0, 67.0)], ""),
        ([music(4.0, 60.0, 0.0), music(5.0, 67.0, 0.2)], "67.000"),  # here it begins
        ([music(1.0, 66.0), music(4.0, 62.0, 0.0), music(6.0, 60.0, 0.2)], "61.000"),  # fading in after a rest
        ([music(1.0, 66.0), music(4.0, 62.0, 0.2), music(6.0, 60.0, 0.0)], "61.000"),  # fading out
        ([music(1.0, 66.0), music(4.0, 62.0, 0.0), music(6.0, 60.0, 0.0)], ""),
        ([music(4.0, 60.0, 0.8, -60.0)], ""),  # silent
        ([music(1.0, 60.0), Command(3.0, CommandKind.PAUSE)], ""),
        ([music(1.0, 60.0), Command(3.0, CommandKind.PAUSE), Command(4.0, CommandKind.RESUME)], "60.000"),
        ([music(1.0, 60.0), Command(6.0, CommandKind.PAUSE)], "60.000"),
    ],
)
def test_the_tempo_is_empty_while_no_pulse_was_playing(
    home: Path, record: Record, tmp_path: Path, events: list[Event], expected: str
) -> None:
    record(*events, Beat(5.0, 800.0, 800.0))
    assert [row["tempo_bpm"] for row in table(home, 1, tmp_path)] == [expected]


def test_a_beat_before_anything_is_known_has_empty_cells(home: Path, record: Record, tmp_path: Path) -> None:
    record(Beat(0.5, 800.0, 800.0))
    (row,) = table(home, 1, tmp_path)
    assert [row[name] for name in ("heart_rate_bpm", "arousal", "confidence", "phase", "tempo_bpm", "reason")] == [
        ""
    ] * 6


def test_the_rr_export_is_exact_and_raw_and_can_be_played_again(home: Path, record: Record, tmp_path: Path) -> None:
    record(SAMPLE, Beat(1.0, 1.0, 1.0), HeartSample(2.0, b"", 70, (852.0,)))
    path = export_file(Library(home), 1, "rr", tmp_path)
    assert path.read_bytes() == b"833.0078125\n833.0078125\n832.03125\n830.078125\n852\n"
    assert np.loadtxt(path).tolist() == [853 / 1.024, 853 / 1.024, 852 / 1.024, 850 / 1.024, 852.0]
    assert read_rr_file(path).rr_ms == (*SAMPLE.rr_ms, 852.0)


def test_a_session_without_intervals_has_no_rr_export(home: Path, record: Record, tmp_path: Path) -> None:
    record(HeartSample(1.0, b"\x00\x48", 72))
    with pytest.raises(WrongUse, match="Session 1 holds no RR intervals"):
        export_file(Library(home), 1, "rr", tmp_path / "rr.txt")
    assert not (tmp_path / "rr.txt").exists()


def test_the_table_can_be_played_again(home: Path, record: Record, tmp_path: Path) -> None:
    record(Beat(1.0, 800.0, 800.0), Beat(1.45, None, 450.0, BeatKind.MISSED), Beat(1.9, 900.0, 450.0, BeatKind.MISSED))
    recording = read_rr_file(export_file(Library(home), 1, "csv", tmp_path))
    assert recording.rr_ms == (800.0, 900.0)
    assert recording.t_s == pytest.approx((0.8, 1.7))


def test_json_lines_hold_everything(home: Path, record: Record, tmp_path: Path) -> None:
    record(SAMPLE, Beat(0.9, 833.0078125, None, BeatKind.NOISE))
    path = export_file(Library(home), 1, "jsonl", tmp_path / "all.jsonl")
    header, began, sample, beat, ended = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert header == {
        "format": "pulsetune-session", "version": 1, "session_id": 1, "program": "unwind", "source": "strap Polar H10",
        "simulated": False, "started_at": "2026-11-25T10:12:00+01:00", "duration_s": 60.0, "beats": 2,
        "state": "complete",
    }  # fmt: skip
    assert (began["kind"], began["at_s"], began["t_s"]) == ("session_started", 0.0, 0.0)
    assert began["program"]["name"] == "unwind"
    assert sample == {
        "kind": "heart_sample", "at_s": 1.0, "t_s": 1.0, "payload": "10485503550354035203", "heart_rate_bpm": 72,
        "rr_ms": [833.0078125, 833.0078125, 832.03125, 830.078125], "contact": "unknown", "energy_kj": None,
        "malformed": None,
    }  # fmt: skip
    assert beat == {
        "kind": "beat", "at_s": 0.9, "t_s": 0.9, "rr_ms": 833.0078125, "nn_ms": None, "beat_kind": "noise",
        "after_gap": False,
    }  # fmt: skip
    assert ended["ended_because"] == "completed"


def test_a_file_that_exists_is_kept_unless_told(home: Path, record: Record, tmp_path: Path) -> None:
    record(SAMPLE)
    target = tmp_path / "mine.txt"
    target.write_text("precious")
    with pytest.raises(WrongUse, match="exists already"):
        export_file(Library(home), 1, "rr", target)
    assert target.read_text() == "precious"
    assert export_file(Library(home), 1, "rr", target, force=True) == target
    assert target.read_text().startswith("833.0078125\n")


def test_an_export_into_a_folder_gets_a_name_of_its_own(home: Path, record: Record, tmp_path: Path) -> None:
    record(SAMPLE)
    suffixes = {"csv": ".csv", "rr": ".txt", "jsonl": ".jsonl"}
    assert set(EXPORTS) == set(suffixes)
    for name, suffix in suffixes.items():
        assert export_file(Library(home), 1, name, tmp_path) == tmp_path / f"pulsetune-session-1{suffix}"


def test_the_name_of_a_simulated_session_s_file_says_so(home: Path, record: Record, tmp_path: Path) -> None:
    record(SAMPLE, simulated=True)
    names = {export_file(Library(home), 1, name, tmp_path).name for name in EXPORTS}
    stem = "pulsetune-session-1-simulated"
    assert names == {f"{stem}.csv", f"{stem}.txt", f"{stem}.jsonl"}
    assert export_file(Library(home), 1, "rr", tmp_path / "mine.txt").name == "mine.txt"


@pytest.mark.parametrize("simulated", [True, False])
def test_whose_heart_it_was_comes_back_from_a_table_and_from_json_lines(
    home: Path, record: Record, tmp_path: Path, simulated: bool
) -> None:
    record(SAMPLE, Beat(1.0, 800.0, 800.0), Beat(1.4, None, 400.0, BeatKind.MISSED), simulated=simulated)
    assert {row["simulated"] for row in table(home, 1, tmp_path)} == {str(int(simulated))}
    for name in ("csv", "jsonl"):
        recording = read_rr_file(export_file(Library(home), 1, name, tmp_path, force=True))
        assert recording.simulated is simulated


def test_a_failed_export_leaves_nothing_behind(home: Path, record: Record, tmp_path: Path) -> None:
    record(SAMPLE)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(WrongUse):
        export_file(Library(home), 7, "csv", out)
    with pytest.raises(WrongUse, match=r"no export format 'fit'.*csv, rr, jsonl"):
        export_file(Library(home), 1, "fit", out)
    with pytest.raises(WrongUse, match="There is no folder"):
        export_file(Library(home), 1, "csv", out / "none" / "x.csv")
    with pytest.raises(PulseTuneError):
        export_file(Library(home), 1, "csv", out / ("long" * 200))
    record(HeartSample(1.0, b"", None))
    with pytest.raises(WrongUse):
        export_file(Library(home), 2, "rr", out)
    assert list(out.iterdir()) == []


def test_an_export_streams_in_constant_memory() -> None:
    row = SessionRow(1, "unwind", "strap", False, "", 0.0, 0, SessionState.COMPLETE)

    def peak_bytes(name: str, minutes: int) -> int:
        def events() -> Iterator[tuple[float, Event]]:
            yield 0.0, started()
            yield from long_session(minutes)

        tracemalloc.start()
        try:
            assert sum(1 for _ in EXPORTS[name].writer()(row, events())) > minutes * 50
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    for name in EXPORTS:
        peak_bytes(name, 1)  # imports and caches
        assert peak_bytes(name, 18) < 1.3 * peak_bytes(name, 7) + 50_000, name


def test_lines_can_be_had_without_a_file(home: Path, record: Record) -> None:
    record(SAMPLE)
    assert "".join(export_lines(Library(home), 1, "rr")).count("\n") == 4
