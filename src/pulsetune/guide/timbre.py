"""How the music sounds: five levels from busy and bright to sparse and dark, changed slowly and never louder.

Rules of this file:
1. Down-steps come by themselves, at most one a minute; an up-step only after a backtrack, never above the start.
2. Loudness never rises above its start: a calmer level is softer, a step back up only undoes that.
3. Everything glides; nothing here may be heard as an event.
4. A pulse that has left for good does not come back while the session ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pulsetune.model import SILENT_DB, Phase

LEVELS = 5  # levels 0, .25, .5, .75, 1 of the guide's own arousal level
START_LEVEL = 0.75  # meet the pulse, not the distress: never start with the busiest texture
HYSTERESIS = 0.08  # beyond a level's border before it changes
LEVEL_DWELL_S = 60  # seconds between two changes
LOWPASS_S = 60.0  # smoothing of the level, about two windows of the heart rate
GLIDE_S = 30.0  # seconds for a full-range change of brightness, density or warmth
PULSE_IN_S = 8.0  # the pulse fades in
PULSE_OUT_S = 60.0  # and takes a minute to leave
REST_OUT_S = 6.0  # but makes room for a rest quickly
DB_PER_LEVEL = 1.0  # calmer is a little softer
COMPANION_DB = -10.0  # company is quiet: whom music upsets is spared most of it (rehearsed, model-based)
ENDING = (Phase.CONSOLIDATE, Phase.FADE, Phase.SILENCE, Phase.STOPPING)  # a pulse that is gone stays gone
UNKNOWN_LEVEL = 0.5  # where baseline and goal are closer than 2 bpm the level says nothing


@dataclass(frozen=True, slots=True)
class Timbre:
    """One set of targets, 0..1 each, and the level in dB."""

    brightness: float
    density: float
    warmth: float
    pulse_level: float
    bed_level: float
    level_db: float


NO_SOUND = Timbre(0.0, 0.0, 0.0, 0.0, 0.0, SILENT_DB)


def timbre_for(level: float, phase: Phase) -> Timbre:
    """The sound of an arousal level (calm 0, activated 1) in a phase."""
    brightness, density, warmth = 0.10 + 0.75 * level, 0.15 + 0.70 * level, 1.0 - 0.8 * level
    db = -DB_PER_LEVEL * max(0.0, START_LEVEL - level) * (LEVELS - 1)
    match phase:
        case Phase.CALIBRATE:
            return Timbre(0.35, 0.2, 0.8, 0.0, 0.55, 0.0)
        case Phase.COMPANION:
            return Timbre(0.25, 0.1, 1.0, 0.0, 0.7, COMPANION_DB)
        case Phase.CONSOLIDATE:
            return Timbre(brightness * 0.7, min(density, 0.15), 1.0, 0.8, 0.6, db - 1)
        case Phase.FADE | Phase.SILENCE:
            return Timbre(brightness * 0.5, 0.05, 1.0, 0.6, 0.6, db - 1)
        case _:
            return Timbre(brightness, density, warmth, 1.0, 0.35 + 0.25 * (1 - level), db)


class TimbreGlide:
    """The level with hysteresis and dwell, and the sound on its way to it.

    ``company_db`` is how loud company is beside the music it follows.
    """

    def __init__(self, company_db: float = COMPANION_DB) -> None:
        self.level = START_LEVEL
        self._company_db = company_db
        self._smooth: float | None = None
        self._since_change_s = 0
        self._may_rise = False
        self._left_at_end: float | None = None  # the pulse there was when the ending began
        self._now = timbre_for(START_LEVEL, Phase.CALIBRATE)

    @property
    def now(self) -> Timbre:
        return self._now

    def allow_rise(self) -> None:
        """After a backtrack the sound may come one level back up."""
        self._may_rise = True

    def take_level(self, level: float) -> None:
        """A level from elsewhere (a tape), as it is."""
        self.level = level

    def second(self, raw_level: float | None, phase: Phase, *, resting: bool) -> bool:
        """One second; ``raw_level`` is None while frozen. Returns True when the level changed."""
        changed = raw_level is not None and phase in (Phase.MATCH, Phase.LEAD, Phase.HOLD) and self._relevel(raw_level)
        target = timbre_for(self.level, phase)
        if phase is Phase.COMPANION:
            target = replace(target, level_db=self._company_db)
        if phase in ENDING:
            if self._left_at_end is None:
                self._left_at_end = self._now.pulse_level
            target = replace(target, pulse_level=min(target.pulse_level, self._left_at_end))
        if resting:
            target = replace(target, pulse_level=0.0)
        self._now = _toward(self._now, target, REST_OUT_S if resting else PULSE_OUT_S)
        return changed

    def _relevel(self, raw_level: float) -> bool:
        if self._smooth is None:
            self._smooth = raw_level
        self._smooth += (raw_level - self._smooth) / LOWPASS_S
        self._since_change_s += 1
        if self._since_change_s < LEVEL_DWELL_S:
            return False
        step = 1 / (LEVELS - 1)
        if self._smooth < self.level - step / 2 - HYSTERESIS and self.level > 0:
            self.level = max(0.0, self.level - step)
        elif self._may_rise and self._smooth > self.level + step / 2 + HYSTERESIS and self.level < START_LEVEL:
            self.level = min(START_LEVEL, self.level + step)
            self._may_rise = False
        else:
            return False
        self._since_change_s = 0
        return True


def _toward(now: Timbre, target: Timbre, out_s: float) -> Timbre:
    pulse_s = PULSE_IN_S if target.pulse_level > now.pulse_level else out_s
    return Timbre(
        _slew(now.brightness, target.brightness, 1 / GLIDE_S),
        _slew(now.density, target.density, 1 / GLIDE_S),
        _slew(now.warmth, target.warmth, 1 / GLIDE_S),
        _slew(now.pulse_level, target.pulse_level, 1 / pulse_s),
        _slew(now.bed_level, target.bed_level, 1 / GLIDE_S),
        _slew(now.level_db, target.level_db, 0.1),
    )


def _slew(now: float, target: float, largest: float) -> float:
    return round(now + max(-largest, min(largest, target - now)), 4)
