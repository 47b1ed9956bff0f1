"""A whole recording in a few numbers: intervals in, raw and clean heart-rate variability out.

Rules of this file:
1. Pure, and a caller of ``arousal/`` only: no formula of its own but the averaging of spectra over windows.
2. ``raw`` is the recording as it stands: every interval, every difference. ``clean`` uses the cleaned intervals, and
   differences of two untouched neighbours only.
3. A number whose shortest window is not reached is None. Names of fields are the stable keys of ``analyze --json``.
4. The series is what a live session would have said, second by second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np

from pulsetune.arousal.calibration import BASELINE_S, SETTLE_S
from pulsetune.arousal.cleaning import Cleaner
from pulsetune.arousal.hrv import SHORTEST_S, variability
from pulsetune.arousal.pipeline import Pipeline
from pulsetune.arousal.rhythm import lasts, rhythm
from pulsetune.arousal.timeline import RawBeat, Timeline
from pulsetune.model import (
    ArousalEstimate,
    Baseline,
    Beat,
    BeatKind,
    HeartSample,
    Link,
    LinkChanged,
    SignalWarning,
    SourceEvent,
)

FIRST_BASELINE_S = SETTLE_S + BASELINE_S  # where no span is given: the first minute after settling


@dataclass(frozen=True, slots=True)
class Metrics:
    """Heart rate, variability and rhythm of one recording; None where it is too short or too broken."""

    heart_rate_bpm: float | None
    mean_rr_ms: float | None
    sdnn_ms: float | None
    rmssd_ms: float | None
    pnn50_percent: float | None
    sd1_ms: float | None
    sd2_ms: float | None
    stress_index: float | None
    lf_ms2: float | None
    hf_ms2: float | None
    breaths_per_min: float | None
    coherence: float | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """One recording; ``quality`` is 0..1, the share of it that is untouched beats beside untouched beats."""

    intervals: int
    duration_s: float
    artifacts: dict[str, int]
    gaps: int
    quality: float
    raw: Metrics
    clean: Metrics


def beats_of_intervals(t_s: Sequence[float], rr_ms: Sequence[float], gaps: Iterable[int] = ()) -> list[RawBeat]:
    """Intervals with known beat times; ``gaps`` are the indices of those before which beats are missing."""
    after_gap = set(gaps)
    return [RawBeat(t, rr, at in after_gap) for at, (t, rr) in enumerate(zip(t_s, rr_ms, strict=True))]


def beats_of_events(events: Iterable[SourceEvent]) -> list[RawBeat]:
    """The intervals of a session, with beat times rebuilt from arrivals as in the session itself."""
    timeline, beats = Timeline(), list[RawBeat]()
    for event in events:
        if isinstance(event, HeartSample) and event.malformed is None:
            beats += timeline.push(event)
        elif isinstance(event, LinkChanged) and event.link is not Link.CONNECTED:
            timeline.interrupt()
    return beats


def clean(raw: Iterable[RawBeat]) -> list[Beat]:
    """Every beat, labelled, with its raw and its cleaned interval."""
    cleaner, beats = Cleaner(), list[Beat]()
    for beat in raw:
        beats += cleaner.push(beat)
    return beats + cleaner.flush()


def analyze(raw: Sequence[RawBeat], beats: Sequence[Beat]) -> Analysis:
    """Sum up ``raw`` and ``beats``, which ``clean`` made of it.

    Raises
    ------
    ValueError
        Without any interval.
    """
    if not raw:
        raise ValueError("there is no interval to analyze")
    duration_s = raw[-1].t_s - raw[0].t_s + raw[0].rr_ms / 1000
    artifacts = {kind.value: sum(beat.kind is kind for beat in beats) for kind in _ARTIFACTS}
    return Analysis(
        intervals=len(raw),
        duration_s=round(duration_s, 4),
        artifacts=artifacts,
        gaps=sum(beat.after_gap for beat in beats),
        quality=round(_quality(beats, duration_s), 4),
        raw=_raw_metrics(raw),
        clean=_clean_metrics(beats),
    )


def series(
    inputs: Iterable[tuple[float, SourceEvent]], end_s: float, baseline: tuple[float | None, float] | None = None
) -> Iterator[tuple[ArousalEstimate, Baseline | None]]:
    """One estimate a second until ``end_s``, as a live session would have made it, and the baseline of that second.

    ``inputs`` are events in the order in which they were used, each with the time at which it was (``at_s``).
    ``baseline`` is the span (from, to) in s whose readings become the baseline, once it has passed; before that the
    estimates are uncalibrated. Where its beats are too poor the baseline comes later, as in a session. With None as
    its beginning the rule is the session's own: the last minute before ``to``, later while the heart comes to rest.
    """
    from_s, to_s = baseline or (FIRST_BASELINE_S - BASELINE_S, FIRST_BASELINE_S)
    pipeline = Pipeline(to_s) if from_s is None else Pipeline(to_s, max(1, round(to_s - from_s)))
    waiting = iter(inputs)
    coming = next(waiting, None)
    for second in range(1, math.ceil(end_s) + 1):
        while coming is not None and coming[0] <= second:
            _feed(pipeline, coming[1])
            coming = next(waiting, None)
        estimate = pipeline.estimate(float(second))
        yield estimate, pipeline.baseline


_ARTIFACTS = (BeatKind.MISSED, BeatKind.EXTRA, BeatKind.ECTOPIC, BeatKind.NOISE)


def _feed(pipeline: Pipeline, event: SourceEvent) -> None:
    match event:
        case HeartSample():
            pipeline.sample(event)
        case LinkChanged():
            pipeline.link(event)
        case SignalWarning():
            pipeline.warn(event)


def _quality(beats: Sequence[Beat], duration_s: float) -> float:
    """As in a session, with the whole recording as the window: untouched pairs over pairs, and time that has beats."""
    untouched = sum(_is_pair(before, beat) for before, beat in pairwise(beats))
    covered_s = math.fsum(beat.nn_ms for beat in beats if beat.nn_ms is not None) / 1000
    return untouched / max(len(beats) - 1, 1) * min(1.0, covered_s / duration_s)


def _is_pair(before: Beat, beat: Beat) -> bool:
    return before.kind is BeatKind.NORMAL and beat.kind is BeatKind.NORMAL and not beat.after_gap


def _raw_metrics(raw: Sequence[RawBeat]) -> Metrics:
    stretches: list[list[float]] = [[]]
    for beat in raw:
        if beat.after_gap:
            stretches.append([])
        stretches[-1].append(beat.rr_ms)
    return _metrics([beat.rr_ms for beat in raw], None, stretches)


def _clean_metrics(beats: Sequence[Beat]) -> Metrics:
    nn_ms: list[float] = []
    pairs_ok: list[bool] = []  # one for each interval: whether it and the one before it are untouched neighbours
    stretches: list[list[float]] = [[]]
    before: Beat | None = None
    for beat in beats:
        if beat.after_gap or (beat.nn_ms is None and beat.kind is BeatKind.NOISE):
            stretches.append([])
        if beat.nn_ms is not None:
            pairs_ok.append(before is not None and _is_pair(before, beat))
            nn_ms.append(beat.nn_ms)
            stretches[-1].append(beat.nn_ms)
        before = beat
    return _metrics(nn_ms, pairs_ok[1:], stretches)


def _metrics(rr_ms: Sequence[float], pairs_ok: Sequence[bool] | None, stretches: Sequence[Sequence[float]]) -> Metrics:
    """Everything that the seconds of beats suffice for."""
    found = variability(rr_ms, None if pairs_ok is None else np.array(pairs_ok, dtype=np.bool_))
    known = {name: getattr(found, name) if lasts(rr_ms, shortest) else None for name, shortest in SHORTEST_S.items()}
    return Metrics(**{name: _rounded(value) for name, value in (known | asdict(rhythm(stretches))).items()})


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 9)  # far below any tool's printed digits, far above float noise
