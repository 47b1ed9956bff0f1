"""Sounds that are struck or plucked once and ring away, as numbers: the arithmetic that all such instruments share.

Every partial is a geometric series, so a whole note is one matrix product (coarse steps of the series times fine
steps), a few milliseconds for several seconds of sound.

Rules of this file:
1. Pure numpy; a random phase or detuning comes from the instrument that asks.
2. A touched note begins and ends at exactly zero, so that it can be played at any time without a click.
3. A tone has two layers of the same length: ``dark``, and ``bright``, what a harder touch adds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TONE_RATE_HZ = 24_000  # soft instruments leave nothing above 8 kHz; half the rate is half the memory, read with cubics
FINE = 256  # samples in the fine half of the matrix product
FADE_SHARE = 0.25  # the last quarter of a note fades, so that it ends at zero
BODY_GIVEN_UP = 0.6  # of the dark layer at full hardness, so that a brighter touch is not also a much louder one
LOUDNESS_S, USUAL_RMS = 0.8, 0.2  # of a note, both channels together: about a peak of 1
MIN_ATTACK_FRAMES = 48  # 2 ms: shorter would click


@dataclass(frozen=True, slots=True)
class Tone:
    """A note at ``TONE_RATE_HZ``; each layer is (frames, 2), float32."""

    dark: NDArray[np.float32]
    bright: NDArray[np.float32]


def touched(tone: Tone, velocity: float, hardness: float, attack_s: float) -> NDArray[np.float32]:
    """The note as it is played: ``hardness`` 0..1 mixes in the bright layer, ``attack_s`` is the rise from zero."""
    rise = max(MIN_ATTACK_FRAMES, int(attack_s * TONE_RATE_HZ))
    sound = tone.bright * np.float32(velocity * hardness)
    sound += tone.dark * np.float32(velocity * (1.0 - BODY_GIVEN_UP * hardness))
    sound[:rise] *= (0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / rise)).astype(np.float32)[:, None]
    return sound


def ring(
    frequency_hz: NDArray[np.float64],
    decay_s: NDArray[np.float64],
    phase: NDArray[np.float64],
    amplitude: NDArray[np.float64],
    frames: int,
) -> NDArray[np.float64]:
    """Sum of decaying sines; ``amplitude`` is (channels, partials), the result (channels, frames).

    Sample ``a * FINE + b`` of a partial is ``z**(a * FINE) * z**b``: one real matrix product sums all of them.
    """
    rate = -np.log(1000.0) / (decay_s * TONE_RATE_HZ) + 2j * np.pi * frequency_hz / TONE_RATE_HZ
    coarse = np.exp(np.outer(np.arange(-(-frames // FINE)) * FINE, rate) - 1j * (np.pi / 2 - phase))
    fine = np.exp(np.outer(rate, np.arange(FINE)))
    right = np.concatenate([fine.real, -fine.imag]).astype(np.float32)
    sums = []
    for weights in amplitude:
        left = coarse * weights
        sums.append((np.hstack([left.real, left.imag]).astype(np.float32) @ right).ravel()[:frames])
    return np.stack(sums).astype(np.float64)


def fade_out(frames: int) -> NDArray[np.float64]:
    """1 for most of a note, then down to 0 without a corner."""
    fade = np.ones(frames)
    tail = int(frames * FADE_SHARE)
    fade[-tail:] = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, tail + 1) / tail)
    return fade


def peak(sound: NDArray[np.float64]) -> float:
    """The largest magnitude in ``sound``."""
    return float(np.max(np.abs(sound)))


def evened(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """``sound`` with the same energy in its first part as every other note: where partials meet says nothing of loudness."""
    first = sound[:, : int(LOUDNESS_S * TONE_RATE_HZ)]
    level: float = np.sqrt(np.sum(first**2) / (LOUDNESS_S * TONE_RATE_HZ) / len(first))
    return sound * (USUAL_RMS / level)


def stereo(sound: NDArray[np.float64]) -> NDArray[np.float32]:
    """(2, frames) as a tone's layer keeps it: (frames, 2), float32."""
    return np.ascontiguousarray(sound.T.astype(np.float32))
