"""What the page shows of strap and sound: the link, the battery, what is wrong with the signal, and what plays.

Rules of this file:
1. Pure, like the fold that it is a part of.
2. What was said last holds, with one exception: a beat that came after a loss shows that the link stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pulsetune.model import ArousalEstimate, Link, LinkChanged, SignalWarning, SoundState, SoundStatus, StrapInfo
from pulsetune.page.values import Moment
from pulsetune.page.words import LINKS, SOUNDS

EquipmentEvent = LinkChanged | SignalWarning | StrapInfo | SoundStatus
_TROUBLE = (SoundState.DEVICE_LOST, SoundState.RESTARTING, SoundState.FAILED)


@dataclass(slots=True)
class Equipment:
    """Feed it what strap and sound said, in order."""

    battery_percent: int | None = None
    _link: LinkChanged | None = None
    _sound: SoundStatus | None = None
    _warnings: dict[str, str] = field(default_factory=dict)

    def take(self, at_s: float, event: EquipmentEvent) -> Moment | None:
        """One event; what is to be told of it, if anything."""
        match event:
            case LinkChanged():
                self._link = event
                return Moment(at_s, "heart", event.detail or LINKS[event.link])
            case SignalWarning():
                self._warnings.pop(event.issue.value, None)
                if event.active:
                    self._warnings[event.issue.value] = event.detail
                return Moment(at_s, "heart", event.detail) if event.detail else None
            case StrapInfo():
                self.battery_percent = event.battery_percent
            case SoundStatus():
                self._sound = event
                return Moment(at_s, "sound", event.detail) if event.detail else None
        return None

    def link(self, estimate: ArousalEstimate | None) -> Link:
        """The link as it is, with the newest estimate beside it: after a suspend nobody says that it stands again."""
        if self._link is None:
            return Link.SEARCHING
        if self._link.link is Link.LOST and estimate is not None and estimate.age_s is not None:
            return Link.CONNECTED if estimate.t_s - estimate.age_s > self._link.t_s else Link.LOST
        return self._link.link

    @property
    def warning(self) -> str:
        """The newest thing that is wrong with the signal; empty where nothing is."""
        return next(reversed(self._warnings.values()), "")

    @property
    def sound_words(self) -> str:
        return SOUNDS[self._sound.state] if self._sound else ""

    @property
    def sound_trouble(self) -> bool:
        return self._sound is not None and self._sound.state in _TROUBLE

    @property
    def latency_s(self) -> float:
        """How far the ear is behind the log."""
        return (self._sound.latency_s or 0.0) if self._sound else 0.0
