"""How fast the player renders, in times real time on one core, for calm, middling and lively music.

    python benchmarks/sound_render.py [SECONDS]

A live session must stay within a tenth of one core, so below 15 x there is something to repair.
"""

from __future__ import annotations

import sys
import time

from pulsetune.model import AudioParameters
from pulsetune.sound.player import BLOCK_FRAMES, SAMPLE_RATE_HZ, Player

CASES = {
    "bed only": (60.0, 0.5, 0.5, 0.5, 0.0),
    "calm": (46.0, 0.0, 0.0, 1.0, 1.0),
    "middle": (60.0, 0.5, 0.5, 0.5, 1.0),
    "lively": (92.0, 1.0, 1.0, 0.0, 1.0),
}


def times_real_time(case: tuple[float, float, float, float, float], seconds: float) -> float:
    """CPU time, so that what else the machine does counts little."""
    tempo_bpm, brightness, density, warmth, pulse = case
    player = Player("felt-piano", 1)
    player.push(AudioParameters(0.0, tempo_bpm, brightness, density, warmth, pulse, 1.0, 0.0))
    blocks = int(seconds * SAMPLE_RATE_HZ / BLOCK_FRAMES)
    began_s = time.process_time()
    for _ in range(blocks):
        player.render()
    spent_s = time.process_time() - began_s
    player.close()
    return blocks * BLOCK_FRAMES / SAMPLE_RATE_HZ / spent_s


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    for name, case in CASES.items():
        speed = times_real_time(case, seconds)
        print(f"{name:10s} {speed:5.1f} x real time, {100 / speed:4.1f} % of one core")


if __name__ == "__main__":
    main()
