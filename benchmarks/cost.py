"""What the chain from notification to estimate costs, beside NeuroKit2 recomputing the same window.

    PULSETUNE_DATA=... python benchmarks/cost.py

Processor time of one thread, the least of several runs (a busy machine only ever adds). The chain is timeline, cleaning,
window and one estimate a second; the breathing spectrum, measured anew every 5 s, is counted apart. NeuroKit2, where it
can be imported, gets what an offline tool would: at every update the intervals of the last 30 s, corrected by
``signal_fixpeaks`` (method Kubios) and summed up by ``hrv_time``. The ratios are time an update, both sides in this run
and at one update a second: first like for like, cleaning and time domain on both sides; then with the spectrum on our
side only, which NeuroKit2 is not asked for.
"""

from __future__ import annotations

import time
import warnings
from importlib.util import find_spec

import numpy as np
from _recordings import Floats, load
from beats import FILES, notifications

from pulsetune.arousal import pipeline as chain
from pulsetune.arousal.breathing import STRETCH_S, breaths_per_min
from pulsetune.arousal.pipeline import Pipeline
from pulsetune.model import HeartSample

RUNS = 7
WINDOW_S = 30.0
UPDATES = range(120, 300, 3)  # seconds of the recording at which NeuroKit2 is timed
PROTOTYPE = "prototype, as published: cleaner 4.5-13 µs a beat, cleaner and window 5.6-19, 60-s spectrum 150-245 µs"


class NoBreath:
    """Stands in for the breathing meter, so that the rest can be timed alone."""

    def push(self, beat: object) -> None:
        pass

    def read(self, _now_s: float) -> None:
        return None


def run_s(samples: list[HeartSample]) -> tuple[float, int, int]:
    """Processor seconds of one pass; beats and estimates."""
    pipeline, beats, now_s = Pipeline(60.0), 0, 1
    begun_s = time.process_time()
    for sample in samples:
        while now_s < sample.t_s:
            pipeline.estimate(float(now_s))
            now_s += 1
        beats += len(pipeline.sample(sample))
    return time.process_time() - begun_s, beats, now_s - 1


def chain_us(samples: list[HeartSample]) -> tuple[float, float, float]:
    """Microseconds a beat and an update without the spectrum, and an update with it."""
    whole_s, beats, estimates = min(run_s(samples) for _ in range(RUNS))
    meter = chain.BreathMeter
    try:
        chain.BreathMeter = NoBreath  # type: ignore[assignment,misc]
        bare_s, _, _ = min(run_s(samples) for _ in range(RUNS))
    finally:
        chain.BreathMeter = meter  # type: ignore[misc]
    return 1e6 * bare_s / beats, 1e6 * bare_s / estimates, 1e6 * whole_s / estimates


def spectrum_us(rr_ms: Floats) -> float:
    """Microseconds of one breathing spectrum."""
    stretch = rr_ms[: int(np.searchsorted(np.cumsum(rr_ms), 1000 * STRETCH_S))]
    best_s = np.inf
    for _ in range(RUNS):
        begun_s = time.process_time()
        for _ in range(100):
            breaths_per_min(stretch)
        best_s = min(best_s, time.process_time() - begun_s)
    return 1e4 * float(best_s)


def neurokit_us(rr_ms: Floats) -> float:
    """Microseconds of one update by NeuroKit2."""
    import neurokit2

    ends_s = np.cumsum(rr_ms) / 1000
    windows = [rr_ms[(ends_s > t_s - WINDOW_S) & (ends_s <= t_s)] for t_s in UPDATES]

    def update(window: Floats) -> None:
        peaks = np.round(np.r_[0, np.cumsum(window)]).astype(int)
        _, fixed = neurokit2.signal_fixpeaks(peaks, sampling_rate=1000, iterative=False, method="Kubios")
        neurokit2.hrv_time(fixed, sampling_rate=1000)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of windows too short for SDANN
        update(windows[0])
        best_s = np.inf
        for _ in range(3):
            begun_s = time.process_time()
            for window in windows:
                update(window)
            best_s = min(best_s, time.process_time() - begun_s)
    return 1e6 * float(best_s) / len(windows)


def main() -> None:
    beside = find_spec("neurokit2") is not None
    print("µs of processor time" if beside else "µs of processor time (NeuroKit2 cannot be imported)")
    titles = ["chain, a beat", "a spectrum", "chain, an update", "with spectrum"]
    titles += ["NeuroKit2, an update", "ratio", "with spectrum"] if beside else []
    print(f"{'':38s} " + "  ".join(titles))
    for name in FILES:
        samples = [sample for sample, _ in notifications(load(name), 0)]
        beat_us, bare_us, whole_us = chain_us(samples)
        figures = [beat_us, spectrum_us(load(name).rr_ms), bare_us, whole_us]
        if beside:
            theirs_us = neurokit_us(load(name).rr_ms)
            figures += [theirs_us, theirs_us / bare_us, theirs_us / whole_us]
        columns = [f"{value:{len(title)}.0f}" for title, value in zip(titles, figures, strict=True)]
        print(f"{name:38s} " + "  ".join(columns))
    print(PROTOTYPE)


if __name__ == "__main__":
    main()
