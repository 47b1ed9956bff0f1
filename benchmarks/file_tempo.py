"""The tempo of a rendered session, measured from the sound alone, beside the tempo in its log.

    python benchmarks/file_tempo.py [MINUTES]        # default: 10

Renders a simulated session to FLAC through the real program, measures every 30 s that have a pulse with a meter that
knows nothing of the player, and prints both. Exit code 1 if any stretch differs by more than 1 BPM.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import soundfile

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pulsetune.model import AudioParameters  # noqa: E402
from tests.tools.live import Program  # noqa: E402
from tests.tools.tempo_meter import tempo_bpm  # noqa: E402

STRETCH_S = 30
AUDIBLE_DB = -30.0  # a pulse softer than this has faded out of anybody's hearing
AGREE_BPM = 1.0


def stretches(log: list) -> list[tuple[int, float]]:
    """Beginning and mean tempo of every stretch that has an audible pulse throughout."""
    by_second = {int(e.t_s): e for _, e in log if isinstance(e, AudioParameters) and e.t_s == int(e.t_s)}
    out = []
    for begin_s in range(0, max(by_second) - STRETCH_S + 1, STRETCH_S):
        seconds = [by_second[begin_s + k] for k in range(STRETCH_S)]
        if all(p.pulse_level >= 0.3 and p.level_db > AUDIBLE_DB for p in seconds):
            out.append((begin_s, sum(p.tempo_bpm for p in seconds) / STRETCH_S))
    return out


def main() -> None:
    minutes = sys.argv[1] if len(sys.argv) > 1 else "10"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "session.flac"
        begun_s = time.perf_counter()
        program = Program(
            Path(folder) / "home",
            "--source",
            "simulated",
            "--seed",
            "4",
            "--minutes",
            minutes,
            "--output",
            str(file),
            "--json",
        )
        program.finish(within_s=600)
        took_s = time.perf_counter() - begun_s
        samples, rate = soundfile.read(file, dtype="float32")
        print(f"{minutes} minutes rendered in {took_s:.1f} s: {len(samples) / rate / took_s:.1f} x real time")
        worst = 0.0
        for begin_s, logged in stretches(program.log()):
            measured = tempo_bpm(samples[begin_s * rate : (begin_s + STRETCH_S) * rate], rate)
            worst = max(worst, abs(measured - logged))
            print(f"{begin_s:5d} s   logged {logged:6.2f}   measured {measured:6.2f}   {measured - logged:+.2f}")
        print(f"worst difference {worst:.2f} BPM")
        sys.exit(worst > AGREE_BPM)


if __name__ == "__main__":
    main()
