"""Measures of sound by their standards, independent of the player: loudness, true peak, centroid, clicks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Samples = NDArray[np.floating]

# ITU-R BS.1770-4, tables 1 and 2: the two K-weighting filters at 48 kHz.
SHELF = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
HIGH_PASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])


def loudness_lufs(samples: Samples) -> float:
    """Integrated loudness of 48 kHz (frames, channels): 400 ms blocks, 75 % overlap, gates at -70 and -10 LU."""
    weighted = signal.lfilter(*HIGH_PASS, signal.lfilter(*SHELF, samples, axis=0), axis=0)
    starts = range(0, len(weighted) - 19_200 + 1, 4_800)
    power = np.array([np.sum(np.mean(weighted[start : start + 19_200] ** 2, axis=0)) for start in starts])
    level = -0.691 + 10 * np.log10(power + 1e-20)
    loud = power[level > -70]
    gate = -0.691 + 10 * np.log10(loud.mean()) - 10
    return float(-0.691 + 10 * np.log10(power[(level > -70) & (level > gate)].mean()))


def true_peak_db(samples: Samples) -> float:
    """Peak between the samples too: four times oversampled, as BS.1770-4 annex 2 asks."""
    return float(20 * np.log10(np.abs(signal.resample_poly(samples, 4, 1, axis=0)).max()))


def centroid_hz(samples: Samples, rate: float = 48_000) -> float:
    """Spectral centroid of the A-weighted power (IEC 61672-1, formula of annex E)."""
    hz, power = signal.welch(samples.mean(axis=1), rate, nperseg=8192)
    squared = hz**2
    weight = (12194**2 * squared**2) / (
        (squared + 20.6**2) * np.sqrt((squared + 107.7**2) * (squared + 737.9**2)) * (squared + 12194**2)
    )
    return float(np.sum(hz * power * weight**2) / np.sum(power * weight**2))


def click_db(samples: Samples, above_hz: float, rate: float = 48_000) -> float:
    """Highest peak of what lies above ``above_hz``, where the music has nothing and a click has as much as anywhere."""
    sections = signal.butter(6, above_hz, "highpass", fs=rate, output="sos")
    return float(20 * np.log10(np.abs(signal.sosfilt(sections, samples, axis=0)).max() + 1e-12))


def short_term_lufs(samples: Samples) -> NDArray[np.float64]:
    """Loudness of windows of 3 s (EBU Tech 3341), one each 0.1 s."""
    weighted = signal.lfilter(*HIGH_PASS, signal.lfilter(*SHELF, samples, axis=0), axis=0)
    power = np.concatenate([[0.0], np.cumsum(np.sum(weighted**2, axis=1))])
    starts = np.arange(0, len(weighted) - 144_000, 4_800)
    return -0.691 + 10 * np.log10((power[starts + 144_000] - power[starts]) / 144_000 + 1e-12)
