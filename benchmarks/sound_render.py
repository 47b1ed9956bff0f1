"""How fast the player renders, in times real time on one core: every soundscape, calm to lively, and what comes on top.

    python benchmarks/sound_render.py [SECONDS]

A live session must stay within a tenth of one core, so below 15 x there is something to repair. Processor time is
counted, so that what else the machine does counts little.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

from pulsetune.model import AudioParameters
from pulsetune.sound.clock import MusicClock
from pulsetune.sound.player import BLOCK_FRAMES, SAMPLE_RATE_HZ, SOUNDSCAPES, Player
from pulsetune.sound.soundscapes.nature import BEDS, NatureBed

CALM = AudioParameters(0.0, 46.0, 0.0, 0.0, 1.0, 1.0, 0.7, 0.0)
MIDDLE = AudioParameters(0.0, 60.0, 0.5, 0.5, 0.5, 1.0, 0.5, 0.0)
LIVELY = AudioParameters(0.0, 92.0, 1.0, 1.0, 0.0, 1.0, 0.4, 0.0)
CASES = {"bed only": replace(MIDDLE, pulse_level=0.0), "calm": CALM, "middle": MIDDLE, "lively": LIVELY}
ENOUGH = 15.0


def seconds_a_second(soundscape: str, target: AudioParameters, seconds: float, bed: str = "") -> float:
    """Processor time for a second of music."""
    player = Player(soundscape, 1, bed=bed)
    player.push(target)
    blocks = int(seconds * SAMPLE_RATE_HZ / BLOCK_FRAMES)
    began_s = time.process_time()
    for _ in range(blocks):
        player.render()
    spent_s = time.process_time() - began_s
    player.close()
    return spent_s / (blocks * BLOCK_FRAMES / SAMPLE_RATE_HZ)


def bed_alone(name: str, seconds: float) -> float:
    """Processor time for a second of a bed."""
    clock = MusicClock()
    clock.push(MIDDLE)
    values = clock.values_at(0)
    bed = NatureBed(name, 1)
    blocks = int(seconds * SAMPLE_RATE_HZ / BLOCK_FRAMES)
    began_s = time.process_time()
    for _ in range(blocks):
        bed.render(values)
    spent_s = time.process_time() - began_s
    bed.close()
    return spent_s / (blocks * BLOCK_FRAMES / SAMPLE_RATE_HZ)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    slow = []
    for soundscape in SOUNDSCAPES:
        costs = {name: seconds_a_second(soundscape, target, seconds) for name, target in CASES.items()}
        print(
            f"{soundscape:14s}" + "".join(f"  {name} {1 / cost:5.1f} x ({cost:4.1%})" for name, cost in costs.items())
        )
        slow += [soundscape for cost in costs.values() if 1 / cost < ENOUGH]
    plain = seconds_a_second("felt-piano", MIDDLE, seconds)
    guided = seconds_a_second("felt-piano", replace(MIDDLE, breath_s=10.0), seconds)
    print(f"breathing guide: {guided - plain:+.1%} of one core")
    for name in BEDS:
        print(f"bed {name:6s} {bed_alone(name, seconds):.1%} of one core")
    print(f"below {ENOUGH:g} x real time: {', '.join(sorted(set(slow))) or 'none'}")


if __name__ == "__main__":
    main()
