"""Whether memory stays flat while an hour of music is rendered: every soundscape in a process of its own.

    python benchmarks/sound_memory.py [NAME ...] [--minutes 60]      about five minutes of processor time a soundscape

The music goes up and down between lively and calm every ten minutes, through the limiter and into a FLAC file, as in
`pulsetune play --output`. Printed is the resident memory (RSS) after each tenth of the way. Linux only: it reads /proc.
Exit code 1 if a soundscape ends with more than a tenth above what it had after the first tenth.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

from _proc import resident_mb

from pulsetune.guide.timbre import timbre_for
from pulsetune.model import AudioParameters, Phase
from pulsetune.sound.files import FileOutput
from pulsetune.sound.limiter import TruePeakLimiter
from pulsetune.sound.player import BLOCK_FRAMES, SAMPLE_RATE_HZ, SOUNDSCAPES, Player

PERIOD_S = 600.0
MOST_GROWTH = 1.10
TENTHS = 10


def target(t_s: float) -> AudioParameters:
    arousal = 0.5 + 0.5 * math.cos(2 * math.pi * t_s / PERIOD_S)
    s = timbre_for(arousal, Phase.LEAD)
    tempo_bpm = 55.0 + 25.0 * arousal
    return AudioParameters(t_s, tempo_bpm, s.brightness, s.density, s.warmth, s.pulse_level, s.bed_level, 0.0)


def render(name: str, minutes: float) -> tuple[list[float], float]:
    """RSS in MB after each tenth, and how many times real time it went."""
    begun_s, memory = time.process_time(), []
    blocks = int(60 * minutes * SAMPLE_RATE_HZ / BLOCK_FRAMES)
    with tempfile.TemporaryDirectory() as folder:
        player, limiter = Player(name, 1), TruePeakLimiter(SAMPLE_RATE_HZ)
        output = FileOutput(Path(folder, "hour.flac"), SAMPLE_RATE_HZ, limiter.latency_frames)
        told_s = 0.0
        for block in range(blocks):
            while told_s <= (block + 1) * BLOCK_FRAMES / SAMPLE_RATE_HZ:
                player.push(target(told_s))
                told_s += 1.0
            output.write(limiter.process(player.render()))
            player.take_ticks()
            player.take_notes()
            if (block + 1) * TENTHS // blocks > len(memory):
                memory.append(resident_mb(os.getpid()))
        output.close()
        player.close()
    return memory, 60 * minutes / (time.process_time() - begun_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="soundscapes; default: all")
    parser.add_argument("--minutes", type=float, default=60.0)
    wishes = parser.parse_args()
    if not sys.platform.startswith("linux"):
        sys.exit("This benchmark reads /proc, which only Linux has.")
    flat = True
    context = multiprocessing.get_context("spawn")
    for name in wishes.names or list(SOUNDSCAPES):
        with context.Pool(1) as one:
            memory, times = one.apply(render, (name, wishes.minutes))
        growth = memory[-1] / memory[0]
        flat = flat and growth <= MOST_GROWTH
        print(
            f"{name:14s} RSS, MB: {' '.join(f'{mb:.1f}' for mb in memory)}   last / first {growth:.3f} (at most "
            f"{MOST_GROWTH:.2f})   {times:.1f} x real time with limiter and file",
            flush=True,
        )
    print("flat" if flat else "NOT flat")
    sys.exit(not flat)


if __name__ == "__main__":
    main()
