"""A tempo meter that knows nothing of the player: it hears samples and says how many pulses a minute are in them.

Onsets are rises of the compressed spectrum (spectral flux). The tempo is the frequency at which a harmonic comb finds
most of the onset envelope's spectrum. Whether a comb is an octave off is decided in the bass, where the pulse lives
and the notes between the pulses do not.

Single pulses are found by dynamic programming (after D. Ellis, "Beat Tracking by Dynamic Programming", J. New Music
Research 36, 2007): the chain of onsets that is strongest and nearest to the tempo just measured.
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

FINE_HOP_S = 0.0025
FINE_WINDOW_S = 0.046
FINE_RISE_S = 0.040  # about the slowest attack that is still an attack
FINE_RATE_HZ = 8000.0  # all that FULL_BAND_HZ needs
FINE_COMPRESSION = 30.0
BASELINE_S = 0.4
SMOOTH_S = 0.009
TEMPO_WINDOW_S, TEMPO_STEP_S = 15.0, 11.0
STRICTNESS = (
    400.0  # what a chain pays for leaving the tempo: a fifth of a beat costs as much as the strongest onset gives
)
ONSET_SHARE = 0.3  # of the 98th percentile of the onset strength: weaker rises are swells and noise, not notes
ONSET_GAP_S = 0.12


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


def pulse_times_s(samples: Samples, rate: float, lo: float = 50, hi: float = 85) -> NDArray[np.floating]:
    """When the pulses of ``samples`` are heard, in seconds; from all of them is missing the same part of an attack."""
    envelope = _fine_envelope(samples, rate)
    period = 60 / _tempo_curve(samples, rate, lo, hi, len(envelope)) / FINE_HOP_S
    score, before = envelope.copy(), np.full(len(envelope), -1)
    for at in range(len(envelope)):
        first, last = int(at - 1.25 * period[at]), int(at - 0.8 * period[at])
        if last < 0:
            continue
        places = np.arange(max(first, 0), last + 1)
        gains = score[places] - STRICTNESS * np.log((at - places) / period[at]) ** 2
        score[at] += gains.max()
        before[at] = places[np.argmax(gains)]
    tail = len(envelope) - 1 - int(period[-1])
    chain = [tail + int(np.argmax(score[tail:]))]
    while before[chain[-1]] >= 0:
        chain.append(int(before[chain[-1]]))
    return np.array([_summit(envelope, at) for at in reversed(chain)]) * FINE_HOP_S + FINE_WINDOW_S / 2


def onset_times_s(samples: Samples, rate: float) -> NDArray[np.floating]:
    """When notes begin in ``samples``, pulses and all others, in seconds."""
    envelope = _fine_envelope(samples, rate)
    least = ONSET_SHARE * np.percentile(envelope, 98)
    found, _ = signal.find_peaks(envelope, prominence=least, distance=int(ONSET_GAP_S / FINE_HOP_S))
    return found * FINE_HOP_S + FINE_WINDOW_S / 2


def _fine_envelope(samples: Samples, rate: float) -> Samples:
    """Spectral flux, one value each ``FINE_HOP_S``, above its own baseline, smoothed, deviation 1."""
    mono = np.asarray(samples, dtype=np.float64)
    mono = mono.mean(axis=1) if mono.ndim == 2 else mono
    mono = signal.resample_poly(mono, 1, round(rate / FINE_RATE_HZ))
    hop, frame = round(FINE_HOP_S * FINE_RATE_HZ), round(FINE_WINDOW_S * FINE_RATE_HZ)
    hz, _, spectrum = signal.stft(mono, FINE_RATE_HZ, nperseg=frame, noverlap=frame - hop, boundary=None, padded=False)
    heard = (hz >= FULL_BAND_HZ[0]) & (hz <= FULL_BAND_HZ[1])
    level = np.log1p(FINE_COMPRESSION * np.abs(spectrum[heard]))
    lag = round(FINE_RISE_S / FINE_HOP_S)
    flux = np.maximum(level[:, lag:] - level[:, :-lag], 0).sum(axis=0)
    flux = np.maximum(flux - signal.medfilt(flux, int(BASELINE_S / FINE_HOP_S) | 1), 0)
    bell = np.exp(-0.5 * (np.arange(-12, 13) * FINE_HOP_S / SMOOTH_S) ** 2)
    smooth = np.convolve(flux, bell / bell.sum(), "same")
    return smooth / (flux.std() + 1e-12)


def _tempo_curve(samples: Samples, rate: float, lo: float, hi: float, count: int) -> Samples:
    """The tempo at each of ``count`` hops, from overlapping windows."""
    seconds = len(samples) / rate
    begins = np.arange(0, max(seconds - TEMPO_WINDOW_S, 0) + 0.1, TEMPO_STEP_S)
    found = [tempo_bpm(samples[int(at * rate) : int((at + TEMPO_WINDOW_S) * rate)], rate, lo, hi) for at in begins]
    middles = begins + TEMPO_WINDOW_S / 2
    if len(begins) == 1:
        return np.full(count, found[0])
    line = np.polyfit(middles, found, 1) if len(begins) < 4 else None
    hops = np.arange(count) * FINE_HOP_S
    return np.polyval(line, hops) if line is not None else np.interp(hops, middles, found)


def _summit(envelope: Samples, at: int) -> float:
    """The peak nearest to ``at`` (30 ms), between the hops by a parabola."""
    first = max(1, at - 12)
    top = first + int(np.argmax(envelope[first : at + 13]))
    if not 0 < top < len(envelope) - 1:
        return float(top)
    left, middle, right = envelope[top - 1 : top + 2]
    bend = left - 2 * middle + right
    return top + (0.5 * (left - right) / bend if bend < 0 else 0.0)
