"""A bad evening of a strap, in real time: two drops of 20 s, doubled signals, a malformed packet, while music plays.

    python benchmarks/strap_session.py        # about five minutes; Linux with dbus-daemon

Runs ``pulsetune play --source strap --output null`` against a fake BlueZ on a private message bus (bleak's own backend
talks to it), with a program that calibrates for 60 s, and prints what the log says: every beat once, the gaps, the
tempo over each gap, the music, and how long the first interval took.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pulsetune.heart.heart_rate_measurement import encode  # noqa: E402
from pulsetune.model import (  # noqa: E402
    AudioParameters,
    Contact,
    HeartSample,
    Link,
    LinkChanged,
    SoundState,
    SoundStatus,
)
from pulsetune.verification import verify  # noqa: E402
from tests.fakes.fake_bluez import FakeBlueZ  # noqa: E402
from tests.tools.live import Program  # noqa: E402

PROGRAM = """name = "bad-evening"
title = "Bad evening"
description = "Calibrates quickly, for a measurement."
minutes = 8
[phases]
calibrate_s = 60
"""
DROPS_AT_S = (150.0, 215.0)
DROP_S = 20.0
DOUBLED_AT_S = 100.0
MALFORMED_AT_S = 120.0
STOP_AT_S = 280.0


def payload(number: int) -> bytes:
    """A calm heart near 74 bpm whose every beat has another length."""
    return encode(74, [(780 + (number * 37) % 101) * 1000 / 1024], contact=Contact.ON_SKIN)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, FakeBlueZ() as bluez:
        home = Path(folder) / "home"
        (Path(folder) / "bad.toml").write_text(PROGRAM)
        strap = bluez.add_strap("Polar H10 12345678", "C4:D7:00:00:00:01")
        begun_s = time.monotonic()
        program = Program(home, f"{folder}/bad.toml", "--source", "strap", "--output", "null", "--json")
        strap.wait_subscribed(30)
        sent = send(strap, begun_s)
        result = program.interrupt()
        report(program.log(), sent, result)


def send(strap: object, begun_s: float) -> list[bytes]:
    sent: list[bytes] = []
    drops, doubled, malformed = list(DROPS_AT_S), False, False
    while (now_s := time.monotonic() - begun_s) < STOP_AT_S:
        if drops and now_s >= drops[0]:
            drops.pop(0)
            strap.vanish()
            time.sleep(DROP_S)
            strap.come_back()
            strap.wait_subscribed(60)
        if not doubled and now_s >= DOUBLED_AT_S:
            doubled = True
            strap.another_program_listens()
        if not malformed and now_s >= MALFORMED_AT_S:
            malformed = True
            strap.notify(b"\x10\x3c\x00")
        sent.append(payload(len(sent)))
        strap.notify(sent[-1])
        time.sleep(0.81)
    time.sleep(1.0)
    return sent


def report(log: list, sent: list[bytes], result: dict) -> None:
    samples = [event for _, event in log if isinstance(event, HeartSample)]
    good = [sample.payload for sample in samples if sample.malformed is None]
    print(f"first interval in the log      {samples[0].t_s:.1f} s of session time")
    print(f"beats sent, in the log         {len(sent)}, {len(good)}; the same in the same order: {good == sent}")
    print(f"malformed packets kept         {sum(sample.malformed is not None for sample in samples)}")
    print(f"gaps                           {result['gaps']}")
    tempo = {event.t_s: event.tempo_bpm for _, event in log if isinstance(event, AudioParameters)}
    lost = [event.t_s for _, event in log if isinstance(event, LinkChanged) and event.link is Link.LOST]
    for lost_s in lost:
        back_s = next(sample.t_s for sample in samples if sample.t_s > lost_s)
        before, after = tempo[float(int(lost_s))], tempo[float(int(back_s) + 1)]
        print(
            f"tempo over the gap at {lost_s:5.1f} s    {before:.2f} to {after:.2f}: {100 * (after / before - 1):+.2f} %"
        )
    states = {event.state.value for _, event in log if isinstance(event, SoundStatus)}
    broken = states - {SoundState.STARTING, SoundState.PLAYING, SoundState.FINISHED}
    print(
        f"music                          {result['output']['seconds']:.1f} s, {result['output']['underruns']} underruns, trouble: {sorted(broken)}"
    )
    print(f"replay exact                   {verify(iter(log)).exact}")


if __name__ == "__main__":
    main()
