"""Words and tables for people: the summary of a session, the list of sessions."""

from __future__ import annotations

from typing import Any

_ENDED = {
    "completed": "It came to its end.",
    "listener": "You stopped it.",
    "safety": "It stopped because your heart was well above where you began. That can happen; it means nothing bad.",
    "dropout": "It ended because no heartbeat came for five minutes.",
    "error": "It ended because of an error.",
}


def summary_text(result: dict[str, Any]) -> str:
    """The summary of a session as a short text."""
    who = "SIMULATED listener (model-based, nothing was measured from a person)" if result["simulated"] else None
    lines = [f"Session {result['session_id']}: {result['program']}, {duration(result['duration_s'])}."]
    lines.append(f"Heart: {who or result['source']}; {result['beats']} beats{_flaws(result)}.")
    lines.append(_change(result))
    if result["tempo_start_bpm"] is not None:
        lines.append(f"Music: from {result['tempo_start_bpm']:.1f} to {result['tempo_end_bpm']:.1f} pulses a minute.")
    unended = "It is still running." if result.get("state") == "running" else "It was interrupted."
    lines.append(_ENDED.get(result["ended_because"] or "", unended))
    output = result.get("output")
    if output and output["path"]:
        whole = "" if not output["problem"] else ": it is INCOMPLETE"
        lines.append(f"Sound: {output['path']} ({duration(output['seconds'])}){whole}.")
    number = result["session_id"]
    lines.append(f"What happened and why: pulsetune sessions {number}    Every beat: pulsetune export {number}")
    return "\n".join(line for line in lines if line)


def _change(result: dict[str, Any]) -> str:
    before, after = result["baseline_heart_rate_bpm"], result["final_heart_rate_bpm"]
    if before is None or after is None:
        return "Heart rate: not enough beats for a baseline."
    return (
        f"Heart rate: {before:.1f} a minute at the beginning, {after:.1f} at the end (lowest {result['lowest_heart_rate_bpm']:.1f}). "
        "Sitting still alone lowers it by some beats."
    )


def _flaws(result: dict[str, Any]) -> str:
    corrected = sum(result["artifacts"].values())
    parts = []
    if corrected:
        parts.append(f"{corrected} of them corrected")
    if result["gaps"]:
        parts.append(f"{result['gaps']} gap{'s' if result['gaps'] > 1 else ''}")
    return f" ({', '.join(parts)})" if parts else ""


def duration(seconds: float) -> str:
    """Minutes and seconds."""
    whole = int(seconds + 0.5)  # half a second up, as the page does it
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"


def table(headers: list[str], rows: list[list[str]]) -> str:
    """Left-aligned columns, two spaces apart."""
    widths = [max(len(row[column]) for row in [headers, *rows]) for column in range(len(headers))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [headers, *rows]
    )
