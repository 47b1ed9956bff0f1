"""docs/session-log.md says everything that is in the log."""

from __future__ import annotations

import re
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from pulsetune.records.encoding import BODY_FIELDS, KINDS
from pulsetune.records.exports import EXPORTS
from pulsetune.records.exports.csv_table import COLUMNS
from pulsetune.records.library import SessionRow, SessionState
from pulsetune.records.schema import MIGRATIONS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "session-log.md").read_text(encoding="utf-8")


def names_in_tables(section: str) -> list[str]:
    """The names in back quotes in the first column of a section's tables."""
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    return [name for row in rows for name in re.findall(r"`([a-z_]+)`", row)]


def section(heading: str) -> str:
    """From a heading to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"no heading {heading!r}"
    return found[1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_kind_is_documented_in_the_order_of_the_body(kind: str) -> None:
    assert names_in_tables(section(f"`{kind}`")) == list(BODY_FIELDS[KINDS[kind]])


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_of_a_closed_set_is_documented(kind: str) -> None:
    text = section(f"`{kind}`")
    for hint in get_type_hints(KINDS[kind]).values():
        for option in get_args(hint) or (hint,):
            if isinstance(option, type) and issubclass(option, StrEnum):
                assert {str(value) for value in option} <= set(re.findall(r"`([a-z_]+)`", text))


def test_the_page_knows_no_other_kind() -> None:
    events = PAGE[PAGE.index("## Events") : PAGE.index("## Exports")]
    assert re.findall(r"^### `(.*)`$", events, re.MULTILINE) == list(KINDS)


def test_the_tables_are_documented_column_by_column() -> None:
    created = re.findall(r"^\s+([a-z_]+) (?:INTEGER|TEXT|REAL)", MIGRATIONS[0], re.MULTILINE)
    assert names_in_tables(section("Tables")) == created


def test_the_exports_are_documented() -> None:
    exports = PAGE[PAGE.index("## Exports") : PAGE.index("## JSON of the command line")]
    assert re.findall(r"^### `(.*)`$", exports, re.MULTILINE) == list(EXPORTS)
    assert set(names_in_tables(section("`csv`"))) == set(COLUMNS)


def test_the_keys_of_the_command_line_are_documented() -> None:
    play, sessions = section("JSON of the command line").split("`sessions --json`, an array")
    assert names_in_tables(sessions) == [field.name for field in fields(SessionRow)]
    assert {str(state) for state in SessionState} <= set(re.findall(r"`([a-z]+)`", sessions))
    assert set(names_in_tables(play)) == {
        "session_id", "program", "source", "simulated", "started_at", "duration_s", "beats", "artifacts", "gaps",
        "quality", "baseline_heart_rate_bpm", "final_heart_rate_bpm", "lowest_heart_rate_bpm", "tempo_start_bpm",
        "tempo_end_bpm", "phases", "ended_because", "output",
    }  # fmt: skip
