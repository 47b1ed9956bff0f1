"""Frames of music to the ticks of a MIDI file: from pulse to pulse the tempo is what was heard.

Rules of this file:
1. It is pure, and knows nothing of notes.
2. The file's first moment is the music's frame 0, whatever was heard first.
3. A MIDI file knows no pulse longer than ``LONGEST_PULSE_S``: a longer silence between two is several of them.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator, Sequence

from pulsetune.model import PulseTick
from pulsetune.sound.clock import SAMPLE_RATE_HZ

TICKS_PER_PULSE = 480
LONGEST_PULSE_S = 16.0  # of the 16.78 that the three bytes of a tempo can say
UNKNOWN_TEMPO_BPM = 60.0  # where no two pulses were heard there is no tempo


class TempoMap:
    """Frames to MIDI ticks and back to tempo: from pulse to pulse the tempo is what was heard."""

    def __init__(self, pulses: Sequence[PulseTick]) -> None:
        points = [(tick.frame, tick.index) for tick in pulses]
        if len(points) < 2:
            self._points = [(0, 0), (round(SAMPLE_RATE_HZ * 60 / UNKNOWN_TEMPO_BPM), TICKS_PER_PULSE)]
            return
        first_frame = points[0][0]
        lead_in = round(first_frame * _ticks(*points[:2]) / (points[1][0] - first_frame))
        self._points = [(0, 0)] if first_frame > 0 and lead_in > 0 else []
        self._points.append((first_frame, lead_in))
        for before, after in itertools.pairwise(points):
            self._points.append((after[0], self._points[-1][1] + _ticks(before, after)))

    def ticks(self, frame: float) -> int:
        """The tick nearest to ``frame``; the first and the last tempo go on beyond the pulses."""
        at = bisect.bisect_right(self._points, frame, key=lambda point: point[0])
        at = max(1, min(at, len(self._points) - 1))
        before, after = self._points[at - 1], self._points[at]
        share = (frame - before[0]) / (after[0] - before[0])
        return max(0, round(before[1] + (after[1] - before[1]) * share))

    def tempos(self) -> Iterator[tuple[int, int]]:
        """Where the tempo changes: tick, and microseconds a pulse."""
        written = None
        for before, after in itertools.pairwise(self._points):
            seconds = (after[0] - before[0]) / SAMPLE_RATE_HZ
            tempo_us = round(1e6 * seconds * TICKS_PER_PULSE / (after[1] - before[1]))
            if tempo_us != written:
                yield before[1], tempo_us
                written = tempo_us


def _ticks(before: tuple[int, int], after: tuple[int, int]) -> int:
    """From one pulse (frame, index) to a later one."""
    seconds = (after[0] - before[0]) / SAMPLE_RATE_HZ
    return TICKS_PER_PULSE * max(after[1] - before[1], math.ceil(seconds / LONGEST_PULSE_S))
