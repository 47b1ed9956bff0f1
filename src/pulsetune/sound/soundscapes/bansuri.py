"""A bansuri: one bamboo flute that breathes, glides from note to note, and trembles a little on long ones.

Rules of this file:
1. It is one voice that never stops: numpy writes its pitch and its breath sample by sample for the next block, pyo makes
   the tone. Nothing is ever cut; a rest is a breath of zero.
2. Where the line is, is kept in frames of music; a note gives its length in pulses and lasts as long as they do now.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicValues
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES, CHANNELS, pyo
from pulsetune.sound.soundscapes.voices import HOLD_FRAMES

SOFT_PARTIALS = (1.0, 0.16, 0.05, 0.012)  # a flute blown gently is nearly a sine
FULL_PARTIALS = (1.0, 0.62, 0.36, 0.20, 0.12, 0.07, 0.04)
QUICK_ATTACK_S, SLOW_ATTACK_S = 0.16, 0.34
QUICK_RELEASE_S, SLOW_RELEASE_S = 0.16, 0.24
FULLNESS, NOISE = 0.8, 0.6  # of the full tone and of the breath noise at full brightness; none of either in the dark
TREMBLE_HZ = 4.7  # the vibrato of the breath
TREMBLE_CENTS_CALM, TREMBLE_CENTS = 5.0, 13.0
TREMBLE_AFTER_S, TREMBLE_GROWS_S = 0.5, 0.9  # only on notes that are held
SCOOP_CENTS = -22.0  # a breath begins a little below the note
SCOOP_S = 0.12
FRESH_GLIDE_S = 0.012  # between two breaths the pitch jumps; while the last one still dies away it slides instead
KNOT_FRAMES = 16  # a third of a millisecond: between knots the slow curves of breath and pitch are straight lines
Curve = NDArray[np.float64]
Frames = NDArray[np.int64] | NDArray[np.float64]


class Written:
    """A control that numpy writes sample by sample, one block ahead."""

    def __init__(self, value: float) -> None:
        self._table = pyo.DataTable(BLOCK_FRAMES)
        self.samples = np.asarray(self._table.getBuffer(0))[:BLOCK_FRAMES]
        self.samples[:] = value
        self.signal: Any = pyo.TableScan(self._table)


class BreathLine:
    """Pitch (in cents above MIDI pitch 0) and breath (0..1) of one line, written a block at a time; pure numpy."""

    def __init__(self) -> None:
        self._from_cents = self._to_cents = 6000.0
        self._glide = (0, 1)  # first frame, frames
        self._level_from = self._level_to = 0.0
        self._rise = (0, 1)
        self._fall = (0, 1)
        self._held_from = 0
        self._tremble = 0.0  # phase, in turns

    def note(self, at: int, cents: float, level: float, frames: tuple[int, int, int, int]) -> None:
        """From frame ``at`` on: ``frames`` are the lengths of glide (0: a new breath), note, rise and fall."""
        glide, length, rise, fall = frames
        here = np.array([at])
        now_cents, now_level = float(self._cents(here)[0]), float(self._level(here)[0])
        if glide == 0:
            quiet = now_level < 1e-4
            now_cents = cents + SCOOP_CENTS if quiet else now_cents
            glide = round((SCOOP_S if quiet else FRESH_GLIDE_S) * SAMPLE_RATE_HZ)
        self._from_cents, self._to_cents, self._glide = now_cents, cents, (at, glide)
        self._level_from, self._level_to, self._rise = now_level, level, (at, max(rise, 1))
        self._fall = (at + length, max(fall, 1))
        self._held_from = at

    def silent_from(self, at: int) -> bool:
        """Whether nothing is blown from frame ``at`` on, unless a note comes."""
        return at >= self._fall[0] + self._fall[1]

    def write(self, at: Frames, tremble_cents: float) -> tuple[Curve, Curve]:
        """Cents and breath at ``at``: frames in order, from the one after the last call's to the last of this one."""
        turns = self._tremble + TREMBLE_HZ / SAMPLE_RATE_HZ * (at - at[:1] + 1)
        self._tremble = float(turns[-1] % 1.0) if len(at) else self._tremble
        held_s = (at - self._held_from) / SAMPLE_RATE_HZ - TREMBLE_AFTER_S
        depth = np.clip(held_s / TREMBLE_GROWS_S, 0.0, 1.0) * np.sin(2 * np.pi * turns)
        return self._cents(at) + tremble_cents * depth, self._level(at) * (1 + 0.006 * tremble_cents * depth)

    def _cents(self, at: Frames) -> Curve:
        return self._from_cents + (self._to_cents - self._from_cents) * _smooth(at, *self._glide)

    def _level(self, at: Frames) -> Curve:
        rise, fall = _smooth(at, *self._rise), 1 - _smooth(at, *self._fall)
        level: Curve = (self._level_from + (self._level_to - self._level_from) * rise) * fall
        return level


class Bansuri:
    """The flute: tone and breath noise as one pyo signal."""

    def __init__(self, air: Any, air_rate: float) -> None:
        self._line = BreathLine()
        self._resting = False
        self._waiting: list[tuple[int, float, float, tuple[int, int, int, int]]] = []
        self._frequency_hz, self._whistle_hz = Written(300.0), Written(600.0)
        self._soft, self._full, self._noise = Written(0.0), Written(0.0), Written(0.0)
        self._soft_table, self._full_table = pyo.HarmTable(list(SOFT_PARTIALS)), pyo.HarmTable(list(FULL_PARTIALS))
        frequency = self._frequency_hz.signal
        self._soft_tone = pyo.Osc(self._soft_table, frequency, mul=self._soft.signal)
        self._full_tone = pyo.Osc(self._full_table, frequency, mul=self._full.signal)
        self._wind = pyo.TableRead(air, freq=air_rate, loop=1, interp=2, mul=self._noise.signal).play()
        self._whistle = pyo.ButBP(self._wind, freq=self._whistle_hz.signal, q=2.0)
        self._tone = pyo.Mix([self._soft_tone, self._full_tone], voices=1)
        self.signal: Any = pyo.Mix([self._tone.mix(CHANNELS), self._whistle], voices=CHANNELS)

    def play(self, at: int, cents: float, velocity: float, pulses: tuple[float, float], values: MusicValues) -> None:
        """A note at music frame ``at``; ``pulses`` are the lengths of the note and of the glide into it."""
        pulse_frames = 60 * SAMPLE_RATE_HZ / values.tempo_bpm
        length, glide = (round(count * pulse_frames) for count in pulses)
        attack_s = QUICK_ATTACK_S * (SLOW_ATTACK_S / QUICK_ATTACK_S) ** values.warmth
        release_s = QUICK_RELEASE_S * (SLOW_RELEASE_S / QUICK_RELEASE_S) ** values.warmth
        rise, fall = round(attack_s * SAMPLE_RATE_HZ), round(release_s * SAMPLE_RATE_HZ)
        self._waiting.append((at, cents, velocity, (glide, length, min(rise, length), fall)))

    def shape(self, start: int, values: MusicValues) -> None:
        """Write the next block, which begins at music frame ``start``."""
        if not self._waiting and self._line.silent_from(start):
            self._rest()
            return
        self._resting = False
        fullness, noise = FULLNESS * values.brightness, NOISE * values.brightness**1.5
        tremble = TREMBLE_CENTS_CALM + (TREMBLE_CENTS - TREMBLE_CENTS_CALM) * values.brightness
        edges = [start, *(note[0] for note in self._waiting), start + BLOCK_FRAMES]
        for number, first in enumerate(edges[:-1]):
            if number > 0:
                self._line.note(*self._waiting[number - 1])
            if edges[number + 1] == first:
                continue
            frames = np.arange(first, edges[number + 1])
            knots = np.linspace(first, frames[-1], len(frames) // KNOT_FRAMES + 2)
            cents, breaths = self._line.write(knots, tremble)
            breath = np.interp(frames, knots, breaths)
            part = slice(first - start, edges[number + 1] - start)
            self._frequency_hz.samples[part] = np.interp(frames, knots, 440.0 * 2 ** ((cents - 6900.0) / 1200))
            self._soft.samples[part] = breath
            self._full.samples[part] = fullness * breath**2
            self._noise.samples[part] = noise * breath
        self._whistle_hz.samples[:] = 2.0 * np.repeat(self._frequency_hz.samples[::HOLD_FRAMES], HOLD_FRAMES)
        self._waiting.clear()

    def _rest(self) -> None:
        """No breath; the pitch stays where it is."""
        if not self._resting:
            for control in (self._soft, self._full, self._noise):
                control.samples[:] = 0.0
            self._resting = True


def _smooth(at: Frames, first: int, frames: int) -> Curve:
    """0 before ``first``, 1 after ``frames`` more, without a corner at either end."""
    if len(at) and at[0] >= first + frames:  # most blocks: the way is done, or has not begun
        return np.ones(len(at))
    if len(at) and at[-1] <= first:
        return np.zeros(len(at))
    share = np.clip((at - first) / frames, 0.0, 1.0)
    curve: Curve = share * share * (3 - 2 * share)
    return curve
