"""What the page calls things: phases, links, quality and wishes in plain words.

Rules of this file:
1. Pure: a value gives its words, nothing else.
2. Words are calm, describe and never praise or blame; a low number is no achievement, a lost strap nobody's fault.
"""

from __future__ import annotations

from pulsetune.model import CommandKind, EndedBecause, Link, Phase, SoundState

PHASES: dict[Phase, str] = {
    Phase.CALIBRATE: "Listening to your pulse",
    Phase.MATCH: "Meeting you",
    Phase.LEAD: "Leading gently",
    Phase.HOLD: "Holding",
    Phase.COMPANION: "Keeping you company",
    Phase.CONSOLIDATE: "Thinning out",
    Phase.FADE: "Fading",
    Phase.SILENCE: "Silence",
    Phase.STOPPING: "Stopping",
}

LINKS: dict[Link, str] = {
    Link.SEARCHING: "looking for the strap",
    Link.CONNECTING: "connecting",
    Link.CONNECTED: "connected",
    Link.LOST: "link lost, coming back by itself",
    Link.UNAVAILABLE: "not available",
}

SOUNDS: dict[SoundState, str] = {
    SoundState.STARTING: "sound is starting",
    SoundState.PLAYING: "playing",
    SoundState.DEVICE_LOST: "the sound device is gone; waiting for it",
    SoundState.RESTARTING: "sound is starting again",
    SoundState.FAILED: "no sound; the session goes on",
    SoundState.FINISHED: "finished",
}

WISHES: dict[CommandKind, str] = {
    CommandKind.PAUSE: "you paused",
    CommandKind.RESUME: "you went on",
    CommandKind.SOFTER: "you asked for softer",
    CommandKind.LOUDER: "you asked for louder",
    CommandKind.DIZZY: "you said that you feel dizzy",
    CommandKind.MARK: "you marked this moment",
    CommandKind.STOP: "you stopped",
    CommandKind.SOURCE_ENDED: "the recording ended",
    CommandKind.SKIP: "you asked for the next sound",
    CommandKind.SOUNDSCAPE: "you asked for another sound",
    CommandKind.BREATHING_ON: "you asked for the breathing guide",
    CommandKind.BREATHING_OFF: "you asked for no breathing guide",
}

ENDINGS: dict[EndedBecause, str] = {
    EndedBecause.COMPLETED: "It came to its end.",
    EndedBecause.LISTENER: "You stopped it.",
    EndedBecause.SAFETY: "It stopped because your heart was well above where you began. That can happen; it means nothing bad.",
    EndedBecause.DROPOUT: "It ended because no heartbeat came for five minutes.",
    EndedBecause.ERROR: "It ended because of an error.",
}

GOOD_QUALITY, FAIR_QUALITY = 0.8, 0.5  # of beats that could be used as they came: 4 in 5, 1 in 2


def quality_words(quality: float | None) -> str:
    """How well the heartbeat can be read."""
    if quality is None:
        return "settling"
    if quality >= GOOD_QUALITY:
        return "clear"
    return "usable, with flaws" if quality >= FAIR_QUALITY else "hard to read"


def heart_words(rate_bpm: float | None, age_s: float | None, *, stale: bool) -> str:
    """The age of the heart rate, in words; an old one is said to be old."""
    if age_s is None:
        return "no heartbeat yet"
    if stale:
        return f"no heartbeat for {age_s:.0f} s"
    return "settling" if rate_bpm is None else f"{age_s:.0f} s ago" if age_s >= 1.5 else "just now"
