"""A taste of a soundscape: what to play, where and how long, read from what was typed and checked before anything sounds."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path

from pulsetune.cli.files import check_score, check_writable
from pulsetune.errors import WrongUse
from pulsetune.model import SILENT_DB, AudioParameters, Phase

AROUSAL = (0.0, 1.0)
TEMPO_BPM = (42.0, 92.0)  # the range in which a session ever plays
SHORTEST_S, LONGEST_S = 2.0, 3600.0
FADE_IN_S, FADE_OUT_S = 1.0, 2.0


@dataclass(frozen=True, slots=True)
class Sweep:
    """A value that moves linearly from the beginning to the end."""

    first: float
    last: float

    def at(self, share: float) -> float:
        """The value when ``share`` (0..1) of the time has passed."""
        return self.first + (self.last - self.first) * share


@dataclass(frozen=True, slots=True)
class Taste:
    """What to play, where, and how long."""

    name: str
    output: Path | None
    seconds: float
    arousal: Sweep
    tempo_bpm: Sweep
    seed: int
    score: Path | None
    bed: str

    def parameters(self, t_s: float) -> AudioParameters:
        """What the guide would ask for; its own change of loudness left out, the fades put in."""
        from pulsetune.guide.timbre import timbre_for

        share = min(1.0, t_s / self.seconds)
        sound = timbre_for(self.arousal.at(share), Phase.LEAD)
        into, left = t_s / FADE_IN_S, (self.seconds - t_s) / FADE_OUT_S
        level_db = SILENT_DB * (1 - max(0.0, min(1.0, into, left)))
        return AudioParameters(
            t_s,
            self.tempo_bpm.at(share),
            sound.brightness,
            sound.density,
            sound.warmth,
            sound.pulse_level,
            sound.bed_level,
            level_db,
        )


def read_taste(
    name: str, *, output: str, bed: str, seconds: float, arousal: str, tempo: str, seed: int | None, score: Path | None
) -> Taste:
    """The wishes, all checked before anything sounds."""
    from pulsetune.cli.beds import checked_bed
    from pulsetune.sound.soundscapes import REFERENCE, SOUNDSCAPES

    if name not in SOUNDSCAPES and name != REFERENCE:
        raise WrongUse(f'There is no soundscape "{name}".', f"Known soundscapes: {', '.join(SOUNDSCAPES)}.")
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise WrongUse(f"{seconds:g} seconds is not possible.", f"Choose {SHORTEST_S:g} to {LONGEST_S:g}.")
    path = None if output in ("speakers", "null") else Path(output)
    if path is not None:
        check_writable(
            path, (".flac", ".wav"), "an output", "Use speakers, null, or a file that ends in .flac or .wav."
        )
    check_score(score)
    seed = random.SystemRandom().randrange(2**31) if seed is None else seed
    sweeps = _sweep("arousal", arousal, AROUSAL), _sweep("tempo", tempo, TEMPO_BPM)
    return Taste(name, path, seconds, *sweeps, seed, score, checked_bed(bed))


def _sweep(what: str, text: str, limits: tuple[float, float]) -> Sweep:
    """``A..B`` or ``A``, both within ``limits``."""
    low, high = limits
    try:
        numbers = [float(part) for part in text.split("..")]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2) or not all(math.isfinite(number) and low <= number <= high for number in numbers):
        raise WrongUse(
            f'"{text}" is not possible for --{what}.',
            f"Give a number from {low:g} to {high:g}, or two: {high:g}..{low:g}.",
        )
    return Sweep(numbers[0], numbers[-1])
