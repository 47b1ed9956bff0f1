"""Every mistake of a program file at once: its line, its key, its value, and what would do.

Rules of this file:
1. A mistake hides no other: broken lines are set aside to read the rest, and rules are asked about every key that is right.
2. Whatever the text holds, the outcome is a program or a list of mistakes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pulsetune.program_file import TABLES, ProgramFile, table_keys
from pulsetune.program_lines import Path, key_and_item_lines, line_of
from pulsetune.program_rules import broken_rules
from pulsetune.program_sentences import MISSING, dotted, none_of, one_line, sentence_for

Choices = Mapping[str, Collection[str]]

MOST_BROKEN_LINES = 25  # lines that are no TOML; a text with more is something else
MOST_DOTS = 200  # on one line; a key of so many parts is no key, and reading it takes the square of their number
_SIMPLE_LINE = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_PLACE = re.compile(r"\s*\(at line (\d+), column (\d+)\)")
_HUGE_NUMBER = re.compile(r"[0-9_]{4000,}")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: where it is, and a sentence. ``key`` is dotted, and empty where the line is no TOML at all."""

    line: int
    key: str
    sentence: str

    def told(self, file_name: str) -> str:
        """The mistake as one line of text."""
        key = f"{self.key}: " if self.key else ""
        return f"{file_name}:{self.line}: {key}{self.sentence}"


def check_text(text: str, choices: Choices) -> ProgramFile | list[Mistake]:
    """The checked content of a program file, or all of its mistakes in the order of their lines.

    ``choices`` are the names that a key above the first table may have; any name where a key is not among them.
    """
    try:
        return _checked(text, choices)
    except RecursionError:
        return [Mistake(1, "", "tables or arrays lie too deep in one another")]


def _checked(text: str, choices: Choices) -> ProgramFile | list[Mistake]:
    if (crowded := _crowded_line(text)) is not None:
        return [Mistake(crowded, "", f"there are more than {MOST_DOTS} dots on this line")]
    reading = _Reading(text)
    mistakes = reading.mistakes
    if reading.data is not None:
        parsed, wrong = _validated(reading.data)
        lines = key_and_item_lines(reading.text)
        mistakes += [
            Mistake(line_of(lines, path), dotted(path[:2]), sentence)
            for path, sentence in [*wrong, *_broken(reading.data, wrong, choices, lines)]
            if not (sentence == MISSING and path[-1] in reading.lost)
        ]
        if parsed is not None and not mistakes:
            return parsed
    return sorted(mistakes, key=lambda mistake: mistake.line)


def name_in(text: str) -> tuple[str, int] | None:
    """The name that a text gives its program, and its line; None where it gives none. Other mistakes do not matter."""
    if _crowded_line(text) is not None:
        return None
    try:
        reading = _Reading(text)
        name = reading.data.get("name") if reading.data is not None else None
        return (name, line_of(key_and_item_lines(reading.text), ("name",))) if isinstance(name, str) else None
    except RecursionError:
        return None


def _crowded_line(text: str) -> int | None:
    return next((n for n, line in enumerate(text.split("\n"), 1) if line.count(".") > MOST_DOTS), None)


class _Reading:
    """The text as TOML; single broken lines are set aside, each a mistake, so that the others can be looked at."""

    def __init__(self, text: str) -> None:
        self.data: dict[str, Any] | None = None
        self.mistakes: list[Mistake] = []
        self.lost: set[str] = set()
        self._lines = text.replace("\r\n", "\n").split("\n")
        while self.data is None and len(self.mistakes) <= MOST_BROKEN_LINES:
            try:
                self.data = tomllib.loads(self.text)
            except tomllib.TOMLDecodeError as error:
                if not self._set_aside(str(error)):
                    return
            except ValueError:  # Python reads no whole number of thousands of digits
                place = _HUGE_NUMBER.search(self.text)
                line = self.text.count("\n", 0, place.start()) + 1 if place else 1
                self.mistakes.append(Mistake(line, "", "there is a number with far too many digits"))
                return

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    def _set_aside(self, problem: str) -> bool:
        place = _PLACE.search(problem)
        number = int(place[1]) if place else len(self._lines)
        what = _PLACE.sub("", problem).strip().rstrip(".")
        column = f", column {place[2]}" if place else ""
        line = self._lines[number - 1] if number <= len(self._lines) else ""
        simple = _SIMPLE_LINE.match(line)
        key = simple[1] if simple else ""
        self.mistakes.append(Mistake(number, key, f"this is no TOML: {one_line(what)}{column}"))
        if not simple:
            return False
        self._lines[number - 1] = ""
        self.lost.add(key)
        return True


def _validated(data: dict[str, Any]) -> tuple[ProgramFile | None, list[tuple[Path, str]]]:
    try:
        return ProgramFile.model_validate(data), []
    except ValidationError as error:
        return None, [(tuple(map(str, e["loc"])), sentence_for(e)) for e in error.errors()]


def _broken(
    data: Mapping[str, Any], wrong: list[tuple[Path, str]], choices: Choices, lines: Mapping[Path, int]
) -> Iterator[tuple[Path, str]]:
    """The rules between keys, asked about every key that is right by itself."""
    paths = {key: (*((table,) if table else ()), key) for table in ("", *TABLES) for key in table_keys(table)}
    bad = {path for path, _ in wrong}
    right = {key: path for key, path in paths.items() if not any(path[:n] in bad for n in (1, 2))}
    known = {key: _value(data, path) for key, path in right.items()}
    for key, names in choices.items():
        if key in known and known[key] and known[key] not in names:
            yield (key,), none_of(known[key], f"{key}s", names)
    for keys, sentence in broken_rules(known):
        yield paths[next((key for key in keys if paths[key] in lines), keys[0])], sentence


def _value(data: Mapping[str, Any], path: Path) -> Any:
    table = data.get(path[0], {}) if len(path) > 1 else data
    fields = (TABLES[path[0]] if len(path) > 1 else ProgramFile).model_fields
    return table[path[-1]] if path[-1] in table else fields[path[-1]].default
