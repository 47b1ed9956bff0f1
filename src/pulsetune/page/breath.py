"""Where in a guided breath the music is: the phase that the orb shows.

Rules of this file:
1. Pure. The phase is the integral of 1 / ``breath_s`` over session time, zero where the guide comes in; between two
   targets the length of a breath moves linearly, as everything in the music does.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulsetune.model import AudioParameters

SHORTEST_S = 1.0  # nobody breathes faster: a log that says so is damaged


@dataclass(slots=True)
class Breath:
    """Feed it the parameters of the music in order."""

    length_s: float | None = None
    _t_s: float = 0.0
    _phase: float = 0.0

    def take(self, parameters: AudioParameters) -> None:
        """The next target."""
        length_s = parameters.breath_s if parameters.breath_s and parameters.breath_s >= SHORTEST_S else None
        if length_s is None or self.length_s is None:
            self._phase = 0.0
        else:
            mean_s = (self.length_s + length_s) / 2
            self._phase = (self._phase + max(0.0, parameters.t_s - self._t_s) / mean_s) % 1.0
        self.length_s, self._t_s = length_s, parameters.t_s

    def phase(self, now_s: float) -> float | None:
        """From 0 (a breath in begins) to 1; None while there is no guide."""
        if self.length_s is None:
            return None
        return round((self._phase + max(0.0, now_s - self._t_s) / self.length_s) % 1.0, 3)
