"""A sink that plays nothing: for programs without music, for the page's tests, and where no sound can be made.

Rules of this file:
1. It takes what every sink takes, and never waits.
2. It keeps only the time of the last targets, however long the session is.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulsetune.model import AudioParameters, SoundEvent
from pulsetune.ports import OutputReport


class SilentSink:
    """See ``ports.AudioSink``."""

    def __init__(self) -> None:
        self._last_s = 0.0

    async def open(self) -> None:
        """Nothing to open."""

    def apply(self, parameters: AudioParameters) -> None:
        if parameters.t_s < self._last_s:
            raise ValueError(f"targets must come in order of time: {parameters.t_s} after {self._last_s}")
        self._last_s = parameters.t_s

    async def ready(self, to_s: float) -> None:  # noqa: ARG002 -- part of the port
        return

    def drain(self, now_s: float) -> Sequence[SoundEvent]:  # noqa: ARG002 -- part of the port
        return ()

    def fade(self, gain: float, seconds: float) -> None:
        """Silence stays silence."""

    async def close(self) -> None:
        """Nothing to close."""

    @property
    def report(self) -> OutputReport:
        return OutputReport("silent", None, 0.0, 0)
