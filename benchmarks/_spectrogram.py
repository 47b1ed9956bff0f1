"""A spectrogram as a small SVG file: a palette PNG made by hand inside, axes and words around it."""

from __future__ import annotations

import base64
import struct
import zlib
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Samples = NDArray[np.floating]

COLUMNS, ROWS = 600, 180
LOW_HZ, HIGH_HZ = 50.0, 8000.0
WINDOW_S = 0.15  # a compromise: single notes below, single partials above
RANGE_DB = 66.0
LEFT, TOP, RIGHT, BELOW = 52, 26, 10, 34  # room for words around the picture
SHADES = 24  # few colours keep the file small
# Dark blue over violet and orange to pale yellow: even in lightness, readable without colour.
STOPS = ((8, 10, 40), (70, 20, 110), (165, 45, 95), (235, 110, 50), (250, 200, 90), (255, 250, 215))


def svg(samples: Samples, rate_hz: int, title: str) -> str:
    """The picture of ``samples`` (frames, channels): time to the right, frequency upward, octaves evenly spaced."""
    picture = base64.b64encode(_png(_levels(samples.mean(axis=1), rate_hz))).decode()
    seconds = len(samples) / rate_hz
    width, height = LEFT + COLUMNS + RIGHT, TOP + ROWS + BELOW
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
        f"<title>{title}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="16" font-size="13">{title}</text>',
        f'<image x="{LEFT}" y="{TOP}" width="{COLUMNS}" height="{ROWS}" href="data:image/png;base64,{picture}"/>',
    ]
    for hz in (62.5, 125, 250, 500, 1000, 2000, 4000, 8000):
        y = TOP + ROWS * (1 - np.log(hz / LOW_HZ) / np.log(HIGH_HZ / LOW_HZ))
        lines.append(f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{hz:g}</text>')
    for at_s in range(0, int(seconds) + 1, 10):
        x = LEFT + COLUMNS * at_s / seconds
        lines.append(f'<text x="{x:.0f}" y="{TOP + ROWS + 14}" text-anchor="middle">{at_s}</text>')
    lines.append(f'<text x="{LEFT + COLUMNS / 2:.0f}" y="{height - 6}" text-anchor="middle">seconds</text>')
    lines.append(f'<text x="12" y="{TOP + ROWS / 2:.0f}" transform="rotate(-90 12 {TOP + ROWS / 2:.0f})">Hz</text>')
    return "\n".join([*lines, "</svg>", ""])


def _levels(mono: Samples, rate_hz: int) -> NDArray[np.uint8]:
    """Shades, (ROWS, COLUMNS), the highest frequency first; the loudest places are the last shade."""
    frame = int(WINDOW_S * rate_hz)
    step = max(1, (len(mono) - frame) // (COLUMNS - 1))
    hz, _, spectrum = signal.stft(mono, rate_hz, nperseg=frame, noverlap=frame - step, boundary=None, padded=False)
    power = np.abs(spectrum[:, :COLUMNS]) ** 2
    edges = np.geomspace(HIGH_HZ, LOW_HZ, ROWS + 1)
    rows = []
    for high_hz, low_hz in pairwise(edges):
        inside = (hz >= low_hz) & (hz < high_hz)
        if not inside.any():
            inside = np.abs(hz - (low_hz + high_hz) / 2) <= hz[1] / 2
        rows.append(power[inside].mean(axis=0))
    level_db = 10 * np.log10(np.array(rows) + 1e-14)
    share = (level_db - level_db.max() + RANGE_DB) / RANGE_DB
    shades: NDArray[np.uint8] = np.clip(share * SHADES, 0, SHADES - 1).astype(np.uint8)
    return shades


def _png(shades: NDArray[np.uint8]) -> bytes:
    """A PNG of 8-bit palette indices (ISO/IEC 15948)."""
    places = np.linspace(0, len(STOPS) - 1, SHADES)
    palette = np.stack([np.interp(places, range(len(STOPS)), channel) for channel in zip(*STOPS, strict=True)], axis=1)
    rows = b"".join(b"\0" + row.tobytes() for row in shades)
    header = struct.pack(">IIBBBBB", shades.shape[1], shades.shape[0], 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", palette.astype(np.uint8).tobytes()), (b"IDAT", zlib.compress(rows, 9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in (*parts, (b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
