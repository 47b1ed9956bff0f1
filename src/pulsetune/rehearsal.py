"""Many simulated sessions through the same loop as a live one, on all cores; model-based, never evidence.

Rules of this file:
1. A rehearsal runs the real engine and the real loop; only the log (kept nowhere) and the sound (silent) are replaced.
2. Common random numbers: a listener is a seed, and every policy meets the same listener on the same evening.
3. A listener is judged by the model's true mean heart rate, against the same listener's quiet evening.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from math import ceil
from statistics import fmean

from pulsetune.clocks import SteppedClock
from pulsetune.heart.listener import Responder
from pulsetune.heart.simulated import SimulatedHeart
from pulsetune.model import (
    AudioParameters,
    Baseline,
    Cue,
    Event,
    Link,
    LinkChanged,
    ListenerProfile,
    Phase,
    PolicyName,
    Program,
    SessionStarted,
)
from pulsetune.session import Parts, run_session
from pulsetune.sound.silent import SilentSink

JUDGED_S = 180  # vs silence: mean of the last three minutes before consolidate (and of the final silence)
HARM_S = 600  # harmed: mean of the last ten minutes before consolidate ...
HARM_BPM = 1.0  # ... this far above the same listener's quiet evening
REACHED_BPM = 5.0  # below the baseline ...
REACHED_S = 60  # ... for a minute: reached the target


class _Nowhere:
    """A session store that keeps nothing."""

    session_id = 0
    trouble = None

    def append(self, at_s: float, event: Event) -> None:
        """Forget it."""

    def finish(self, summary_json: str) -> None:
        """Forget it."""

    def close(self) -> None:
        """Nothing to close."""


@dataclass(frozen=True, slots=True)
class Evening:
    """One simulated session; index k of the series is second k + 1."""

    seed: int
    responder: Responder
    true_heart_rate_bpm: tuple[float, ...]
    tempo_bpm: tuple[float | None, ...]
    baseline_bpm: float | None
    companion: bool
    max_fall_percent_per_min: float
    max_rise_percent_per_min: float
    dropout_moves_percent: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One listener's evening beside the same listener's quiet evening; all numbers model-based, in bpm."""

    seed: int
    responder: Responder
    change_bpm: float
    vs_silence_bpm: float
    vs_silence_at_end_bpm: float
    reached_target: bool
    harmed: bool
    companion: bool
    max_fall_percent_per_min: float
    max_rise_percent_per_min: float
    dropout_moves_percent: tuple[float, ...]


def rehearse(
    program: Program,
    policies: Sequence[PolicyName],
    world: str,
    seeds: Sequence[int],
    *,
    responder: Responder | None = None,
    progress: Callable[[int], None] = lambda _done: None,
    workers: int | None = None,
) -> dict[PolicyName, list[tuple[Evening, Outcome]]]:
    """Every policy with every listener; results in the order of ``seeds``.

    ``progress`` is told how many evenings are done, quiet ones included.
    """
    jobs = [(program, policy, world, seed, responder) for seed in seeds for policy in (PolicyName.QUIET, *policies)]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        evenings: list[Evening] = []
        for done, evening in enumerate(pool.map(_play, jobs, chunksize=len(policies) + 1), 1):
            evenings.append(evening)
            progress(done)
    width = len(policies) + 1
    out: dict[PolicyName, list[tuple[Evening, Outcome]]] = {policy: [] for policy in policies}
    for at in range(0, len(evenings), width):
        quiet, *others = evenings[at : at + width]
        for policy, evening in zip(policies, others, strict=True):
            out[policy].append((evening, judge(evening, quiet, program)))
    return out


def play_evening(
    program: Program, policy: PolicyName, world: str, seed: int, responder: Responder | None = None
) -> Evening:
    """Run one listener through one session."""
    heart = SimulatedHeart(seed, world, responder)
    recorder = _Recorder(heart)
    started = SessionStarted(0.0, "", 1, program, ListenerProfile(), policy, heart.label, True, seed, 0, 0, "UTC")
    parts = Parts(heart, SilentSink(), SteppedClock(), _Nowhere(), watch=recorder.watch, hear=heart.hear)
    asyncio.run(run_session(started, parts))
    return recorder.evening(seed)


def judge(evening: Evening, quiet: Evening, program: Program) -> Outcome:
    """Hold an evening against the quiet one of the same listener, second by second."""
    end_s = round(60 * program.minutes)
    thin_s = round(end_s - program.silence_s - program.fade_s - program.consolidate_s)
    heart, still = _to_length(evening, end_s), _to_length(quiet, end_s)
    first_s = round(program.calibrate_s)
    start = fmean(heart[first_s - 60 : first_s])
    judged_s = max(first_s, thin_s - JUDGED_S)  # a short session has less to judge

    def difference(from_s: int, to_s: int) -> float:
        return fmean(heart[from_s:to_s]) - fmean(still[from_s:to_s])

    return Outcome(
        evening.seed,
        evening.responder,
        change_bpm=fmean(heart[judged_s:thin_s]) - start,
        vs_silence_bpm=difference(judged_s, thin_s),
        vs_silence_at_end_bpm=difference(end_s - round(program.silence_s), end_s) if program.silence_s else 0.0,
        reached_target=_stays_below(heart, start - REACHED_BPM, REACHED_S),
        harmed=difference(max(first_s, thin_s - HARM_S), thin_s) > HARM_BPM,
        companion=evening.companion,
        max_fall_percent_per_min=evening.max_fall_percent_per_min,
        max_rise_percent_per_min=evening.max_rise_percent_per_min,
        dropout_moves_percent=evening.dropout_moves_percent,
    )


class _Recorder:
    """Watches one session: the true heart rate each second, the tempo, the phases."""

    def __init__(self, heart: SimulatedHeart) -> None:
        self._heart = heart
        self._true_bpm: list[float] = []
        self._parameters: list[AudioParameters] = []
        self._baseline_bpm: float | None = None
        self._companion = False
        self._lost_s: list[float] = []
        self._back_s: list[float] = []

    def watch(self, now_s: float, events: Sequence[Event]) -> None:
        while len(self._true_bpm) + 1 <= now_s:
            self._true_bpm.append(self._heart.listener.heart_rate_bpm)
        for event in events:
            match event:
                case AudioParameters() if event.t_s == int(event.t_s):
                    self._parameters.append(event)
                case Baseline():
                    self._baseline_bpm = event.heart_rate_bpm
                case Cue() if event.phase is Phase.COMPANION:
                    self._companion = True
                case LinkChanged(link=Link.LOST):
                    self._lost_s.append(event.t_s)
                case LinkChanged(link=Link.CONNECTED) if event.t_s > 0:
                    self._back_s.append(event.t_s)

    def evening(self, seed: int) -> Evening:
        tempo = {int(p.t_s): p.tempo_bpm for p in self._parameters if p.pulse_level > 0}
        changes = [
            100 * (after / before - 1) * 60
            for before, after in zip((tempo.get(s) for s in tempo), (tempo.get(s + 1) for s in tempo), strict=True)
            if before and after
        ]
        moves = [
            100 * abs(tempo[ceil(back_s)] / tempo[int(lost_s)] - 1)
            for lost_s, back_s in zip(self._lost_s, self._back_s, strict=False)
            if int(lost_s) in tempo and ceil(back_s) in tempo
        ]
        return Evening(
            seed,
            self._heart.listener.traits.responder,
            tuple(self._true_bpm),
            tuple(tempo.get(second) for second in range(1, len(self._true_bpm) + 1)),
            self._baseline_bpm,
            self._companion,
            max_fall_percent_per_min=-min(changes, default=0.0),
            max_rise_percent_per_min=max(changes, default=0.0),
            dropout_moves_percent=tuple(moves),
        )


def _play(job: tuple[Program, PolicyName, str, int, Responder | None]) -> Evening:
    return play_evening(*job)


def _to_length(evening: Evening, seconds: int) -> Sequence[float]:
    """The true heart rate up to ``seconds``; a session that ended early leaves the listener sitting in silence."""
    series = evening.true_heart_rate_bpm
    return series[:seconds] if len(series) >= seconds else (*series, *repeat(series[-1], seconds - len(series)))


def _stays_below(series: Sequence[float], level: float, seconds: int) -> bool:
    run = 0
    for value in series:
        run = run + 1 if value <= level else 0
        if run >= seconds:
            return True
    return False
