"""Frames of music to the ticks of a MIDI file: from pulse to pulse the tempo is what was heard.

Rules of this file:
1. It is pure, and knows nothing of notes.
2. The file's first moment is the music's frame 0, whatever was heard first.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator, Sequence

from pulsetune.model import PulseTick
from pulsetune.sound.clock import SAMPLE_RATE_HZ

TICKS_PER_PULSE = 480
UNKNOWN_TEMPO_BPM = 60.0  # where no two pulses were heard there is no tempo


class TempoMap:
    """Frames to MIDI ticks and back to tempo: from pulse to pulse the tempo is what was heard."""

    def __init__(self, pulses: Sequence[PulseTick]) -> None:
        points = [(tick.frame, tick.index) for tick in pulses]
        if len(points) < 2:
            self._points = [(0, 0), (round(SAMPLE_RATE_HZ * 60 / UNKNOWN_TEMPO_BPM), TICKS_PER_PULSE)]
            return
        first_frame, first_index = points[0]
        frames_a_pulse = (points[1][0] - first_frame) / (points[1][1] - first_index)
        lead_in = round(TICKS_PER_PULSE * first_frame / frames_a_pulse)
        self._points = [(0, 0)] if first_frame > 0 and lead_in > 0 else []
        self._points += [(frame, lead_in + TICKS_PER_PULSE * (index - first_index)) for frame, index in points]

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
