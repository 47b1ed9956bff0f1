"""HeartSamples in, labelled Beats and one ArousalEstimate a second out: timeline, cleaning, window, estimate in order.

Rules of this file:
1. The same inputs give the same outputs: no clock, no randomness, and every float that leaves is rounded.
2. Beats taken off the skin are kept as noise and feed no estimate.
3. Estimates keep coming through a dropout, older and less certain each second.
"""

from __future__ import annotations

from pulsetune.arousal.breathing import BreathMeter
from pulsetune.arousal.calibration import BASELINE_S, Calibration
from pulsetune.arousal.cleaning import Cleaner
from pulsetune.arousal.estimate import ArousalModel
from pulsetune.arousal.rate_check import RateCheck
from pulsetune.arousal.rate_window import RateWindow
from pulsetune.arousal.timeline import Timeline
from pulsetune.arousal.window import BeatWindow
from pulsetune.model import (
    ArousalEstimate,
    Baseline,
    Beat,
    Contact,
    HeartSample,
    Link,
    LinkChanged,
    SignalIssue,
    SignalWarning,
)

RR_SILENCE_S = 10.0  # heart-rate fields without any RR for so long: a strap that sends none
DISTRUSTED = frozenset({SignalIssue.CONTACT_LOST, SignalIssue.FROZEN_RATE})  # nothing of it is to be believed
RATE_ONLY = frozenset({SignalIssue.NO_RR, SignalIssue.SYNTHESISED_RR})  # the rate is, the intervals are not


class Pipeline:
    """The whole way from notifications to arousal.

    Parameters
    ----------
    calibrate_s : float
        Seconds of session time after which the baseline is taken.
    baseline_s : int, optional
        From how many of the last of them, exactly. If not given, from the last minute, and later while the heart is
        still coming to rest.
    """

    def __init__(self, calibrate_s: float, baseline_s: int | None = None, *, breath: bool = True) -> None:
        self._timeline = Timeline()
        self._cleaner = Cleaner()
        self._window = BeatWindow()
        self._rates = RateWindow()
        self._rate_check = RateCheck()
        self._breath = BreathMeter() if breath else None
        self._calibration = Calibration(calibrate_s, baseline_s or BASELINE_S, await_rest=baseline_s is None)
        self._model = ArousalModel()
        self._issues: set[SignalIssue] = set()
        self._worn = True
        self._gaps = 0
        self._beat_s: float | None = None  # the newest beat that can be believed
        self._rate_s: float | None = None  # the newest heart-rate field that can be believed

    @property
    def baseline(self) -> Baseline | None:
        """The listener's own level, None until calibrated."""
        return self._model.baseline

    @property
    def gaps(self) -> int:
        """How often beats were lost: the beats that carry ``after_gap``."""
        return self._gaps

    def sample(self, sample: HeartSample) -> list[Beat]:
        """Take one notification; returns the beats that became certain (up to one beat late)."""
        if sample.malformed is not None:
            return []
        self._worn = sample.contact is not Contact.OFF_SKIN and sample.heart_rate_bpm != 0
        if sample.heart_rate_bpm and self._worn:
            self._rates.push(sample.t_s, sample.heart_rate_bpm)
            self._rate_s = sample.t_s
        out: list[Beat] = []
        for raw in self._timeline.push(sample):
            self._gaps += raw.after_gap
            if raw.usable:
                self._beat_s = raw.t_s
            out += self._cleaner.push(raw)
        self._take(out)
        self._hold_against_rate(sample)
        return out

    def link(self, changed: LinkChanged) -> None:
        """Follow the link: whatever breaks it, nothing is joined across."""
        if changed.link is not Link.CONNECTED:
            self._timeline.interrupt()

    def warn(self, warning: SignalWarning) -> None:
        """Follow what the source says of the signal."""
        if warning.active:
            self._issues.add(warning.issue)
        else:
            self._issues.discard(warning.issue)

    def flush(self) -> list[Beat]:
        """The beat still held at the end, judged without its successor."""
        out = self._cleaner.flush()
        self._take(out)
        return out

    def estimate(self, now_s: float, *, paused: bool = False) -> ArousalEstimate:
        """The estimate of this second; the baseline is set here when its time has come, which stands still in a pause."""
        rate_only = self._rate_only
        contact = 0.0 if not self._worn or self._issues & DISTRUSTED else 1.0
        reading = (self._rates if rate_only else self._window).read(now_s, contact)
        newest_s = self._rate_s if rate_only else self._beat_s
        age_s = None if newest_s is None else max(0.0, now_s - newest_s)
        if self._model.baseline is None and paused:
            self._calibration.pause(now_s)
        elif self._model.baseline is None:
            self._model.baseline = self._calibration.step(now_s, reading)
        arousal, confidence = self._model.step(now_s, reading, age_s, rate_only=rate_only)
        return ArousalEstimate(
            t_s=now_s,
            heart_rate_bpm=_rounded(reading.heart_rate_bpm, 3),
            heart_rate_fast_bpm=_rounded(reading.heart_rate_fast_bpm, 3),
            rmssd_ms=_rounded(reading.rmssd_ms, 3),
            breaths_per_min=None if rate_only or self._breath is None else _rounded(self._breath.read(now_s), 3),
            arousal=_rounded(arousal, 4),
            confidence=round(confidence, 4),
            quality=round(reading.quality, 4),
            age_s=_rounded(age_s, 4),
        )

    def _take(self, beats: list[Beat]) -> None:
        for beat in beats:
            self._window.push(beat)
            if self._breath is not None:
                self._breath.push(beat)

    def _hold_against_rate(self, sample: HeartSample) -> None:
        """Start the cleaning over where the strap's own rate says that it has caught a wrong level."""
        if not sample.heart_rate_bpm or not self._worn or self._issues & DISTRUSTED:
            return
        cleaner = self._cleaner
        if self._rate_check.push(sample.t_s, sample.heart_rate_bpm, cleaner.level_ms, cleaner.raw_level_ms):
            cleaner.start_over()

    @property
    def _rate_only(self) -> bool:
        """Whether the strap's own rate is all there is: no RR at all, none for a while, or none to be believed."""
        if self._rate_s is None:
            return False
        if self._issues & RATE_ONLY or self._beat_s is None:
            return True
        return self._rate_s - self._beat_s > RR_SILENCE_S


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
