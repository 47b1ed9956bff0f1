"""Axes, ticks, lines and bands as SVG text: what every plot is made of.

Rules of this file:
1. Pure string building, no dependency; the same values give the same text.
2. Everything readable is text, not outlines: it can be selected, searched and read aloud.
3. Meaning never hangs on colour alone; the colours are apart for colour-blind eyes (Okabe and Ito 2008), on white
   paper and on a dark screen.
4. Whatever a title holds, the file is well-formed XML.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 1200, 800

_STYLE = """
text{font-family:system-ui,"Segoe UI","Helvetica Neue",Arial,sans-serif;font-size:14px;fill:#222}
.title{font-size:20px;font-weight:600}.title-small{font-weight:600}.soft{fill:#555}
.paper{fill:#fff}.grid{stroke:#ddd;stroke-width:1;fill:none}.axis{stroke:#888;stroke-width:1;fill:none}
.dots{stroke:#555;stroke-width:3;stroke-linecap:round;fill:none}.thin{stroke:#999;stroke-width:1;fill:none}
.ectopic{fill:#e69f00;stroke:#5c4000}.missed{fill:#0072b2;stroke:#003a5c}.inserted{fill:none;stroke:#0072b2;stroke-width:2}
.extra{fill:none;stroke:#b3528c;stroke-width:3}.noise{fill:#d55e00;stroke:#5c2900}
.line{fill:none;stroke:#0072b2;stroke-width:2;stroke-linejoin:round}.faint{fill:none;stroke:#56b4e9;stroke-width:1}
.tempo{fill:none;stroke:#d55e00;stroke-width:2;stroke-linejoin:round}.still{fill:none;stroke:#333;stroke-width:1.5;stroke-dasharray:5 3}
.band{fill:#56b4e9;fill-opacity:.3}.tempo-band{fill:#e69f00;fill-opacity:.28}.gap{fill:#999;fill-opacity:.25}.span{fill:#009e73;fill-opacity:.15}
@media(prefers-color-scheme:dark){text{fill:#eee}.soft{fill:#bbb}.paper{fill:#161616}.grid{stroke:#333}.axis{stroke:#888}
.dots{stroke:#bbb}.thin{stroke:#777}.ectopic{stroke:#ffd27a}.missed{stroke:#9bd4f7}.inserted{stroke:#56b4e9}
.extra{stroke:#cc79a7}.noise{stroke:#ffb38a}.line{stroke:#56b4e9}.faint{stroke:#3d7fa6}}
""".strip()
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TIME_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
_MOST_TIME_TICKS = 12
_TIME_TICK_PX = 60.0  # room for "1:00:00"

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle in px with its scales: time in s from 0 to ``end_s``, values from ``low`` to ``high``."""

    top: float
    height: float
    end_s: float
    low: float
    high: float
    left: float = 90.0
    width: float = WIDTH - 90.0 - 30.0

    def x(self, t_s: float) -> float:
        """Where a time lies, held inside the panel."""
        return self.left + self.width * min(1.0, max(0.0, t_s / self.end_s))

    def y(self, value: float) -> float:
        """Where a value lies, held inside the panel."""
        share = (value - self.low) / (self.high - self.low)
        return self.top + self.height * (1 - min(1.0, max(0.0, share)))


def document(title: str, description: str, body: Iterable[str], width: int = WIDTH, height: int = HEIGHT) -> str:
    """A whole SVG file with a title and a description for people who do not see it; its size in px."""
    size = f'width="{width}" height="{height}"'
    spoken = 'role="figure" aria-labelledby="title description" lang="en"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}" {spoken}>',
            f'<title id="title">{safe(title)}</title>',
            f'<desc id="description">{safe(description)}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="paper" {size}/>',
            *body,
            "</svg>\n",
        ]
    )


def safe(text: str) -> str:
    """Text as XML content or attribute, without the characters that XML does not allow."""
    return escape(_NOT_XML.sub("\ufffd", text))


def label(x: float, y: float, text: str, *, anchor: str = "start", css: str = "", more: str = "") -> str:
    """A piece of text; ``anchor`` is start, middle or end."""
    return f'<text x="{_px(x)}" y="{_px(y)}" text-anchor="{anchor}" class="{css}"{more}>{safe(text)}</text>'


def axes(panel: Panel, name: str, *, times: bool, values: bool = True) -> list[str]:
    """Grid, frame and ticks; ``name`` is the quantity with its unit, ``times`` writes the times below."""
    right, bottom = panel.left + panel.width, panel.top + panel.height
    parts: list[str] = []
    for value in value_ticks(panel.low, panel.high, max(2, int(panel.height // 28))):
        y = panel.y(value)
        parts.append(f'<path class="grid" d="M{_px(panel.left)} {_px(y)}H{_px(right)}"/>')
        if values:
            parts.append(label(panel.left - 8, y + 5, f"{value:g}", anchor="end"))
    for t_s in time_ticks(panel.end_s, min(_MOST_TIME_TICKS, max(2, int(panel.width // _TIME_TICK_PX)))):
        parts.append(f'<path class="grid" d="M{_px(panel.x(t_s))} {_px(panel.top)}V{_px(bottom)}"/>')
        if times:
            parts.append(label(panel.x(t_s), bottom + 20, time_text(t_s), anchor="middle"))
    parts.append(
        f'<rect class="axis" x="{_px(panel.left)}" y="{_px(panel.top)}" width="{_px(panel.width)}"'
        f' height="{_px(panel.height)}"/>'
    )
    if name:
        parts.append(upright(panel.left - 62, panel.top + panel.height / 2, name))
    return parts


def upright(x: float, y: float, text: str, *, css: str = "") -> str:
    """A piece of text that runs from bottom to top, centred."""
    return label(x, y, text, anchor="middle", css=css, more=f' transform="rotate(-90 {_px(x)} {_px(y)})"')


def line(panel: Panel, points: Iterable[tuple[float, float | None]], css: str) -> str:
    """A line through (time, value), broken where the value is not known."""
    steps: list[str] = []
    pen_down = False
    for t_s, value in points:
        if value is not None:
            steps.append(f"{'L' if pen_down else 'M'}{_px(panel.x(t_s))} {_px(panel.y(value))}")
        pen_down = value is not None
    return f'<path class="{css}" d="{"".join(steps)}"/>'


def band(panel: Panel, edges: Sequence[tuple[float, float, float] | None], css: str) -> str:
    """An area between (time, low, high), broken at None."""
    paths: list[str] = []
    run: list[tuple[float, float, float]] = []
    for edge in [*edges, None]:
        if edge is not None:
            run.append(edge)
        elif run:
            around = [(t, low) for t, low, _ in run] + [(t, high) for t, _, high in reversed(run)]
            paths.append("M" + "L".join(f"{_px(panel.x(t))} {_px(panel.y(v))}" for t, v in around) + "Z")
            run = []
    return f'<path class="{css}" d="{"".join(paths)}"/>'


def stripe(panel: Panel, from_s: float, to_s: float, css: str) -> str:
    """A stretch of time over the whole height, at least 2 px wide."""
    left = panel.x(from_s)
    wide = max(2.0, panel.x(to_s) - left)
    return (
        f'<rect class="{css}" x="{_px(left)}" y="{_px(panel.top)}" width="{_px(wide)}" height="{_px(panel.height)}"/>'
    )


def marks(points: Iterable[Point], shape: str, css: str) -> str:
    """One path that repeats ``shape`` (relative to its place) at each point in px; what would lie on another is left out."""
    places = dict.fromkeys((round(2 * x) / 2, round(2 * y) / 2) for x, y in points)
    return f'<path class="{css}" d="{"".join(f"M{x:g} {y:g}{shape}" for x, y in places)}"/>'


def value_ticks(low: float, high: float, most: int) -> list[float]:
    """Round values from ``low`` to ``high``, at most ``most`` + 1, in steps of 1, 2, 2.5 or 5 times a power of ten."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [round(step * at, 10) for at in range(first, math.floor(high / step + 1e-9) + 1)]


def time_ticks(end_s: float, most: int = _MOST_TIME_TICKS) -> list[float]:
    """Round times from 0 to ``end_s``, at most ``most`` + 1."""
    longest = _TIME_STEPS_S[-1]
    fitting = (step for step in _TIME_STEPS_S if end_s / step <= most)
    step = next(fitting, longest * math.ceil(end_s / longest / most))
    return [float(at * step) for at in range(int(end_s // step) + 1)]


def time_text(t_s: float) -> str:
    """``m:ss``, or ``h:mm:ss`` from an hour on."""
    hours, rest = divmod(round(t_s), 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def _px(value: float) -> str:
    return f"{round(value, 1):g}"
