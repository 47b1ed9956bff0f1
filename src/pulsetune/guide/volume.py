"""How loud: fades, pause and the listener's own softer and louder, all in dB and all without a jump.

Rules of this file:
1. Nothing here ever raises the level above its start unless the listener asked for it.
2. Times are session seconds; a level is a function of the time asked for, linear in dB.
3. A pause is laid over the evening's own fades and stops them where they are: going on never undoes one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pulsetune.model import SILENT_DB

FADE_IN_S = 3.0  # gentle, and yet heard within a second of the first sample
PAUSE_S = 1.5  # quick enough to feel obeyed, slow enough not to click
RESUME_S = 3.0
STEP_DB = 3.0  # a clearly audible step
SOFTEST_DB = -24.0
LOUDEST_DB = 6.0  # from "quiet speech" (55 to 60 dBA) this stays well below 75 dBA


@dataclass(frozen=True, slots=True)
class _Ramp:
    """From one level to another, in dB, from ``start_s`` on."""

    from_db: float
    to_db: float
    start_s: float = 0.0
    seconds: float = 0.0

    def at(self, t_s: float) -> float:
        if t_s >= self.start_s + self.seconds:
            return self.to_db
        share = max(0.0, (t_s - self.start_s) / self.seconds)
        return self.from_db + share * (self.to_db - self.from_db)


class Volume:
    """The level over time: the evening's fade, the listener's pause and their own softer and louder, added up."""

    def __init__(self) -> None:
        self._own_db = 0.0
        self._fade = _Ramp(SILENT_DB, SILENT_DB)
        self._hush = _Ramp(0.0, 0.0)
        self._paused_at_s: float | None = None
        self._ending = False

    @property
    def paused(self) -> bool:
        """Whether the listener paused and did not go on yet."""
        return self._paused_at_s is not None

    def fade_in(self, t_s: float) -> None:
        self._fade = _Ramp(self._fade.at(t_s), 0.0, t_s, FADE_IN_S)

    def fade_out(self, t_s: float, seconds: float) -> None:
        self._fade = _Ramp(self._fade.at(self._fade_s(t_s)), SILENT_DB, t_s, seconds)

    def end(self, t_s: float, seconds: float) -> None:
        """Fade out for good, also while paused."""
        self.fade_out(t_s, seconds)
        self._ending = True

    def pause(self, t_s: float) -> bool:
        """False where it was paused already."""
        if self.paused:
            return False
        self._hush = _Ramp(self._hush.at(t_s), SILENT_DB, t_s, PAUSE_S)
        self._paused_at_s = t_s
        return True

    def resume(self, t_s: float) -> bool:
        """False where nothing was paused."""
        if self._paused_at_s is None:
            return False
        if not self._ending:
            self._fade = replace(self._fade, start_s=self._fade.start_s + t_s - self._paused_at_s)
        self._hush = _Ramp(self._hush.at(t_s), 0.0, t_s, RESUME_S)
        self._paused_at_s = None
        return True

    def step(self, *, louder: bool) -> str:
        """One step softer or louder; returns the sentence to say."""
        wanted = self._own_db + (STEP_DB if louder else -STEP_DB)
        self._own_db = max(SOFTEST_DB, min(LOUDEST_DB, wanted))
        if wanted != self._own_db:
            return "as loud as it gets" if louder else "as soft as it gets"
        return f"{'louder' if louder else 'softer'}, as you asked"

    def level_db(self, t_s: float, sound_db: float) -> float:
        """The level at ``t_s``: fades, the listener's own setting and the sound's own level together."""
        ramp = self._fade.at(self._fade_s(t_s)) + self._hush.at(t_s)
        if ramp <= SILENT_DB:
            return SILENT_DB
        return round(max(SILENT_DB, ramp + self._own_db + sound_db), 3)

    def _fade_s(self, t_s: float) -> float:
        """The time at which the evening's fade is read: it waits during a pause."""
        return t_s if self._paused_at_s is None or self._ending else self._paused_at_s
