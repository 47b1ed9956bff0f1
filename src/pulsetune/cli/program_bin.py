"""Programs that were deleted a moment ago: set aside under another name, so that the listener may think again.

Rules of this file:
1. The bin holds one program, the last; what was in it before is gone for good.
2. Nothing that has come in the meantime is ever replaced.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from pulsetune.errors import ProgramExists, PulseTuneError, WrongUse

ASIDE = ".toml.deleted"  # ends the name of a file in the bin: no program is looked for there


class ProgramBin:
    """The bin of one folder of programs; whoever uses it sees to it that only one does at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, file: Path) -> None:
        """Set a program's file aside; raises PulseTuneError where the folder does not allow it."""
        self.empty()
        _renamed(file, file.with_name(f"{file.stem}{ASIDE}"), "deleted")

    def take_back(self, name: str) -> None:
        """Bring a program back; raises WrongUse if it is gone, ProgramExists if its name was taken meanwhile."""
        file = self._folder / f"{name}{ASIDE}"
        if file not in self._files():
            raise WrongUse("It is too late: the program is gone.")
        target = self._folder / f"{name}.toml"
        if target.exists():
            raise ProgramExists(f'You have a program "{name}" already.', "Delete it, then this one comes back.")
        _renamed(file, target, "brought back")

    def empty(self) -> None:
        """Delete for good what is in it."""
        for file in self._files():
            with contextlib.suppress(OSError):  # it is no program any more, and says nothing of anybody
                file.unlink()

    def _files(self) -> list[Path]:
        return list(self._folder.glob(f"*{ASIDE}"))


def _renamed(file: Path, target: Path, what: str) -> None:
    try:
        file.replace(target)
    except OSError as error:
        raise PulseTuneError(f"{file} cannot be {what}: {error.strerror}.", "Check the folder.") from error
