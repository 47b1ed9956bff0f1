"""Ways out of the log: one module a format, each a function from events to lines.

Rules of this file:
1. Streaming: a writer holds a few seconds of events, never a session.
2. A file appears whole or not at all, readable by its owner only; one that exists is replaced only when told.
3. A format's module is loaded when it is used.
4. The name of a simulated session's file says so, whatever the format: bare intervals have no other place for it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pulsetune.errors import PulseTuneError, WrongUse
from pulsetune.model import Event
from pulsetune.records.library import Library, SessionRow
from pulsetune.records.whole_file import check_target, write_whole

Lines = Callable[[SessionRow, Iterable[tuple[float, Event]]], Iterator[str]]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format: what ``--format`` calls it, what it is, and how its files end."""

    name: str
    description: str
    suffix: str
    module: str

    def file_name(self, session: object, *, simulated: bool) -> str:
        """What a session's file is called unless somebody says otherwise; ``session`` is its number."""
        return f"pulsetune-session-{session}{'-simulated' if simulated else ''}{self.suffix}"

    def writer(self) -> Lines:
        """The function that turns a session's row and events into lines, each with its line end."""
        lines: Lines = importlib.import_module(f"{__name__}.{self.module}").lines
        return lines


EXPORTS: Mapping[str, ExportFormat] = {
    made.name: made
    for made in (
        ExportFormat("csv", "a table with one row a beat, music and reason beside it", ".csv", "csv_table"),
        ExportFormat("rr", "raw RR intervals in ms, one a line, for HRV programs", ".txt", "rr_text"),
        ExportFormat("jsonl", "every event of the log, one JSON object a line", ".jsonl", "jsonl"),
    )
}


def export_lines(library: Library, session_id: int, format_name: str) -> Iterator[str]:
    """A session in a format, line by line.

    Raises
    ------
    WrongUse
        If there is no such format or session.
    DamagedData
        While iterating, where the log cannot be read.
    """
    found = EXPORTS.get(format_name)
    if found is None:
        raise WrongUse(f"There is no export format {format_name!r}.", f"Choose one of: {', '.join(EXPORTS)}.")
    return found.writer()(library.row(session_id), library.events(session_id))


def export_file(library: Library, session_id: int, format_name: str, to: Path, *, force: bool = False) -> Path:
    """Write a session to a file, or into a folder under a name of its own; gives the file's path.

    Raises
    ------
    WrongUse
        If the file exists and ``force`` is False, or the folder does not exist.
    PulseTuneError
        If the file cannot be written.
    """
    lines = export_lines(library, session_id, format_name)
    try:
        simulated = library.row(session_id).simulated
        target = to / EXPORTS[format_name].file_name(session_id, simulated=simulated) if to.is_dir() else to
        check_target(target, "--to", force=force)
        write_whole(target, lines)
    except (OSError, ValueError) as problem:  # ValueError: a name with a zero byte
        why = getattr(problem, "strerror", None) or str(problem)
        raise PulseTuneError(f"{to} cannot be written ({why}).", "Choose another place with --to.") from problem
    return target
