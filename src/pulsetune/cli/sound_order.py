"""Which soundscape comes next, and which exist: known here, so that the guide need not know.

Rules of this file:
1. A wish for a soundscape that does not exist is refused in a sentence before it becomes a command.
2. What leaves is a wish that the guide understands: another soundscape by its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pulsetune.errors import WrongUse
from pulsetune.model import Command, CommandKind


class SoundOrder:
    """The soundscapes in their order, and the one that was wished last; at first the ``present`` one."""

    def __init__(self, names: Sequence[str], present: str) -> None:
        self._names = tuple(names)
        self._wished = present

    def translated(self, command: Command) -> Command:
        """The command as the guide understands it: SKIP becomes SOUNDSCAPE with the next name; others stay.

        Raises
        ------
        WrongUse
            If SOUNDSCAPE names none that exists.
        """
        if command.kind is CommandKind.SKIP:
            following = (self._names.index(self._wished) + 1) % len(self._names)
            command = replace(command, kind=CommandKind.SOUNDSCAPE, text=self._names[following])
        if command.kind is CommandKind.SOUNDSCAPE:
            if command.text not in self._names:
                known = f"Known soundscapes: {', '.join(self._names)}."
                raise WrongUse(f'There is no soundscape "{command.text}", so nothing changes.', known)
            self._wished = command.text
        return command
