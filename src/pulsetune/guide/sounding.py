"""What is heard, second by second: timbre, rests, the count of pulses to beats, swells and level, put together.

Rules of this file:
1. It decides nothing about phases: it is told the phase, and says what it does (``say``).
2. What a frozen moment forbids, tempo and timbre, stands still here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from pulsetune.guide.breathing import BreathingGuide
from pulsetune.guide.leading import Leader
from pulsetune.guide.phases import PLAYING
from pulsetune.guide.plan import ENOUGH
from pulsetune.guide.policy import Manner
from pulsetune.guide.ratio import RATIO_REST_S, SILENT_S
from pulsetune.guide.rests import Rest, rest_begins
from pulsetune.guide.timbre import COMPANION_DB, ENDING, NO_SOUND, TimbreGlide
from pulsetune.guide.volume import Volume
from pulsetune.model import ArousalEstimate, AudioParameters, Phase, Program

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the session stands in this second."""

    phase: Phase
    phase_s: int
    elapsed_s: int
    frozen: bool
    estimate: ArousalEstimate


class Sounding:
    """The sound of one session around its ``Leader``, who owns the tempo."""

    def __init__(self, program: Program, leader: Leader) -> None:
        self._program = program
        self._leader = leader
        self._timbre = TimbreGlide(0.0 if leader.manner is Manner.ACCOMPANIES else COMPANION_DB)
        self._rest = Rest()
        self._next_ratio: float | None = None
        self._unpulsed_s = 0
        self._enough = False  # of the pulse, found while the music thins: before that the plan of the evening sees it
        self.pulse_s = 0  # seconds in which a pulse was heard
        self.volume = Volume()
        self.breathing = BreathingGuide(program)
        self.soundscape: str | None = None  # another one than the program's own

    @property
    def level(self) -> float:
        """The arousal level that the music sounds like."""
        return self._timbre.level

    def allow_rise(self) -> None:
        """After a backtrack the sound may come one level back up."""
        self._timbre.allow_rise()

    def second(self, now: Moment, say: Say) -> None:
        """One second of sound; what changes is said with its reason."""
        self._plan_rests(now, say)
        self._count(now, say)
        self._glide(now, say)
        playing = self._leader.sounds and now.phase in (*PLAYING, Phase.CONSOLIDATE)
        if news := self.breathing.second(now.estimate.breaths_per_min, playing=playing, frozen=now.frozen):
            say(news)

    def parameters(self, t_s: float) -> AudioParameters:
        """The targets of the music at ``t_s``."""
        sound = self._timbre.now if self._leader.sounds else NO_SOUND
        return AudioParameters(
            t_s,
            self._leader.tempo_bpm,
            sound.brightness,
            sound.density,
            sound.warmth,
            sound.pulse_level,
            sound.bed_level,
            self.volume.level_db(t_s, sound.level_db),
            breath_s=self.breathing.breath_s,
            soundscape=self.soundscape,
        )

    @property
    def _pulsed(self) -> bool:
        return self._leader.sounds and self._timbre.now.pulse_level > 0

    def _plan_rests(self, now: Moment, say: Say) -> None:
        if now.phase in ENDING and self._pulsed and self.pulse_s >= self._program.pulse_most_s:
            if not self._enough:
                say(ENOUGH)
            self._enough = True
            self._rest.begin(math.inf)
        elif now.phase is Phase.CONSOLIDATE and self._pulsed and rest_begins(self._program, now.phase_s):
            self._rest.begin(self._program.rest_s)
            say(f"a rest of {self._program.rest_s:.0f} s: nothing to follow")

    def _count(self, now: Moment, say: Say) -> None:
        """Between each beat and every second one, across a rest."""
        heart_rate_bpm = now.estimate.heart_rate_bpm
        if self._next_ratio is not None:
            self._change_ratio(now, self._next_ratio, say)
        elif self._pulsed and not now.frozen and heart_rate_bpm is not None and self._leader.ready:
            self._next_ratio = self._leader.wanted_ratio(now.phase, heart_rate_bpm)
            if self._next_ratio is not None:
                self._rest.begin(RATIO_REST_S)
                how = "half as fast as your heart" if self._next_ratio < 1 else "with every beat of your heart"
                say(f"a short rest, then the music goes {how}")

    def _change_ratio(self, now: Moment, ratio: float, say: Say) -> None:
        if now.phase not in (Phase.MATCH, Phase.LEAD, Phase.HOLD):
            self._next_ratio = None
        elif now.frozen:
            self._rest.begin(RATIO_REST_S)  # the music waits in its rest until the pulse can be trusted again
        elif self._unpulsed_s >= SILENT_S:
            self._next_ratio = None
            if self._leader.change_ratio(ratio):
                say(f"counting anew: {self._leader.target_bpm:.0f} pulses a minute")

    def _glide(self, now: Moment, say: Say) -> None:
        leader, before = self._leader, self._timbre.level
        if not now.frozen and now.phase in PLAYING:
            leader.glide()
        taped = leader.taped_level(now.elapsed_s)
        if taped is not None:
            self._timbre.take_level(taped)
        own = None if now.frozen or taped is not None else leader.raw_level(now.estimate.heart_rate_bpm)
        changed = self._timbre.second(own, now.phase, resting=self._rest.second())
        self.pulse_s += self._pulsed
        self._unpulsed_s = 0 if self._pulsed else self._unpulsed_s + 1
        if changed and leader.sounds:
            calmer = self._timbre.level < before
            say(
                "you are calmer: the sound becomes darker and sparser"
                if calmer
                else "meeting you again: the sound comes a little closer"
            )
