"""The planned tempo of a program as a picture: phases as stripes, the music as a line, the heart beside it.

Rules of this file:
1. The heart is thin and called simulated: nobody may take it for a measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pulsetune.records.plots import Panel, axes, document, label, line, stripe, time_text
from pulsetune.summary import PhaseSpan

_TOP, _HEIGHT = 150.0, 560.0
_ROOM_BPM = 2.0  # above and below the curves
_LEAST_BPM = 14.0  # from bottom to top: small waves must not look like storms
_LETTER_PX = 7.5  # mean width of a letter at 14 px
_LANES = 3  # lines for the names of phases; short ones would write over each other


def tempo_plot(
    title: str,
    subtitle: str,
    tempo_bpm: Sequence[float | None],
    heart_rate_bpm: Sequence[float],
    phases: Sequence[PhaseSpan],
    word: Callable[[str], str] = str,
) -> str:
    """An SVG file; index k of a series is second k, and ``word`` names a phase for people."""
    end_s = max(1.0, len(heart_rate_bpm) - 1.0)
    known = [value for value in (*tempo_bpm, *heart_rate_bpm) if value is not None]
    room = max(_ROOM_BPM, (_LEAST_BPM - (max(known) - min(known))) / 2)
    panel = Panel(_TOP, _HEIGHT, end_s, min(known) - room, max(known) + room)
    played = any(value is not None for value in tempo_bpm)
    body = [
        label(30, 40, title, css="title"),
        label(30, 64, subtitle, css="soft"),
        *(stripe(panel, span.from_s, span.to_s, "span") for span in phases[::2]),
        *_names(panel, phases, word),
        *axes(panel, "pulses, beats / min", times=True),
        *_key(panel, played=played),
        line(panel, _points(heart_rate_bpm), "faint"),
        line(panel, _points(tempo_bpm), "line"),
        label(630, 770, "time (min:s)", anchor="middle"),
    ]
    return document(f"{title}: planned tempo", _description(subtitle, tempo_bpm, phases, word), body)


def _points(series: Sequence[float | None]) -> list[tuple[float, float | None]]:
    return [(float(second), value) for second, value in enumerate(series)]


def _key(panel: Panel, *, played: bool) -> list[str]:
    y = panel.top + 22
    right = panel.left + panel.width
    parts = [
        f'<path class="faint" d="M{right - 215:.0f} {y}h30"/>',
        label(right - 177, y + 5, "heart rate (simulated)"),
    ]
    if played:
        parts += [
            f'<path class="line" d="M{right - 395:.0f} {y}h30"/>',
            label(right - 357, y + 5, "tempo of the music"),
        ]
    return parts


def _names(panel: Panel, phases: Sequence[PhaseSpan], word: Callable[[str], str]) -> list[str]:
    """The name of each phase above its beginning, on the first lane that is free there."""
    free_from = [0.0] * _LANES
    parts = []
    for span in phases:
        x, text = panel.x(span.from_s), word(span.phase)
        lane = next((at for at, free in enumerate(free_from) if x >= free), _LANES - 1)
        y = panel.top - 8 - 18 * lane
        width = _LETTER_PX * len(text) + 12
        free_from[lane] = x + width
        inside = min(x + 3, panel.left + panel.width - width + 12)
        parts.append(label(inside, y, text))
        parts.append(f'<path class="axis" d="M{x:.1f} {y - 10:.0f}V{panel.top:.0f}"/>')
    return parts


def _description(
    subtitle: str, tempo_bpm: Sequence[float | None], phases: Sequence[PhaseSpan], word: Callable[[str], str]
) -> str:
    known = [value for value in tempo_bpm if value is not None]
    music = (
        f"The music begins at {known[0]:.0f} pulses a minute and ends at {known[-1]:.0f}."
        if known
        else "There is no pulse."
    )
    spans = ", ".join(f"{word(span.phase)} from {time_text(span.from_s)}" for span in phases)
    return f"{subtitle}. {music} Phases: {spans}."
