"""A simulated listener behind a simulated strap: a HeartSource without a person, and it says so.

Rules of this file:
1. Notifications are real bytes (0x2A37), made and read by the same codec as a strap's.
2. The strap's flaws come from a generator of their own, with the same number of draws every second: they hit the same
   seconds whatever is heard, and never touch the heart.
3. Times come from ``drain`` and ``hear`` alone; there is no clock. However ``drain`` is called, the events are the same.
4. Nobody may take this for a person: the label, the link's first sentence and the strap's name say "simulated".
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Sequence

from pulsetune.heart.heart_rate_measurement import decode, encode
from pulsetune.heart.listener import AS_DRAWN, Listener, Responder, SimulatedBeat, Variation, World, draw_traits
from pulsetune.model import AudioParameters, Contact, Link, LinkChanged, SourceEvent, StrapInfo

NOTIFY_S = 1  # straps notify about once a second
LATENCY_S = 0.03  # shortest way from the strap's clock to ours (assumption)
JITTER_S = 0.08  # mean of the exponential that comes on top, cut at JITTER_CAP_S
JITTER_CAP_S = 0.5
STALL_SHARE, STALL_S = 0.02, 0.8  # now and then a notification waits for the radio (assumption)
MISSED_SHARE, EXTRA_SHARE = 0.0036, 0.0024  # of seconds: 0.3 and 0.2 % of the beats at 72 a minute (assumption)
FIRST_DROPOUT_S, SECOND_DROPOUT_S = (180.0, 600.0), (650.0, 1150.0)  # when the link breaks, and ...
DROPOUT_LASTS_S = (10.0, 30.0)  # ... for how long (assumption)
RATE_OVER_BEATS = 8  # straps smooth the heart rate that they show

_WORDS = {
    Responder.STRONG: "strong responder",
    Responder.WEAK: "weak responder",
    Responder.NONE: "non-responder",
    Responder.PARADOXICAL: "paradoxical responder",
}


class SimulatedHeart:
    """A HeartSource made of a ``Listener`` and a strap with ordinary flaws.

    Parameters
    ----------
    seed : int
        Who the listener is and what happens today: the same seed gives the same bytes.
    world, responder, variation
        See ``draw_traits``.
    artifacts, dropouts : bool
        Whether the strap misses or invents a beat now and then, and loses its link twice.

    Raises
    ------
    ValueError
        If there is no such world.
    """

    simulated = True
    exhausted = False  # a listener never ends; the session does

    def __init__(
        self,
        seed: int,
        world: World | str = World.MIXED,
        responder: Responder | None = None,
        *,
        variation: Variation = AS_DRAWN,
        artifacts: bool = True,
        dropouts: bool = True,
    ) -> None:
        traits = draw_traits(seed, world, responder, variation)
        self.listener = Listener(traits, seed)
        elsewhere = "" if world == World.MIXED else f", world {World(world).value}"
        self.label = f"simulated listener ({_WORDS[traits.responder]}, seed {seed}{elsewhere})"
        rng = random.Random(f"pulsetune simulated strap {seed}")  # noqa: S311
        breaks = [_draw_dropout(rng, FIRST_DROPOUT_S), _draw_dropout(rng, SECOND_DROPOUT_S)]
        self._dropouts = breaks if dropouts else []
        self._electrodes = _Electrodes(rng, artifacts=artifacts)
        self._rng = rng
        self._seconds = 0
        self._last_arrival_s = 0.0
        self._order = 0
        self._waiting: list[tuple[float, int, SourceEvent]] = []
        self._open = False
        self._put(LinkChanged(0.0, Link.CONNECTED, "This is a simulated listener, not a person."))
        self._put(StrapInfo(0.0, "Simulated strap", "simulated"))
        for from_s, to_s in self._dropouts:
            self._put(LinkChanged(from_s, Link.LOST, "The simulated strap lost its link; it comes back by itself."))
            self._put(LinkChanged(to_s, Link.CONNECTED, "The simulated strap is back."))

    async def open(self) -> None:
        """Put the strap on; the link stands from session time 0."""
        self._open = True

    def hear(self, parameters: AudioParameters) -> None:
        """What the music does now; call in order of ``t_s``, before ``drain`` goes past it."""
        self.listener.hear(parameters)

    def drain(self, now_s: float) -> Sequence[SourceEvent]:
        """Live on to ``now_s`` and give the events up to there, each once, in order."""
        if not self._open:
            return ()
        while (self._seconds + 1) * NOTIFY_S <= now_s:
            self._seconds += 1
            self._notify(float(self._seconds * NOTIFY_S))
        events = []
        while self._waiting and self._waiting[0][0] <= now_s:
            events.append(heapq.heappop(self._waiting)[2])
        return events

    async def close(self) -> None:
        """Take the strap off; nothing comes any more."""
        self._open = False

    def _notify(self, sent_s: float) -> None:
        """Measure the second that ends at ``sent_s`` and send it, unless the link is down when it would arrive."""
        arrival_s = self._arrival_s(sent_s)
        measured = self._electrodes.measure(self.listener.advance(sent_s))
        rr_ms = [beat.rr_ms for beat in measured if not self._down(beat.t_s)]
        heart_rate_bpm = self._electrodes.heart_rate_bpm
        if heart_rate_bpm is None or self._down(sent_s) or self._down(arrival_s):
            return
        payload = encode(heart_rate_bpm, rr_ms, contact=Contact.ON_SKIN)
        self._put(decode(payload, arrival_s))

    def _arrival_s(self, sent_s: float) -> float:
        """Arrival here, to the millisecond; the radio never turns two notifications round."""
        jitter_s = min(-JITTER_S * math.log(1.0 - self._rng.random()), JITTER_CAP_S)
        stall_s = STALL_S if self._rng.random() < STALL_SHARE else 0.0
        arrival_s = max(sent_s + LATENCY_S + jitter_s + stall_s, self._last_arrival_s + LATENCY_S)
        self._last_arrival_s = round(arrival_s, 3)
        return self._last_arrival_s

    def _down(self, t_s: float) -> bool:
        for from_s, to_s in self._dropouts:  # noqa: SIM110 - asked for every beat, where a generator costs
            if from_s <= t_s < to_s:
                return True
        return False

    def _put(self, event: SourceEvent) -> None:
        self._order += 1
        heapq.heappush(self._waiting, (event.t_s, self._order, event))


class _Electrodes:
    """From true beats to the intervals that a strap reports: it overlooks a beat or sees one that was not there."""

    def __init__(self, rng: random.Random, *, artifacts: bool) -> None:
        self._rng = rng
        self._artifacts = artifacts
        self._overlooked_ms = 0.0
        self._recent_ms: deque[float] = deque(maxlen=RATE_OVER_BEATS)

    @property
    def heart_rate_bpm(self) -> int | None:
        """The rate in the notification's own field; None before the first interval."""
        if not self._recent_ms:
            return None
        return round(60_000.0 * len(self._recent_ms) / sum(self._recent_ms))

    def measure(self, beats: Sequence[SimulatedBeat]) -> list[SimulatedBeat]:
        """The beats of one second as the strap sees them; no time is lost, only a beat missed or invented."""
        chance, cut = self._rng.random(), self._rng.uniform(0.3, 0.7)
        seen = list(beats)
        if seen and self._artifacts and chance < MISSED_SHARE:
            self._overlooked_ms += seen.pop(0).rr_ms
        elif seen and self._artifacts and chance < MISSED_SHARE + EXTRA_SHARE:
            first = seen[0]
            invented_ms = first.rr_ms * cut
            rest_ms = first.rr_ms - invented_ms
            seen[:1] = [SimulatedBeat(first.t_s - rest_ms / 1000.0, invented_ms), SimulatedBeat(first.t_s, rest_ms)]
        if seen and self._overlooked_ms:
            seen[0] = SimulatedBeat(seen[0].t_s, seen[0].rr_ms + self._overlooked_ms)
            self._overlooked_ms = 0.0
        self._recent_ms.extend(beat.rr_ms for beat in seen)
        return seen


def _draw_dropout(rng: random.Random, between_s: tuple[float, float]) -> tuple[float, float]:
    from_s = rng.uniform(*between_s)
    return round(from_s, 3), round(from_s + rng.uniform(*DROPOUT_LASTS_S), 3)
