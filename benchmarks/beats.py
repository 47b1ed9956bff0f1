"""How well beat times are rebuilt from notifications, and what a beat costs.

    PULSETUNE_DATA=... python benchmarks/beats.py

Real intervals are sent through a simulated radio: one notification a second, 80 ms of jitter on average, 2 % stalls of
.8 s, a 12-s dropout at 300 s, RR in 1/1024 s. Prints, over five seeds, the constant offset, the error around it
(median, 95th and 99th percentile, range over seeds), gaps seen and intervals lost.
"""

from __future__ import annotations

import time

import numpy as np
from _recordings import Recording, load

from pulsetune.arousal.pipeline import Pipeline
from pulsetune.arousal.timeline import Timeline
from pulsetune.model import HeartSample

FILES = (
    "rr_exports/hrvpkg_rest.csv",
    "rr_exports/hrvpkg_exercise_rs800.csv",
    "rr_exports/pyhrv_long1h.csv",
    "wearablehrv_P37/vu_ecg.csv",
    "gpl/elitehrv_h7_cycle1.csv",
)
BEATS = 1200
DROPOUT_S = (300, 312)


def notifications(recording: Recording, seed: int) -> list[tuple[HeartSample, list[int]]]:
    """Samples as they arrive, each with the indices of its beats."""
    rng = np.random.default_rng(seed)
    rr_ms = recording.rr_ms[:BEATS]
    beat_s = np.cumsum(rr_ms) / 1000
    sent = []
    for second in range(int(beat_s[-1]) + 1):
        inside = np.flatnonzero((beat_s > second) & (beat_s <= second + 1))
        arrival_s = second + 1 + 0.03 + rng.exponential(0.08) + (0.8 if rng.random() < 0.02 else 0.0)
        if not DROPOUT_S[0] <= second < DROPOUT_S[1]:
            units = tuple(round(rr * 1.024) / 1.024 for rr in rr_ms[inside])
            sent.append((HeartSample(arrival_s, b"", 60, units), [int(k) for k in inside]))
    return sent


def errors_of(name: str, seed: int) -> tuple[list[float], int, int]:
    """Offset, error at 50, 95, 99 %, all in ms; gaps seen; intervals that did not come out."""
    recording = load(name)
    beat_s = np.cumsum(recording.rr_ms[:BEATS]) / 1000
    timeline, found_ms, gaps, lost = Timeline(), [], 0, 0
    for sample, indices in notifications(recording, seed):
        beats = timeline.push(sample)
        lost += len(indices) - len(beats)
        gaps += sum(beat.after_gap for beat in beats)
        found_ms += [1000 * (beat.t_s - beat_s[k]) for beat, k in zip(beats, indices, strict=True)]
    offset_ms = float(np.median(found_ms))
    around = np.percentile(np.abs(np.array(found_ms) - offset_ms), [50, 95, 99])
    return [offset_ms, *map(float, around)], gaps, lost


def cost_us(name: str) -> float:
    """Processor time of the whole pipeline, an estimate every second included, per beat."""
    samples = [sample for sample, _ in notifications(load(name), 0)]
    pipeline, beats, now_s = Pipeline(60.0), 0, 1
    begun_s = time.process_time()
    for sample in samples:
        while now_s < sample.t_s:
            pipeline.estimate(float(now_s))
            now_s += 1
        beats += len(pipeline.sample(sample))
    return (time.process_time() - begun_s) / beats * 1e6


def main() -> None:
    print(f"{'recording':38s} {'offset':>10s} {'50 %':>8s} {'95 %':>9s} {'99 %':>9s}  gaps lost  cost")
    for name in FILES:
        runs = [errors_of(name, seed) for seed in range(5)]
        figures = np.array([r[0] for r in runs]).round().astype(int)
        columns = [f"{a}-{b}" for a, b in zip(figures.min(axis=0), figures.max(axis=0), strict=True)]
        gaps, lost = sum(r[1] for r in runs), sum(r[2] for r in runs)
        print(
            f"{name:38s} {columns[0]:>10s} {columns[1]:>8s} {columns[2]:>9s} {columns[3]:>9s}  {gaps}/5  {lost:4d}"
            f"  {cost_us(name):.0f} µs a beat"
        )


if __name__ == "__main__":
    main()
