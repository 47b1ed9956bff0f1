"""What the render loop needs of a player, so that it can be measured with another one than pyo's.

Rules of this file:
1. It imports nothing heavy: a sound process names these types before it knows what it will play.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pulsetune.model import AudioParameters, PulseTick
from pulsetune.sound.score import Note
from pulsetune.sound.wire import Message, Prepare


class PlayerPort(Protocol):
    """See ``player.Player``."""

    @property
    def position_frames(self) -> int: ...

    @property
    def known_frames(self) -> int: ...

    def begin_at(self, frame: int) -> None: ...

    def push(self, parameters: AudioParameters) -> None: ...

    def render(self) -> NDArray[np.float32]: ...

    def take_ticks(self) -> list[PulseTick]: ...

    def take_notes(self) -> list[tuple[int, Note, str]]: ...

    def take_troubles(self) -> list[str]: ...

    def close(self) -> None: ...


MakePlayer = Callable[[Prepare], PlayerPort]
Send = Callable[[Message], None]
