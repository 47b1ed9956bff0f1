"""What the guide knows of the listener: what they said (a small file) and how their earlier sessions ended.

Rules of this file:
1. Only whether to lead is kept, never why: nobody is asked for a diagnosis.
2. A file that cannot be read is an error, never a "no": silence must not turn "listen only" into leading.
3. The resting level comes from the listener's own heart alone: simulated and replayed hearts do not count.
"""

from __future__ import annotations

import contextlib
import json
import statistics
from pathlib import Path
from typing import Any

from pulsetune.errors import DamagedData, PulseTuneError
from pulsetune.model import EndedBecause, ListenerProfile
from pulsetune.records.home import prepare
from pulsetune.records.library import Library
from pulsetune.records.whole_file import write_whole

PROFILE_NAME = "profile.json"
VERSION = 1
MOST_BYTES = 10_000
FEWEST_SESSIONS = 5  # fewer ends say nothing about a person's level
STRAP_LABEL = "strap"  # how the label of a session's source begins when the heart was on a strap
PLAUSIBLE_BPM = (30.0, 200.0)  # a heart rate at the end of a session outside of this was no heart rate
REPAIR = "Say it again with `pulsetune profile --listen-only` or `pulsetune profile --lead`."


def profile_path(home: Path) -> Path:
    """The file of what the listener said; it need not exist."""
    return home / PROFILE_NAME


def read_listen_only(home: Path) -> bool | None:
    """Whether the listener wants no lead; None if they never said.

    Raises
    ------
    DamagedData
        If there is a file, and it cannot be read or understood.
    """
    path = profile_path(home)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        raise DamagedData(f"{home} is not a folder.", "Set PULSETUNE_HOME to one that can be written.") from error
    except OSError as error:
        raise DamagedData(f"Your profile, {path}, cannot be read: {error.strerror}.", REPAIR) from error
    return parse_profile(content, path)


def parse_profile(content: bytes, path: Path) -> bool:
    """What the content of a profile says about ``listen_only``; DamagedData for anything else than a profile."""
    damaged = DamagedData(f"Your profile, {path}, is damaged.", REPAIR)
    if len(content) > MOST_BYTES:
        raise damaged
    try:
        data = json.loads(content.decode("utf-8"), object_pairs_hook=_pairs)
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError is a ValueError
        raise damaged from error
    version, listen_only = (data.get("version"), data.get("listen_only")) if isinstance(data, dict) else (None, None)
    if type(version) is int and version > VERSION:
        raise DamagedData(f"Your profile, {path}, was written by a newer PulseTune.", "Update PulseTune, or: " + REPAIR)
    if type(version) is not int or version != VERSION or type(listen_only) is not bool or len(data) != 2:
        raise damaged
    return listen_only


def save_listen_only(home: Path, *, listen_only: bool) -> None:
    """Keep what the listener said, readable by them alone; the file is replaced as a whole."""
    text = json.dumps({"version": VERSION, "listen_only": listen_only}) + "\n"
    try:
        prepare(home)
        write_whole(profile_path(home), [text])
    except OSError as error:
        raise PulseTuneError(
            f"Your profile, {profile_path(home)}, cannot be written: {error.strerror}.", "Check the folder."
        ) from error


def forget(home: Path) -> bool:
    """Delete what the listener said; False if there was nothing."""
    try:
        profile_path(home).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise PulseTuneError(
            f"Your profile, {profile_path(home)}, cannot be deleted: {error.strerror}.", "Check the folder."
        ) from error
    return True


def listener_profile(home: Path, *, simulated: bool) -> ListenerProfile:
    """What a session that starts now may know.

    What the listener said holds whatever beats. The history is left out for a ``simulated`` heart: it is another's.
    """
    listen_only = bool(read_listen_only(home))
    if simulated:
        return ListenerProfile(listen_only)
    ends_bpm = ends_of_sessions_bpm(home)
    return ListenerProfile(listen_only, resting_level_bpm(ends_bpm), len(ends_bpm))


def resting_level_bpm(ends_bpm: list[float]) -> float | None:
    """The tenth percentile of how sessions ended (linear between ranks); None for fewer than ``FEWEST_SESSIONS``."""
    if len(ends_bpm) < FEWEST_SESSIONS:
        return None
    return round(statistics.quantiles(ends_bpm, n=10, method="inclusive")[0], 1)


def ends_of_sessions_bpm(home: Path) -> list[float]:
    """Heart rate at the end of each session with a strap that came to its end by itself, newest first."""
    ends = (_end_bpm(text) for row, text in Library(home).summaries() if row.source.startswith(STRAP_LABEL))
    return [end for end in ends if end is not None]


def _end_bpm(summary: str) -> float | None:
    """The last heart rate of a summary; None where it is not known, not plausible, or the session was cut short."""
    with contextlib.suppress(ValueError, RecursionError):
        data: Any = json.loads(summary)
        if isinstance(data, dict) and data.get("ended_because") == EndedBecause.COMPLETED:
            end = data.get("final_heart_rate_bpm")
            if isinstance(end, int | float) and PLAUSIBLE_BPM[0] <= end <= PLAUSIBLE_BPM[1]:
                return float(end)
    return None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("a key comes twice")
    return data
