"""What can be wrong with a strap's signal although notifications arrive. Pure: samples in, warnings out.

Rules of this file:
1. Nothing is dropped here except byte-identical payloads within ``DUPLICATE_S``; everything else is only labelled.
2. A warning is given once when its issue begins and once when it ends, with a sentence for a person.
3. Time is the samples' own ``t_s``; malformed samples are neither evidence for an issue nor against one.
4. A link that ends, ends every issue seen on it: the next link starts without prejudice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pulsetune.model import Contact, HeartSample, SignalIssue, SignalWarning

DUPLICATE_S = 0.05  # the system repeats a signal per listening program within 1 ms; straps send at most every 150 ms
DUPLICATE_QUIET_S = 10.0  # no repeat for about ten beats: the other program has gone
NO_RR_S = 10.0  # the slowest waking heart (30 beats a minute) ends five intervals in this time
SYNTHESISED_BEATS = 30  # at 5 ms spread, chance keeps a real heart within the tolerance about once in 10^15 tries
SYNTHESISED_TOLERANCE_MS = 2.0  # rounding or truncation to whole ms (1 ms), then to 1/1024 s (1 ms)
REAL_BEATS = 5  # so many intervals in a row off the formula, and they are measured after all
FROZEN_PAYLOAD_S = 30.0  # thirty notifications with equal RR to 1 ms: no heart that is alive does this
FROZEN_RATE_S = 60.0  # a whole-number averaged rate without RR may well stand for half a minute at rest
CONTACT_LOST_S = 2.0  # some straps clear the flag for a second while starting or when the listener moves


@dataclass(slots=True)
class DuplicateFilter:
    """Recognises a signal that the system delivered again because another program listens too."""

    count: int = 0
    _payload: bytes | None = None
    _t_s: float = 0.0
    _repeat_s: float = 0.0
    _active: bool = False

    def is_repeat(self, payload: bytes, t_s: float) -> bool:
        """Whether this payload equals the one before it and came less than ``DUPLICATE_S`` after it."""
        repeat = payload == self._payload and t_s - self._t_s < DUPLICATE_S
        if repeat:
            self.count += 1
            self._repeat_s = t_s
        self._payload, self._t_s = payload, t_s
        return repeat

    def warning(self, t_s: float) -> SignalWarning | None:
        """The change to report at ``t_s``, if any."""
        if self.count and not self._active:
            self._active = True
            detail = (
                f"Signals arrive twice because another program on this computer listens too; "
                f"repeats are dropped ({self.count} so far)."
            )
            return SignalWarning(t_s, SignalIssue.DOUBLED, True, detail)
        if self._active and t_s - self._repeat_s > DUPLICATE_QUIET_S:
            return self.end(t_s)
        return None

    def end(self, t_s: float) -> SignalWarning | None:
        """Close the account when the link ends."""
        self._payload = None
        if not self._active:
            return None
        dropped, self.count, self._active = self.count, 0, False
        detail = f"Signals no longer arrive twice ({_times(dropped, 'repeat was', 'repeats were')} dropped)."
        return SignalWarning(t_s, SignalIssue.DOUBLED, False, detail)


@dataclass(slots=True)
class _NoRr:
    issue = SignalIssue.NO_RR
    begins = (
        "The strap sends a heart rate but no beat-to-beat intervals: "
        "beat-to-beat variability cannot be measured; only the rate leads."
    )
    ends = "The strap sends beat-to-beat intervals again."
    since_s: float | None = None

    def judge(self, sample: HeartSample) -> bool:
        if sample.rr_ms or _is_off_skin(sample):
            self.since_s = None
        elif self.since_s is None:
            self.since_s = sample.t_s
        return self.since_s is not None and sample.t_s - self.since_s >= NO_RR_S


@dataclass(slots=True)
class _SynthesisedRr:
    issue = SignalIssue.SYNTHESISED_RR
    begins = (
        "The beat-to-beat intervals are computed from the heart rate, not measured: "
        "their variability means nothing; a chest strap measures them."
    )
    ends = "The beat-to-beat intervals look measured now."
    like: int = 0
    unlike: int = 0
    active: bool = False

    def judge(self, sample: HeartSample) -> bool:
        for rr_ms in sample.rr_ms if sample.heart_rate_bpm else ():
            if abs(rr_ms - 60_000 / (sample.heart_rate_bpm or 1)) <= SYNTHESISED_TOLERANCE_MS:
                self.like, self.unlike = self.like + 1, 0
            else:
                self.unlike += 1
                self.like = 0
            if self.like >= SYNTHESISED_BEATS:
                self.active = True
            elif self.unlike >= REAL_BEATS:
                self.active = False
        return self.active


@dataclass(slots=True)
class _FrozenRate:
    issue = SignalIssue.FROZEN_RATE
    begins = (
        "The strap repeats the same value without change: it may have lost the heart; "
        "moisten the electrodes and tighten the strap."
    )
    ends = "The heart rate moves again."
    last: HeartSample | None = None
    since_s: float = 0.0

    def judge(self, sample: HeartSample) -> bool:
        if self.last is None or _is_off_skin(sample) or not self._same(self.last, sample):
            self.since_s = sample.t_s
        self.last = sample
        limit_s = FROZEN_PAYLOAD_S if sample.rr_ms else FROZEN_RATE_S
        return sample.t_s - self.since_s >= limit_s

    @staticmethod
    def _same(before: HeartSample, now: HeartSample) -> bool:
        # with RR the bytes must be equal; without, the rate alone (energy may count on)
        if before.rr_ms or now.rr_ms:
            return before.payload == now.payload
        return before.heart_rate_bpm == now.heart_rate_bpm


@dataclass(slots=True)
class _ContactLost:
    issue = SignalIssue.CONTACT_LOST
    begins = "The strap does not feel the skin: moisten the electrodes and tighten the strap."
    ends = "The strap feels the skin again."
    since_s: float | None = None

    def judge(self, sample: HeartSample) -> bool:
        if not _is_off_skin(sample):
            self.since_s = None
        elif self.since_s is None:
            self.since_s = sample.t_s
        return self.since_s is not None and sample.t_s - self.since_s >= CONTACT_LOST_S


_Detector = _NoRr | _SynthesisedRr | _FrozenRate | _ContactLost


def _detectors() -> tuple[_Detector, ...]:
    return (_ContactLost(), _NoRr(), _SynthesisedRr(), _FrozenRate())


@dataclass(slots=True)
class SignalWatch:
    """All detectors for one link at a time."""

    _detectors: tuple[_Detector, ...] = field(default_factory=_detectors)
    _active: set[SignalIssue] = field(default_factory=set)

    def feed(self, sample: HeartSample) -> list[SignalWarning]:
        """What began or ended with this sample."""
        if sample.malformed is not None:
            return []
        changes = []
        for detector in self._detectors:
            wrong = detector.judge(sample)
            if wrong and detector.issue not in self._active:
                self._active.add(detector.issue)
                changes.append(SignalWarning(sample.t_s, detector.issue, True, detector.begins))
            elif not wrong and detector.issue in self._active:
                self._active.remove(detector.issue)
                changes.append(SignalWarning(sample.t_s, detector.issue, False, detector.ends))
        return changes

    def end(self, t_s: float) -> list[SignalWarning]:
        """The link ended, and every issue with it."""
        changes = [SignalWarning(t_s, issue, False, "The link to the strap ended.") for issue in sorted(self._active)]
        self._active.clear()
        self._detectors = _detectors()
        return changes


def _is_off_skin(sample: HeartSample) -> bool:
    # a rate of 0 is how straps without the contact flags say the same thing
    return sample.contact is Contact.OFF_SKIN or not sample.heart_rate_bpm


def _times(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
