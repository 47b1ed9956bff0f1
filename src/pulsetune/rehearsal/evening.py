"""One simulated listener through one session: what happened, second by second.

Rules of this file:
1. Nothing here decides anything: the engine and the loop are those of a live session.
2. A listener lives on in silence to the end of the program when the session ends early, so that evenings can be compared.
3. An evening in silence needs no guide: it is the listener alone, which a test holds equal to a real quiet session.
4. What is recorded is the model's truth, which no strap would tell: never show it as a measurement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from pulsetune.clocks import SteppedClock
from pulsetune.heart.listener import AS_DRAWN, Listener, Responder, Variation
from pulsetune.heart.simulated import SimulatedHeart
from pulsetune.model import (
    SILENT_DB,
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
    TapePoint,
)
from pulsetune.session import Parts, run_session
from pulsetune.sound.silent import SilentSink

NO_SOUND = AudioParameters(0.0, 60.0, 0.0, 0.0, 0.0, 0.0, 0.0, SILENT_DB)
TAPED = PolicyName.STAGED_ISO  # whose tempo a yoked evening plays


@dataclass(frozen=True, slots=True)
class Evening:
    """One simulated session; index k of the series is second k + 1, up to the end of the program.

    ``ended_s`` is when the session ended, ``tempo_bpm`` None while no pulse is played. The speeds of the tempo are the largest from one second to the next,
    ``dropout_moves_percent`` how far the tempo moved over each dropout that began and ended with a pulse.
    """

    seed: int
    responder: Responder
    true_heart_rate_bpm: tuple[float, ...]
    tempo_bpm: tuple[float | None, ...]
    baseline_bpm: float | None
    companion: bool
    max_fall_percent_per_min: float
    max_rise_percent_per_min: float
    dropout_moves_percent: tuple[float, ...]
    ended_s: int


def play_evening(
    program: Program,
    policy: PolicyName,
    world: str,
    seed: int,
    responder: Responder | None = None,
    variation: Variation = AS_DRAWN,
) -> Evening:
    """Run one listener through one session; raises ValueError if there is no such world.

    A yoked evening plays what the next seed's listener, whoever that is, made of ``TAPED`` in the same world.
    """
    if policy is PolicyName.QUIET:
        return _in_silence(program, SimulatedHeart(seed, world, responder, variation=variation), seed)
    tape: tuple[TapePoint, ...] = ()
    if policy is PolicyName.YOKED:
        tape = play_session(program, TAPED, SimulatedHeart(seed + 1, world, variation=variation), seed + 1).tape
    heart = SimulatedHeart(seed, world, responder, variation=variation)
    return play_session(program, policy, heart, seed, tape).evening(program, seed)


def play_session(
    program: Program, policy: PolicyName, heart: SimulatedHeart, seed: int, tape: tuple[TapePoint, ...] = ()
) -> Recorder:
    """Run a whole session and give what was seen of it."""
    recorder = Recorder(heart)
    started = SessionStarted(0.0, "", 1, program, ListenerProfile(), policy, heart.label, True, seed, 0, 0, "UTC", tape)
    parts = Parts(
        heart, SilentSink(), _Unshared(), _Nowhere(), watch=recorder.watch, hear=heart.hear, breath=program.breathing
    )
    asyncio.run(run_session(started, parts))
    return recorder


def _in_silence(program: Program, heart: SimulatedHeart, seed: int) -> Evening:
    end_s = round(60 * program.minutes)
    rates = tuple(_lived(heart.listener, 0, end_s))
    kind = heart.listener.traits.responder
    return Evening(seed, kind, rates, (None,) * end_s, None, False, 0.0, 0.0, (), end_s)


def _lived(listener: Listener, from_s: int, to_s: int) -> Iterator[float]:
    """The true heart rate second by second, with whatever is heard now going on."""
    for second in range(from_s + 1, to_s + 1):
        listener.advance(float(second))
        yield listener.heart_rate_bpm


class _Unshared(SteppedClock):
    """A stepped clock that lets nobody else run in between: in a worker there is nobody, and waiting costs."""

    async def sleep_until(self, t_s: float) -> None:
        self._now_s = max(self._now_s, t_s)


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


class Recorder:
    """Watches one session: the true heart rate each second, the tempo, the phases."""

    def __init__(self, heart: SimulatedHeart) -> None:
        self._heart = heart
        self._true_bpm: list[float] = []
        self._tempo_bpm: dict[int, float] = {}
        self._baseline_bpm: float | None = None
        self._companion = False
        self._cue: Cue | None = None
        self._tape: list[TapePoint] = []
        self._lost_s: list[float] = []
        self._back_s: list[float] = []

    def watch(self, now_s: float, events: Sequence[Event]) -> None:
        while len(self._true_bpm) + 1 <= now_s:
            self._true_bpm.append(self._heart.listener.heart_rate_bpm)
        for event in events:
            match event:
                case AudioParameters() if event.t_s == int(event.t_s):
                    self._play(event)
                case Baseline():
                    self._baseline_bpm = event.heart_rate_bpm
                case Cue():
                    self._cue = event
                    self._companion = self._companion or event.phase is Phase.COMPANION
                case LinkChanged(link=Link.LOST):
                    self._lost_s.append(event.t_s)
                case LinkChanged(link=Link.CONNECTED) if event.t_s > 0:
                    self._back_s.append(event.t_s)

    def _play(self, parameters: AudioParameters) -> None:
        if parameters.pulse_level > 0:
            self._tempo_bpm[int(parameters.t_s)] = parameters.tempo_bpm
        if self._cue is not None and self._cue.phase is not Phase.CALIBRATE:
            self._tape.append(TapePoint(parameters.t_s, parameters.tempo_bpm, self._cue.arousal_level))

    @property
    def tape(self) -> tuple[TapePoint, ...]:
        """What was played from the end of calibrate on, once a second: for somebody else's yoked evening."""
        return tuple(self._tape)

    def evening(self, program: Program, seed: int) -> Evening:
        """The evening to the end of the program, in silence from the end of the session on."""
        ended_s, end_s = len(self._true_bpm), round(60 * program.minutes)
        self._heart.hear(replace(NO_SOUND, t_s=float(ended_s)))
        self._true_bpm.extend(_lived(self._heart.listener, ended_s, end_s))
        tempo = self._tempo_bpm
        changes = [
            100 * (tempo[second + 1] / before - 1) * 60 for second, before in tempo.items() if second + 1 in tempo
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
            max_fall_percent_per_min=max(0.0, -min(changes, default=0.0)),
            max_rise_percent_per_min=max(0.0, max(changes, default=0.0)),
            dropout_moves_percent=tuple(moves),
            ended_s=ended_s,
        )
