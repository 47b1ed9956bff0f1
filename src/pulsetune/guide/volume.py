"""How loud: fades, pause and the listener's own softer and louder, all in dB and all without a jump.

Rules of this file:
1. Nothing here ever raises the level above its start unless the listener asked for it.
2. Times are session seconds; a level is a function of the time asked for, linear in dB.
"""

from __future__ import annotations

from pulsetune.model import SILENT_DB

FADE_IN_S = 3.0  # gentle, and yet heard within a second of the first sample
PAUSE_S = 1.5  # quick enough to feel obeyed, slow enough not to click
RESUME_S = 3.0
STEP_DB = 3.0  # a clearly audible step
SOFTEST_DB = -24.0
LOUDEST_DB = 6.0  # from "quiet speech" (55 to 60 dBA) this stays well below 75 dBA


class Volume:
    """The level over time: one ramp at a time, from what is heard now to what is wanted."""

    def __init__(self) -> None:
        self.paused = False
        self._own_db = 0.0
        self._from_db = SILENT_DB
        self._to_db = SILENT_DB
        self._start_s = 0.0
        self._seconds = 0.0

    def fade_in(self, t_s: float) -> None:
        self._ramp(t_s, 0.0, FADE_IN_S)

    def fade_out(self, t_s: float, seconds: float) -> None:
        self._ramp(t_s, SILENT_DB, seconds)

    def pause(self, t_s: float) -> bool:
        """False where it was paused already."""
        if self.paused:
            return False
        self.paused = True
        self._ramp(t_s, SILENT_DB, PAUSE_S)
        return True

    def resume(self, t_s: float) -> bool:
        """False where nothing was paused."""
        if not self.paused:
            return False
        self.paused = False
        self._ramp(t_s, 0.0, RESUME_S)
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
        ramp = self._at(t_s)
        if ramp <= SILENT_DB:
            return SILENT_DB
        return round(max(SILENT_DB, ramp + self._own_db + sound_db), 3)

    def _ramp(self, t_s: float, to_db: float, seconds: float) -> None:
        self._from_db, self._to_db, self._start_s, self._seconds = self._at(t_s), to_db, t_s, seconds

    def _at(self, t_s: float) -> float:
        if t_s >= self._start_s + self._seconds:
            return self._to_db
        share = max(0.0, (t_s - self._start_s) / self._seconds)
        return self._from_db + share * (self._to_db - self._from_db)
