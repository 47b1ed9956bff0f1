"""Raw RR intervals as text, one a line: what every HRV program reads.

Rules of this file:
1. Milliseconds, in the shortest decimal that is exact: a strap counts in 1/1024 s, so 853 counts are 833.0078125 ms.
   Rounding to whole milliseconds would add up to 0.5 ms of error to every interval, a visible part of a small RMSSD;
   Kubios, Elite HRV and GoldenCheetah read decimals. Whoever needs integers can round; nobody could undo it.
2. Raw: from the straps' own notifications, before cleaning, artifacts included. The format has no place for gaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pulsetune.errors import WrongUse
from pulsetune.model import Event, HeartSample
from pulsetune.records.library import SessionRow


def lines(row: SessionRow, events: Iterable[tuple[float, Event]]) -> Iterator[str]:
    """One line an interval; ``WrongUse`` if the session holds none."""
    empty = True
    for _, event in events:
        if isinstance(event, HeartSample):
            for rr_ms in event.rr_ms:
                empty = False
                yield f"{exact_decimal(rr_ms)}\n"
    if empty:
        raise WrongUse(
            f"Session {row.session_id} holds no RR intervals.", "Its heart rate is in --format csv and jsonl."
        )


def exact_decimal(value: float) -> str:
    """The shortest decimal that reads back as the same number: ``833.0078125``, ``852``."""
    return str(int(value)) if value.is_integer() else repr(value)
