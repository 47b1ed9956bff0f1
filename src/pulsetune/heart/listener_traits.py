"""Who a simulated listener is: numbers drawn once from a seed. Model assumptions, not clinical data.

Rules of this file:
1. Every draw happens in the same order and number for every world and every forced responder, so that the same seed
   is the same person except for what the world says music does to people.
2. A number is either cited or called an assumption; none of them is evidence that music does anything.
3. Pure: no clock, no global randomness.

Sources: Quer 2020 (resting heart rate), Vaschillo 2006 (resonance near 6 breaths/min), van Dyck 2017 and Juslin 2024
(music itself raises heart rate a little), de Witte 2020, Bradt 2013 and Adiasto 2022 (calm of sedative music, 0 to
4 bpm), Bernardi 2006 (absolute tempo), Watanabe 2017 and a 2017 thesis pilot (tempo coupling, against Mütze 2018 and
Juslin 2024, who found none), Heide and Borkovec 1983 and Davis and Thaut 1989 (some people are upset by relaxing).
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from enum import StrEnum

_Four = tuple[float, float, float, float]


class Responder(StrEnum):
    """What a tempo a little slower than the own heart does to this listener."""

    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"
    PARADOXICAL = "paradoxical"


class World(StrEnum):
    """Which belief about music the population is drawn from; nobody knows which one is true."""

    MIXED = "mixed"  # a small coupling in half the people
    NULL = "null"  # no coupling at all (Mütze 2018, Juslin 2024)
    TEMPO = "tempo"  # only the absolute tempo matters (Bernardi 2006)
    STRONG = "strong"  # optimistic


@dataclass(frozen=True, slots=True)
class ListenerTraits:
    """One simulated person.

    Attributes
    ----------
    responder : Responder
        Kind of answer to a leading tempo; the numbers below already contain it.
    resting_heart_rate_bpm, arrival_arousal_bpm : float
        Heart rate after a long rest, and how far above it this listener arrives.
    lasting_share : float
        Share 0..1 of the arrival arousal that sitting still does not remove.
    settling_s : float
        Time constant of settling without any music.
    breaths_per_min, breath_compliance : float
        Own breathing rate, and how far (0..1) this listener goes along with a breathing guide.
    breath_wave_bpm, pressure_wave_bpm : float
        Amplitude of respiratory sinus arrhythmia at the own rate, and of the 0.1 Hz Mayer wave.
    wander_bpm : tuple of four float
        Standard deviations of the slow noise with time constants 4, 18, 75 and 300 s: together about 1/f.
    presence_bpm : float
        Rise of heart rate because music plays at all; half of it wears off.
    calm_bpm : float
        Fall of heart rate with sedative music, after several times 5 min.
    tempo_effect_bpm_per_10 : float
        Change of heart rate per 10 BPM of absolute tempo, from 70 BPM.
    brightness_effect_bpm : float
        Change of heart rate over the full range of brightness.
    coupling_gain, coupling_window : float
        Pull towards a nearby tempo, in bpm per bpm of distance, and the half-width of "nearby" as a share of the
        heart rate.
    paradox_gain : float
        Rise in bpm per bpm that the music is slower than the heart.
    disturbance_chances : int
        How many coughs, startles or changes of posture may come in the first 20 min; a quarter of them do not.
    disturbance_scale : float
        Size of the disturbances, as a multiple of what is drawn.
    """

    responder: Responder
    resting_heart_rate_bpm: float
    arrival_arousal_bpm: float
    lasting_share: float
    settling_s: float
    breaths_per_min: float
    breath_compliance: float
    breath_wave_bpm: float
    pressure_wave_bpm: float
    wander_bpm: tuple[float, float, float, float]
    presence_bpm: float
    calm_bpm: float
    tempo_effect_bpm_per_10: float
    brightness_effect_bpm: float
    coupling_gain: float
    coupling_window: float
    paradox_gain: float
    disturbance_chances: int = 3
    disturbance_scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Variation:
    """How far a population departs from what was assumed of it: does a finding survive other assumptions?

    Attributes
    ----------
    coupling_window_factor : float
        Multiplies the half-width of a "nearby" tempo.
    responders_factor : float
        Multiplies the shares of strong and weak responders, as far as there is room beside the paradoxical ones; the
        rest are non-responders.
    noise_factor : float
        Multiplies wander, waves and disturbances.
    """

    coupling_window_factor: float = 1.0
    responders_factor: float = 1.0
    noise_factor: float = 1.0


AS_DRAWN = Variation()


@dataclass(frozen=True, slots=True)
class _Belief:
    """What a world says: the mix of responders (in the order of Responder) and the mean sizes of two effects."""

    mix: _Four
    calm_bpm: float
    tempo_effect_bpm_per_10: float


_BELIEFS = {
    World.MIXED: _Belief((0.15, 0.40, 0.30, 0.15), 2.5, 0.5),
    World.NULL: _Belief((0.0, 0.0, 0.85, 0.15), 2.5, 0.5),
    World.TEMPO: _Belief((0.0, 0.0, 0.85, 0.15), 1.5, 1.5),
    World.STRONG: _Belief((0.50, 0.30, 0.10, 0.10), 2.5, 0.5),
}
_COUPLING_GAIN = {Responder.STRONG: 0.60, Responder.WEAK: 0.25, Responder.NONE: 0.0, Responder.PARADOXICAL: 0.0}
_PRESENCE_BPM = 1.5  # mean; sign from van Dyck 2017 and Juslin 2024, size assumed
_PARADOX_PRESENCE_BPM = 2.0  # assumption: what being played to adds for those whom it upsets
_PARADOX_GAIN = 0.40  # bpm per bpm of lead; existence from Heide and Borkovec 1983, size assumed
_WANDER_BPM = (0.7, 0.8, 1.0, 1.2)  # assumption; with the waves it gives an SDNN near 31 ms


def draw_traits(
    seed: int,
    world: World | str = World.MIXED,
    responder: Responder | None = None,
    variation: Variation = AS_DRAWN,
) -> ListenerTraits:
    """Draw one person from a population.

    Parameters
    ----------
    seed : int
        The same seed is the same person, on every machine.
    world : World or str
        Which belief about music to draw from.
    responder : Responder, optional
        Force the kind of responder; everything else stays as the seed has it.
    variation : Variation, optional
        Depart from the assumptions; with factors of 1 every number stays as it is.

    Returns
    -------
    ListenerTraits

    Raises
    ------
    ValueError
        If there is no such world.
    """
    belief = _BELIEFS[World(world)]
    rng = random.Random(f"pulsetune listener traits {seed}")  # noqa: S311
    kind = _pick(rng.random(), _varied(belief.mix, variation.responders_factor))
    kind = kind if responder is None else responder
    upset = kind is Responder.PARADOXICAL
    noise = variation.noise_factor
    return ListenerTraits(
        responder=kind,
        resting_heart_rate_bpm=_clip(rng.gauss(65.5, 7.7), 48.0, 90.0),  # Quer 2020, n = 92,457
        arrival_arousal_bpm=_clip(rng.gammavariate(4.0, 2.4), 2.0, 28.0),  # assumption
        lasting_share=rng.uniform(0.35, 0.75),  # assumption
        settling_s=60.0 * math.exp(rng.gauss(math.log(6.0), 0.4)),  # assumption; cf. 15 min in Sharpley 1993
        breaths_per_min=_clip(rng.gauss(14.5, 2.5), 9.0, 20.0),
        breath_compliance=rng.betavariate(2.0, 2.0),  # assumption
        breath_wave_bpm=noise * math.exp(rng.gauss(math.log(2.2), 0.4)),  # assumption
        pressure_wave_bpm=noise * math.exp(rng.gauss(math.log(1.5), 0.3)),  # LF band of ECGSYN (McSharry 2003)
        wander_bpm=_scaled(_WANDER_BPM, noise),
        presence_bpm=rng.gauss(_PRESENCE_BPM, 1.2) + (_PARADOX_PRESENCE_BPM if upset else 0.0),
        calm_bpm=_clip(rng.gauss(belief.calm_bpm, 1.8), -1.5, 8.0) * (not upset),
        tempo_effect_bpm_per_10=max(0.0, rng.gauss(belief.tempo_effect_bpm_per_10, 0.3)),
        brightness_effect_bpm=rng.uniform(0.3, 1.3),  # sign from Dean 2011, size assumed
        coupling_gain=rng.uniform(0.6, 1.4) * _COUPLING_GAIN[kind],
        coupling_window=variation.coupling_window_factor
        * rng.uniform(0.06, 0.11),  # pilot 2017: 7 and 10 % yes, 15 % no
        paradox_gain=_PARADOX_GAIN if upset else 0.0,
        disturbance_scale=noise,
    )


def _varied(mix: _Four, responders_factor: float) -> _Four:
    """The shares with more or fewer strong and weak responders; exactly ``mix`` at a factor of 1."""
    if responders_factor == 1.0:
        return mix
    strong, weak, _, paradoxical = mix
    room = 1.0 - paradoxical
    factor = min(responders_factor, room / (strong + weak)) if strong + weak > 0.0 else 1.0
    return factor * strong, factor * weak, room - factor * (strong + weak), paradoxical


def _scaled(values: _Four, by: float) -> _Four:
    a, b, c, d = values
    return by * a, by * b, by * c, by * d


def _pick(chance: float, mix: _Four) -> Responder:
    for kind, share in zip(Responder, mix, strict=True):
        if chance < share:
            return kind
        chance -= share
    return Responder.NONE  # only rounding of the shares' sum leads here


def _clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
