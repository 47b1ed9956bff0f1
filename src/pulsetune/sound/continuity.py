"""What outlives a sound process, so that the next one can go on: targets, counts, the file's parts, the pulses' numbers.

Rules of this file:
1. It is pure: no process, no clock, no device; every decision about going on can be tested by itself.
2. Live music goes on at the present moment, a file where it stopped, to the frame.
"""

from __future__ import annotations

from pathlib import Path

from pulsetune.model import AudioParameters, PulseTick
from pulsetune.ports import AHEAD_S
from pulsetune.sound.clock import SAMPLE_RATE_HZ
from pulsetune.sound.histories import TargetHistory, TickNumbering
from pulsetune.sound.soundscapes import SOUNDSCAPES
from pulsetune.sound.wire import Open, OutputKind, OutputSpec, Prepare, Progress, Tick

RESTART_DELAYS_S = (0.0, 0.5, 1.0, 2.0, 4.0)  # the first at once; a fault that lasts must not burn the processor
GOOD_PLAY_S = 10.0  # after this much sound a restart counts as a success
FADE_IN_S = 0.5  # only against a click: how loud the music begins is the guide's decision
FADE_IN_AGAIN_S = 2.0
LEAD_IN_S = 1.8  # a live process starts this much before the newest target, so that it has sound at once
JUMP_S = 8.0  # targets further ahead than this (a suspended computer): start afresh there, do not render the gap
BLOCK_S = 1024 / SAMPLE_RATE_HZ  # a file is rendered in whole blocks until its end ...
BEHIND_S = 0.25  # ... and an encoder keeps the newest .17 s


class Continuity:
    """The state of one session's sound across its processes."""

    def __init__(self, output: OutputSpec, record: Path | None, soundscape: str, seed: int, bed: str = "") -> None:
        self.live = output.kind is not OutputKind.FILE
        self.gain = 1.0
        self.restarts = 0
        self._output = output
        self._record = record
        self._soundscapes = [(0.0, soundscape)]  # each with the time from which it is wanted
        self._seed = seed
        self._bed = bed
        self._history = TargetHistory()
        self._numbering = TickNumbering()
        self._progress = Progress(0, 0, 0, 0)
        self._start_frame = 0
        self._earlier_frames = self._earlier_underruns = 0
        self._parts = 1
        self._starts = self._restarts_in_a_row = 0

    # ------------------------------------------------------------ what the music should do

    def add(self, target: AudioParameters) -> bool:
        """Keep a target. False if it lies so far ahead that a live process should start afresh there.

        Raises
        ------
        ValueError
            If it is older than the one before it.
        """
        before_s = self._history.newest_s
        if before_s is not None and target.t_s < before_s:
            raise ValueError(f"targets must come in order of time: {target.t_s} after {before_s}")
        if before_s is None:
            before_s = self._start_frame / SAMPLE_RATE_HZ
        jumped = self.live and target.t_s - before_s > JUMP_S
        if jumped:
            self._history.clear()
        if target.soundscape in SOUNDSCAPES and target.soundscape != self._soundscapes[-1][1]:
            self._soundscapes.append((target.t_s, target.soundscape))
        rendered_s = self._progress.rendered_frame / SAMPLE_RATE_HZ
        self._history.add(target, target.t_s - 2 * LEAD_IN_S if self.live else rendered_s)
        return not jumped

    def far_enough(self, to_s: float) -> bool:
        """Whether a clock may go on to ``to_s``; what nobody asked for yet is not waited for."""
        if self.live or self._history.newest_s is None:
            return True
        wanted_s = min(to_s - AHEAD_S - BLOCK_S, self._history.newest_s - BEHIND_S)
        return self._progress.rendered_frame / SAMPLE_RATE_HZ >= wanted_s

    # ------------------------------------------------------------ one process after the other

    def order(self, now_s: float) -> Open:
        """The order for the next process."""
        newest_s = self._history.newest_s
        if self.live:
            from_s = max(0.0, (now_s if newest_s is None else newest_s) - LEAD_IN_S)
            self._start_frame = round(from_s * SAMPLE_RATE_HZ)
        again = self._starts > 0
        self._starts += 1
        self._progress = Progress(self._start_frame, self._start_frame, 0, 0)
        return Open(
            self._output.kind,
            self._part(self._output.path),
            self._part(self._record),
            self._soundscape_at(self._start_frame / SAMPLE_RATE_HZ),
            self._seed,
            self._start_frame,
            self.gain,
            FADE_IN_AGAIN_S if again else FADE_IN_S,
            device_required=not again,
            bed=self._bed,
        )

    def preparation(self) -> Prepare:
        """What a process that waits should build: the music that is wanted now."""
        return Prepare(self._soundscapes[-1][1], self._seed, self._bed)

    def targets(self) -> list[AudioParameters]:
        """What the process of the latest order needs to be told."""
        return self._history.since(self._start_frame / SAMPLE_RATE_HZ)

    def take(self, progress: Progress) -> None:
        self._progress = progress
        if self._frames() >= GOOD_PLAY_S * SAMPLE_RATE_HZ:
            self._restarts_in_a_row = 0

    def number(self, tick: Tick) -> PulseTick | None:
        """The pulse as the log counts it, or None if the log has it already."""
        return self._numbering.next(tick)

    def ended(self) -> None:
        """The process has ended: keep what it did."""
        self._earlier_frames += self._frames()
        self._earlier_underruns += self._progress.underruns
        self._start_frame = self._progress.rendered_frame
        self._progress = Progress(self._start_frame, self._start_frame, 0, 0)
        self._numbering.new_process()

    def restart_delay_s(self) -> float | None:
        """How long to wait before a process that failed is replaced; None if it failed too often in a row."""
        if self._restarts_in_a_row == len(RESTART_DELAYS_S):
            return None
        self.restarts += 1
        self._restarts_in_a_row += 1
        return RESTART_DELAYS_S[self._restarts_in_a_row - 1]

    def next_part(self) -> str | None:
        """Where a file goes on, because the one so far may have no proper end; None without a file."""
        path = self._output.path or self._record
        if path is None:
            return None
        self._parts += 1
        return self._part(path)

    # ------------------------------------------------------------ what became of it

    @property
    def path(self) -> str | None:
        path = self._output.path or self._record
        return None if path is None else str(path)

    @property
    def seconds(self) -> float:
        """Played or written in all."""
        return (self._earlier_frames + self._frames()) / SAMPLE_RATE_HZ

    @property
    def underruns(self) -> int:
        return self._earlier_underruns + self._progress.underruns

    def latency_s(self, now_s: float) -> float:
        """How far the ear is behind the log."""
        return round(now_s - self._progress.heard_frame / SAMPLE_RATE_HZ, 3)

    def _soundscape_at(self, t_s: float) -> str:
        """The soundscape that was wanted last at ``t_s``."""
        return [name for from_s, name in self._soundscapes if from_s <= max(t_s, 0.0)][-1]

    def _frames(self) -> int:
        return self._progress.played_frames if self.live else self._progress.rendered_frame - self._start_frame

    def _part(self, path: Path | None) -> str | None:
        if path is None:
            return None
        return str(path if self._parts == 1 else path.with_name(f"{path.stem}.part{self._parts}{path.suffix}"))
