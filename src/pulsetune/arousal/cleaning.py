"""Beats, cleaned as they come: every beat kept, labelled, with its raw and its cleaned interval side by side.

Rules of this file:
1. At most one beat of delay: a doubtful beat is held until its successor is seen.
2. Each raw interval comes out exactly once, in order. A split interval carries its raw RR on the last of its beats
   (None on the inserted ones). Of two parts merged into one beat the first carries no ``nn_ms``, the second the sum.
   So the cleaned intervals add up to the raw ones wherever nothing was noise.
3. A beat labelled normal is untouched: ``nn_ms == rr_ms``.
4. Nothing is compared or joined across a gap or across a beat taken off the skin.
5. The lock-in guard stays: without it a level caught at half rate splits every true beat, and never finds out.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from pulsetune.arousal.reference import Reference
from pulsetune.arousal.timeline import RawBeat
from pulsetune.model import Beat, BeatKind

SHORTEST_MS = 273.0  # 220 beats a minute
LONGEST_MS = 2000.0  # 30 beats a minute
SPLIT_TOLERANCE = 0.15  # share of the level; a wider one halves the real long beats of slow breathing
HOLD = 0.46
STEP = 0.1
SHARE = 0.04
TOGETHER = 0.8
FALL = 0.67
NEAR = 1.3
NEAR_JUMP = 0.7
LOCAL = 0.37
SUM_BAND = 1.8
SUM_LEVEL = 0.03
STANDS_OUT = 1.35
MOST_MISSED = 4  # an interval is split into at most this many
PAUSE = 2.6  # levels; a longer interval that no split explains is a hole in the signal
START_AGREEMENT = 0.35  # the first beats must lie this close together
SHIFT_BEATS = 4  # odd beats that agree with each other are a new level
SHIFT_AGREEMENT = 0.2
GUARD_RAW = 15  # lock-in guard: raw beats looked at ...
GUARD_OUT = 16  # ... and labels looked at,
GUARD_CORRECTED = 9  # so many of them corrected,
GUARD_APART = 0.18  # while the raw beats sit on another level
GUARD_SPREAD = 0.25  # and agree with each other


class Cleaner:
    """Raw beats in, labelled beats out."""

    def __init__(self) -> None:
        self._reference = Reference()
        self._near_ms = 0.0  # the last cleaned beat, or the level where there is no neighbour
        self._held: RawBeat | None = None
        self._newest_s = float("-inf")  # time of the last beat handed out
        self._odd_ms: deque[float] = deque(maxlen=SHIFT_BEATS)
        self._raw_ms: deque[float] = deque(maxlen=GUARD_RAW)
        self._corrected: deque[bool] = deque(maxlen=GUARD_OUT)

    def push(self, raw: RawBeat) -> list[Beat]:
        """Take one raw beat; returns the beats that became certain (none while a beat is held)."""
        out: list[Beat] = []
        if raw.after_gap or not raw.usable:
            out += self.flush()
            self._forget()
        if not raw.usable:
            return [*out, _beat(raw, None, BeatKind.NOISE)]
        out += self._judge(raw)
        self._guard(raw, out)
        if out:
            self._newest_s = out[-1].t_s
        return out

    def flush(self) -> list[Beat]:
        """The held beat, judged without its successor."""
        held, self._held = self._held, None
        return [] if held is None else [self._alone(held)]

    def _judge(self, raw: RawBeat) -> list[Beat]:
        if not self._reference.started:
            return [self._begin(raw)]
        out: list[Beat] = []
        held, self._held = self._held, None
        if held is not None:
            pair = self._as_pair(held, raw)
            if pair is not None:
                self._odd_ms.clear()
                return pair
            if _within(held.rr_ms) and self._smooth(held, raw):
                self._odd_ms.clear()
                out.append(self._accept(held))
            else:
                out.append(self._alone(held))
        return out + self._as_single(raw)

    def _begin(self, raw: RawBeat) -> Beat:
        level = self._reference.level_ms
        if not SHORTEST_MS <= raw.rr_ms <= LONGEST_MS:
            return _beat(raw, None, BeatKind.NOISE)
        if level and abs(raw.rr_ms / level - 1) > START_AGREEMENT:
            self._reference.restart([])
            self._forget()
        return self._accept(raw)

    def _as_single(self, raw: RawBeat) -> list[Beat]:
        reference, rr_ms = self._reference, raw.rr_ms
        off = rr_ms - reference.level_ms
        if abs(off) <= reference.band_ms and _within(rr_ms) and abs(rr_ms - self._near_ms) <= HOLD * reference.bend_ms:
            self._odd_ms.clear()
            return [self._accept(raw)]
        if off > reference.band_ms:
            parts = self._parts(rr_ms)
            if parts:
                self._odd_ms.clear()
                return self._split(raw, parts)
            if rr_ms > max(PAUSE * reference.level_ms, LONGEST_MS):
                self._forget()
                return [_beat(raw, None, BeatKind.NOISE)]
        self._held = raw
        return []

    def _as_pair(self, held: RawBeat, raw: RawBeat) -> list[Beat] | None:
        level, band = self._reference.level_ms, self._reference.band_ms
        first, second = held.rr_ms, raw.rr_ms
        both = first + second
        if first < level and second < level - 0.5 * band and abs(both - level) <= max(band, 0.12 * level):
            return self._merge(held, raw)
        if self._displaced(first, second):
            return self._level_out(held, raw)
        back = second - first
        if (
            (first - level) * (second - level) > 0
            and abs(second - level) > band
            and abs(back) <= TOGETHER * band
            and FALL * level <= first
            and _within(first)
            and _within(second)
        ):
            return [self._accept(held), self._accept(raw)]
        return None

    def _displaced(self, first: float, second: float) -> bool:
        """Whether the beat between two intervals came at the wrong time: one too short, the other too long by as much."""
        reference = self._reference
        step, back = first - self._near_ms, second - first
        bent = abs(step - back) / 2
        local = LOCAL * self._near_ms + (1 - LOCAL) * reference.level_ms
        return (
            step * back < 0
            and bent > reference.bend_ms
            and abs(step) >= STEP * bent
            and (first - local) * (second - local) < 0
            and min(abs(first - local), abs(second - local)) >= SHARE * bent
            and abs(first + second - 2 * local) <= SUM_BAND * reference.band_ms + SUM_LEVEL * reference.level_ms
        )

    def _smooth(self, held: RawBeat, raw: RawBeat) -> bool:
        """Whether a held beat lies between its neighbours: out of range, yet on the way somewhere."""
        return abs(held.rr_ms - (self._near_ms + raw.rr_ms) / 2) <= self._reference.bend_ms and _within(raw.rr_ms)

    def _parts(self, rr_ms: float) -> int:
        """Into how many beats a long interval splits; 0 if no split fits."""
        level = self._reference.level_ms
        parts = round(rr_ms / level)
        if not 2 <= parts <= MOST_MISSED or rr_ms < STANDS_OUT * self._near_ms:
            return 0
        tolerance = max(min(self._reference.band_ms, SPLIT_TOLERANCE * level), 0.12 * level)
        return parts if abs(rr_ms / parts - level) <= (tolerance if parts == 2 else tolerance / 1.5) else 0

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
        times_s = [round(max(self._newest_s, raw.t_s - nn_ms * k / 1000), 4) for k in range(parts - 1, 0, -1)]
        inserted = [Beat(t_s, None, round(nn_ms, 3), BeatKind.MISSED) for t_s in times_s]
        inserted[0] = replace(inserted[0], after_gap=raw.after_gap)
        return [*inserted, replace(_beat(raw, nn_ms, BeatKind.MISSED), after_gap=False)]

    def _alone(self, held: RawBeat) -> Beat:
        """A held beat that made no pair: kept if it is nearly in range or the level moved, else noise."""
        if _within(held.rr_ms):
            near = (
                abs(held.rr_ms - self._reference.level_ms) <= NEAR * self._reference.band_ms
                or abs(held.rr_ms - self._near_ms) <= NEAR_JUMP * self._reference.jump_ms
            )
            if near or self._shifted(held.rr_ms):
                return self._accept(held)
        self._forget()
        return _beat(held, None, BeatKind.NOISE)

    def _shifted(self, rr_ms: float) -> bool:
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
        if 200 <= raw.rr_ms <= 2200:
            self._raw_ms.append(raw.rr_ms)
        self._corrected.extend(beat.kind is not BeatKind.NORMAL for beat in out)
        if sum(self._corrected) < GUARD_CORRECTED or len(self._raw_ms) < GUARD_RAW:
            return
        ordered = sorted(self._raw_ms)
        middle = ordered[GUARD_RAW // 2]
        spread = ordered[3 * GUARD_RAW // 4] - ordered[GUARD_RAW // 4]
        level = self._reference.level_ms
        if spread < GUARD_SPREAD * middle and level and abs(middle / level - 1) > GUARD_APART:
            self._reference.restart(list(self._raw_ms)[-5:])
            self._odd_ms.clear()
            self._corrected.clear()
            self._forget()


def _within(rr_ms: float) -> bool:
    return SHORTEST_MS <= rr_ms <= LONGEST_MS


def _beat(raw: RawBeat, nn_ms: float | None, kind: BeatKind) -> Beat:
    if nn_ms is not None and kind is not BeatKind.NORMAL:
        nn_ms = round(nn_ms, 3)
    return Beat(round(raw.t_s, 4), raw.rr_ms, nn_ms, kind, raw.after_gap)
