"""What a sink tells of its sound: states for the session's log, pulses and notes for a score, and errors in words.

Rules of this file:
1. Everything is told once, in order of time: a new sound process renders a little of the past again.
2. A sentence says what happened and, where the listener can do something, what.
"""

from __future__ import annotations

from pulsetune.errors import PulseTuneError, SoundDeviceMissing
from pulsetune.model import PulseTick, SoundEvent, SoundState, SoundStatus
from pulsetune.ports import Clock
from pulsetune.sound.continuity import Continuity
from pulsetune.sound.wire import Problem, Sounded, State, Tick


class Journal:
    """The events of one session's sound that were not fetched yet, and all its pulses and notes."""

    def __init__(self, clock: Clock, state: Continuity) -> None:
        self._clock = clock
        self._state = state
        self._events: list[SoundEvent] = []
        self.pulses: list[PulseTick] = []
        self.notes: list[Sounded] = []

    def take_events(self) -> list[SoundEvent]:
        """What came since the last call."""
        events, self._events = self._events, []
        return events

    def pulse(self, tick: Tick) -> None:
        numbered = self._state.number(tick)
        if numbered is not None:
            self._events.append(numbered)
            self.pulses.append(numbered)

    def note(self, note: Sounded) -> None:
        if not self.notes or note.frame >= self.notes[-1].frame:
            self.notes.append(note)

    def tell(self, state: SoundState, detail: str, device: str | None = None) -> None:
        """A state of the sound, with how far the ear is behind and what went wrong so far."""
        now_s = self._clock.now_s()
        latency_s = self._state.latency_s(now_s) if self._state.live and state is SoundState.PLAYING else None
        status = SoundStatus(now_s, state, detail, device, latency_s, self._state.underruns, self._state.restarts)
        self._events.append(status)


def opening_error(trouble: State | None) -> PulseTuneError:
    """Why the sound could not be opened, from what its process said last."""
    if trouble is None:
        return PulseTuneError("The sound process ended before it could play.", "Set PULSETUNE_DEBUG=1 to see why.")
    if trouble.problem is Problem.NO_DEVICE:
        return SoundDeviceMissing(
            "There is no sound device.", "Connect one, or choose --output FILE.flac or --output null."
        )
    if trouble.problem is Problem.FILE:
        return PulseTuneError(f"{trouble.detail}.", "Choose another place for the file.")
    return PulseTuneError(f"The music could not be built ({trouble.detail}).", "Set PULSETUNE_DEBUG=1 to see why.")
