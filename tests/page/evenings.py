"""Evenings of the past in a home: logs as the program writes them, with a heart rate that is known beforehand."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from pulsetune.model import (
    ArousalEstimate,
    AudioParameters,
    Baseline,
    Beat,
    BeatKind,
    Cue,
    EndedBecause,
    Event,
    HeartSample,
    Phase,
    SessionEnded,
)
from pulsetune.programs import find_program
from pulsetune.records.store import SessionLog
from pulsetune.summary import SummaryFold
from tests.fakes.long_session import started

STRAP = "strap Polar H10 1234 (AA:BB)"
RECORDING = "recording evening.txt"
CALIBRATE_S = 120


def evening(
    home: Path,
    program: str,
    day: str,
    began_bpm: float,
    ended_bpm: float,
    *,
    minutes: int = 8,
    source: str | None = STRAP,
) -> int:
    """Log one session whose heart rate goes in a straight line; ``source`` None: a simulated listener. Its number."""
    moment = datetime.fromisoformat(f"{day}T20:15:00").replace(tzinfo=UTC)
    plan = find_program(program)
    begun = started(
        program=plan,
        policy=plan.policy,
        simulated=source is None,
        source=source or "simulated listener (follows, seed 1)",
        started_utc_ms=round(moment.timestamp() * 1000),
        utc_offset_min=0,
        zone="UTC",
    )
    log, fold = SessionLog.start(home, begun), SummaryFold()
    fold.take(0.0, begun)
    for event in _events(program, began_bpm, ended_bpm, 60 * minutes):
        log.append(event.t_s, event)
        fold.take(event.t_s, event)
    log.finish(json.dumps(asdict(fold.summary())))
    log.close()
    return log.session_id


def _events(program: str, began_bpm: float, ended_bpm: float, length_s: int) -> list[Event]:
    events: list[Event] = [Cue(0.0, Phase.CALIBRATE, began_bpm, 1.0, 1.0, "listening to your pulse")]
    for second in range(1, length_s + 1):
        share = max(0, second - CALIBRATE_S) / (length_s - CALIBRATE_S)
        rate, t_s = began_bpm + share * (ended_bpm - began_bpm), float(second)
        rr_ms = 60_000 / rate
        events.append(HeartSample(t_s, b"", round(rate), (rr_ms,)))
        events.append(Beat(t_s, rr_ms, rr_ms, BeatKind.NORMAL, False))
        events.append(ArousalEstimate(t_s, rate, rate, 30.0, 12.0, 1 - share / 2, 0.9, 0.95, 0.5))
        if second == CALIBRATE_S:
            events.append(Baseline(t_s, began_bpm, 30.0, 2.0, 0.2, 60.0))
            events.append(Cue(t_s, Phase.LEAD, began_bpm, 1.0, 1.0, "your heart followed: one step slower"))
        if second >= CALIBRATE_S and program != "quiet":
            events.append(AudioParameters(t_s, rate - 2, 0.5, 0.5, 0.5, 0.8, 0.5, 0.0))
    events.append(SessionEnded(float(length_s), EndedBecause.COMPLETED, "", length_s, 0))
    return events
