"""How long the strap reader waits for what.

Rules of this file:
1. Every wait of the reader has its limit here, with the reason; nothing in the reader waits without one.
2. Real time, in seconds: a radio does not follow a stepped clock.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StrapTiming:
    """Limits and pauses of the reader, in seconds."""

    scan_s: float = 10.0  # straps advertise about once a second; ten chances pass through a noisy room
    settle_s: float = 1.0  # after the first unnamed strap: one more advertising round, to take the nearest of several
    connect_s: float = 20.0  # BlueZ needs 1 to 5 s with service discovery; far above that, someone else holds the strap
    guard_s: float = 5.0  # on top of the stack's own time limits, for the case that it does not keep them
    subscribe_s: float = 5.0  # one round trip to write the subscription, which takes well under a second
    first_beat_s: float = 12.0  # a strap that was just put on needs several beats before it reports one
    stall_s: float = 6.0  # straps notify about once a second; six missed in a row is not a slow heart
    read_s: float = 3.0  # an optional read that wants pairing hangs for ever
    disconnect_s: float = 5.0  # tidy goodbye; longer would delay the next search
    shun_s: float = 60.0  # how long a device that only pretends to be a strap is left out of the search
    backoff_s: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0, 10.0)  # after 0, 1, 2 … failures in a row; the last for ever

    def pause_s(self, failures: int) -> float:
        """How long to wait before the next attempt, after this many failures in a row."""
        return self.backoff_s[min(failures, len(self.backoff_s) - 1)]
