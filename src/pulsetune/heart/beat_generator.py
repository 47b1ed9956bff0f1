"""Heartbeats from a mean heart rate: integral pulse frequency modulation with breathing, Mayer waves and slow noise.

Rules of this file:
1. Every step draws the same number of random values whatever it is given: two runs that differ only in what they are
   given share their noise (common random numbers).
2. Between two grid points the heart rate is a straight line, so the phase is a parabola and the moment of a beat has
   a closed form. A wave of 20 breaths/min, the fastest, still gets 12 points per breath.
3. Pure: no clock, the generator of randomness is handed in.

Source of the method: integral pulse frequency modulation (Mateo and Laguna 2000); the 1/f noise as a ladder of
Ornstein-Uhlenbeck processes after the generators of the PhysioNet/CinC Challenge 2002.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from pulsetune.heart.listener_traits import ListenerTraits

STEP_S = 0.25  # exact in binary, and the grid on which the guide decides
SLOWEST_BPM, FASTEST_BPM = 35.0, 190.0  # a heart outside is not at rest; keeps a sum of extremes physical
MAYER_HZ = 0.1  # Mayer waves
RESONANCE_PER_MIN, RESONANCE_WIDTH_PER_MIN = 6.0, 3.0  # Vaschillo 2006: .075 to .12 Hz
RESONANCE_GAIN = 2.0  # assumption: the breathing wave is three times as large at resonance
_TIME_CONSTANTS_S = (4.0, 18.0, 75.0, 300.0)
_KEEP = tuple(math.exp(-STEP_S / tau_s) for tau_s in _TIME_CONSTANTS_S)
_KICK = tuple(math.sqrt(1.0 - keep * keep) for keep in _KEEP)  # keeps each variance exactly where it is
_BREATH_PHASE_NOISE = 0.05 * math.sqrt(STEP_S)  # rad per step: breathing is never quite regular (assumption)
_MAYER_PHASE_NOISE = 0.15 * math.sqrt(STEP_S)  # rad per step: Mayer waves are a band, not a line (assumption)


@dataclass(frozen=True, slots=True)
class SimulatedBeat:
    """A true heartbeat at ``t_s`` and the interval that it ends, before any strap measured it."""

    t_s: float
    rr_ms: float


class Wander:
    """The slow noise of a heart rate: four processes whose spectra add up to about 1/f."""

    def __init__(self, sd_bpm: tuple[float, float, float, float], rng: random.Random) -> None:
        self._rng = rng
        self._kicks_bpm = tuple(sd * kick for sd, kick in zip(sd_bpm, _KICK, strict=True))
        self._values_bpm = tuple(sd * rng.gauss(0.0, 1.0) for sd in sd_bpm)

    def step(self) -> tuple[float, float]:
        """Advance ``STEP_S``; returns the two quick parts together and the two slow parts together, in bpm."""
        gauss = self._rng.gauss
        a, b, c, d = self._values_bpm
        keep_a, keep_b, keep_c, keep_d = _KEEP
        kick_a, kick_b, kick_c, kick_d = self._kicks_bpm
        a = a * keep_a + kick_a * gauss(0.0, 1.0)
        b = b * keep_b + kick_b * gauss(0.0, 1.0)
        c = c * keep_c + kick_c * gauss(0.0, 1.0)
        d = d * keep_d + kick_d * gauss(0.0, 1.0)
        self._values_bpm = a, b, c, d
        return a + b, c + d


class BeatGenerator:
    """Turns a mean heart rate into beats, ``STEP_S`` at a time."""

    def __init__(self, traits: ListenerTraits, rng: random.Random) -> None:
        self._rng = rng
        self._breath_wave_bpm = traits.breath_wave_bpm
        self._pressure_wave_bpm = traits.pressure_wave_bpm
        self._breath_rad = rng.uniform(0.0, math.tau)
        self._mayer_rad = rng.uniform(0.0, math.tau)
        self._phase = rng.random()
        self._rate_hz: float | None = None
        self._last_beat_s: float | None = None

    def step(self, from_s: float, mean_heart_rate_bpm: float, breaths_per_min: float) -> SimulatedBeat | None:
        """Advance from ``from_s`` to ``from_s + STEP_S``, where the mean heart rate is the one given.

        Returns
        -------
        SimulatedBeat or None
            At most one beat fits into a step. The very first one ends no known interval and is not returned.
        """
        end_hz = self._instant_hz(mean_heart_rate_bpm, breaths_per_min)
        start_hz = end_hz if self._rate_hz is None else self._rate_hz
        self._rate_hz = end_hz
        missing = 1.0 - self._phase
        grown = (start_hz + end_hz) * 0.5 * STEP_S
        if grown < missing:
            self._phase += grown
            return None
        self._phase = grown - missing
        return self._beat_at(from_s + _crossing_s(missing, start_hz, (end_hz - start_hz) / STEP_S))

    def _instant_hz(self, mean_heart_rate_bpm: float, breaths_per_min: float) -> float:
        gauss = self._rng.gauss
        self._breath_rad += math.tau * breaths_per_min / 60.0 * STEP_S + _BREATH_PHASE_NOISE * gauss(0.0, 1.0)
        self._mayer_rad += math.tau * MAYER_HZ * STEP_S + _MAYER_PHASE_NOISE * gauss(0.0, 1.0)
        off_resonance = (breaths_per_min - RESONANCE_PER_MIN) / RESONANCE_WIDTH_PER_MIN
        breath_bpm = self._breath_wave_bpm * (1.0 + RESONANCE_GAIN * math.exp(-off_resonance * off_resonance))
        heart_rate_bpm = (
            mean_heart_rate_bpm
            + breath_bpm * math.sin(self._breath_rad)
            + self._pressure_wave_bpm * math.sin(self._mayer_rad)
        )
        return min(max(heart_rate_bpm, SLOWEST_BPM), FASTEST_BPM) / 60.0

    def _beat_at(self, t_s: float) -> SimulatedBeat | None:
        last_s, self._last_beat_s = self._last_beat_s, t_s
        return None if last_s is None else SimulatedBeat(t_s, (t_s - last_s) * 1000.0)


def _crossing_s(missing: float, start_hz: float, slope_hz_per_s: float) -> float:
    """When the phase has grown by ``missing`` cycles: the root of slope/2 u² + start u = missing, stable at slope 0."""
    return 2.0 * missing / (start_hz + math.sqrt(start_hz * start_hz + 2.0 * slope_hz_per_s * missing))
