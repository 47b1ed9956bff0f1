"""What every soundscape ends in: strips with a level and a filter, a room, and a master that keeps the common loudness.

Rules of this file:
1. Everything that moves is a line that glides with the block; the graph is built once.
2. No direct current leaves, and no level steps.
3. The master's trim only evens out what a soundscape's own design leaves between calm and lively; the guide alone
   decides whether music gets softer.
4. The hand on the fader evens out what the notes do, slowly and by a few decibels; what pulse level and bed level ask for
   passes it untouched.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicValues
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES, CHANNELS, pyo
from pulsetune.sound.soundscapes.textures import hall
from pulsetune.sound.soundscapes.voices import HOLD_FRAMES, Line, room

# The guide moves brightness, density and warmth together between these ends, from calm to lively.
CALM = (0.10, 0.15, 1.00)
LIVELY = (0.85, 0.85, 0.20)

FADER_RATIO = 0.9  # of what the notes add to or take from the usual level the fader takes back so much
FADER_MOST_DB = 5.0  # it never moves farther than this
FADER_DB_PER_S = 10.0  # nor faster
FADER_S = 1.0  # how long it listens: longer than a pulse lasts, shorter than a phrase
MIDDLE_BED = 0.475  # the guide's bed level half way between calm and lively
SHELF_HZ, SHELF_DB = 1500.0, 4.0  # the ear's, as in ITU-R BS.1770: treble counts for more


class Strip:
    """One sound with a low-pass and a level of its own."""

    def __init__(self, source: Any) -> None:
        self._level, self._cutoff_hz = Line(0.0), Line(1000.0, HOLD_FRAMES)
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
        twice = 2 * liveliness(values)
        low_db, high_db = (self.calm_db, self.middle_db) if twice < 1.0 else (self.middle_db, self.lively_db)
        return float(10 ** ((low_db + (high_db - low_db) * (twice % 1.0 if twice < 2.0 else 1.0)) / 20))


def liveliness(values: MusicValues) -> float:
    """How lively the music is, 0..1: the mean place of brightness, density and (downward) warmth in their ranges."""
    places = zip((values.brightness, values.density, values.warmth), CALM, LIVELY, strict=True)
    mean = sum((value - calm) / (lively - calm) for value, calm, lively in places) / len(CALM)
    return max(0.0, min(1.0, mean))


class Fader:
    """A hand that evens out phrases and rests: the gain against how much the music is louder than it usually is.

    ``usual_db`` is the level before the trim (mean square of the two channels' mean, with the ear's shelf, in dB) at a
    full pulse and the middle bed level; ``bed_share`` is how much of that power is the bed's, and ``bed_bend`` the exponent
    with which it follows the bed level.
    """

    def __init__(self, usual_db: float, bed_share: float, bed_bend: float = 1.0) -> None:
        self._usual = 10 ** (usual_db / 10)
        self._bed_share, self._bed_bend = bed_share, bed_bend
        self._excess, self._gain_db = 1.0, 0.0

    def gain(self, power: float, values: MusicValues) -> float:
        """Linear gain after a block of ``power``; to be called once a block."""
        bed = (values.bed_level / MIDDLE_BED) ** (2 * self._bed_bend)
        expected = self._usual * ((1 - self._bed_share) * values.pulse_level**2 + self._bed_share * bed)
        share = 1.0 - math.exp(-BLOCK_FRAMES / SAMPLE_RATE_HZ / FADER_S)
        self._excess += (power / max(expected, 1e-12) - self._excess) * share
        wanted_db = _within(-FADER_RATIO * 10 * math.log10(max(self._excess, 1e-6)), FADER_MOST_DB)
        reach_db = FADER_DB_PER_S * BLOCK_FRAMES / SAMPLE_RATE_HZ
        self._gain_db += _within(wanted_db - self._gain_db, reach_db)
        return float(10 ** (self._gain_db / 20))


def _within(value: float, most: float) -> float:
    return max(-most, min(most, value))


class Stage:
    """All strips, the room around them, the hand on the fader, and the way out."""

    def __init__(self, strips: list[Strip], trim: Trim, fader: Fader, near: dict[Strip, float] | None = None) -> None:
        """``near`` names strips that send less than all to the room, and how much."""
        self._trim, self._fader = trim, fader
        self._room_send, self._master = Line(0.0), Line(0.0)
        self._dry = pyo.Mix([strip.signal for strip in strips], voices=CHANNELS)
        self._sent = self._dry
        if near:
            self._nears = [pyo.Sig(strip.signal, mul=share) for strip, share in near.items()]
            far = [strip.signal for strip in strips if strip not in near]
            self._sent = pyo.Mix([*self._nears, *far], voices=CHANNELS)
        self._send = pyo.Sig(self._sent, mul=self._room_send.signal)
        self._wet = room(self._send, hall(SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
        self._mix = pyo.Mix([self._dry, self._wet], voices=CHANNELS)
        self._heard = pyo.EQ(self._mix.mix(1), freq=SHELF_HZ, q=0.707, boost=SHELF_DB, type=2, mul=1 / CHANNELS)
        self._meter = pyo.RMS(self._heard)
        self._out = pyo.DCBlock(self._mix, mul=self._master.signal).out()

    def glide(self, values: MusicValues, room_send: float) -> None:
        """Reach the room's share and the gain by the end of the next block."""
        self._room_send.glide(room_send)
        power = float(self._meter.get()) ** 2
        self._master.glide(self._trim.gain(values) * self._fader.gain(power, values))
