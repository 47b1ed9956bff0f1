"""All sessions in one ZIP file, made while it is being read.

Rules of this file:
1. Streaming: never more than ``PIECE_BYTES`` and one line are held, however many sessions there are.
2. The names of the files come from numbers and from the formats, never from what a log or a listener's file says.
3. It steps aside often: ``rest`` is called every few lines, and may wait while something is more urgent.
4. What cannot be read costs only itself and is named in ``about.txt``, the last file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pulsetune.errors import PulseTuneError
from pulsetune.ports import ExportChoice, ListedSession, SessionLibrary

PIECE_BYTES = 65_536  # of compressed data at a time: a socket's buffer
LINES_AT_ONCE = 20  # half a millisecond of work
OWNER_ONLY = 0o600 << 16  # the mode bits of a file in a ZIP: it is health data
EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a ZIP file can say (APPNOTE 4.4.6)
LATEST_YEAR = 2107


def bundle_name(choice: ExportChoice) -> str:
    """What the whole is called."""
    return f"pulsetune-sessions-{choice.name}.zip"


def entry_name(row: ListedSession, choice: ExportChoice) -> str:
    """What a session's file is called; what is not a listener's own evening has a folder of its own."""
    folder = "simulated/" if row.simulated else "replayed/" if row.replayed else ""
    return folder + choice.file_of(row)


def bundle(
    library: SessionLibrary,
    rows: Iterable[ListedSession],
    choice: ExportChoice,
    rest: Callable[[], None] = lambda: None,
) -> Iterator[bytes]:
    """The bytes of the ZIP file, piece by piece. Call it from a worker thread: it reads a database."""
    pieces = _Pieces()
    notes: list[str] = []
    count = 0
    with ZipFile(pieces, "w", ZIP_DEFLATED) as made:
        for row in rows:
            for step, _ in enumerate(_add(made, library, row, choice, notes)):
                if step % LINES_AT_ONCE == 0:
                    rest()
                if pieces.held_bytes >= PIECE_BYTES:
                    yield pieces.take()
            count += 1
        made.writestr(_info("about.txt", EARLIEST), _about(count, choice, notes))
    yield pieces.take()


class _Pieces:
    """A file that can only be written to; what it holds is taken away in pieces."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self.held_bytes = 0

    def write(self, data: bytes, /) -> int:
        if data:  # a compressor that waits for more gives nothing
            self._held.append(bytes(data))
        self.held_bytes += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        """What is held can still be taken."""

    def take(self) -> bytes:
        taken = b"".join(self._held)
        self._held.clear()
        self.held_bytes = 0
        return taken


def _add(
    made: ZipFile, library: SessionLibrary, row: ListedSession, choice: ExportChoice, notes: list[str]
) -> Iterator[None]:
    """Write one session into the file; a step for every line, so that the caller can send what there is."""
    name = entry_name(row, choice)
    try:
        lines = iter(library.export(row.session_id, choice.name))
        first = next(lines, "")  # a session that cannot be read at all has no file
        with made.open(_info(name, _moment(row)), "w") as file:
            file.write(_encoded(first))
            for line in lines:
                file.write(_encoded(line))
                yield
    except PulseTuneError as problem:
        notes.append(f"{name}: {problem.message}")
    yield


def _encoded(line: str) -> bytes:
    return line.encode("utf-8", "backslashreplace")  # odd bytes in a log leave as an escape, not as an error


def _info(name: str, moment: tuple[int, int, int, int, int, int]) -> ZipInfo:
    info = ZipInfo(name, moment)
    info.compress_type = ZIP_DEFLATED
    info.external_attr = OWNER_ONLY
    return info


def _moment(row: ListedSession) -> tuple[int, int, int, int, int, int]:
    began = datetime.fromisoformat(row.started_at)
    if not EARLIEST[0] <= began.year <= LATEST_YEAR:  # a computer whose clock was wrong
        return EARLIEST
    return began.year, began.month, began.day, began.hour, began.minute, began.second


def _about(count: int, choice: ExportChoice, notes: list[str]) -> str:
    text = [
        f"{count} session{'' if count == 1 else 's'} of PulseTune, a file each: {choice.description}.",
        "In simulated/ nothing was measured from a person. In replayed/ a recording was played.",
        "A session that was running is left out. None of this is a diagnosis.",
    ]
    if notes:
        text += ["", "What could not be read, or not to its end:", *notes]
    return "\n".join(text) + "\n"
