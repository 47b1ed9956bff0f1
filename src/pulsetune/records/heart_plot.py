"""A recording as a picture: every beat with its label, heart rate, arousal and how far it can be trusted.

Rules of this file:
1. Nothing is hidden: what lies outside of a scale is drawn at its edge, and the number of such beats is said.
2. Each kind of beat has a shape of its own, besides its colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from pulsetune.model import ArousalEstimate, Baseline, Beat, BeatKind
from pulsetune.records.plots import Panel, Point, axes, band, document, label, line, marks, stripe, time_text

_DOT = "h.01"
_TRIANGLE = "m0-6l6 10.5h-12z"
_DIAMOND = "m0-6.5l6.5 6.5l-6.5 6.5l-6.5-6.5z"
_CROSS = "m-5-5l10 10m0-10l-10 10"
_SQUARE = "m-5-5h10v10h-10z"
_KINDS = (  # kind, whether it has a raw interval, shape, class, words
    (BeatKind.NORMAL, True, _DOT, "dots", "normal"),
    (BeatKind.ECTOPIC, True, _TRIANGLE, "ectopic", "ectopic or misplaced"),
    (BeatKind.MISSED, True, _DIAMOND, "missed", "interval with missed beats"),
    (BeatKind.MISSED, False, _DIAMOND, "inserted", "inserted beat"),
    (BeatKind.EXTRA, True, _CROSS, "extra", "extra"),
    (BeatKind.NOISE, True, _SQUARE, "noise", "noise"),
)
_LETTER_PX = 7.0  # mean width of a letter at 14 px
_LONGEST_TITLE = 80
_MOST_TIMES_MEDIAN = 2.2  # a missed beat doubles an interval; more would flatten everything else


def heart_plot(
    name: str, beats: Sequence[Beat], estimates: Sequence[ArousalEstimate], baseline: Baseline | None
) -> str:
    """An SVG file; ``beats`` holds at least one, ``estimates`` come once a second."""
    end_s = max(1.0, beats[-1].t_s, estimates[-1].t_s if estimates else 0.0)
    low_ms, high_ms = _interval_range(beats)
    tachogram = Panel(104, 286, end_s, low_ms, high_ms)
    rates = Panel(432, 138, end_s, *_rate_range(estimates))
    arousal = Panel(612, 124, end_s, 0.0, 1.0)
    short = name if len(name) <= _LONGEST_TITLE else name[: _LONGEST_TITLE - 1] + "…"
    body = [
        label(30, 40, short, css="title"),
        label(1170, 40, f"{len(beats)} beats, {time_text(beats[-1].t_s)}", anchor="end", css="soft"),
        label(1170, 62, _notes(tachogram, beats), anchor="end", css="soft"),
        *_gaps(beats, (tachogram, rates, arousal)),
        *_tachogram(tachogram, beats),
        *_rates(rates, estimates),
        *_arousal(arousal, estimates, baseline),
        label(630, 782, "time (min:s)" if end_s < 3600 else "time (h:min:s)", anchor="middle"),
    ]
    return document(f"{name}: beats, heart rate and arousal", _description(beats, estimates, end_s), body)


def _tachogram(panel: Panel, beats: Sequence[Beat]) -> list[str]:
    parts = axes(panel, "RR interval (ms)", times=False)
    parts.append(line(panel, _cleaned(beats), "thin"))
    x = panel.left
    for kind, raw, shape, css, words in _KINDS:
        chosen = [beat for beat in beats if beat.kind is kind and (beat.rr_ms is not None) is raw]
        if not chosen:
            continue
        parts.append(marks([_place(panel, beat) for beat in chosen], shape, css))
        text = f"{words} ({len(chosen)})"
        parts.append(marks([(x + 7, 84)], shape, css))
        parts.append(label(x + 20, 89, text))
        x += 20 + _LETTER_PX * len(text) + 18
    parts.append(f'<path class="thin" d="M{x:.0f} 84h24"/>')
    parts.append(label(x + 30, 89, "cleaned"))
    return parts


def _notes(panel: Panel, beats: Sequence[Beat]) -> str:
    outside = sum(not panel.low <= value <= panel.high for value in map(_interval, beats))
    gaps = sum(beat.after_gap for beat in beats)
    notes = [f"{outside} beat{'s' if outside > 1 else ''} beyond the scale, drawn at its edge"] if outside else []
    return "; ".join([*notes, f"grey: {gaps} gap{'s' if gaps > 1 else ''}"] if gaps else notes)


def _rates(panel: Panel, estimates: Sequence[ArousalEstimate]) -> list[str]:
    return [
        *axes(panel, "beats / min", times=False),
        label(panel.left, panel.top - 10, "Heart rate: over 30 s (thick), over 6 s (thin)"),
        line(panel, ((e.t_s, e.heart_rate_fast_bpm) for e in estimates), "faint"),
        line(panel, ((e.t_s, e.heart_rate_bpm) for e in estimates), "line"),
        *_unknown(panel, estimates, lambda e: e.heart_rate_bpm),
    ]


def _arousal(panel: Panel, estimates: Sequence[ArousalEstimate], baseline: Baseline | None) -> list[str]:
    edges = [_confidence_band(e) for e in estimates]
    words = "Arousal relative to the own baseline: not stress, not mood. Band: the wider, the less certain"
    parts = axes(panel, "arousal (0 to 1)", times=True)
    if baseline is not None:
        parts.append(stripe(panel, baseline.t_s - baseline.seconds, baseline.t_s, "span"))
        words += "; green: the baseline"
    return [
        *parts,
        label(panel.left, panel.top - 10, words),
        band(panel, edges, "band"),
        line(panel, ((e.t_s, e.arousal) for e in estimates), "line"),
        *_unknown(panel, estimates, lambda e: e.arousal),
    ]


def _confidence_band(estimate: ArousalEstimate) -> tuple[float, float, float] | None:
    if estimate.arousal is None:
        return None
    half = (1 - estimate.confidence) / 2
    return estimate.t_s, max(0.0, estimate.arousal - half), min(1.0, estimate.arousal + half)


def _unknown(
    panel: Panel, estimates: Iterable[ArousalEstimate], value: Callable[[ArousalEstimate], float | None]
) -> list[str]:
    if any(value(estimate) is not None for estimate in estimates):
        return []
    x, y = panel.left + panel.width / 2, panel.top + panel.height / 2
    return [label(x, y + 5, "not enough good beats", anchor="middle", css="soft")]


def _gaps(beats: Sequence[Beat], panels: Iterable[Panel]) -> list[str]:
    spans = [
        (before.t_s, beat.t_s - (beat.rr_ms or beat.nn_ms or 0.0) / 1000)
        for before, beat in pairwise(beats)
        if beat.after_gap
    ]
    return [stripe(panel, from_s, to_s, "gap") for panel in panels for from_s, to_s in spans]


def _cleaned(beats: Sequence[Beat]) -> Iterable[tuple[float, float | None]]:
    for beat in beats:
        if beat.after_gap:
            yield beat.t_s, None
        if beat.nn_ms is not None or beat.kind is not BeatKind.EXTRA:  # half of an extra beat breaks no line
            yield beat.t_s, beat.nn_ms


def _interval(beat: Beat) -> float:
    value = beat.rr_ms if beat.rr_ms is not None else beat.nn_ms
    return value or 0.0


def _place(panel: Panel, beat: Beat) -> Point:
    return panel.x(beat.t_s), panel.y(_interval(beat))


def _interval_range(beats: Sequence[Beat]) -> tuple[float, float]:
    """All beats, but corrected ones only as far as they leave room for the others."""
    sure = sorted(b.nn_ms for b in beats if b.nn_ms is not None and b.kind is not BeatKind.NOISE)
    sure = sure or sorted(map(_interval, beats))
    middle = sure[len(sure) // 2]
    values = [min(max(value, 0.0), _MOST_TIMES_MEDIAN * middle) for value in map(_interval, beats)]
    low, high = min(values), max(values)
    return _padded(low, high, least=100.0)


def _rate_range(estimates: Sequence[ArousalEstimate]) -> tuple[float, float]:
    known = [rate for e in estimates for rate in (e.heart_rate_bpm, e.heart_rate_fast_bpm) if rate is not None] or [
        50.0,
        90.0,
    ]
    return _padded(min(known), max(known), least=10.0)


def _padded(low: float, high: float, *, least: float) -> tuple[float, float]:
    """A range with air above and below, ``least`` wide at least."""
    room = max(0.06 * (high - low), (least - (high - low)) / 2)
    return max(0.0, low - room), high + room


def _description(beats: Sequence[Beat], estimates: Sequence[ArousalEstimate], end_s: float) -> str:
    counts = [f"{sum(b.kind is kind for b in beats)} {kind}" for kind in BeatKind]
    words = [f"Three panels over {time_text(end_s)}. RR intervals of {len(beats)} beats: {', '.join(counts)}."]
    rates = [e.heart_rate_bpm for e in estimates if e.heart_rate_bpm is not None]
    if rates:
        words.append(
            f"Heart rate over 30 s from {min(rates):.0f} to {max(rates):.0f} beats a minute, {rates[-1]:.0f} at the end."
        )
    levels = [e.arousal for e in estimates if e.arousal is not None]
    if levels:
        words.append(f"Arousal from {min(levels):.2f} to {max(levels):.2f}, {levels[-1]:.2f} at the end.")
    return " ".join(words)
