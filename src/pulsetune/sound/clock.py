"""The music's clock: where every pulse lies, computed from the targets that were pushed, exact to the frame.

Rules of this file:
1. Time is an integer count of frames of music; nothing here knows a device, a thread or a wall clock.
2. Between two targets every value is linear in time; before the first it is the first, after the newest it is held.
3. What was rendered is never changed: a target that comes late is reached over one glide from where the music is.
4. The pulse count is the integral of the tempo, kept once per target in float64, so that hours do not add up errors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pulsetune.model import AudioParameters

SAMPLE_RATE_HZ = 48_000
SHORTEST_GLIDE_FRAMES = 1024  # 21 ms: a target that comes late is a short glide, never a step that clicks


@dataclass(frozen=True, slots=True)
class MusicValues:
    """What the music is at one frame; fields and units as in AudioParameters."""

    tempo_bpm: float
    brightness: float
    density: float
    warmth: float
    pulse_level: float
    bed_level: float
    level_db: float
    breath_s: float | None = None

    def toward(self, other: MusicValues, share: float) -> MusicValues:
        """The value ``share`` (0..1) of the way to ``other``."""
        if share <= 0.0:
            return self
        if share >= 1.0:
            return other
        return MusicValues(
            self.tempo_bpm + (other.tempo_bpm - self.tempo_bpm) * share,
            self.brightness + (other.brightness - self.brightness) * share,
            self.density + (other.density - self.density) * share,
            self.warmth + (other.warmth - self.warmth) * share,
            self.pulse_level + (other.pulse_level - self.pulse_level) * share,
            self.bed_level + (other.bed_level - self.bed_level) * share,
            self.level_db + (other.level_db - self.level_db) * share,
            _breath_between(self.breath_s, other.breath_s, share),
        )


def _breath_between(first_s: float | None, then_s: float | None, share: float) -> float | None:
    """On the way between two lengths; where the guide is switched on or off, as before until it is reached."""
    if first_s is None or then_s is None:
        return first_s
    return first_s + (then_s - first_s) * share


@dataclass(frozen=True, slots=True)
class _Knot:
    frame: int
    values: MusicValues
    pulses: float


class MusicClock:
    """Targets in, exact pulse frames and values out. ``position_frames`` is the music already rendered."""

    def __init__(self, start_frame: int = 0) -> None:
        self._knots: list[_Knot] = []
        self._newest_frame = start_frame
        self.position_frames = start_frame

    @property
    def known_frames(self) -> int:
        """Music time of the newest target; the start while there is none."""
        return self._newest_frame

    @property
    def running(self) -> bool:
        """Whether there is a target at all; without one there is no tempo, hence no pulse."""
        return bool(self._knots)

    def push(self, parameters: AudioParameters) -> None:
        """Take the next target, at frame ``round(t_s * 48000)``; the same time again replaces it.

        Raises
        ------
        ValueError
            If the target is older than the one before it, or its tempo or its breath is not positive.
        """
        frame = round(parameters.t_s * SAMPLE_RATE_HZ)
        values = _values(parameters)
        if not self._knots:
            self._knots = [_Knot(self.position_frames, values, 0.0)]
            if frame > self.position_frames:
                self._knots.append(_extend(self._knots[0], frame, values))
        elif frame < self._newest_frame:
            raise ValueError(f"the target at {parameters.t_s} s is older than the one before it")
        else:
            self._append(frame, values)
        self._newest_frame = frame

    def _append(self, frame: int, values: MusicValues) -> None:
        here = self.position_frames
        line = [_Knot(here, self.values_at(here), self.pulses_at(here))]
        line += [knot for knot in self._knots if knot.frame > here]
        if frame == self._newest_frame and len(line) > 1:
            line.pop()
        reached = max(frame, line[-1].frame + SHORTEST_GLIDE_FRAMES)
        self._knots = [*line, _extend(line[-1], reached, values)]

    def advance(self, frames: int) -> None:
        """Note that ``frames`` more were rendered."""
        self.position_frames += frames

    def values_at(self, frame: int) -> MusicValues:
        """The music at ``frame``, which must not lie before the position."""
        before, after = self._around(frame)
        if after is None:
            return before.values
        return before.values.toward(after.values, (frame - before.frame) / (after.frame - before.frame))

    def pulses_at(self, frame: int) -> float:
        """How many pulses have passed at ``frame``; the first pulse is number 0, at the start."""
        return _extend(self._around(frame)[0], frame, self.values_at(frame)).pulses

    def frame_of(self, pulses: float) -> int:
        """The first frame at which ``pulses`` have passed, as far as the targets are known now."""
        before = self._knots[0]
        for after in self._knots[1:]:
            if after.pulses >= pulses:
                slope_bpm = (after.values.tempo_bpm - before.values.tempo_bpm) / (after.frame - before.frame)
                return _crossing(before, slope_bpm, pulses)
            before = after
        return _crossing(before, 0.0, pulses)

    def _around(self, frame: int) -> tuple[_Knot, _Knot | None]:
        before = self._knots[0]
        for after in self._knots[1:]:
            if frame < after.frame:
                return before, after
            before = after
        return before, None


def _values(parameters: AudioParameters) -> MusicValues:
    if not parameters.tempo_bpm > 0.0:
        raise ValueError(f"a tempo of {parameters.tempo_bpm} BPM has no pulse")
    if parameters.breath_s is not None and not parameters.breath_s > 0.0:
        raise ValueError(f"a breath of {parameters.breath_s} s is none")
    return MusicValues(
        parameters.tempo_bpm,
        parameters.brightness,
        parameters.density,
        parameters.warmth,
        parameters.pulse_level,
        parameters.bed_level,
        parameters.level_db,
        parameters.breath_s,
    )


def _extend(knot: _Knot, frame: int, values: MusicValues) -> _Knot:
    """The knot at ``frame``: a straight line of tempo integrates to the mean of its ends times its length."""
    mean_bpm = (knot.values.tempo_bpm + values.tempo_bpm) / 2
    return _Knot(frame, values, knot.pulses + mean_bpm * (frame - knot.frame) / (60 * SAMPLE_RATE_HZ))


def _crossing(knot: _Knot, slope_bpm: float, pulses: float) -> int:
    """First whole frame with at least ``pulses``, on a line of tempo that rises ``slope_bpm`` a frame from ``knot``.

    Solves ``tempo x + slope x^2 / 2 = missing`` in the form that stays exact for slopes near zero. A millionth of a
    frame of rounding error is forgiven, so that a pulse that falls on a whole frame is not called one frame late.
    """
    missing = (pulses - knot.pulses) * 60 * SAMPLE_RATE_HZ
    tempo_bpm = knot.values.tempo_bpm
    frames = 2 * missing / (tempo_bpm + math.sqrt(max(0.0, tempo_bpm**2 + 2 * slope_bpm * missing)))
    return knot.frame + max(0, math.ceil(frames - 1e-6))
