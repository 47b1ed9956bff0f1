"""Files that appear whole or not at all.

Rules of this file:
1. Readable by its owner only: what is written here is health data.
2. A file that exists is replaced only when told.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pulsetune.errors import WrongUse


def check_target(target: Path, option: str, *, force: bool) -> None:
    """Refuse (``WrongUse``) what cannot or may not be written; ``option`` is how another place is chosen."""
    if not target.parent.is_dir():
        raise WrongUse(f"There is no folder {target.parent}.", f"Make it first, or choose another with {option}.")
    if target.exists() and not target.is_file():
        raise WrongUse(f"{target} is not an ordinary file.", f"Choose another place with {option}.")
    if target.exists() and not force:
        raise WrongUse(f"{target} exists already.", f"Choose another name with {option}, or add --force to replace it.")


def write_whole(target: Path, lines: Iterable[str]) -> None:
    """Write beside the target, then move: nobody ever sees half a file. Raises ``OSError``."""
    descriptor, name = tempfile.mkstemp(prefix=".pulsetune-", suffix=".part", dir=target.parent)
    part = Path(name)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - a descriptor, not a path
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
