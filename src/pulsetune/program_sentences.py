"""Mistakes of a program file in words: what is wrong with a key or a value, and what would do.

Rules of this file:
1. One mistake, one line of text: a value is shown short, and never with a line break in it.
2. A guess is made only at names that exist.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection
from typing import Any

from pulsetune.program_file import NAME_PATTERN, OPTIONAL_NAME_PATTERN, POLICIES, TABLES, table_keys
from pulsetune.program_lines import Path

SHOWN = 60  # characters of a value or key
_ORDERLY_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")

MISSING = "this key is missing"
_SENTENCES = {
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text in quotes",
    "list_type": "must be a list of texts in square brackets",
    "too_long": "must have at most {max_length} texts",
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


def sentence_for(error: Any) -> str:
    """The sentence for one of pydantic's error details."""
    path, kind, value = tuple(map(str, error["loc"])), error["type"], error["input"]
    if kind == "missing":
        return MISSING
    if kind == "extra_forbidden":
        return f"unknown key{_near(path)} (got {_shown(value)})"
    if kind == "model_type":
        return f"must be a table, [{path[-1]}] (got {_shown(value)})"
    if kind == "unknown_policy":
        return none_of(value, "policies", POLICIES)
    what = f"text {error['loc'][-1] + 1} " if isinstance(error["loc"][-1], int) else ""
    context = error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        said = _PATTERNS.get(context["pattern"], "must be one line without control characters")
    else:
        said = _SENTENCES[kind].format(**context) if kind in _SENTENCES else error["msg"]
    return f"{what}{said} (got {_shown(value)})"


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


def none_of(value: str, what: str, names: Collection[str]) -> str:
    """The sentence for a name that is none of ``names``."""
    near = difflib.get_close_matches(value[:SHOWN], names, n=1)
    guess = f'; did you mean "{near[0]}"?' if near else ""
    return f"must be one of the {what} {', '.join(names)}{guess} (got {_shown(value)})"


def dotted(path: Path) -> str:
    """A key with its table, as it is written in a file."""
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


def one_line(text: str) -> str:
    """A text without line breaks or control characters."""
    return " ".join(_short(part) for part in text.split()) if text.isprintable() else json.dumps(_short(text))
