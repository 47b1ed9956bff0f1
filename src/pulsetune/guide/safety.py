"""Knowing when to stop leading: backtrack, gates, company, the stop rule.

Rules of this file:
1. It is asked once a second, and only while nothing is frozen: a dropout or a cough is never blamed on anybody.
2. It never reads a rise as failure; it only changes what the music does.
3. The stop rule is final.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from statistics import fmean

BACKTRACK_RISE_BPM = 3.5  # above the best level so far, for ...
BACKTRACK_S = 45  # ... this long: the lead is doing no good, meet the heart again
BEST_LEAK_BPM_PER_MIN = 0.5  # the best level is forgotten slowly
SECOND_RISE_BPM = 1.0  # a second rise ends the lead if the heart is this far above before, by all of the music
# The gates ask how far the heart under music is above where it was before. Shares and thresholds were found in rehearsals
# (discriminants of who is upset, model-based: docs/decisions/0006).
HEARD_FROM_S = 45  # under music: the mean of everything from here on ...
LAST_SHARE = 0.3  # ... and, with this share, the newest mean of 30 s
# Before: the baseline's minute alone is only known to about 1 bpm, so two more are asked: the half minute before it, and
# the first minute of music, in which music had no time to act.
BEFORE_S = 90
EARLIER_SHARE = 0.4
FIRST_S, FIRST_SHARE = 60, 0.4
HIGH_BPM, HIGH_SHARE, HIGH_MOST_BPM = 72.0, 0.06, 12.0  # a heart that begins high falls farther in silence, too
# (seconds of pulsed music, bpm): the first three spare those whom music clearly upsets, the fourth is where most is
# decided, and the later ones ask for less and less, as a heart that is calmed has by then come down for certain
GATES = ((150, 2.5), (180, 1.8), (210, 1.0), (240, 0.6), (300, 1.2), (360, 0.8), (480, 0.4), (720, 0.0))
FUTILE_S, FUTILE_BPM = 900, -0.1  # after a quarter of an hour of music the heart should at least be below the baseline
COMPANY_MEAN_S = 90  # company is judged by its last minute and a half
HELPED_MARGIN_BPM = 0.5  # company has helped when the heart is below the baseline by at least this
STOP_RISE_BPM = 8.0  # above the baseline, for ...
STOP_S = 120  # ... this long at rest: end kindly
COMPANION_TRIAL_S = 150  # after two and a half minutes of company without effect: silence


class Verdict(StrEnum):
    """What the watch asks for."""

    BACKTRACK = "backtrack"
    COMPANION = "companion"


class BeforeMusic:
    """The heart in the last minute and a half before the music, of which the last minute is the baseline's."""

    def __init__(self) -> None:
        self._heart_rate_bpm: deque[float] = deque(maxlen=BEFORE_S)

    def second(self, heart_rate_bpm: float | None) -> None:
        """One second of just sitting."""
        if heart_rate_bpm is not None:
            self._heart_rate_bpm.append(heart_rate_bpm)

    @property
    def earlier_bpm(self) -> float | None:
        """The half minute before the baseline's minute; None if that was not heard."""
        if len(self._heart_rate_bpm) < BEFORE_S:
            return None
        return fmean(list(self._heart_rate_bpm)[: BEFORE_S // 3])


class SafetyWatch:
    """Watches the 30-s heart rate against the listener's own baseline; the first gate comes after ``first_gate_s``.

    ``earlier_bpm`` is the heart rate before the minute of the baseline, None if nobody knows.
    """

    def __init__(
        self, baseline_bpm: float, first_gate_s: float = GATES[0][0], earlier_bpm: float | None = None
    ) -> None:
        self._baseline_bpm = baseline_bpm
        self._earlier_bpm = baseline_bpm if earlier_bpm is None else earlier_bpm
        scale = first_gate_s / GATES[0][0]
        self._gates = {round(at_s * scale): above_bpm for at_s, above_bpm in GATES}
        self._futile_s = round(FUTILE_S * scale)
        self._best_bpm = baseline_bpm
        self._risen_s = 0
        self._high_s = 0
        self._backtracks = 0
        self._heard_s = 0
        self._companion_s = 0
        self._first_bpm: list[float] = []
        self._later_bpm = 0.0  # sum over the music from HEARD_FROM_S on
        self._recent: deque[float] = deque(maxlen=COMPANY_MEAN_S)

    def begin_lead(self, heart_rate_bpm: float) -> None:
        """A lead starts from here."""
        self._best_bpm = heart_rate_bpm
        self._risen_s = 0

    def stop_rule(self, heart_rate_bpm: float) -> bool:
        """True when the heart has been far above the baseline for two minutes."""
        self._high_s = self._high_s + 1 if heart_rate_bpm > self._baseline_bpm + STOP_RISE_BPM else 0
        return self._high_s >= STOP_S

    def second(self, heart_rate_bpm: float, *, leading: bool) -> Verdict | None:
        """One second of pulsed music; a backtrack is only asked for while it leads."""
        self._heard_s += 1
        self._recent.append(heart_rate_bpm)
        if self._heard_s <= FIRST_S:
            self._first_bpm.append(heart_rate_bpm)
        if self._heard_s > HEARD_FROM_S:
            self._later_bpm += heart_rate_bpm
        if self._heard_s in self._gates and self._answer_bpm() > self._gates[self._heard_s]:
            return Verdict.COMPANION
        if self._heard_s == self._futile_s and self._mean_rise_bpm() > FUTILE_BPM:
            return Verdict.COMPANION
        return self._backtrack(heart_rate_bpm) if leading else None

    def _backtrack(self, heart_rate_bpm: float) -> Verdict | None:
        self._best_bpm = min(self._best_bpm + BEST_LEAK_BPM_PER_MIN / 60, heart_rate_bpm)
        self._risen_s = self._risen_s + 1 if heart_rate_bpm > self._best_bpm + BACKTRACK_RISE_BPM else 0
        if self._risen_s >= BACKTRACK_S:
            self._risen_s = 0
            self._backtracks += 1
            if self._backtracks >= 2 and self._answer_bpm() > SECOND_RISE_BPM:
                return Verdict.COMPANION
            return Verdict.BACKTRACK
        return None

    def companion_second(self, heart_rate_bpm: float) -> bool:
        """One second of keeping company; True when it may end in silence."""
        self._recent.append(heart_rate_bpm)
        self._companion_s += 1
        return self._companion_s == COMPANION_TRIAL_S and self._mean_rise_bpm() > -HELPED_MARGIN_BPM

    def _answer_bpm(self) -> float:
        """How far the heart under music is above where it was before."""
        baseline_bpm = self._baseline_bpm
        all_bpm = self._later_bpm / (self._heard_s - HEARD_FROM_S)
        music_bpm = (1 - LAST_SHARE) * all_bpm + LAST_SHARE * self._recent[-1]
        before_bpm = (
            (1 - EARLIER_SHARE - FIRST_SHARE) * baseline_bpm
            + EARLIER_SHARE * self._earlier_bpm
            + FIRST_SHARE * fmean(self._first_bpm)
        )
        high_bpm = max(-HIGH_MOST_BPM, min(HIGH_MOST_BPM, baseline_bpm - HIGH_BPM))
        return music_bpm - before_bpm + HIGH_SHARE * high_bpm

    def _mean_rise_bpm(self) -> float:
        """The last minute and a half against the baseline."""
        return fmean(self._recent) - self._baseline_bpm
