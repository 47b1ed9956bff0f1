"""``pulsetune analyze`` as a listener calls it: files, sessions, mistakes, and independent tools as judges."""

from __future__ import annotations

import csv
import json
import math
import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsetune.cli import cli
from tests.needs import examples, few

METRICS = [
    "heart_rate_bpm", "mean_rr_ms", "sdnn_ms", "rmssd_ms", "pnn50_percent", "sd1_ms", "sd2_ms", "stress_index",
    "lf_ms2", "hf_ms2", "breaths_per_min", "coherence",
]  # fmt: skip
DATA = os.environ.get("PULSETUNE_DATA")
needs_recordings = pytest.mark.skipif(DATA is None, reason="PULSETUNE_DATA is unset: no recordings to compare on")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PULSETUNE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: str) -> Result:
    result = CliRunner().invoke(cli, ["analyze", *words])
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def numbers(*words: str):
    result = call(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def lines(*words: str):
    result = call(*words)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def write(path: Path, rr_ms: list[float]) -> str:
    path.write_text("\n".join(map(repr, rr_ms)) + "\n")
    return str(path)


def swinging(count: int) -> list[float]:
    return [round(900 + 40 * math.sin(at / 2.5) + 10 * math.sin(at / 7), 3) for at in range(count)]


def test_json_has_exactly_the_documented_keys_in_their_order(home):
    found = numbers(write(home / "r.txt", swinging(400)))
    assert list(found) == ["intervals", "duration_s", "artifacts", "gaps", "quality", "raw", "clean", "simulated"]
    assert list(found["artifacts"]) == ["missed", "extra", "ectopic", "noise"]
    assert list(found["raw"]) == list(found["clean"]) == METRICS
    page = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text(encoding="utf-8")
    assert [key for key in (*found, *METRICS) if f"`{key}`" not in page] == []


def test_values_of_a_plain_file_by_hand(home):
    found = numbers(write(home / "r.txt", [1000.0, 1010.0, 1000.0, 1020.0] * 20))
    assert (found["intervals"], found["duration_s"]) == (80, 80.6)
    raw = found["raw"]
    assert raw["mean_rr_ms"] == pytest.approx(1007.5)
    assert raw["heart_rate_bpm"] == pytest.approx(60000 / 1007.5)
    assert raw["sdnn_ms"] == pytest.approx(math.sqrt(20 * (7.5**2 + 2.5**2 + 7.5**2 + 12.5**2) / 79))
    assert raw["rmssd_ms"] == pytest.approx(math.sqrt((20 * (100 + 100 + 400) + 19 * 400) / 79))
    assert raw["lf_ms2"] is None


def test_the_table_shows_raw_and_clean_with_units_and_says_what_it_is_not(home):
    rr_ms = swinging(400)
    rr_ms[200:202] = [rr_ms[200] + rr_ms[201]]
    said = call(write(home / "r.txt", rr_ms)).stdout
    assert said.startswith("r.txt: 399 intervals, 6 min 0 s.")
    assert "Artifacts: 2 missed; no gaps." in said
    row = next(line.split() for line in said.splitlines() if line.startswith("RMSSD"))
    assert row[1] == "ms"
    assert float(row[2]) > 2 * float(row[3])
    assert "no diagnosis" in said


def test_beats_keep_every_raw_interval_and_say_what_was_done_to_it(home):
    rr_ms = swinging(120)
    rr_ms[60:62] = [rr_ms[60] + rr_ms[61]]
    found = lines(write(home / "r.txt", rr_ms), "--beats")
    assert list(found[0]) == ["t_s", "rr_ms", "nn_ms", "kind", "after_gap", "simulated"]
    assert [beat["rr_ms"] for beat in found if beat["rr_ms"] is not None] == rr_ms
    assert [(beat["rr_ms"], beat["kind"]) for beat in found[60:62]] == [(None, "missed"), (rr_ms[60], "missed")]
    assert found[60]["nn_ms"] == found[61]["nn_ms"] == pytest.approx(rr_ms[60] / 2, abs=1e-3)
    assert found[-1]["t_s"] == pytest.approx(sum(rr_ms) / 1000, abs=1e-3)


def test_the_series_has_one_line_a_second_and_calibrates_where_it_is_told(home):
    path = write(home / "r.txt", swinging(150) + [round(rr * 0.8, 3) for rr in swinging(150)])
    found = lines(path, "--series", "--baseline", "30-90")
    assert list(found[0]) == [
        "t_s",
        "heart_rate_bpm",
        "rmssd_ms",
        "arousal",
        "confidence",
        "quality",
        "breaths_per_min",
        "simulated",
    ]
    assert [second["t_s"] for second in found] == [float(at) for at in range(1, len(found) + 1)]
    assert max(second["confidence"] for second in found[:89]) <= 0.5 < found[91]["confidence"]
    assert found[130]["arousal"] < 0.5
    assert found[-1]["arousal"] > 0.75


@pytest.mark.parametrize("seed", few("1", "2", "3"))
def test_a_session_gives_the_estimates_and_beats_of_its_log_again(home, seed):
    played = CliRunner().invoke(
        cli, ["play", "--source", "simulated", "--output", "silent", "--minutes", "6", "--seed", seed]
    )
    assert played.exit_code == 0, played.output
    for form in ("jsonl", "csv", "rr"):
        assert CliRunner().invoke(cli, ["export", "last", "--format", form, "--to", f"x.{form}"]).exit_code == 0
    log = [json.loads(line) for line in Path("x.jsonl").read_text().splitlines()[1:]]
    logged = [event for event in log if event["kind"] == "arousal_estimate"]
    series = lines("last", "--series")
    assert all(second.pop("simulated") for second in series)
    assert series[: len(logged)] == [{key: event[key] for key in series[0]} for event in logged]
    beats = [event for event in log if event["kind"] == "beat"]
    keys = ("t_s", "rr_ms", "nn_ms", "kind", "after_gap")
    assert lines("1", "--beats") == [
        {**{key: event["beat_kind" if key == "kind" else key] for key in keys}, "simulated": True} for event in beats
    ]
    session = numbers("last")
    assert [numbers(f"x.{form}")["raw"] for form in ("jsonl", "csv")] == [session["raw"]] * 2
    of_time = METRICS[: METRICS.index("lf_ms2")]  # the rr export knows no gaps, across which no spectrum is taken
    assert [numbers("x.rr")["raw"][name] for name in of_time] == [session["raw"][name] for name in of_time]
    assert "SIMULATED listener" in call("last").stdout


def test_a_simulated_heart_stays_simulated_in_its_exports(home):
    play = ("play", "--output", "silent", "--minutes", "6", "--json", "--source")
    assert CliRunner().invoke(cli, [*play, "simulated"]).exit_code == 0
    for form, name in (("jsonl", "x.jsonl"), ("csv", "x.csv")):
        assert CliRunner().invoke(cli, ["export", "1", "--format", form, "--to", name]).exit_code == 0
        assert "SIMULATED listener" in call(name).stdout
        assert numbers(name)["simulated"] is numbers("1")["simulated"] is True
        assert {second["simulated"] for second in lines(name, "--series")} == {True}
        assert {beat["simulated"] for beat in lines(name, "--beats")} == {True}
        played = CliRunner().invoke(cli, [*play, name])
        assert json.loads(played.stdout.splitlines()[-1])["simulated"] is True
    assert CliRunner().invoke(cli, [*play, "session:1"]).exit_code == 0
    listed = json.loads(CliRunner().invoke(cli, ["sessions", "--json"]).stdout)
    assert [row["simulated"] for row in listed] == [True] * 4
    assert all("simulated" in row["source"] for row in listed)
    again = CliRunner().invoke(cli, ["export", "last", "--format", "rr"])
    assert again.stdout == "pulsetune-session-4-simulated.txt\n"
    assert "SIMULATED" not in call("pulsetune-session-4-simulated.txt").stdout  # bare numbers cannot say it


def test_a_recording_of_a_person_is_not_called_simulated(home):
    path = write(home / "r.txt", swinging(100))
    assert numbers(path)["simulated"] is False
    assert not any(second["simulated"] for second in lines(path, "--series"))
    assert "SIMULATED" not in call(path).stdout


def test_a_plot_is_written_whole_and_replaced_only_when_told(home):
    path = write(home / "a <b> & c.txt", swinging(300))
    result = call(path, "--plot", "r.svg", "--beats")
    assert result.exit_code == 0, result.output
    assert all(line.startswith("{") for line in result.stdout.splitlines())
    assert "r.svg" in result.stderr
    root = ET.parse("r.svg").getroot()
    assert root[0].text.startswith("a <b> & c.txt")
    before = Path("r.svg").read_bytes()
    Path("r.svg").write_bytes(b"mine")
    refused = call(path, "--plot", "r.svg")
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert Path("r.svg").read_bytes() == b"mine"
    assert call(path, "--plot", "r.svg", "--force").exit_code == 0
    assert Path("r.svg").read_bytes() == before
    assert sorted(entry.name for entry in home.iterdir()) == ["a <b> & c.txt", "r.svg"]


@pytest.mark.parametrize(
    ("content", "words", "code", "said"),
    [
        (None, ["r.txt"], 2, "There is no file r.txt."),
        (None, ["."], 2, "is a folder"),
        (None, ["7"], 2, "There is no session 7."),
        (None, ["last"], 2, "There are no sessions yet."),
        ("", ["r.txt"], 6, "r.txt holds no RR intervals."),
        ("800\n", ["r.txt"], 2, "r.txt holds only 1 RR interval."),
        ("800\n810\n", ["r.txt"], 2, "r.txt holds only 2 RR intervals."),
        ("800\n" * 16 + "hello\n" + "800\n" * 9, ["r.txt"], 6, "r.txt, line 17: 'hello' is not a number."),
        ("800\n" * 90, ["r.txt", "--series", "--baseline", "60"], 2, "'60' is not a span."),
        ("800\n" * 90, ["r.txt", "--series", "--baseline", "60-20"], 2, "'60-20' is not possible"),
        ("800\n" * 90, ["r.txt", "--series", "--baseline", "nan-inf"], 2, "'nan-inf' is not possible"),
        ("800\n" * 90, ["r.txt", "--series", "--baseline", "60-120"], 2, "r.txt ends after 72 s"),
        ("800\n" * 90, ["r.txt", "--baseline", "0-60"], 2, "--baseline goes with --series or --plot."),
        ("800\n" * 90, ["r.txt", "--plot", "r.png"], 2, "r.png does not end in .svg."),
        ("800\n" * 90, ["r.txt", "--plot", "none/r.svg"], 2, "There is no folder none."),
    ],
)
def test_a_mistake_gets_a_sentence_and_its_exit_code(home, content, words, code, said):
    if content is not None:
        Path("r.txt").write_text(content)
    result = call(*words)
    assert result.exit_code == code, result.output
    assert said in " ".join(result.stderr.split())
    assert not result.stdout


def test_a_file_called_like_a_number_is_a_file(home):
    write(home / "7", swinging(100))
    assert numbers("7")["intervals"] == 100


@given(data=st.binary(max_size=200) | st.lists(st.floats(1, 60_000), min_size=3, max_size=40).map(
    lambda values: "\n".join(map(repr, values)).encode()
), form=st.sampled_from([[], ["--json"], ["--series"], ["--beats"], ["--plot", "r.svg", "--force"]]))  # fmt: skip
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_in_a_file_there_is_no_traceback(home, data, form):
    Path("r.txt").write_bytes(data)
    result = call("r.txt", *form)
    assert result.exit_code in (0, 2, 6), result.output
    assert "inside PulseTune" not in result.stderr


# ---------------------------------------------------------------- independent tools

SEGMENTS_S = {"first30s": 30, "first60s": 60, "first300s": 300, "first900s": 900, "all": math.inf}
NAMES = {
    "neurokit2": {"mean_rr_ms": "HRV_MeanNN", "sdnn_ms": "HRV_SDNN", "rmssd_ms": "HRV_RMSSD", "sd1_ms": "SD1", "sd2_ms": "SD2"},
    "hrvanalysis": {"mean_rr_ms": "mean_nni", "sdnn_ms": "sdnn", "rmssd_ms": "rmssd", "sd1_ms": "sd1", "sd2_ms": "sd2"},
}  # fmt: skip


def intervals(path: Path) -> list[float]:
    with path.open() as file:
        return [float(row["rr_ms"]) for row in csv.DictReader(file)]


def segment(rr_ms: list[float], longest_s: float) -> list[float]:
    """As the tools were given it: plausible intervals whose sum is at most so many seconds."""
    kept, total_ms = [], 0.0
    for value in rr_ms:
        if 200 < value < 3000:
            total_ms += value
            if total_ms > longest_s * 1000:
                break
            kept.append(value)
    return kept


@needs_recordings
@pytest.mark.parametrize("tool", NAMES)
def test_raw_numbers_equal_those_of_an_independent_tool_to_six_digits(tool, home):
    reference = json.loads((Path(DATA) / f"reference_{tool}.json").read_text())
    whole = compared = 0
    for file, segments in reference.items():
        if not file.endswith(".csv"):
            continue
        rr_ms = intervals(Path(DATA) / file)
        for name, entry in segments.items():
            chosen = segment(rr_ms, SEGMENTS_S[name])
            is_whole = chosen == rr_ms  # then the file itself goes through the command, times and labels included
            whole += is_whole
            found = numbers(str(Path(DATA) / file) if is_whole else write(home / "segment.txt", chosen))
            assert found["intervals"] == entry["n"]
            for ours, theirs in NAMES[tool].items():
                expected, value = entry["values"].get(theirs), found["raw"][ours]
                if expected is not None and value is not None:  # short segments show fewer numbers
                    assert value == pytest.approx(expected, abs=1e-6), (file, name, ours)
                    compared += 1
    assert whole >= 27  # the recordings that the tools were not given in part
    assert compared > 400


@needs_recordings
def test_arousal_of_one_person_orders_what_they_did(home):
    with (Path(DATA) / "wearablehrv_P37" / "vu_ecg.csv").open() as file:
        rows = list(csv.DictReader(file))
    began_s = float(rows[0]["t_s"]) - float(rows[0]["rr_ms"]) / 1000
    label = {round(float(row["t_s"]) - began_s): row["label"] for row in rows}
    sitting = min(second for second, name in label.items() if name == "sitting")
    span = f"{sitting + 30}-{sitting + 150}"
    found = lines(str(Path(DATA) / "wearablehrv_P37" / "vu_ecg.csv"), "--series", "--baseline", span)
    levels: dict[str, list[float]] = {}
    for second in found:
        levels.setdefault(label.get(round(second["t_s"]), ""), []).append(second["arousal"] or 0.0)
    middle = {name: sorted(values)[len(values) // 2] for name, values in levels.items()}
    order = [next(name for name in middle if word in name) for word in ("breath", "sitting", "arithmetic", "standing")]
    assert [middle[name] for name in order] == sorted(middle[name] for name in order)
