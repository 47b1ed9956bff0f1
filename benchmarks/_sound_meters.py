"""Meters for rendered music: what ``soundscapes.py`` measures of a file, by tools that know nothing of the player.

Loudness is pyloudnorm's, sharpness (DIN 45692) and roughness (Daniel and Weber 1997) are MoSQITo's, where they can be
imported; the rest is ``tests/tools``. For the two that need sound pressure, -20 LUFS is taken as 60 dB SPL, quiet speech.
"""

from __future__ import annotations

import contextlib
import io
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from tests.tools.attack_meter import attack_times_s
from tests.tools.loudness import loudness_lufs, short_term_lufs
from tests.tools.tempo_meter import onset_times_s, pulse_times_s

Samples = NDArray[np.floating]

RATE_HZ = 48_000
PASCAL_AT_FULL_SCALE = 10 ** ((60.0 + 20.0 - 94.0) / 20)
HAS_PYLOUDNORM = find_spec("pyloudnorm") is not None
HAS_MOSQITO = find_spec("mosqito") is not None
START_S = 3.0  # a start is no jump, and its first pulse no rise over anything
ROUGHNESS_S = 0.2  # a window

CLICK_FRAMES = 96  # 2 ms
CLICK_RATIO = 8.0  # above the median of a fifth of a second around it
CLICK_FLOOR = 1e-3
ONSET_BEFORE_S, ONSET_AFTER_S = 0.004, 0.100  # an outlier this near to a note is its attack


def loudness(samples: Samples) -> float:
    """Integrated loudness in LUFS."""
    if HAS_PYLOUDNORM:
        import pyloudnorm

        return float(pyloudnorm.Meter(RATE_HZ).integrated_loudness(samples))
    return loudness_lufs(samples)


def largest_step_lu(samples: Samples) -> float:
    """The largest difference of short-term loudness between a window of 3 s and the next, the start left out."""
    level = short_term_lufs(samples)[int(10 * START_S) :]
    return float(np.abs(level[30:] - level[:-30]).max())


def sharpness_acum(samples: Samples) -> float:
    """Mean of half-second windows; NaN without MoSQITo."""
    if not HAS_MOSQITO:
        return float("nan")
    from mosqito.sq_metrics import sharpness_din_perseg

    mono = samples.mean(axis=1) * PASCAL_AT_FULL_SCALE
    with contextlib.redirect_stdout(io.StringIO()):
        return float(np.mean(sharpness_din_perseg(mono, RATE_HZ, nperseg=RATE_HZ // 2)[0]))


def roughness_asper(samples: Samples) -> float:
    """Mean of all windows of ``samples``; NaN without MoSQITo.

    All of them: windows at even distances fall on the same part of every pulse, and a stroke is five times as rough as
    what is between. With ten or forty windows in twenty seconds, the ratio of two thirds was off by up to a half.
    """
    if not HAS_MOSQITO:
        return float("nan")
    from mosqito.sq_metrics import roughness_dw

    mono = samples.mean(axis=1) * PASCAL_AT_FULL_SCALE
    frames = int(ROUGHNESS_S * RATE_HZ)
    begins = range(0, len(mono) - frames + 1, frames)
    with contextlib.redirect_stdout(io.StringIO()):
        return float(np.mean([roughness_dw(mono[at : at + frames], RATE_HZ, overlap=0)[0] for at in begins]))


def tempo_errors_bpm(samples: Samples, first_bpm: float, last_bpm: float) -> tuple[float, float]:
    """Largest error of the tempo from one pulse to the next, and over eight, on a straight line of tempo."""
    heard_s = attack_times_s(samples, RATE_HZ, pulse_times_s(samples, RATE_HZ))
    heard_s = heard_s[heard_s > START_S / 2]
    errors = []
    for apart in (1, 8):
        found = 60 * apart / (heard_s[apart:] - heard_s[:-apart])
        middle = (heard_s[apart:] + heard_s[:-apart]) / 2
        wanted = first_bpm + (last_bpm - first_bpm) * middle * RATE_HZ / len(samples)
        errors.append(float(np.abs(found - wanted).max()))
    return errors[0], errors[1]


def onsets(samples: Samples, parts: int = 3) -> list[int]:
    """How many notes are heard to begin in each part."""
    edges = np.linspace(0, len(samples) / RATE_HZ, parts + 1)
    return [int(count) for count in np.histogram(onset_times_s(samples, RATE_HZ), edges)[0]]


def clicks(samples: Samples, notes_s: Samples) -> tuple[int, list[str]]:
    """Outliers of the second difference: how many lie on the attack of a note, and a line for each that does not."""
    bend = np.abs(np.diff(samples, 2, axis=0)).max(axis=1)
    bend = bend[: len(bend) // CLICK_FRAMES * CLICK_FRAMES].reshape(-1, CLICK_FRAMES).max(axis=1)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(bend, 50, mode="edge"), 101)[:, ::5]
    usual = np.median(around, axis=1)
    found = np.flatnonzero((bend > CLICK_RATIO * usual) & (bend > CLICK_FLOOR))
    explained, others = 0, []
    for frame in found:
        at_s = frame * CLICK_FRAMES / RATE_HZ
        after_s = at_s - notes_s
        if np.any((after_s > -ONSET_BEFORE_S) & (after_s < ONSET_AFTER_S)):
            explained += 1
        else:
            others.append(f"{at_s:.3f} s, {bend[frame]:.4f}, {bend[frame] / usual[frame]:.0f} times its surroundings")
    return explained, others
