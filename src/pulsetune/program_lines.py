"""Where in a TOML file a key stands: a scanner that knows the places which ``tomllib`` forgets.

Rules of this file:
1. The text is TOML that ``tomllib`` accepted: nothing is checked twice.
2. What only looks like a key (in a comment, in a text over several lines) is none.

Source: TOML 1.0.0, https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

Path = tuple[str, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # text over several lines may end in one or two quotes of its own
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}#\r\n]*")
_WITHIN_ARRAY = re.compile(r"[^\[\]\"'#]+|#[^\n]*")
_ITEM = re.compile(r"[^\s]")
DEEPEST = 16  # parts of a key that are told apart: a line of many thousands would fill the memory


def key_lines(text: str) -> dict[Path, int]:
    """The line (from 1) where each table and key is first named; ``text`` is valid TOML."""
    return _Scanner(text).scan()[0]


def key_and_item_lines(text: str) -> dict[Path, int]:
    """The same, and the line of each item of an array, named by its place from 0."""
    keys, items = _Scanner(text).scan()
    return items | keys


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a key; of its table where the key is absent; 1 where both are."""
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._newlines = [at for at, letter in enumerate(text) if letter == "\n"]
        self._found: dict[Path, int] = {}
        self._items: dict[Path, int] = {}

    def scan(self) -> tuple[dict[Path, int], dict[Path, int]]:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._found, self._items

    def _header(self) -> Path:
        start = self._at
        brackets = 2 if self._text.startswith("[[", start) else 1
        self._at += brackets
        table = self._dotted()
        self._name((), table, start)
        self._at += brackets
        return table

    def _pair(self, table: Path) -> None:
        start = self._at
        key = self._dotted()
        self._name(table, key, start)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(table + key)

    def _value(self, path: Path) -> None:
        first = self._text[self._at : self._at + 1]
        if first == "{":
            self._inline(path)
        elif first == "[":
            self._array(path)
        elif first in ('"', "'"):
            self._skip(_STRING)
        else:
            self._skip(_PLAIN)

    def _inline(self, path: Path) -> None:
        self._at += 1
        self._skip(_BLANK)
        while self._text[self._at] != "}":
            self._pair(path)
            self._skip(_BLANK)
            if self._text[self._at] == ",":
                self._at += 1
                self._skip(_BLANK)
        self._at += 1

    def _array(self, path: Path) -> None:
        """Past an array; what is in it has no name, but each of its items has a place."""
        depth, place = 0, 0
        while True:
            at, letter = self._at, self._text[self._at]
            if letter in "[]":
                if depth == 1 and letter == "[":
                    self._item(path, place, at)
                depth += 1 if letter == "[" else -1
                self._at += 1
                if not depth:
                    return
                continue
            skipped = self._skip(_STRING if letter in "\"'" else _WITHIN_ARRAY)
            if depth == 1 and letter != "#":
                for found in _ITEM.finditer(skipped) if letter not in "\"'" else _ITEM.finditer(letter):
                    if found[0] == ",":
                        place += 1
                    else:
                        self._item(path, place, at + found.start())

    def _item(self, path: Path, place: int, at: int) -> None:
        self._items.setdefault((*path, str(place)), self._line(at))

    def _dotted(self) -> Path:
        self._skip(_SPACE)
        parts = [self._part()]
        self._skip(_SPACE)
        while self._text[self._at] == ".":
            self._at += 1
            self._skip(_SPACE)
            parts.append(self._part())
            self._skip(_SPACE)
        return tuple(parts)

    def _part(self) -> str:
        if self._text[self._at] in "\"'":
            return str(tomllib.loads(f"key = {self._skip(_STRING)}")["key"])
        return self._skip(_BARE)

    def _name(self, table: Path, key: Path, at: int) -> None:
        for n in range(1, min(len(key), DEEPEST) + 1):
            self._found.setdefault(table + key[:n], self._line(at))

    def _line(self, at: int) -> int:
        return bisect_right(self._newlines, at - 1) + 1

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        skipped = found[0] if found else ""
        self._at += len(skipped)
        return skipped
