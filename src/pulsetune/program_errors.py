"""Every mistake of a program file at once: its line, its key, its value, and what would do.

Rules of this file:
1. One mistake, one line of text: a value is shown short, and never with a line break in it.
2. A mistake hides no other: broken lines are set aside to read the rest, and rules are asked about every key that is right.
3. Whatever the text holds, the outcome is a program or a list of mistakes.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pulsetune.program_file import NAME_PATTERN, OPTIONAL_NAME_PATTERN, POLICIES, TABLES, ProgramFile, table_keys
from pulsetune.program_lines import Path, key_lines, line_of
from pulsetune.program_rules import broken_rules

MOST_BROKEN_LINES = 25  # lines that are no TOML; a text with more is something else
SHOWN = 60  # characters of a value or key
_SIMPLE_LINE = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_PLACE = re.compile(r"\s*\(at line (\d+), column (\d+)\)")
_HUGE_NUMBER = re.compile(r"[0-9_]{4000,}")
_ORDERLY_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")

_SENTENCES = {
    "missing": "this key is missing",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text in quotes",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
}
_PATTERNS = {
    NAME_PATTERN: "must be small letters, digits and hyphens, beginning with a letter, 40 at most",
    OPTIONAL_NAME_PATTERN: "must be empty, or small letters, digits and hyphens, beginning with a letter, 40 at most",
}


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


def check_text(text: str, soundscapes: Collection[str] = ()) -> ProgramFile | list[Mistake]:
    """The checked content of a program file, or all of its mistakes in the order of their lines.

    ``soundscapes`` are the names that may be chosen; any, where there are none.
    """
    try:
        return _checked(text, soundscapes)
    except RecursionError:
        return [Mistake(1, "", "tables or arrays lie too deep in one another")]


def _checked(text: str, soundscapes: Collection[str]) -> ProgramFile | list[Mistake]:
    reading = _Reading(text)
    mistakes = reading.mistakes
    if reading.data is not None:
        parsed, wrong = _validated(reading.data)
        lines = key_lines(reading.text)
        mistakes += [
            Mistake(line_of(lines, path), _dotted(path), sentence)
            for path, sentence in [*wrong, *_broken(reading.data, wrong, soundscapes, lines)]
            if not (sentence == _SENTENCES["missing"] and path[-1] in reading.lost)
        ]
        if parsed is not None and not mistakes:
            return parsed
    return sorted(mistakes, key=lambda mistake: mistake.line)


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
        self.mistakes.append(Mistake(number, key, f"this is no TOML: {_one_line(what)}{column}"))
        if not simple:
            return False
        self._lines[number - 1] = ""
        self.lost.add(key)
        return True


def _validated(data: dict[str, Any]) -> tuple[ProgramFile | None, list[tuple[Path, str]]]:
    try:
        return ProgramFile.model_validate(data), []
    except ValidationError as error:
        return None, [(tuple(map(str, e["loc"])), _sentence(e)) for e in error.errors()]


def _sentence(error: Any) -> str:
    path, kind, value = tuple(map(str, error["loc"])), error["type"], error["input"]
    if kind == "missing":
        return _SENTENCES[kind]
    if kind == "extra_forbidden":
        return f"unknown key{_near(path)} (got {_shown(value)})"
    if kind == "model_type":
        return f"must be a table, [{path[-1]}] (got {_shown(value)})"
    if kind == "unknown_policy":
        return _none_of(value, "policies", POLICIES)
    context = error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        said = _PATTERNS.get(context["pattern"], "must be one line without control characters")
    else:
        said = _SENTENCES[kind].format(**context)
    return f"{said} (got {_shown(value)})"


def _broken(
    data: Mapping[str, Any], wrong: list[tuple[Path, str]], soundscapes: Collection[str], lines: Mapping[Path, int]
) -> Iterator[tuple[Path, str]]:
    """The rules between keys, asked about every key that is right by itself."""
    paths = {key: (*((table,) if table else ()), key) for table in ("", *TABLES) for key in table_keys(table)}
    bad = {path for path, _ in wrong}
    right = {key: path for key, path in paths.items() if not any(path[:n] in bad for n in (1, 2))}
    known = {key: _value(data, path) for key, path in right.items()}
    if soundscapes and "soundscape" in known and known["soundscape"] not in soundscapes:
        yield ("soundscape",), _none_of(known["soundscape"], "soundscapes", soundscapes)
    for keys, sentence in broken_rules(known):
        yield paths[next((key for key in keys if paths[key] in lines), keys[0])], sentence


def _value(data: Mapping[str, Any], path: Path) -> Any:
    table = data.get(path[0], {}) if len(path) > 1 else data
    fields = (TABLES[path[0]] if len(path) > 1 else ProgramFile).model_fields
    return table[path[-1]] if path[-1] in table else fields[path[-1]].default


# ---------------------------------------------------------------- words


def _near(path: Path) -> str:
    """A guess at what an unknown key was meant to be."""
    table, key = (path[0] if len(path) > 1 else ""), path[-1]
    homes = {known: home for home in ("", *TABLES) for known in table_keys(home)}
    if key in homes:
        return f", it belongs {f'under [{homes[key]}]' if homes[key] else 'above the first table'}"
    here = [*table_keys(table), *(() if table else TABLES)] if table in ("", *TABLES) else []
    if near := difflib.get_close_matches(key[:SHOWN], here, n=1):
        return f', did you mean "{near[0]}"?'
    if near := difflib.get_close_matches(key[:SHOWN], homes, n=1):
        return (
            f', did you mean "{near[0]}" under [{homes[near[0]]}]?'
            if homes[near[0]]
            else f', did you mean "{near[0]}"?'
        )
    return ""


def _none_of(value: str, what: str, names: Collection[str]) -> str:
    near = difflib.get_close_matches(value[:SHOWN], names, n=1)
    guess = f'; did you mean "{near[0]}"?' if near else ""
    return f"must be one of the {what} {', '.join(names)}{guess} (got {_shown(value)})"


def _dotted(path: Path) -> str:
    return ".".join(part if _ORDERLY_KEY.fullmatch(part) else _shown(part) for part in path)


def _shown(value: object) -> str:
    """A value in a few characters, as it would be written."""
    match value:
        case str():
            return json.dumps(_short(value), ensure_ascii=not value.isprintable())
        case bool():
            return str(value).lower()
        case dict():
            return "a table"
        case list():
            return "an array"
        case int() if abs(value) >= 10**SHOWN:
            return "a number of very many digits"
    return _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _one_line(text: str) -> str:
    return " ".join(_short(part) for part in text.split()) if text.isprintable() else json.dumps(_short(text))
