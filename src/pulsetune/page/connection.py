"""One connection of a browser, with an end to patience: uvicorn's own HTTP/1.1, and two timers.

Rules of this file:
1. A connection that does not ask for anything is closed, so that half-open ones cannot keep others out.
2. A connection that does not read what it was sent is cut, and what waits for it in memory goes with it.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

FIRST_REQUEST_S = 10.0  # a browser may connect ahead of time, and connects again when it needs to
STUCK_S = 20.0  # without room in the socket: a suspended laptop, or somebody who means it


class PatientConnection(H11Protocol):
    """See ``uvicorn``: made once for each connection."""

    first_request_s = FIRST_REQUEST_S
    stuck_s = STUCK_S
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(self.first_request_s)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.flow.write_paused:
            self._end_waiting()

    def pause_writing(self) -> None:
        """The socket is full."""
        super().pause_writing()
        self._wait(self.stuck_s)

    def resume_writing(self) -> None:
        """There is room again."""
        super().resume_writing()
        self._end_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_waiting()
        super().connection_lost(exc)

    def _wait(self, seconds: float) -> None:
        self._end_waiting()
        self._patience = self.loop.call_later(seconds, self.transport.abort)

    def _end_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
