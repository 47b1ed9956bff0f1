"""The same unit generators as a soundscape, in a bare pyo script: no score, no parameters, no voices to choose.

What a soundscape is made of is counted while it is built; the bare graph then has as many streams of each kind, mixes of
as many inputs, as many filters whose frequency moves, and starts as many notes, as long, in voices taken in turn. Both run
through the same limiter.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from pulsetune.model import AudioParameters
from pulsetune.sound.denormals import flush_denormals
from pulsetune.sound.limiter import TruePeakLimiter
from pulsetune.sound.player import BLOCK_FRAMES, SAMPLE_RATE_HZ, Player
from pulsetune.sound.quiet_pyo import ManualServer, pyo
from pulsetune.sound.soundscapes.textures import hall
from pulsetune.sound.soundscapes.voices import HOLD_FRAMES, room

WARM_UP_S, MEASURED_S, ROUNDS = 6.0, 4.0, 9  # many short turns: what else the machine does falls on both alike
KINDS = ("TableScan", "TrigEnv", "TableRead", "ButLP", "ButBP", "Mix", "Sig", "Osc", "CvlVerb", "EQ", "RMS", "DCBlock")
BLOCKS_PER_S = SAMPLE_RATE_HZ / BLOCK_FRAMES


@dataclass
class Recipe:
    """What a soundscape was seen to be made of."""

    streams: Counter[str] = field(default_factory=Counter)
    mixed: list[int] = field(default_factory=list)  # streams that go into each mix
    note_s: list[float] = field(default_factory=list)  # how long each voice reads its table
    controls: dict[str, list[Any]] = field(default_factory=lambda: {"ButLP": [], "ButBP": []})
    moving: dict[str, list[bool]] = field(default_factory=dict)
    notes_per_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor time a second of music."""

    ours: float
    bare: float
    ratio: float  # of turns next to each other, the middle one

    @property
    def times_real_time(self) -> float:
        return 1.0 / self.ours


@contextmanager
def watched() -> Iterator[Recipe]:
    """Note every generator that is made meanwhile."""
    recipe = Recipe()
    originals = {kind: getattr(pyo, kind) for kind in KINDS}

    def watching(kind: str, make: Any) -> Any:
        def made(*arguments: Any, **named: Any) -> Any:
            thing = make(*arguments, **named)
            recipe.streams[kind] += len(thing)
            if kind == "Mix":
                inputs = arguments[0] if isinstance(arguments[0], list) else [arguments[0]]
                recipe.mixed.append(sum(len(one) for one in inputs))
            if kind == "TrigEnv":
                recipe.note_s.append(named["dur"])
            if kind in recipe.controls:
                recipe.controls[kind].append(named["freq"])
            return thing

        return made

    for kind, make in originals.items():
        setattr(pyo, kind, watching(kind, make))
    try:
        yield recipe
    finally:
        for kind, make in originals.items():
            setattr(pyo, kind, make)


class BareGraph:
    """As many generators of each kind as were seen, all of them running."""

    def __init__(self, recipe: Recipe) -> None:
        self._server = ManualServer(1)
        self._kept: list[Any] = []
        self._recipe = recipe
        self._due = 0.0
        self._next = 0
        rng = np.random.default_rng(1)
        flat = self._keep(pyo.DataTable(BLOCK_FRAMES, init=[0.01] * BLOCK_FRAMES))
        steps = np.repeat(np.linspace(900.0, 950.0, BLOCK_FRAMES // HOLD_FRAMES), HOLD_FRAMES)  # as ours move
        ramp = self._keep(pyo.DataTable(BLOCK_FRAMES, init=steps.tolist()))
        still = self._keep(pyo.DataTable(BLOCK_FRAMES, init=[900.0] * BLOCK_FRAMES))
        sound = self._keep(pyo.DataTable(1 << 17, init=(0.1 * rng.standard_normal(1 << 17)).tolist()))
        triggers = [pyo.DataTable(BLOCK_FRAMES) for _ in recipe.note_s]
        self._triggers = [np.asarray(one.getBuffer(0)) for one in triggers]
        scans = [self._keep(pyo.TableScan(one)) for one in triggers]
        lines = max(1, recipe.streams["TableScan"] - len(scans))
        levels = [self._keep(pyo.TableScan(flat)) for _ in range(lines)]
        level = levels[0]
        ramping, standing = self._keep(pyo.TableScan(ramp)), self._keep(pyo.TableScan(still))
        sources = [
            pyo.TrigEnv(scan, sound, dur=note_s, interp=4)
            for scan, note_s in zip(scans, recipe.note_s, strict=True)
            for _ in range(2)
        ]
        sources += [
            pyo.TableRead(sound, freq=0.3, loop=1, interp=2, mul=level).play()
            for _ in range(recipe.streams["TableRead"])
        ]
        sources += [pyo.Osc(pyo.HarmTable([1, 0.3]), ramping, mul=level) for _ in range(recipe.streams["Osc"])]
        for make, kind in ((pyo.ButLP, "ButLP"), (pyo.ButBP, "ButBP")):
            moving = [one for one in recipe.moving[kind] for _ in range(2)][: recipe.streams[kind]]
            sources += [
                make(sources[n % len(sources)], freq=ramping if moves else standing, mul=level)
                for n, moves in enumerate(moving)
            ]
        mixes = [pyo.Mix([sources[n % len(sources)] for n in range(count)], voices=2) for count in recipe.mixed]
        sent = [pyo.Sig(mixes[0][n % 2], mul=level) for n in range(recipe.streams["Sig"])]
        wet = room(mixes[0], hall(SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
        meters = [pyo.RMS(pyo.EQ(mixes[0].mix(1), 1500.0, 0.7, 4.0, type=2)) for _ in range(recipe.streams["RMS"])]
        self._kept += [*sources, *mixes, *sent, wet, *meters, pyo.DCBlock(wet, mul=level).out()]
        self._server.start()

    def _keep(self, thing: Any) -> Any:
        self._kept.append(thing)
        return thing

    def render(self) -> Any:
        """The next block; notes begin in it as often as they did in the music."""
        self._due += self._recipe.notes_per_s / BLOCKS_PER_S
        begun = []
        while self._due >= 1.0 and self._triggers:
            begun.append(self._triggers[self._next % len(self._triggers)])
            self._due, self._next = self._due - 1.0, self._next + 1
        for trigger in begun:
            trigger[0] = 1.0
        block = self._server.process()
        for trigger in begun:
            trigger[0] = 0.0
        return block


def compare(name: str, target: AudioParameters) -> Cost:
    """Cost of the soundscape ``name`` at ``target`` and of its bare graph, turn by turn: the least of each, and the middle ratio."""
    flush_denormals()  # as the sound process does
    with watched() as recipe:
        player = Player(name, 1)
    player.push(target)
    spend(player, WARM_UP_S)
    recipe.notes_per_s = len(player.take_notes()) / WARM_UP_S
    before = {kind: [one.get() for one in controls] for kind, controls in recipe.controls.items()}
    player.render()
    recipe.moving = {
        kind: [one.get() != value for one, value in zip(controls, before[kind], strict=True)]
        for kind, controls in recipe.controls.items()
    }
    bare = BareGraph(recipe)
    spend(bare, WARM_UP_S)
    ours_s, bare_s = [], []
    for _ in range(ROUNDS):
        ours_s.append(spend(player, MEASURED_S))
        bare_s.append(spend(bare, MEASURED_S))
    ratio = float(np.median(np.array(ours_s) / np.array(bare_s)))
    return Cost(min(ours_s) / MEASURED_S, min(bare_s) / MEASURED_S, ratio)


def tell(connection: Connection, name: str, target: AudioParameters) -> None:
    """``compare`` for a process of its own, which ends here: pyo may crash while servers are taken down."""
    connection.send(compare(name, target))
    os._exit(0)


def spend(music: Any, seconds: float) -> float:
    """Processor time of rendering ``seconds`` and limiting them; what else the machine does counts little."""
    limiter = TruePeakLimiter(SAMPLE_RATE_HZ)
    blocks = int(seconds * SAMPLE_RATE_HZ / BLOCK_FRAMES)
    begun_s = time.process_time()
    for _ in range(blocks):
        limiter.process(music.render())
    return time.process_time() - begun_s
