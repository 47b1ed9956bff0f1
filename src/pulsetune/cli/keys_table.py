"""Every key of a program file as a Markdown table: usual value, range, unit, meaning and reason.

Rules of this file:
1. Ranges and usual values are read from the JSON Schema, words from ``program_keys.py``: nothing is said twice.
"""

from __future__ import annotations

from typing import Any

from pulsetune.cli.plan_text import value_text
from pulsetune.program_file import NAME_PATTERN, OPTIONAL_NAME_PATTERN, TABLES, program_schema
from pulsetune.program_keys import KEY_WORDS

_PATTERNS = {
    NAME_PATTERN: "small letters, digits, hyphens; 40 at most",
    OPTIONAL_NAME_PATTERN: "empty, or small letters, digits, hyphens; 40 at most",
}


def keys_table() -> str:
    """One table for the keys above the first table of a file, and one for each of its tables."""
    schema = program_schema()
    parts = [_table("Above the first table", schema["properties"], schema["required"])]
    for name in TABLES:
        inner = schema["$defs"][schema["properties"][name]["$ref"].rsplit("/", 1)[1]]
        parts.append(_table(f"`[{name}]`", inner["properties"], ()))
    return "\n\n".join(parts)


def _table(heading: str, properties: dict[str, Any], required: Any) -> str:
    rows = [f"### {heading}", "", "| key | usual value | range | what, and why |", "|---|---|---|---|"]
    for key, piece in properties.items():
        if key not in TABLES or piece.get("type"):
            usual = "must be given" if key in required else f"`{value_text(piece['default'])}`"
            words = KEY_WORDS[key]
            rows.append(f"| `{key}` | {usual} | {_range(piece, words.unit)} | {words.what}. {words.why}. |")
    return "\n".join(rows)


def _range(piece: dict[str, Any], unit: str) -> str:
    if "enum" in piece:
        return ", ".join(f"`{name}`" for name in piece["enum"])
    match piece["type"]:
        case "boolean":
            return "`true` or `false`"
        case "array":
            return (
                f"at most {piece['maxItems']} texts, each one line of at most {piece['items']['maxLength']} characters"
            )
        case "string":
            return (
                _PATTERNS.get(piece["pattern"]) or f"one line, {piece['minLength']} to {piece['maxLength']} characters"
            )
    whole = "whole, " if piece["type"] == "integer" else ""
    if "exclusiveMinimum" in piece:
        return f"{whole}more than {piece['exclusiveMinimum']:g}, up to {piece['maximum']:g} {unit}"
    return f"{whole}{piece['minimum']:g} to {piece['maximum']:g} {unit}"
