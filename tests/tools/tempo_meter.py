"""A tempo meter that knows nothing of the player: it hears samples and says how many pulses a minute are in them.

Onsets are rises of the compressed spectrum (spectral flux). The tempo is the frequency at which a harmonic comb finds
most of the onset envelope's spectrum. Whether a comb is an octave off is decided in the bass, where the pulse lives
and the notes between the pulses do not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Samples = NDArray[np.floating]

HOP_S = 0.010
WINDOW_S = 0.064
COMPRESSION = 300.0  # log(1 + C |X|): a quiet onset counts nearly as much as a loud one
FULL_BAND_HZ = (60.0, 3000.0)
BASS_BAND_HZ = (60.0, 350.0)
HARMONICS = 4
COARSE_STEP_BPM = 0.1
FINE_STEP_BPM = 0.005
PULSE_SHARE = 0.64  # odd against even lines of a comb: less, and the comb has half the tempo of the pulse
OCTAVE_PAIRS = 2


def tempo_bpm(samples: Samples, rate: float, lo: float = 40, hi: float = 95) -> float:
    """Tempo of ``samples``, (frames,) or (frames, channels), in pulses a minute between ``lo`` and ``hi``.

    Good to 0.3 over 30 s of steady pulse; of a slowly moving tempo it gives about the mean.
    """
    mono = np.asarray(samples, dtype=np.float64)
    mono = mono.mean(axis=1) if mono.ndim == 2 else mono
    full, bass = onset_envelopes(mono, rate)
    grid = np.arange(lo, hi + COARSE_STEP_BPM, COARSE_STEP_BPM)
    best = float(grid[np.argmax(_comb(full + bass, grid))])
    best = _right_octave(bass, best, lo, hi)
    near = np.arange(best - 1.0, best + 1.0, FINE_STEP_BPM)
    return float(near[np.argmax(_comb(full + bass, near))])


def onset_envelopes(mono: Samples, rate: float) -> tuple[Samples, Samples]:
    """Spectral flux in the full band and in the bass, one value each ``HOP_S``, mean removed, variance 1."""
    hop = round(HOP_S * rate)
    frame = round(WINDOW_S * rate)
    hz, _, spectrum = signal.stft(mono, rate, nperseg=frame, noverlap=frame - hop, boundary=None, padded=False)
    level = np.log1p(COMPRESSION * np.abs(spectrum))
    rise = np.maximum(level[:, 3:] - level[:, :-3], 0)
    bands = []
    for low_hz, high_hz in (FULL_BAND_HZ, BASS_BAND_HZ):
        flux = rise[(hz >= low_hz) & (hz <= high_hz)].sum(axis=0)
        flux = flux - signal.medfilt(flux, 101)
        bands.append((flux - flux.mean()) / (flux.std() + 1e-12))
    return bands[0], bands[1]


def _line(envelope: Samples, per_min: Samples) -> Samples:
    """Strength of the envelope's spectrum at each of ``per_min``."""
    time_min = np.arange(len(envelope)) * HOP_S / 60
    window = np.hanning(len(envelope))
    return np.abs(np.exp(-2j * np.pi * np.outer(per_min, time_min)) @ (envelope * window)) / window.sum()


def _comb(envelope: Samples, per_min: Samples) -> Samples:
    return np.sum([_line(envelope, per_min * harmonic) for harmonic in range(1, HARMONICS + 1)], axis=0)


def _right_octave(bass: Samples, best: float, lo: float, hi: float) -> float:
    """Choose between the comb found and its octaves by how strong the odd lines are in the bass."""
    slower, faster = best / 2, best * 2
    if slower >= lo and _share(bass, slower) > PULSE_SHARE:
        return slower
    if faster <= hi and _share(bass, best) < PULSE_SHARE:
        return faster
    return best


def _share(bass: Samples, per_min: float) -> float:
    """Odd lines of a comb against its even ones: a steady pulse has both, twice its period only the even ones."""
    lines = _line(bass, per_min * np.arange(1, 2 * OCTAVE_PAIRS + 1))
    return float(lines[0::2].sum() / (lines[1::2].sum() + 1e-12))
