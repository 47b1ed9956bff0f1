"""Beats, cleaned as they come: every beat kept, labelled, with its raw and its cleaned interval side by side.

Rules of this file:
1. At most one beat of delay: a doubtful beat is held until its successor is seen.
2. Each raw interval comes out exactly once, in order. A split interval carries its raw RR on the last of its beats
   (None on the inserted ones). Of two parts merged into one beat the first carries no ``nn_ms``, the second the sum.
   So the cleaned intervals add up to the raw ones wherever nothing was noise.
3. A beat labelled normal is untouched: ``nn_ms == rr_ms``.
4. Nothing is compared or joined across a gap or across a beat taken off the skin.
5. The lock-in guard stays: without it a level caught at half rate splits every true beat, and never finds out.
   ``start_over`` is for a caller who knows better still, from the strap's own rate.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from pulsetune.arousal.patterns import (
    is_displaced,
    is_extra,
    is_hole,
    is_new_pace,
    is_on_the_way,
    is_plain,
    is_premature,
    is_tolerable,
    missed_parts,
    possible,
)
from pulsetune.arousal.reference import Reference
from pulsetune.arousal.timeline import RawBeat
from pulsetune.model import Beat, BeatKind

START_AGREEMENT = 0.35  # the first beats must lie this close together
SHIFT_BEATS = 4  # odd beats that agree with each other are a new level
SHIFT_AGREEMENT = 0.2
GUARD_RAW = 15  # lock-in guard: raw beats looked at ...
GUARD_OUT = 16  # ... and labels looked at,
GUARD_CORRECTED = 9  # so many of them corrected,
GUARD_APART = 0.18  # while the raw beats sit on another level
GUARD_SPREAD = 0.25  # and agree with each other
RESTART_BEATS = 5  # a level that starts over is the median of so many raw beats


class Cleaner:
    """Raw beats in, labelled beats out."""

    def __init__(self) -> None:
        self._reference = Reference()
        self._near_ms = 0.0  # the last cleaned beat, or the level where there is no neighbour
        self._held: RawBeat | None = None
        self._before_s = float("-inf")  # time of the raw beat before this one
        self._odd_ms: deque[float] = deque(maxlen=SHIFT_BEATS)
        self._raw_ms: deque[float] = deque(maxlen=GUARD_RAW)
        self._corrected: deque[bool] = deque(maxlen=GUARD_OUT)

    def push(self, raw: RawBeat) -> list[Beat]:
        """Take one raw beat; returns the beats that became certain (none while a beat is held)."""
        out: list[Beat] = []
        if raw.after_gap or not raw.usable:
            out += self.flush()
            self._forget()
        if raw.usable:
            out += self._judge(raw)
            self._guard(raw, out)
        else:
            out.append(_beat(raw, None, BeatKind.NOISE))
        self._before_s = raw.t_s
        return out

    @property
    def level_ms(self) -> float:
        """The level that beats are judged by; 0 while there is none."""
        return self._reference.level_ms

    @property
    def raw_level_ms(self) -> float:
        """Median of the last raw intervals; 0 while there are none."""
        ordered = sorted(self._raw_ms)
        return ordered[len(ordered) // 2] if ordered else 0.0

    def start_over(self) -> None:
        """Take the level from the last raw intervals, whatever was thought of them."""
        self._reference.restart(list(self._raw_ms)[-RESTART_BEATS:])
        self._odd_ms.clear()
        self._corrected.clear()
        self._forget()

    def flush(self) -> list[Beat]:
        """The held beat, judged without its successor."""
        held, self._held = self._held, None
        return [] if held is None else [self._alone(held)]

    def _judge(self, raw: RawBeat) -> list[Beat]:
        if not self._reference.started:
            return [self._begin(raw)]
        held, self._held = self._held, None
        if held is None:
            return self._as_single(raw)
        pair = self._as_pair(held, raw)
        if pair:
            self._odd_ms.clear()
            return pair
        if is_on_the_way(held.rr_ms, raw.rr_ms, self._near_ms, self._reference):
            self._odd_ms.clear()
            return [self._accept(held), *self._as_single(raw)]
        return [self._alone(held), *self._as_single(raw)]

    def _begin(self, raw: RawBeat) -> Beat:
        level = self._reference.level_ms
        if not possible(raw.rr_ms):
            return _beat(raw, None, BeatKind.NOISE)
        if level and abs(raw.rr_ms / level - 1) > START_AGREEMENT:
            self._reference.restart([])
            self._forget()
        return self._accept(raw)

    def _as_single(self, raw: RawBeat) -> list[Beat]:
        if is_plain(raw.rr_ms, self._near_ms, self._reference):
            self._odd_ms.clear()
            return [self._accept(raw)]
        parts = missed_parts(raw.rr_ms, self._near_ms, self._reference)
        if parts:
            self._odd_ms.clear()
            return self._split(raw, parts)
        if is_hole(raw.rr_ms, self._reference):
            self._forget()
            return [_beat(raw, None, BeatKind.NOISE)]
        self._held = raw
        return []

    def _as_pair(self, held: RawBeat, raw: RawBeat) -> list[Beat]:
        """Both beats, where one explains the other; else nothing."""
        if is_extra(held.rr_ms, raw.rr_ms, self._reference):
            return self._merge(held, raw)
        pair = held.rr_ms, raw.rr_ms, self._near_ms, self._reference
        if is_displaced(*pair) or is_premature(*pair):
            return self._level_out(held, raw)
        if is_new_pace(held.rr_ms, raw.rr_ms, self._reference):
            return [self._accept(held), self._accept(raw)]
        return []

    def _accept(self, raw: RawBeat) -> Beat:
        self._reference.learn(raw.rr_ms)
        self._near_ms = raw.rr_ms
        return _beat(raw, raw.rr_ms, BeatKind.NORMAL)

    def _merge(self, held: RawBeat, raw: RawBeat) -> list[Beat]:
        both = held.rr_ms + raw.rr_ms
        self._correct(both)
        return [_beat(held, None, BeatKind.EXTRA), _beat(raw, both, BeatKind.EXTRA)]

    def _level_out(self, held: RawBeat, raw: RawBeat) -> list[Beat]:
        mean = (held.rr_ms + raw.rr_ms) / 2
        self._correct(mean)
        return [_beat(held, mean, BeatKind.ECTOPIC), _beat(raw, mean, BeatKind.ECTOPIC)]

    def _split(self, raw: RawBeat, parts: int) -> list[Beat]:
        nn_ms = raw.rr_ms / parts
        self._correct(nn_ms)
        times_s = [round(max(self._before_s, raw.t_s - nn_ms * k / 1000), 4) for k in range(parts - 1, 0, -1)]
        inserted = [Beat(t_s, None, round(nn_ms, 3), BeatKind.MISSED) for t_s in times_s]
        inserted[0] = replace(inserted[0], after_gap=raw.after_gap)
        return [*inserted, replace(_beat(raw, nn_ms, BeatKind.MISSED), after_gap=False)]

    def _alone(self, held: RawBeat) -> Beat:
        """A held beat that made no pair: kept if it is nearly in range or the level moved, else noise."""
        if is_tolerable(held.rr_ms, self._reference) or self._shifted(held.rr_ms):
            return self._accept(held)
        self._forget()
        return _beat(held, None, BeatKind.NOISE)

    def _shifted(self, rr_ms: float) -> bool:
        """Whether the last odd beats agree with each other: the level really moved."""
        if not possible(rr_ms):
            return False
        self._odd_ms.append(rr_ms)
        odd = sorted(self._odd_ms)
        if len(odd) < SHIFT_BEATS or odd[-1] - odd[0] >= SHIFT_AGREEMENT * odd[1]:
            return False
        self._reference.restart(list(self._odd_ms)[:-1])
        self._odd_ms.clear()
        self._forget()
        return True

    def _correct(self, nn_ms: float) -> None:
        self._reference.follow(nn_ms)
        self._near_ms = nn_ms

    def _forget(self) -> None:
        """The next beat has no neighbour; what is near is the level."""
        self._reference.interrupt()
        self._near_ms = self._reference.level_ms

    def _guard(self, raw: RawBeat, out: list[Beat]) -> None:
        """Start over where most beats were corrected although the raw ones agree with each other."""
        if possible(raw.rr_ms):
            self._raw_ms.append(raw.rr_ms)
        self._corrected.extend(beat.kind is not BeatKind.NORMAL for beat in out)
        if sum(self._corrected) < GUARD_CORRECTED or len(self._raw_ms) < GUARD_RAW:
            return
        ordered = sorted(self._raw_ms)
        middle = ordered[GUARD_RAW // 2]
        spread = ordered[3 * GUARD_RAW // 4] - ordered[GUARD_RAW // 4]
        level = self._reference.level_ms
        if spread < GUARD_SPREAD * middle and level and abs(middle / level - 1) > GUARD_APART:
            self.start_over()


def _beat(raw: RawBeat, nn_ms: float | None, kind: BeatKind) -> Beat:
    if nn_ms is not None and kind is not BeatKind.NORMAL:
        nn_ms = round(nn_ms, 3)
    return Beat(round(raw.t_s, 4), raw.rr_ms, nn_ms, kind, raw.after_gap)
