"""The file output inside the sound process: FLAC or WAV, 24 bit, aligned with music time to the sample.

Rules of this file:
1. A file is written under its final name from the first second, so that whatever kills the process leaves what was
   made: a WAV header is put right at every write, and a FLAC stream needs no end to be decoded.
2. Every failure of the two libraries becomes a FileTrouble that says which file and why.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.ring import CHANNELS

FLAC_BLOCK_FRAMES = 4096  # libFLAC's at 48 kHz, whatever is asked of libsndfile


class FileTrouble(Exception):
    """A file cannot be opened or written; the text says why."""


class _Writer(Protocol):
    held_frames: int  # at most so many of those written last are still in memory

    def write(self, block: NDArray[np.float32]) -> None: ...

    def close(self) -> None: ...

    def give_up(self) -> None:
        """After a write that failed: leave a file that others can read."""
        ...


class FileOutput:
    """A stereo 24-bit file, FLAC or WAV by its suffix, that begins ``skip_frames`` after the first sample it is given.

    ``length_frames``, once known, cuts the end to the sample.
    """

    def __init__(self, path: Path, sample_rate_hz: int, skip_frames: int) -> None:
        self.path = path
        self.length_frames: int | None = None
        self.written_frames = 0
        self._closed = False
        self._skip = skip_frames
        with _trouble(path):
            self._writer: _Writer = (
                _WavWriter(path, sample_rate_hz) if path.suffix.lower() == ".wav" else _FlacWriter(path, sample_rate_hz)
            )

    def write(self, block: NDArray[np.float32]) -> None:
        """Append (n, 2) samples; raises FileTrouble."""
        skipped = min(self._skip, len(block))
        self._skip -= skipped
        block = block[skipped:]
        if self.length_frames is not None:
            block = block[: max(0, self.length_frames - self.written_frames)]
        try:
            with _trouble(self.path):
                self._writer.write(block)
        except FileTrouble:
            with contextlib.suppress(Exception):  # that it failed is told already
                self._writer.give_up()
            raise
        self.written_frames += len(block)

    @property
    def safe_frames(self) -> int:
        """How many frames are on their way to the disk for certain, should this process die now."""
        return self.written_frames if self._closed else max(0, self.written_frames - self._writer.held_frames)

    def close(self) -> None:
        """Finish the file; raises FileTrouble."""
        with _trouble(self.path):
            self._writer.close()
        self._closed = True


class _FlacWriter:
    """libsndfile's FLAC encoder."""

    held_frames = 2 * FLAC_BLOCK_FRAMES  # the block that is being filled, and the one before it in the encoder

    def __init__(self, path: Path, sample_rate_hz: int) -> None:
        import soundfile

        path.open("wb").close()  # the system says why this is impossible; libsndfile only that it is
        self._file = soundfile.SoundFile(path, "w", sample_rate_hz, CHANNELS, "PCM_24", format="FLAC")

    def write(self, block: NDArray[np.float32]) -> None:
        self._file.write(block)

    def close(self) -> None:
        self._file.close()

    def give_up(self) -> None:
        path = Path(self._file.name)
        with contextlib.suppress(Exception):
            self._file.close()
        _say_length(path)


class _WavWriter:
    """RIFF WAVE, 24-bit PCM; libsndfile and the standard library both put the header right only at a good end."""

    held_frames = 0

    def __init__(self, path: Path, sample_rate_hz: int) -> None:
        self._rate = sample_rate_hz
        self._bytes = 0
        self._file = path.open("w+b", buffering=0)
        try:
            self.write(np.zeros((0, CHANNELS), np.float32))
        except OSError:
            self.close()
            raise

    def write(self, block: NDArray[np.float32]) -> None:
        whole = np.rint(np.clip(block, -1.0, 1.0) * (2**23 - 1)).astype("<i4")
        packed = whole.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()  # the three low bytes of each, little end first
        self._put(_WAV_HEADER_BYTES + self._bytes, packed)
        self._bytes += len(packed)
        self._put(0, _wav_header(self._rate, self._bytes))

    def close(self) -> None:
        self._file.close()

    def give_up(self) -> None:
        self.close()

    def _put(self, at: int, data: bytes) -> None:
        self._file.seek(at)
        while data:  # a disk that is nearly full takes a part, and refuses at the next try
            data = data[self._file.write(data) :]


def _say_length(path: Path) -> None:
    """Write into a FLAC file that has no end how many samples it holds: many programs refuse one that does not say.

    RFC 9639, section 8.2: the 36 bits after sample rate, channels and sample size, 8 bytes from byte 18 of the file on.
    """
    import soundfile

    frames = 0
    with soundfile.SoundFile(path) as file, contextlib.suppress(soundfile.LibsndfileError):
        while read := len(file.read(FLAC_BLOCK_FRAMES)):  # the last block is cut
            frames += read
    with path.open("r+b") as raw:
        raw.seek(18)
        form = int.from_bytes(raw.read(8), "big")
        raw.seek(18)
        raw.write(((form >> 36 << 36) | frames).to_bytes(8, "big"))


_WAV_HEADER_BYTES = 44


def _wav_header(sample_rate_hz: int, data_bytes: int) -> bytes:
    """The canonical header of Microsoft's and IBM's "Multimedia Programming Interface 1.0": RIFF, fmt, data."""
    frame_bytes = 3 * CHANNELS
    form = struct.pack("<HHIIHH", 1, CHANNELS, sample_rate_hz, sample_rate_hz * frame_bytes, frame_bytes, 24)
    riff = struct.pack("<4sI4s", b"RIFF", _WAV_HEADER_BYTES - 8 + data_bytes, b"WAVE")
    return riff + struct.pack("<4sI", b"fmt ", len(form)) + form + struct.pack("<4sI", b"data", data_bytes)


@contextlib.contextmanager
def _trouble(path: Path) -> Iterator[None]:
    """Turn what the two libraries raise into one sentence."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # soundfile raises RuntimeErrors
        if isinstance(error, OSError):
            why = error.strerror or str(error)
        else:
            why = "the encoder failed; perhaps the disk is full"  # libsndfile's own words mislead here
        raise FileTrouble(f"{path} cannot be written: {why}") from error
