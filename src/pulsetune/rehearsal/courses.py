"""How heart rate and tempo went, over many listeners: what the plot of a rehearsal shows.

Rules of this file:
1. Every series is taken from the listener's own beginning, or the spread would only show how different hearts are.
2. Music at half the pulse of the beginning counts double, as the listener feels it.
3. A point needs a fifth of the listeners; a course breaks where fewer have a pulse, or still sit there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pulsetune.heart.listener import Responder
from pulsetune.heart.music_response import HALF_TIME_BELOW
from pulsetune.model import PolicyName, Program
from pulsetune.records.rehearsal_plot import Cell, Course, Picture, Spread
from pulsetune.rehearsal.evening import Evening
from pulsetune.rehearsal.inference import Mean
from pulsetune.rehearsal.judging import Outcome
from pulsetune.rehearsal.report import Scene

EVERY_S = 5
LEAST_SHARE = 0.2
SHOWN_PERCENT = (10, 50, 90)

_Series = npt.NDArray[np.float32]


class Courses:
    """Collects evenings (give ``look`` to ``rehearse_worlds``) and keeps a thinned copy of each."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._points = math.ceil(60 * program.minutes / EVERY_S)
        self._heart: dict[tuple[PolicyName, Responder], list[_Series]] = {}
        self._tempo: dict[tuple[PolicyName, Responder], list[_Series]] = {}

    def look(self, policy: PolicyName, evening: Evening, outcome: Outcome) -> None:
        """Take one evening."""
        key = policy, outcome.responder
        heart, tempo = self._thinned(evening.true_heart_rate_bpm), self._thinned(evening.tempo_bpm)
        beginning_bpm = np.float32(outcome.beginning_bpm)
        tempo = np.where(tempo < HALF_TIME_BELOW * beginning_bpm, 2 * tempo, tempo)
        self._heart.setdefault(key, []).append(heart - beginning_bpm)
        self._tempo.setdefault(key, []).append(tempo - beginning_bpm)

    def picture(self, scene: Scene, title: str) -> Picture:
        """The plot of one world, types that nobody has left out."""
        program = self._program
        kinds = [kind for kind, group in scene.quiet.by_type.items() if group.listeners]
        end_s = 60 * program.minutes
        thin_s = end_s - program.silence_s - program.fade_s - program.consolidate_s
        return Picture(
            title,
            [result.policy.value for result in scene.results],
            [f"{kind.value} ({scene.quiet.by_type[kind].listeners})" for kind in kinds],
            [
                [self._cell(result.policy, kind, result.by_type[kind].vs_silence_bpm) for result in scene.results]
                for kind in kinds
            ],
            end_s,
            [(0.0, program.calibrate_s), (thin_s, end_s)],
        )

    def _cell(self, policy: PolicyName, kind: Responder, vs_silence: Mean | None) -> Cell:
        error = "" if vs_silence is None or vs_silence.se is None else f" ± {vs_silence.se:.1f}"
        note = "" if vs_silence is None else f"vs silence {vs_silence.mean:+.1f}{error}".replace("-", "−")
        return Cell(
            _course(self._heart[policy, kind]),
            _course(self._tempo[policy, kind]),
            _course(self._heart[PolicyName.QUIET, kind]),
            note,
        )

    def _thinned(self, series: Sequence[float | None]) -> _Series:
        """Every fifth second as an array of the session's length, NaN where nothing is known."""
        thinned = np.full(self._points, np.nan, np.float32)
        some = np.array(series[EVERY_S - 1 :: EVERY_S], np.float32)[: self._points]
        thinned[: len(some)] = some
        return thinned


def _course(series: list[_Series]) -> Course:
    """Percentiles at each time, of those who have a value then."""
    values = np.stack(series)
    known = np.isfinite(values).mean(axis=0) >= LEAST_SHARE
    spread: list[Spread | None] = []
    for at, enough in enumerate(known):
        if enough:
            low, median, high = map(float, np.nanpercentile(values[:, at], SHOWN_PERCENT))
            spread.append((low, median, high))
        else:
            spread.append(None)
    return Course([float(EVERY_S * (at + 1)) for at in range(len(spread))], spread)
