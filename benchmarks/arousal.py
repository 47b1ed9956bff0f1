"""Whether arousal tells sitting still from mental arithmetic, within person, through the whole pipeline.

    PULSETUNE_DATA=... python benchmarks/arousal.py

Thirteen persons (ECG-GUDB, two minutes each): the baseline is taken from the first 60 s of sitting, then every second of
sitting from 90 s on is compared with every second of arithmetic from 30 s on (area under the ROC curve). Then one person
through sitting, arithmetic, standing and paced breathing (P37): mean arousal, which must keep its order.

Smoothing and weights of the estimate were chosen on these same persons, so the figures for arousal are optimistic. The
last table chooses them anew for each person from the twelve others: what an unseen person may expect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from _recordings import Floats, data, load

from pulsetune.arousal import estimate
from pulsetune.arousal.pipeline import Pipeline
from pulsetune.model import ArousalEstimate, HeartSample, Link, LinkChanged

BASELINE_S = 60.0
CALM_FROM_S = 90.0  # from here the 30-s window holds nothing of the baseline
SMOOTHING_GRID_S = (6.0, 10.0, 15.0, 20.0, 30.0)
RATE_WEIGHT_GRID = (0.5, 0.6, 0.7, 0.75, 0.85, 1.0)
SETTLED_S = 30.0  # of a task: until then the window still holds the task before
Feature = Callable[[ArousalEstimate], float | None]

FEATURES: dict[str, Feature] = {
    "arousal": lambda e: e.arousal,
    "heart rate, 30 s": lambda e: e.heart_rate_bpm,
    "heart rate, 6 s": lambda e: e.heart_rate_fast_bpm,
    "- RMSSD": lambda e: None if e.rmssd_ms is None else -e.rmssd_ms,
    "- breathing rate": lambda e: None if e.breaths_per_min is None else -e.breaths_per_min,
}


def samples(rr_ms: Floats, from_s: float, *, rate_only: bool = False) -> Iterator[HeartSample]:
    """One notification a beat, or one a second with the mean rate of the last five beats and no RR."""
    beat_s = from_s + np.cumsum(rr_ms) / 1000
    if not rate_only:
        for t_s, rr in zip(beat_s, rr_ms, strict=True):
            yield HeartSample(float(t_s), b"", max(1, round(60000 / rr)), (float(rr),))
        return
    for t_s in np.arange(from_s + 5, beat_s[-1]):
        yield HeartSample(float(t_s), b"", round(60000 / float(np.mean(rr_ms[beat_s <= t_s][-5:]))))


def follow(pipeline: Pipeline, stream: Iterator[HeartSample], from_s: int) -> list[ArousalEstimate]:
    """An estimate on every whole second after ``from_s``, until the stream ends."""
    estimates = []
    now_s = from_s + 1
    for sample in stream:
        while now_s < sample.t_s:
            estimates.append(pipeline.estimate(float(now_s)))
            now_s += 1
        pipeline.sample(sample)
    return estimates


def person(name: str, *, rate_only: bool) -> tuple[list[ArousalEstimate], list[ArousalEstimate]]:
    """Estimates of calm (sitting after the baseline) and of arithmetic."""
    sitting, maths = (load(f"gudb/{name}_{task}_cs.csv").rr_ms for task in ("sitting", "maths"))
    pipeline = Pipeline(BASELINE_S, round(BASELINE_S))
    calm = follow(pipeline, samples(sitting, 0.0, rate_only=rate_only), 0)
    start_s = int(sitting.sum() / 1000) + 5
    pipeline.link(LinkChanged(float(start_s), Link.LOST))
    roused = follow(pipeline, samples(maths, float(start_s), rate_only=rate_only), start_s)
    return [e for e in calm if e.t_s > CALM_FROM_S], [e for e in roused if e.t_s > start_s + SETTLED_S]


def auc(high: Sequence[float], low: Sequence[float]) -> float:
    """Chance that one of ``high`` is above one of ``low``; ties count half."""
    h, w = np.array(high)[:, None], np.array(low)[None, :]
    return float(np.mean((h > w) + 0.5 * (h == w)))


def known(estimates: Sequence[ArousalEstimate], feature: Feature) -> list[float]:
    return [value for value in map(feature, estimates) if value is not None]


def gudb(*, rate_only: bool) -> None:
    names = sorted(path.name[:3] for path in (data() / "gudb").glob("s??_sitting_cs.csv"))
    names = [name for name in names if (data() / "gudb" / f"{name}_maths_cs.csv").exists()]
    people = [person(name, rate_only=rate_only) for name in names]
    print(f"sitting against arithmetic, {len(people)} persons, {'heart-rate field only' if rate_only else 'RR'}")
    for title, feature in FEATURES.items():
        found = [(known(calm, feature), known(roused, feature)) for calm, roused in people]
        within = [auc(roused, calm) for calm, roused in found if calm and roused]
        if not within:
            continue
        pooled = auc([v for _, roused in found for v in roused], [v for calm, _ in found for v in calm])
        right = sum(value > 0.5 for value in within)
        print(f"  {title:20s} within {np.mean(within):.3f}  pooled {pooled:.3f}  right way {right}/{len(within)}")


def leave_one_out() -> None:
    """Choose smoothing and weights on twelve persons, judge the thirteenth, for each."""
    names = sorted(path.name[:3] for path in (data() / "gudb").glob("s??_sitting_cs.csv"))
    names = [name for name in names if (data() / "gudb" / f"{name}_maths_cs.csv").exists()]
    table = {}
    shipped = (estimate.SMOOTHING_S, estimate.RATE_WEIGHT, estimate.RMSSD_WEIGHT)
    for smoothing_s in SMOOTHING_GRID_S:
        for weight in RATE_WEIGHT_GRID:
            estimate.SMOOTHING_S, estimate.RATE_WEIGHT, estimate.RMSSD_WEIGHT = smoothing_s, weight, 1 - weight
            pairs = [person(name, rate_only=False) for name in names]
            table[smoothing_s, weight] = [
                auc(known(roused, FEATURES["arousal"]), known(calm, FEATURES["arousal"])) for calm, roused in pairs
            ]
    estimate.SMOOTHING_S, estimate.RATE_WEIGHT, estimate.RMSSD_WEIGHT = shipped
    print("arousal within person by smoothing (rows, s) and weight of heart rate (columns)")
    print("      " + "".join(f"{weight:7.2f}" for weight in RATE_WEIGHT_GRID))
    for smoothing_s in SMOOTHING_GRID_S:
        row = [np.mean(table[smoothing_s, weight]) for weight in RATE_WEIGHT_GRID]
        print(f"{smoothing_s:6.0f}" + "".join(f"{value:7.3f}" for value in row))
    unseen = []
    for out in range(len(names)):
        others = {key: np.mean(np.delete(values, out)) for key, values in table.items()}
        unseen.append(table[max(others, key=lambda key: others[key])][out])
    print(f"  chosen on the others, judged on the one left out: {np.mean(unseen):.3f}")


def p37() -> None:
    recording = load("wearablehrv_P37/vu_ecg.csv")
    start_s = float(recording.t_s[0] - recording.rr_ms[0] / 1000)
    stream = (
        HeartSample(float(t - start_s), b"", round(60000 / rr), (float(rr),))
        for t, rr in zip(recording.t_s, recording.rr_ms, strict=True)
    )
    seconds = (recording.t_s - start_s).tolist()
    by_label: dict[str, list[float]] = {}
    for found in follow(Pipeline(145.0, 60), stream, 0):
        label = recording.labels[int(np.searchsorted(seconds, found.t_s))]
        if found.arousal is not None and found.t_s > 145.0:
            by_label.setdefault(label, []).append(found.arousal)
    means = {label: float(np.mean(values)) for label, values in by_label.items() if label}
    print("P37, mean arousal: " + ", ".join(f"{k} {v:.2f}" for k, v in sorted(means.items(), key=lambda kv: kv[1])))
    order = [means[k] for k in ("breathing", "sitting", "arithmetic", "standing")]
    print(f"  order breathing < sitting < arithmetic < standing {'kept' if order == sorted(order) else 'LOST'}")


def main() -> None:
    gudb(rate_only=False)
    gudb(rate_only=True)
    leave_one_out()
    p37()


if __name__ == "__main__":
    main()
