"""Which quiet sentence of a program is read at a moment.

Rules of this file:
1. Pure: time is handed in. A phase that comes back goes on where it was, so that nothing is said twice in a row.
2. Between two sentences there is nothing to read, and most of the time is nothing.
"""

from __future__ import annotations

from pulsetune.model import Imagery, Phase

FIRST_S = 6.0  # the phase's own name and reason are read first
SHOWN_S = 24.0  # a sentence of 160 characters is read three times in this
EVERY_S = 60.0  # one a minute; more would be reading


def has_any(imagery: Imagery) -> bool:
    """Whether there is anything to read at all."""
    return imagery != Imagery()


def sentence(imagery: Imagery, phase: Phase | None, spent_s: float) -> str:
    """What is read after ``spent_s`` seconds in a phase altogether; empty for nothing. After the last comes the first."""
    texts: tuple[str, ...] = getattr(imagery, phase.value, ()) if phase is not None else ()
    since_s = spent_s - FIRST_S
    if not texts or since_s < 0 or since_s % EVERY_S >= SHOWN_S:
        return ""
    return texts[int(since_s // EVERY_S) % len(texts)]
