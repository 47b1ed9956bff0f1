"""Files that the listener wants written: refused before anything sounds, where they cannot be."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pulsetune.errors import WrongUse
from pulsetune.records.whole_file import check_target


def check_writable(path: Path, suffixes: tuple[str, ...], what: str, hint: str) -> None:
    """Raise WrongUse unless ``path`` ends in one of ``suffixes`` and can be written; ``what`` names it for a person."""
    if path.suffix.lower() not in suffixes:
        raise WrongUse(f'"{path}" is not {what}.', hint)
    if not path.absolute().parent.is_dir():
        raise WrongUse(f"There is no folder {path.absolute().parent}.", "Make it first, or choose another place.")
    if path.is_dir() or not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise WrongUse(f"{path} cannot be written.", "Choose another place.")


def keep_existing(wanted: Mapping[str, Path | None], *, force: bool) -> None:
    """Refuse to replace a file that is there, unless ``force`` says so; ``wanted`` are the files by their options."""
    for option, path in wanted.items():
        if path is not None and path.exists():
            check_target(path, option, force=force)


def check_score(path: Path | None) -> None:
    """Refuse a score file that cannot be, before anything sounds."""
    if path is not None:
        check_writable(path, (".mid", ".midi"), "a score", "Give it a name that ends in .mid.")
