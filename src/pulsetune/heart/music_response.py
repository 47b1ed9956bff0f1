"""What heard music does to a simulated heart, in bpm. Model assumptions, not clinical data.

Rules of this file:
1. No randomness here: all noise is the listener's own, and the same whatever is heard.
2. Silence is silence: below the threshold of hearing nothing in a sound can have an effect.
3. Nothing ever locks a beat to a pulse. "Coupling" is a slow pull of the *mean* rate, it exists only in some listeners
   of some worlds, and two direct tests of the real thing are null (Mütze 2018, Juslin 2024).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pulsetune.heart.beat_generator import STEP_S
from pulsetune.heart.listener_traits import ListenerTraits
from pulsetune.model import AudioParameters

FULLY_HEARD_DB, UNHEARD_DB = -20.0, -40.0  # music starts at 55 to 60 dBA, a quiet room has 20 to 35: masked in between
HALF_TIME_BELOW = 0.6  # music slower than this share of the heart rate is felt as one pulse per two heartbeats
NEUTRAL_BRIGHTNESS = 0.4  # assumption: brightness that neither stirs nor calms
NEUTRAL_TEMPO_BPM = 70.0  # assumption: tempo without an effect of its own
SEDATIVE_HALF_BPM, SEDATIVE_WIDTH_BPM = (
    80.0,
    7.0,
)  # calm is full below 65 and halved at 80 BPM (de Witte 2020, 60 to 80)
WEAR_OFF_S = 240.0  # half of the stir of music wears off (assumption)
FOLLOWABLE_PERCENT_PER_MIN = 3.0  # Watanabe 2017: hearts followed about 2 %/min, not more than 3
PARADOX_CAP_BPM = 8.0  # assumption: a longer lead is not felt as a stronger one
GUIDE_REACH = 0.4  # a breathing guide further than 40 % from the present rate is not followed (assumption)
SLOW_BREATH_FALL_BPM = 0.8  # at 6 breaths/min; Shao 2024: SMD -.10 of heart rate
SLOW_BREATH_PER_MIN = 6.0
TRAIL_S = 20.0  # over which a listener notices that the tempo moves (assumption)


def _toward(tau_s: float) -> float:
    """Share of the way to a steady target that one step goes."""
    return 1.0 - math.exp(-STEP_S / tau_s)


_TRAIL, _ENGAGE, _STIR, _CALM, _BREATHE = map(_toward, (TRAIL_S, 30.0, 60.0, 300.0, 30.0))


@dataclass(frozen=True, slots=True)
class Heard:
    """A sound as it reaches a listener; ``loudness, pulse`` and ``audible`` are 0..1, tempo in music pulses."""

    audible: float
    loudness: float
    pulse: float
    brightness: float
    tempo_bpm: float
    guide_per_min: float | None


SILENCE = Heard(0.0, 0.0, 0.0, NEUTRAL_BRIGHTNESS, NEUTRAL_TEMPO_BPM, None)


def heard(parameters: AudioParameters) -> Heard:
    """What of these targets reaches the ear: the louder of pulse and bed, at the level asked for."""
    reach = (parameters.level_db - UNHEARD_DB) / (FULLY_HEARD_DB - UNHEARD_DB)
    layer = max(parameters.pulse_level, parameters.bed_level)
    audible = min(max(reach, 0.0), 1.0) if layer > 0.0 else 0.0
    if audible == 0.0 or parameters.tempo_bpm <= 0.0:
        return SILENCE
    gain = 10.0 ** (parameters.level_db / 20.0)
    guide_per_min = 60.0 / parameters.breath_s if parameters.breath_s else None
    return Heard(
        audible,
        min(1.0, gain * layer),
        parameters.pulse_level,
        parameters.brightness,
        parameters.tempo_bpm,
        guide_per_min,
    )


class MusicResponse:
    """The slow states of one listener under music, ``STEP_S`` at a time."""

    def __init__(self, traits: ListenerTraits) -> None:
        self._traits = traits
        self.breaths_per_min = traits.breaths_per_min
        self._trail_bpm: float | None = None
        self._engagement = 0.0
        self._stir_bpm = 0.0
        self._calm_bpm = 0.0
        self._exposure_s = 0.0

    def step(self, sound: Heard, heart_rate_bpm: float) -> float:
        """Advance ``STEP_S`` under ``sound``; returns the change of the mean heart rate in bpm."""
        traits = self._traits
        lead_bpm = heart_rate_bpm - _felt_tempo_bpm(sound.tempo_bpm, heart_rate_bpm)
        pulse = sound.audible * sound.pulse
        pull_bpm = self._coupling(sound, pulse, lead_bpm, heart_rate_bpm)
        upset_bpm = traits.paradox_gain * min(max(lead_bpm, 0.0), PARADOX_CAP_BPM) * pulse
        target_bpm = sound.audible * self._direct_bpm(sound) + pull_bpm + upset_bpm
        self._stir_bpm += _STIR * (target_bpm - self._stir_bpm)
        sedative = 1.0 / (1.0 + math.exp((sound.tempo_bpm * sound.pulse - SEDATIVE_HALF_BPM) / SEDATIVE_WIDTH_BPM))
        calm = sound.audible * (0.35 + 0.65 * sound.loudness) * sedative
        self._calm_bpm += _CALM * (traits.calm_bpm * calm - self._calm_bpm)
        return self._stir_bpm - self._calm_bpm - self._breathe(sound.guide_per_min)

    def _direct_bpm(self, sound: Heard) -> float:
        """Presence, brightness and absolute tempo."""
        traits = self._traits
        if sound.audible > 0.0:
            self._exposure_s += STEP_S
        presence_bpm = traits.presence_bpm * sound.loudness * (0.5 + 0.5 * math.exp(-self._exposure_s / WEAR_OFF_S))
        brightness_bpm = traits.brightness_effect_bpm * (sound.brightness - NEUTRAL_BRIGHTNESS)
        tempo_bpm = traits.tempo_effect_bpm_per_10 * sound.pulse * (sound.tempo_bpm - NEUTRAL_TEMPO_BPM) / 10.0
        return presence_bpm + brightness_bpm + tempo_bpm

    def _coupling(self, sound: Heard, pulse: float, lead_bpm: float, heart_rate_bpm: float) -> float:
        """Pull of a nearby, steady enough tempo, through an engagement that builds up in half a minute."""
        moving = self._tempo_speed(sound.tempo_bpm, pulse)
        away = lead_bpm / (self._traits.coupling_window * heart_rate_bpm)
        target = pulse * math.exp(-away * away) / (1.0 + (moving / FOLLOWABLE_PERCENT_PER_MIN) ** 6)
        self._engagement += _ENGAGE * (target - self._engagement)
        return -self._traits.coupling_gain * self._engagement * lead_bpm

    def _tempo_speed(self, tempo_bpm: float, pulse: float) -> float:
        """How fast the tempo seems to move, in %/min; what it does while no pulse is heard goes unnoticed."""
        if pulse == 0.0:
            self._trail_bpm = None
            return 0.0
        if self._trail_bpm is None:
            self._trail_bpm = tempo_bpm
        self._trail_bpm += _TRAIL * (tempo_bpm - self._trail_bpm)
        return abs(tempo_bpm - self._trail_bpm) / self._trail_bpm * 100.0 * 60.0 / TRAIL_S

    def _breathe(self, guide_per_min: float | None) -> float:
        """Move the breathing rate; returns the fall of heart rate by slow breathing, in bpm."""
        own_per_min = self._traits.breaths_per_min
        target_per_min = own_per_min
        if guide_per_min is not None and abs(guide_per_min / self.breaths_per_min - 1.0) < GUIDE_REACH:
            target_per_min += self._traits.breath_compliance * (guide_per_min - own_per_min)
        self.breaths_per_min += _BREATHE * (target_per_min - self.breaths_per_min)
        slowed = (own_per_min - self.breaths_per_min) / max(own_per_min - SLOW_BREATH_PER_MIN, 1.0)
        return SLOW_BREATH_FALL_BPM * min(max(slowed, 0.0), 1.0)


def _felt_tempo_bpm(tempo_bpm: float, heart_rate_bpm: float) -> float:
    """The tempo as one pulse per heartbeat: music at half time counts double."""
    return tempo_bpm * 2.0 if tempo_bpm < HALF_TIME_BELOW * heart_rate_bpm else tempo_bpm
