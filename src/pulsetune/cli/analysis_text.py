"""An analysis as a table for people: raw and clean side by side, with units, and what the numbers are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulsetune.cli.present import duration, table

if TYPE_CHECKING:
    from pulsetune.analysis import Analysis

_ROWS = (  # field, words, unit, digits
    ("heart_rate_bpm", "heart rate", "beats/min", 1),
    ("mean_rr_ms", "mean interval", "ms", 1),
    ("sdnn_ms", "SDNN", "ms", 1),
    ("rmssd_ms", "RMSSD", "ms", 1),
    ("pnn50_percent", "pNN50", "%", 1),
    ("sd1_ms", "SD1", "ms", 1),
    ("sd2_ms", "SD2", "ms", 1),
    ("stress_index", "stress index", "", 1),
    ("lf_ms2", "LF power", "ms²", 0),
    ("hf_ms2", "HF power", "ms²", 0),
    ("breaths_per_min", "breathing", "breaths/min", 1),
    ("coherence", "coherence", "", 2),
)
_UNKNOWN = "-"
_NOT = (
    "These numbers describe this recording alone. They are no diagnosis, no measure of health or mood, and not\n"
    "comparable between people, devices or postures; the stress index is the name of a formula, not your stress."
)


def analysis_text(name: str, result: Analysis, *, simulated: bool) -> str:
    """Everything in an analysis, for a terminal of 100 columns."""
    who = ["SIMULATED listener (model-based, nothing was measured from a person)."] if simulated else []
    rows = [
        [words, unit, _number(getattr(result.raw, field), digits), _number(getattr(result.clean, field), digits)]
        for field, words, unit, digits in _ROWS
    ]
    unknown = any(row[-1] == _UNKNOWN for row in rows)
    return "\n".join(
        [
            f"{name}: {result.intervals} intervals, {duration(result.duration_s)}.",
            *who,
            f"{_artifacts(result)} Quality {result.quality:.2f} of 1.",
            "",
            table(["", "unit", "raw", "clean"], rows),
            "",
            *(
                ["- : too short or too broken for this number (breathing: no single rhythm stands out)."]
                if unknown
                else []
            ),
            _NOT,
        ]
    )


def _artifacts(result: Analysis) -> str:
    found = [f"{count} {kind}" for kind, count in result.artifacts.items() if count]
    gaps = f"{result.gaps} gap{'s' if result.gaps > 1 else ''}" if result.gaps else "no gaps"
    return f"Artifacts: {', '.join(found) or 'none'}; {gaps}."


def _number(value: float | None, digits: int) -> str:
    return _UNKNOWN if value is None else f"{value:.{digits}f}"
