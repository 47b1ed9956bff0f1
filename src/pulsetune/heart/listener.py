"""A simulated listener: hears music, has heartbeats. A model to test software with; not clinical evidence.

Rules of this file:
1. Nothing outside reaches the listener except through ``hear``; nothing leaves but beats (and, for the judge of a
   rehearsal, the true mean heart rate).
2. Same traits, same seed, same sounds at the same times: the same beats, however ``advance`` is called.
3. Other sounds change the heart, never the noise: disturbances, wander and waves stay the same (common random numbers).
4. Pure: no clock, no global randomness.
"""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass

from pulsetune.heart.beat_generator import STEP_S, BeatGenerator, SimulatedBeat, Wander
from pulsetune.heart.listener_traits import AS_DRAWN, ListenerTraits, Responder, Variation, World, draw_traits
from pulsetune.heart.music_response import SILENCE, Heard, MusicResponse, heard
from pulsetune.model import AudioParameters

__all__ = [
    "AS_DRAWN",
    "Listener",
    "ListenerTraits",
    "Responder",
    "SimulatedBeat",
    "Variation",
    "World",
    "draw_traits",
]

LOWEST_MEAN_BPM, HIGHEST_MEAN_BPM = 38.0, 180.0  # keeps a sum of extremes within what a sitting person has
DISTURBANCES_FROM_S, DISTURBANCES_TO_S = 60.0, 1200.0  # assumption: settled in, and within a 20-min session
DISTURBANCE_LASTS_S = 150.0  # by then less than a thousandth of a bpm is left of the largest
RISE_S, DECAY_S = 2.0, 12.0  # a startle's time course (assumption)
POSTURE_BPM, POSTURE_S = 3.0, 90.0  # what a change of posture adds, and for how long (assumption)


@dataclass(frozen=True, slots=True)
class _Disturbance:
    """A cough, a startle (``posture_bpm`` 0) or a change of posture."""

    t_s: float
    peak_bpm: float
    posture_bpm: float


class Listener:
    """One person during one session.

    Parameters
    ----------
    traits : ListenerTraits
        Who it is.
    seed : int
        What happens today: noise, disturbances, where the waves begin.
    """

    def __init__(self, traits: ListenerTraits, seed: int) -> None:
        rng = random.Random(f"pulsetune listener session {seed}")  # noqa: S311
        self.traits = traits
        self._disturbances = _draw_disturbances(traits, rng)
        self._wander = Wander(traits.wander_bpm, rng)
        self._beats = BeatGenerator(traits, rng)
        self._response = MusicResponse(traits)
        self._to_hear: deque[tuple[float, Heard]] = deque()
        self._sound = SILENCE
        self._steps = 0
        self._mean_bpm = traits.resting_heart_rate_bpm + traits.arrival_arousal_bpm
        self._disturbance_bpm = 0.0

    @property
    def t_s(self) -> float:
        """How far this listener has lived, in seconds: a multiple of ``STEP_S``."""
        return self._steps * STEP_S

    @property
    def heart_rate_bpm(self) -> float:
        """True mean heart rate at ``t_s``, without the waves and the quick noise: what a rehearsal is judged by."""
        return self._mean_bpm + self._disturbance_bpm

    @property
    def breaths_per_min(self) -> float:
        """True breathing rate at ``t_s``."""
        return self._response.breaths_per_min

    def hear(self, parameters: AudioParameters) -> None:
        """Take targets in order of ``t_s``; they are heard from the first step that begins at or after ``t_s``."""
        self._to_hear.append((parameters.t_s, heard(parameters)))

    def advance(self, to_s: float) -> list[SimulatedBeat]:
        """Live on to the last multiple of ``STEP_S`` at or before ``to_s``.

        Returns
        -------
        list of SimulatedBeat
            The beats since the last call, oldest first; the first heartbeat of all ends no interval and is not told.
        """
        beats = []
        while (self._steps + 1) * STEP_S <= to_s:
            beat = self._step()
            if beat is not None:
                beats.append(beat)
        return beats

    def _step(self) -> SimulatedBeat | None:
        from_s = self._steps * STEP_S
        self._steps += 1
        while self._to_hear and self._to_hear[0][0] <= from_s:
            self._sound = self._to_hear.popleft()[1]
        quick_bpm, slow_bpm = self._wander.step()
        mean_bpm = self._settled_bpm(from_s + STEP_S) + self._response.step(self._sound, self._mean_bpm) + slow_bpm
        self._mean_bpm = min(max(mean_bpm, LOWEST_MEAN_BPM), HIGHEST_MEAN_BPM)
        self._disturbance_bpm = _disturbance_bpm(self._disturbances, from_s + STEP_S)
        return self._beats.step(from_s, self.heart_rate_bpm + quick_bpm, self._response.breaths_per_min)

    def _settled_bpm(self, t_s: float) -> float:
        """Heart rate of just sitting: part of what the listener arrived with fades, part stays."""
        traits = self.traits
        left = traits.lasting_share + (1.0 - traits.lasting_share) * math.exp(-t_s / traits.settling_s)
        return traits.resting_heart_rate_bpm + traits.arrival_arousal_bpm * left


def _draw_disturbances(traits: ListenerTraits, rng: random.Random) -> tuple[_Disturbance, ...]:
    scale, drawn = traits.disturbance_scale, []
    for _ in range(traits.disturbance_chances):
        t_s, peak_bpm = rng.uniform(DISTURBANCES_FROM_S, DISTURBANCES_TO_S), rng.uniform(5.0, 14.0)
        kind = rng.random()  # half are coughs and startles, a quarter posture, a quarter nothing (assumption)
        if kind < 0.75:
            drawn.append(_Disturbance(t_s, scale * peak_bpm, scale * POSTURE_BPM if kind >= 0.5 else 0.0))
    return tuple(drawn)


def _disturbance_bpm(disturbances: tuple[_Disturbance, ...], t_s: float) -> float:
    total_bpm = 0.0
    for disturbance in disturbances:
        since_s = t_s - disturbance.t_s
        if 0.0 <= since_s < DISTURBANCE_LASTS_S:
            rise = 1.0 - math.exp(-since_s / RISE_S)
            total_bpm += disturbance.peak_bpm * rise * math.exp(-since_s / DECAY_S)
            if since_s < POSTURE_S:
                total_bpm += disturbance.posture_bpm * rise
    return total_bpm
