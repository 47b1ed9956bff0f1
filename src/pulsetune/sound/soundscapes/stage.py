"""What every soundscape ends in: strips with a level and a filter, a room, and a master that keeps the common loudness.

Rules of this file:
1. Everything that moves is a line that glides with the block; the graph is built once.
2. No direct current leaves, and no level steps.
3. The master's trim only evens out what a soundscape's own design leaves between calm and lively; the guide alone
   decides whether music gets softer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicValues
from pulsetune.sound.quiet_pyo import CHANNELS, pyo
from pulsetune.sound.soundscapes.voices import Line, room

# The guide moves brightness, density and warmth together between these ends, from calm to lively.
CALM = (0.10, 0.15, 1.00)
LIVELY = (0.85, 0.85, 0.20)


class Strip:
    """One sound with a low-pass and a level of its own."""

    def __init__(self, source: Any) -> None:
        self._level, self._cutoff_hz = Line(0.0), Line(1000.0)
        self.signal: Any = pyo.ButLP(source, freq=self._cutoff_hz.signal, mul=self._level.signal)

    def glide(self, level: float, cutoff_hz: float) -> None:
        """Reach both by the end of the next block."""
        self._level.glide(level)
        self._cutoff_hz.glide(cutoff_hz)


@dataclass(frozen=True, slots=True)
class Trim:
    """Decibels that bring a soundscape to the common loudness when it is calm, in the middle, and lively."""

    calm_db: float
    middle_db: float
    lively_db: float

    def gain(self, values: MusicValues) -> float:
        """Linear gain at ``values``, joined by straight lines in decibels."""
        level_db = np.interp(liveliness(values), (0.0, 0.5, 1.0), (self.calm_db, self.middle_db, self.lively_db))
        return float(10 ** (level_db / 20))


def liveliness(values: MusicValues) -> float:
    """How lively the music is, 0..1: the mean place of brightness, density and (downward) warmth in their ranges."""
    places = zip((values.brightness, values.density, values.warmth), CALM, LIVELY, strict=True)
    return float(np.clip(np.mean([(value - calm) / (lively - calm) for value, calm, lively in places]), 0.0, 1.0))


class Stage:
    """All strips, the room around them, and the way out."""

    def __init__(self, strips: list[Strip], response: NDArray[np.float32], trim: Trim) -> None:
        self._trim = trim
        self._room_send, self._master = Line(0.0), Line(0.0)
        self._dry = pyo.Mix([strip.signal for strip in strips], voices=CHANNELS)
        self._send = pyo.Sig(self._dry, mul=self._room_send.signal)
        self._wet = room(self._send, response, SAMPLE_RATE_HZ)
        self._mix = pyo.Mix([self._dry, self._wet], voices=CHANNELS)
        self._out = pyo.DCBlock(self._mix, mul=self._master.signal).out()

    def glide(self, values: MusicValues, room_send: float) -> None:
        """Reach the room's share and the trim by the end of the next block."""
        self._room_send.glide(room_send)
        self._master.glide(self._trim.gain(values))
