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
GATE_MEAN_S = 120  # the gates judge the mean of the last two minutes of pulsed music ...
FIRST_S = 60  # ... less a share of the first minute's, in which music had no time to do anything: the baseline of one
FIRST_SHARE = 0.3  # minute is itself only known to about 1 bpm (share found in rehearsals, model-based)
# (seconds of pulsed music, bpm above the baseline): early ones spare those whom music upsets, late ones are for hearts
# that only stay where they were; found in rehearsals (model-based)
GATES = ((150, 2.0), (210, 1.5), (270, 0.9), (360, 0.5), (480, 0.8), (720, -0.1))
COMPANY_MEAN_S = 90  # company is judged by its last minute and a half
HELPED_MARGIN_BPM = 0.5  # company has helped when the heart is below the baseline by at least this
STOP_RISE_BPM = 8.0  # above the baseline, for ...
STOP_S = 120  # ... this long at rest: end kindly
COMPANION_TRIAL_S = 150  # after two and a half minutes of company without effect: silence


class Verdict(StrEnum):
    """What the watch asks for."""

    BACKTRACK = "backtrack"
    COMPANION = "companion"


class SafetyWatch:
    """Watches the 30-s heart rate against the listener's own baseline; the first gate comes after ``first_gate_s``."""

    def __init__(self, baseline_bpm: float, first_gate_s: float = GATES[0][0]) -> None:
        self._baseline_bpm = baseline_bpm
        self._gates = {round(at_s * first_gate_s / GATES[0][0]): above_bpm for at_s, above_bpm in GATES}
        self._best_bpm = baseline_bpm
        self._risen_s = 0
        self._high_s = 0
        self._backtracks = 0
        self._heard_s = 0
        self._companion_s = 0
        self._first_bpm: list[float] = []
        self._recent: deque[float] = deque(maxlen=GATE_MEAN_S)

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
        if self._heard_s in self._gates and self._answer_bpm() > self._gates[self._heard_s]:
            return Verdict.COMPANION
        return self._backtrack(heart_rate_bpm) if leading else None

    def _backtrack(self, heart_rate_bpm: float) -> Verdict | None:
        self._best_bpm = min(self._best_bpm + BEST_LEAK_BPM_PER_MIN / 60, heart_rate_bpm)
        self._risen_s = self._risen_s + 1 if heart_rate_bpm > self._best_bpm + BACKTRACK_RISE_BPM else 0
        if self._risen_s >= BACKTRACK_S:
            self._risen_s = 0
            self._backtracks += 1
            if self._backtracks >= 2 and heart_rate_bpm > self._baseline_bpm:
                return Verdict.COMPANION
            return Verdict.BACKTRACK
        return None

    def companion_second(self, heart_rate_bpm: float) -> bool:
        """One second of keeping company; True when it may end in silence."""
        self._recent.append(heart_rate_bpm)
        self._companion_s += 1
        return self._companion_s == COMPANION_TRIAL_S and self._mean_rise_bpm() > -HELPED_MARGIN_BPM

    def _answer_bpm(self) -> float:
        """How far the heart is above the baseline under music, less what it was before music could act."""
        first_bpm = fmean(self._first_bpm) - self._baseline_bpm
        return fmean(self._recent) - self._baseline_bpm - FIRST_SHARE * first_bpm

    def _mean_rise_bpm(self) -> float:
        """The last minute and a half."""
        return fmean(list(self._recent)[-COMPANY_MEAN_S:]) - self._baseline_bpm
