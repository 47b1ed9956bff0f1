"""LF and HF power, coherence and breathing rate of recordings of any length, by windows.

| quantity | window | of the windows |
|---|---|---|
| LF, HF | 300 s, half overlapping; an unbroken stretch of 120 s (LF), 60 s (HF) to 300 s is one window | mean, by length |
| coherence | 64 s, half overlapping (McCraty 2009) | mean |
| breathing rate | 64 s, half overlapping | median, if at least half of them show one plain rhythm |

Rules of this file:
1. For display and analysis only, like ``spectrum.py``.
2. No window reaches across a gap or noise: the caller hands in unbroken stretches.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pulsetune.arousal.breathing import breaths_per_min
from pulsetune.arousal.spectrum import spectrum

Floats = NDArray[np.float64]

POWER_WINDOW_S = 300.0  # Task Force 1996: short-term recordings of five minutes
LF_SHORTEST_S = 120.0  # Task Force 1996: about two minutes for LF, one for HF
HF_SHORTEST_S = 60.0
RHYTHM_WINDOW_S = 64.0  # McCraty 2009; six breaths of ten seconds


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Powers in ms²; None where no unbroken stretch is long enough."""

    lf_ms2: float | None
    hf_ms2: float | None
    coherence: float | None
    breaths_per_min: float | None


def rhythm(stretches: Sequence[Sequence[float]]) -> Rhythm:
    """The slow rhythms of unbroken stretches of intervals in ms."""
    lf, hf = _powers(stretches)
    coherence, breaths = _rhythms(stretches)
    return Rhythm(lf, hf, coherence, breaths)


def lasts(nn_ms: Sequence[float] | Floats, seconds: float) -> bool:
    """Whether intervals were recorded over ``seconds``: 60 s hold only the *whole* intervals in them, a little less."""
    return len(nn_ms) > 0 and float(np.sum(nn_ms) + np.max(nn_ms)) >= 1000 * seconds


def _powers(stretches: Sequence[Sequence[float]]) -> tuple[float | None, float | None]:
    lf: list[tuple[float, float]] = []  # seconds, ms²
    hf: list[tuple[float, float]] = []
    for nn_ms in _windows(stretches, POWER_WINDOW_S, HF_SHORTEST_S):
        found = spectrum(np.cumsum(nn_ms) / 1000, nn_ms)
        if found is not None:
            seconds = float(nn_ms.sum()) / 1000
            hf.append((seconds, found.hf_ms2))
            if lasts(nn_ms, LF_SHORTEST_S):
                lf.append((seconds, found.lf_ms2))
    return _mean(lf), _mean(hf)


def _rhythms(stretches: Sequence[Sequence[float]]) -> tuple[float | None, float | None]:
    coherences: list[float] = []
    breaths: list[float | None] = []
    for nn_ms in _windows(stretches, RHYTHM_WINDOW_S, RHYTHM_WINDOW_S):
        found = spectrum(np.cumsum(nn_ms) / 1000, nn_ms)
        if found is not None:
            coherences.append(found.coherence)
            breaths.append(breaths_per_min(nn_ms))
    plain = [rate for rate in breaths if rate is not None]
    return (
        statistics.fmean(coherences) if coherences else None,
        statistics.median(plain) if plain and 2 * len(plain) >= len(breaths) else None,
    )


def _windows(stretches: Sequence[Sequence[float]], window_s: float, shortest_s: float) -> Iterator[Floats]:
    """Half-overlapping windows of each stretch that is at least ``shortest_s`` long; the last one ends with it."""
    for stretch in stretches:
        nn_ms = np.asarray(stretch, dtype=np.float64)
        ends_s = np.concatenate(([0.0], np.cumsum(nn_ms) / 1000))
        whole_s = float(ends_s[-1])
        if not lasts(nn_ms, shortest_s):
            continue
        hops = max(0, int(np.ceil((whole_s - window_s) / (window_s / 2))))
        starts_s = [min(hop * window_s / 2, whole_s - window_s) for hop in range(hops + 1)]
        for start_s in starts_s:
            first = int(np.searchsorted(ends_s, max(0.0, start_s) - 1e-9))
            last = int(np.searchsorted(ends_s, max(0.0, start_s) + window_s + 1e-9, side="right"))
            yield nn_ms[first : last - 1]


def _mean(parts: Sequence[tuple[float, float]]) -> float | None:
    """Mean of values, each weighted by its seconds."""
    seconds = sum(weight for weight, _ in parts)
    return sum(weight * value for weight, value in parts) / seconds if seconds else None
