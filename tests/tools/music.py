"""Shared by tests of sound: targets with defaults, and a player run for some seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pulsetune.model import AudioParameters, PulseTick
from pulsetune.sound.player import BLOCK_FRAMES, SAMPLE_RATE_HZ, Player


@dataclass(frozen=True)
class Heard:
    """What came out of a player: (frames, 2) samples and its ticks."""

    samples: NDArray[np.float64]
    ticks: list[PulseTick]
    dropped_notes: int


def target(
    t_s: float = 0.0,
    tempo_bpm: float = 60.0,
    *,
    brightness: float = 0.5,
    density: float = 0.5,
    warmth: float = 0.5,
    pulse_level: float = 1.0,
    bed_level: float = 1.0,
    level_db: float = 0.0,
) -> AudioParameters:
    return AudioParameters(t_s, tempo_bpm, brightness, density, warmth, pulse_level, bed_level, level_db)


def hear(targets: Sequence[AudioParameters], seconds: float, *, seed: int = 1, start_frame: int = 0) -> Heard:
    player = Player("felt-piano", seed, start_frame)
    try:
        for one in targets:
            player.push(one)
        blocks = [player.render() for _ in range(int(seconds * SAMPLE_RATE_HZ / BLOCK_FRAMES))]
        return Heard(np.concatenate(blocks).astype(np.float64), player.take_ticks(), player.dropped_notes)
    finally:
        player.close()
