"""When to hold still: no fresh beats, a cough or a startle, a pulse that cannot be read.

Rules of this file:
1. Frozen means: the tempo and every judging clock stand still. The plan of the evening goes on.
2. After a dropout, wait for enough fresh beats before deciding anything.
3. Seconds of a pause do not count towards giving up: whoever took the strap off for a while has it on again soon.
"""

from __future__ import annotations

from pulsetune.model import ArousalEstimate

DROPOUT_S = 4.0  # no beat for this long (more than three beats at 48 bpm, and a lost notification)
LONG_DROPOUT_S = 120.0
LOST_S = 300.0
SAME_BEAT_S = 0.01  # ages are rounded
RETURN_S = 12  # about twelve fresh beats before trusting the pulse again
EVENT_RISE_BPM = 8.0  # the fast heart rate this far above the slow one: a cough, a startle, a change of posture
EVENT_FREEZE_S = 30
READABLE_QUALITY = 0.5  # below this most beats of the window are corrected or missing ...
JUDGE_AFTER_S = 30  # ... once the window could have filled with fresh beats


class DropoutWatch:
    """Follows the freshness of the pulse, second by second."""

    def __init__(self) -> None:
        self._began_s: float | None = None
        self._age_s = 0.0
        self._beat_s = 0.0  # the newest beat that is known, the beginning of the session before the first
        self._forgiven_s = 0  # seconds of pause since then
        self._returning_s = 0
        self._fresh_s = 0
        self._event_s = 0
        self._unreadable = False
        self._returned = False
        self._news: list[str] = []

    def second(self, t_s: float, estimate: ArousalEstimate) -> None:
        """One second of session time."""
        self._look(t_s, estimate)
        if self._age_s > DROPOUT_S:
            if self._began_s is None:
                self._began_s = t_s
                first = estimate.age_s is None
                self._news.append(
                    "waiting for the first heartbeat" if first else f"no fresh beat for {self._age_s:.0f} s: holding"
                )
            self._returning_s = RETURN_S
            self._fresh_s = 0
            return
        self._fresh_s += 1
        if self._began_s is not None:
            self._began_s = None
            self._news.append("your pulse is back: listening before moving on")
        if self._returning_s > 0:
            self._returning_s -= 1
            self._returned = self._returning_s == 0
        self._watch_events(estimate)

    def paused_second(self, t_s: float, estimate: ArousalEstimate) -> None:
        """One second in which the session was paused."""
        self._forgiven_s += 1
        self._look(t_s, estimate)

    @property
    def frozen(self) -> bool:
        return self._age_s > DROPOUT_S or self._returning_s > 0 or self._event_s > 0 or self._unreadable

    @property
    def long(self) -> bool:
        return self._age_s - self._forgiven_s > LONG_DROPOUT_S

    @property
    def lost(self) -> bool:
        return self._age_s - self._forgiven_s > LOST_S

    def just_returned(self) -> bool:
        """True once after each dropout, when the pulse can be trusted again."""
        returned, self._returned = self._returned, False
        return returned

    def news(self) -> list[str]:
        """The sentences worth saying since the last call."""
        news, self._news = self._news, []
        return news

    def _look(self, t_s: float, estimate: ArousalEstimate) -> None:
        """How old the pulse is, and how much of that was a pause."""
        beat_s = 0.0 if estimate.age_s is None else t_s - estimate.age_s
        if beat_s > self._beat_s + SAME_BEAT_S:
            self._beat_s = beat_s
            self._forgiven_s = 0
        self._age_s = t_s - beat_s

    def _watch_events(self, estimate: ArousalEstimate) -> None:
        slow, fast = estimate.heart_rate_bpm, estimate.heart_rate_fast_bpm
        if slow is not None and fast is not None and fast - slow > EVENT_RISE_BPM:
            if self._event_s == 0:
                self._news.append("a sudden jump of your heart: waiting until it settles")
            self._event_s = EVENT_FREEZE_S
        elif self._event_s > 0:
            self._event_s -= 1
        unreadable = self._fresh_s > JUDGE_AFTER_S and estimate.quality < READABLE_QUALITY
        if unreadable and not self._unreadable:
            self._news.append("your pulse is hard to read: holding until it is clear again")
        self._unreadable = unreadable
