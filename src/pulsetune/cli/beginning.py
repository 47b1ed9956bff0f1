"""How a session begins: its first event, with everything that a replay must know."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pulsetune import __version__
from pulsetune.model import ListenerProfile, Program, SessionStarted, TapePoint

if TYPE_CHECKING:
    from pulsetune.ports import HeartSource

LOG_SCHEMA = 1


def session_started(
    program: Program, tape: tuple[TapePoint, ...], known: ListenerProfile, seed: int, source: HeartSource
) -> SessionStarted:
    """The first event of a session that begins now; ``tape`` is what the policy ``yoked`` plays, empty for others."""
    now = time.time()
    offset = datetime.fromtimestamp(now).astimezone().utcoffset()
    return SessionStarted(
        t_s=0.0,
        version=__version__,
        schema=LOG_SCHEMA,
        program=program,
        profile=known,
        policy=program.policy,
        source=source.label,
        simulated=source.simulated,
        seed=seed,
        started_utc_ms=round(now * 1000),
        utc_offset_min=round(offset.total_seconds() / 60) if offset else 0,
        zone=_zone(),
        tape=tape,
    )


def _zone() -> str:
    """The IANA name of the local time zone, or the system's own abbreviation where there is none to be found."""
    if named := os.environ.get("TZ", "").lstrip(":"):
        return named
    link = Path("/etc/localtime")
    if link.is_symlink() and "zoneinfo/" in (target := str(link.readlink())):
        return target.split("zoneinfo/", 1)[1]
    return time.tzname[0]
