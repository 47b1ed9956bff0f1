"""The breathing guide: swells of the music to breathe with, never asked of anybody.

Rules of this file:
1. Off unless the listener or the program asks for it; feeling dizzy turns it off.
2. It begins at a share of the listener's own rate (Leslie 2019: three quarters worked better than six a minute for
   all), slows down rarely, and only while the listener's breath stays near it.
3. Never below the floor. The words are "softly, not deeply": untrained people over-breathe (Szulczewski 2019).
4. A new rate is glided to, so that no breath is cut.
"""

from __future__ import annotations

from pulsetune.model import Program

FLOOR_PER_MIN = 5.5  # never slower
USUAL_PER_MIN = 14.0  # a sitting adult's rate, where the listener's own cannot be read
FASTEST_PER_MIN = 16.0  # nobody is guided to breathe faster
STEP = 0.85  # of the rate
STEP_APART_S = 150  # a step takes effect, and then two minutes to get used to it
STEP_UNSEEN_S = 240  # where the listener's own breath cannot be read, which is often
WITH_IT = 0.20  # the listener goes along when their rate is within a fifth of the guide's
GLIDE_S_PER_S = 0.05  # how fast the length of a breath may change


class BreathingGuide:
    """The length of a guided breath over time."""

    def __init__(self, program: Program) -> None:
        self._share = program.breath_start_share
        self._slowest_per_min = max(FLOOR_PER_MIN, program.breath_slowest_per_min)
        self._wanted = program.breathing
        self._target_s: float | None = None
        self._breath_s: float | None = None
        self._since_step_s = 0
        self._dizzy = False

    @property
    def breath_s(self) -> float | None:
        """The length of a guided breath now; None while there is no guide."""
        return None if self._breath_s is None else round(self._breath_s, 3)

    @property
    def wanted(self) -> bool:
        return self._wanted

    def turn_on(self) -> str:
        """The listener asks for it."""
        if self._dizzy:
            return "no breathing guide today: you felt dizzy"
        self._wanted = True
        return "the music will swell for you to breathe with"

    def turn_off(self, *, dizzy: bool = False) -> bool:
        """True when it was on."""
        was, self._wanted, self._dizzy = self._wanted, False, self._dizzy or dizzy
        self._target_s = self._breath_s = None
        return was

    def second(self, breaths_per_min: float | None, *, playing: bool, frozen: bool) -> str:
        """One second; returns a sentence when something changed, else an empty one."""
        if not self._wanted or not playing:
            self._target_s = self._breath_s = None
            return ""
        if self._breath_s is None or self._target_s is None:
            return self._begin(breaths_per_min)
        self._breath_s += max(-GLIDE_S_PER_S, min(GLIDE_S_PER_S, self._target_s - self._breath_s))
        if frozen:
            return ""
        self._since_step_s += 1
        return self._step(breaths_per_min) if self._since_step_s >= STEP_APART_S else ""

    def _begin(self, breaths_per_min: float | None) -> str:
        own_per_min = breaths_per_min or USUAL_PER_MIN
        per_min = max(self._slowest_per_min, min(FASTEST_PER_MIN, self._share * own_per_min))
        self._target_s = self._breath_s = 60 / per_min
        self._since_step_s = 0
        return f"breathe with the swells if you like, softly, not deeply: {per_min:.0f} a minute to begin with"

    def _step(self, breaths_per_min: float | None) -> str:
        assert self._target_s is not None
        now_per_min = 60 / self._target_s
        if now_per_min <= self._slowest_per_min:
            return ""
        if breaths_per_min is None:
            if self._since_step_s < STEP_UNSEEN_S:
                return ""
        elif abs(breaths_per_min / now_per_min - 1) > WITH_IT:
            return ""
        per_min = max(self._slowest_per_min, STEP * now_per_min)
        self._target_s = 60 / per_min
        self._since_step_s = 0
        return f"the swells become slower: {per_min:.1f} breaths a minute now, softly"
