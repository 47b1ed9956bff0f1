"""The one-line live status: phase, heart rate and its age, tempo, reason.

Rules of this file:
1. A stale value never looks live: the age is always beside the heart rate, and an old one is said to be old.
2. Where nothing can be written any more (a full disk, a closed pipe) nothing is said, and the session goes on.
3. On a terminal one line is redrawn once a second; elsewhere a new line appears only when something changed.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Sequence
from typing import TextIO

from pulsetune.model import (
    ArousalEstimate,
    AudioParameters,
    Command,
    CommandKind,
    Cue,
    Event,
    LinkChanged,
    SignalWarning,
    SoundState,
    SoundStatus,
    StrapInfo,
)

STALE_S = 4.0  # older than this is not "now"
QUIET_EVERY_S = 60.0  # without a terminal, say that it is still running this often


class StatusLine:
    """Watches the events of a session and keeps one line true."""

    def __init__(
        self, stream: TextIO, *, total_s: float, live: bool, trouble: Callable[[], str | None] = lambda: None
    ) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._total_s = total_s
        self._live = live
        self._trouble = trouble  # of the log: a sentence while it cannot be saved
        self._said_trouble: str | None = None
        self._cue: Cue | None = None
        self._estimate: ArousalEstimate | None = None
        self._parameters: AudioParameters | None = None
        self._shown_s = -1.0
        self._width = 0

    def watch(self, now_s: float, events: Sequence[Event]) -> None:
        """Take the events of one tick."""
        for event in events:
            self._take(now_s, event)
        self._watch_log(now_s)
        step_s = 1.0 if self._live else 20.0
        if self._terminal and now_s - self._shown_s >= step_s:
            self._shown_s = now_s
            self._draw(self._line(now_s))
        elif not self._terminal and self._live and now_s - self._shown_s >= QUIET_EVERY_S:
            self._shown_s = now_s
            self._write(self._line(now_s) + "\n")

    def _watch_log(self, now_s: float) -> None:
        trouble = self._trouble()
        if trouble == self._said_trouble:
            return
        self._said_trouble = trouble
        self.note(now_s, f"not saved: {trouble}" if trouble else "the log is being saved again")

    def close(self) -> None:
        """Leave the terminal on a fresh line."""
        self._draw("")

    def note(self, now_s: float, text: str) -> None:
        """A line that stays."""
        self._draw("")
        self._write(f"{_clock(now_s)}  {text}\n")

    def _take(self, now_s: float, event: Event) -> None:
        match event:
            case ArousalEstimate():
                self._estimate = event
            case AudioParameters():
                self._parameters = event
            case Cue():
                moved_on = self._cue is None or self._cue.phase is not event.phase
                self._cue = event
                if moved_on or (self._live and not self._terminal):
                    self.note(now_s, f"{event.phase.value}: {event.reason}")
            case LinkChanged():
                self.note(now_s, f"{event.link.value}: {event.detail}")
            case SignalWarning() if event.detail:
                self.note(now_s, event.detail)
            case StrapInfo() if event.battery_percent is not None:
                self.note(now_s, f"{event.name}: battery {event.battery_percent} %")
            case Command(kind=CommandKind.MARK):
                self.note(now_s, "marked")
            case SoundStatus() if event.detail and event.state is not SoundState.STARTING:
                self.note(now_s, f"sound: {event.detail}")

    def _line(self, now_s: float) -> str:
        phase = self._cue.phase.value if self._cue else "starting"
        parts = [f"{_clock(now_s)} of {_clock(self._total_s)}", phase, self._heart()]
        if self._parameters is not None and self._parameters.pulse_level > 0:
            parts.append(f"tempo {self._parameters.tempo_bpm:.1f}")
        if self._cue is not None:
            parts.append(self._cue.reason)
        return "  ".join(parts)

    def _heart(self) -> str:
        estimate = self._estimate
        if estimate is None or estimate.age_s is None:
            return "heart --"
        if estimate.age_s > STALE_S:
            return f"heart -- (no beat for {estimate.age_s:.0f} s)"
        if estimate.heart_rate_bpm is None:
            return "heart -- (beats arrive: settling)"
        return f"heart {estimate.heart_rate_bpm:.0f} ({estimate.age_s:.1f} s ago)"

    def _draw(self, line: str) -> None:
        if not self._terminal:
            return
        line = line[: shutil.get_terminal_size().columns - 1]
        self._write("\r" + line.ljust(self._width) + ("" if line else "\r"))
        self._width = len(line)

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # ValueError: a stream that was closed
            self._stream.write(text)
            self._stream.flush()


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
