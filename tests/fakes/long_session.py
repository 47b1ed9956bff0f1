"""Events with realistic values: what twenty minutes leave in the log, at the engine's own precision."""

from __future__ import annotations

import random
from collections.abc import Iterator

from pulsetune.heart.heart_rate_measurement import decode, encode
from pulsetune.model import (
    ArousalEstimate,
    AudioParameters,
    Beat,
    Cue,
    EndedBecause,
    Event,
    Link,
    LinkChanged,
    ListenerProfile,
    Phase,
    PolicyName,
    PulseTick,
    SessionEnded,
    SessionStarted,
)
from pulsetune.programs import find_program

STARTED_UTC_MS = 1_795_597_920_250  # 2026-11-25T10:12:00.250+01:00


def started(**changes: object) -> SessionStarted:
    """The first event of a session of the program ``unwind``."""
    values: dict[str, object] = {
        "t_s": 0.0,
        "version": "0.1.0",
        "schema": 1,
        "program": find_program("unwind"),
        "profile": ListenerProfile(),
        "policy": PolicyName.STAGED_ISO,
        "source": "strap Polar H10",
        "simulated": False,
        "seed": 7,
        "started_utc_ms": STARTED_UTC_MS,
        "utc_offset_min": 60,
        "zone": "Europe/Vienna",
    }
    return SessionStarted(**(values | changes))  # type: ignore[arg-type]


def long_session(minutes: int = 20, seed: int = 1) -> Iterator[tuple[float, Event]]:
    """A session's events after its first: each second what a strap, the engine and the sound process log."""
    dice = random.Random(seed)
    yield 0.0, LinkChanged(0.0, Link.CONNECTED, "connected to Polar H10")
    beat_s = 0.4
    pulses = beats = cues = 0
    seconds = minutes * 60
    for second in range(1, seconds + 1):
        rr_ms = []
        while beat_s < second:
            rr_ms.append(round(dice.gauss(853, 40)) * 1000 / 1024)
            beat_s += rr_ms[-1] / 1000
        at_s = float(second)
        arrived_s = second - dice.random() / 4
        yield at_s, decode(encode(70, rr_ms), arrived_s)
        for rr in rr_ms:
            beats += 1
            yield at_s, Beat(arrived_s - 1.3 - dice.random() / 3, rr, rr)
        noise = [round(dice.random(), 4) for _ in range(8)]
        yield at_s, ArousalEstimate(
            at_s, 68 + noise[0], 69 + noise[1], round(32 + noise[2], 3), round(9 + noise[3], 3),
            round(0.4 + noise[4] / 5, 4), round(0.8 + noise[5] / 10, 4), round(0.9 + noise[6] / 10, 4), noise[7],
        )  # fmt: skip
        yield (
            at_s,
            AudioParameters(
                at_s,
                round(66 - second / 240 + noise[0] / 100, 4),
                noise[1],
                noise[2],
                noise[3],
                0.8,
                0.6,
                round(-noise[4], 2),
            ),
        )
        if second % 12 == 0:
            cues += 1
            yield at_s, Cue(at_s, Phase.LEAD, 64.1234, 1.0, 0.4321, "your heart followed: one step slower")
        while pulses < second * 55 / 60:
            pulses += 1
            frame = round(pulses * 48_000 * 60 / 55 + dice.random() * 50)
            yield at_s, PulseTick(frame / 48_000, pulses, frame)
    yield float(seconds), SessionEnded(float(seconds), EndedBecause.COMPLETED, "", beats, 0)
