"""The plot of a recording: read back as XML, shapes counted, scales checked by hand."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.model import ArousalEstimate, Baseline, Beat, BeatKind
from pulsetune.records.heart_plot import heart_plot
from pulsetune.records.plots import Panel, band, line, marks, time_text, time_ticks, value_ticks

SVG = "{http://www.w3.org/2000/svg}"


def estimate(t_s: float, arousal: float | None = 0.5, confidence: float = 1.0) -> ArousalEstimate:
    return ArousalEstimate(t_s, 60.0, 61.0, 40.0, None, arousal, confidence, 1.0, 0.0)


def read(text: str) -> ET.Element:
    return ET.fromstring(text)


def marked(root: ET.Element, css: str) -> int:
    """How many places are marked with the shape of a class, its sample in the legend included."""
    return sum(path.get("d", "").count("M") for path in root.iter(f"{SVG}path") if path.get("class") == css)


def test_each_kind_of_beat_is_drawn_in_its_own_class_and_named_with_its_count() -> None:
    beats = [Beat(float(at), 1000.0 + at, 1000.0 + at) for at in range(1, 11)]
    beats += [Beat(11, 700, 950, BeatKind.ECTOPIC), Beat(12, 1200, 950, BeatKind.ECTOPIC)]
    beats += [Beat(13, None, 1000, BeatKind.MISSED), Beat(14, 2000, 1000, BeatKind.MISSED)]
    beats += [
        Beat(15, 300, None, BeatKind.EXTRA),
        Beat(16, 600, 900, BeatKind.EXTRA),
        Beat(17, 9000, None, BeatKind.NOISE),
    ]
    root = read(heart_plot("r.txt", beats, [estimate(float(at)) for at in range(1, 18)], None))
    drawn = {css: marked(root, css) for css in ("dots", "ectopic", "missed", "inserted", "extra", "noise")}
    assert drawn == {"dots": 11, "ectopic": 3, "missed": 2, "inserted": 2, "extra": 3, "noise": 2}
    words = [element.text for element in root.iter(f"{SVG}text")]
    for text in ("normal (10)", "ectopic or misplaced (2)", "inserted beat (1)", "extra (2)", "noise (1)"):
        assert text in words
    assert "1 beat beyond the scale, drawn at its edge" in words
    assert root.find(f"{SVG}title").text == "r.txt: beats, heart rate and arousal"
    assert "10 normal, 2 ectopic, 2 missed, 2 extra, 1 noise" in root.find(f"{SVG}desc").text


def test_axes_say_their_quantity_and_unit() -> None:
    words = [element.text for element in read(heart_plot("r", [Beat(1, 800, 800)], [], None)).iter(f"{SVG}text")]
    assert {"RR interval (ms)", "beats / min", "arousal (0 to 1)", "time (min:s)"} <= set(words)
    assert words.count("not enough good beats") == 2


def test_gaps_and_the_baseline_are_shaded_where_they_are() -> None:
    beats = [Beat(10, 1000, 1000), Beat(61, 1000, 1000, after_gap=True), Beat(100, 1000, 1000)]
    baseline = Baseline(80, 60, 40, 4, 0.3, 50)
    root = read(heart_plot("r", beats, [estimate(100.0)], baseline))
    shaded = {rect.get("class"): rect for rect in root.iter(f"{SVG}rect")}
    assert (float(shaded["gap"].get("x")), float(shaded["gap"].get("width"))) == (
        90 + 108,
        540,
    )  # 10 s to 60 s of 100 s
    assert (float(shaded["span"].get("x")), float(shaded["span"].get("width"))) == (90 + 324, 540)  # 30 s to 80 s


@given(st.text(max_size=200))
def test_any_name_gives_well_formed_xml(name: str) -> None:
    root = read(heart_plot(name, [Beat(1, 800, 800)], [estimate(1.0)], None))
    assert root.find(f"{SVG}title") is not None


def test_a_day_of_beats_stays_a_file_that_a_browser_can_open() -> None:
    beats = [Beat(at * 0.8, 800.0 + at % 97, 800.0 + at % 97) for at in range(1, 108_000)]
    assert len(heart_plot("r", beats, [], None)) < 4_000_000


PANEL = Panel(top=0, height=100, end_s=10, low=0, high=1, left=0, width=100)


def test_places_in_a_panel_and_values_outside_of_it() -> None:
    assert (PANEL.x(2.5), PANEL.y(0.25)) == (25, 75)
    assert (PANEL.x(-1), PANEL.x(11), PANEL.y(-1), PANEL.y(2)) == (0, 100, 100, 0)


def test_a_line_is_broken_where_nothing_is_known() -> None:
    assert line(PANEL, [(0, 0.0), (1, 1.0), (2, None), (3, 0.5)], "c") == '<path class="c" d="M0 100L10 0M30 50"/>'


def test_a_band_runs_out_below_and_back_above() -> None:
    assert band(PANEL, [(0, 0.25, 0.75), (10, 0, 1), None, (5, 0, 1)], "c") == (
        '<path class="c" d="M0 75L100 100L100 0L0 25ZM50 100L50 0Z"/>'
    )


def test_marks_on_the_same_place_are_drawn_once() -> None:
    assert marks([(1, 1), (1.1, 1.2), (5, 1)], "h1", "c") == '<path class="c" d="M1 1h1M5 1h1"/>'


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0, 1, 4, [0, 0.25, 0.5, 0.75, 1]),
        (47, 71, 5, [50, 55, 60, 65, 70]),
        (480, 1610, 6, [600, 800, 1000, 1200, 1400, 1600]),
        (-1, 1, 4, [-1, -0.5, 0, 0.5, 1]),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, ticks: list[float]) -> None:
    assert value_ticks(low, high, most) == ticks


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_ticks_are_few_and_inside(low: float, width: float, most: int) -> None:
    ticks = value_ticks(low, low + width, most)
    assert len(ticks) <= most + 1
    assert all(low - 1e-6 * width - 1e-9 <= tick <= low + width * (1 + 1e-6) + 1e-9 for tick in ticks)


def test_times_are_told_in_minutes_and_hours() -> None:
    assert time_ticks(120) == [10.0 * at for at in range(13)]
    assert time_ticks(7 * 86_400) == [86_400.0 * at for at in range(8)]
    assert [time_text(t) for t in (5, 65, 3600, 36_061)] == ["0:05", "1:05", "1:00:00", "10:01:01"]
