"""The plot of a rehearsal: places by arithmetic, words by reading, and XML by a parser."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetune.records.rehearsal_plot import MARGIN_LEFT, ROW, TOP, Cell, Course, Picture, rehearsal_plot
from tests.needs import examples

SVG = "{http://www.w3.org/2000/svg}"
TIMES_S = [100.0, 200.0, 300.0, 400.0]
FLAT = Course(TIMES_S, [(-1.0, 0.0, 1.0)] * 4)
CELL = Cell(FLAT, Course(TIMES_S, [(-12.0, -10.0, -8.0)] * 4), FLAT, "vs silence −1.0 ± 0.2")
PICTURE = Picture("unwind", ["staged_iso"], ["weak (7)"], [[CELL]], 400.0, [(0.0, 100.0)])


def parsed(picture: Picture) -> ET.Element:
    return ET.fromstring(rehearsal_plot(picture))


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def paths(root: ET.Element, css: str) -> list[str]:
    """The drawn ones, without the legend's sample."""
    found = [element.get("d", "") for element in root.iter(f"{SVG}path") if element.get("class") == css]
    return [path for path in found if "h26" not in path]


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


def test_a_median_lies_where_its_time_and_value_put_it():
    (line,) = paths(parsed(PICTURE), "line")
    assert [x for x, _ in points(line)] == pytest.approx([MARGIN_LEFT + 1010 * t_s / 400 for t_s in TIMES_S], abs=0.06)
    low, high = -12 - 0.06 * 17, 5 + 0.12 * 17  # all values and at least -5 to 5, with air, more of it above
    zero = TOP + ROW * (1 - (0 - low) / (high - low))
    assert [y for _, y in points(line)] == pytest.approx([zero] * 4, abs=0.06)


def test_what_is_not_known_breaks_line_and_area():
    gappy = replace(FLAT, spread=[(-1.0, 0.0, 1.0), None, (-1.0, 0.0, 1.0), (-1.0, 0.0, 1.0)])
    root = parsed(replace(PICTURE, cells=[[replace(CELL, heart_rate=gappy)]]))
    assert paths(root, "line")[0].count("M") == 2
    assert paths(root, "band")[0].count("Z") == 2
    assert paths(root, "still")[0].count("M") == 1


def test_a_policy_without_a_pulse_has_an_empty_tempo():
    root = parsed(replace(PICTURE, cells=[[replace(CELL, tempo=Course(TIMES_S, [None] * 4))]]))
    assert paths(root, "tempo") == [""]


def test_it_says_what_it_is_in_what_units_and_of_how_many():
    root = parsed(PICTURE)
    said = texts(root)
    assert any(text.startswith("MODEL-BASED") for text in said)
    assert {"staged_iso", "weak (7)", "change (1/min)", "time (min:s)", "vs silence −1.0 ± 0.2"} <= set(said)
    described = root.findtext(f"{SVG}desc") or ""
    assert described.startswith("Model-based")
    assert "staged_iso vs silence −1.0 ± 0.2" in described


@given(title=st.text(max_size=40), columns=st.integers(1, 12), rows=st.integers(1, 4))
@settings(max_examples=examples(30))
def test_whatever_is_drawn_is_well_formed_and_stays_inside(title, columns, rows):
    picture = Picture(
        title, ["p"] * columns, ["r"] * rows, [[CELL] * columns for _ in range(rows)], 400.0, [(0.0, 100.0)]
    )
    root = parsed(picture)
    assert len(paths(root, "line")) == columns * rows
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    for path in paths(root, "line") + paths(root, "tempo"):
        assert all(MARGIN_LEFT <= x <= width and TOP <= y <= height for x, y in points(path))
