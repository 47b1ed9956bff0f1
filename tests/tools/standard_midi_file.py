"""A reader of Standard MIDI Files that knows nothing of the writer: chunks, variable-length numbers, running status.

Written from the specification ("Standard MIDI Files 1.0", MIDI Manufacturers Association, 1988).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class MidiEvent:
    """``status`` with its channel taken off (0xFF: meta, ``data`` then begins with its type); ``at`` in ticks."""

    track: int
    at: int
    status: int
    channel: int
    data: bytes


def read(path: Path) -> tuple[int, list[MidiEvent]]:
    """Ticks a quarter note, and the events of all tracks."""
    raw = path.read_bytes()
    assert raw[:8] == b"MThd\x00\x00\x00\x06"
    form, tracks, division = struct.unpack(">HHH", raw[8:14])
    assert form == 1
    at, events = 14, []
    for track in range(tracks):
        assert raw[at : at + 4] == b"MTrk"
        (length,) = struct.unpack(">I", raw[at + 4 : at + 8])
        events += _track(track, raw[at + 8 : at + 8 + length])
        at += 8 + length
    assert at == len(raw)
    return division, events


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def _track(track: int, data: bytes) -> list[MidiEvent]:
    events, at, tick, status = [], 0, 0, 0
    while at < len(data):
        delta, at = _number(data, at)
        tick += delta
        if data[at] >= 0x80:
            status = data[at]
            at += 1
        if status == 0xFF:
            kind = data[at : at + 1]
            length, at = _number(data, at + 1)
            events.append(MidiEvent(track, tick, 0xFF, 0, kind + data[at : at + length]))
            at += length
        else:
            length = 1 if status & 0xF0 in (0xC0, 0xD0) else 2
            events.append(MidiEvent(track, tick, status & 0xF0, status & 0x0F, data[at : at + length]))
            at += length
    assert events[-1].data == b"\x2f"  # end of track
    return events


def seconds(events: list[MidiEvent], division: int, tick: int) -> float:
    """When ``tick`` is, by the tempo map."""
    at, now_s, tempo_us = 0, 0.0, 500_000
    for event in sorted((e for e in events if e.status == 0xFF and e.data[0] == 0x51), key=lambda e: e.at):
        if event.at >= tick:
            break
        now_s += (event.at - at) / division * tempo_us / 1e6
        at, tempo_us = event.at, int.from_bytes(event.data[1:], "big")
    return now_s + (tick - at) / division * tempo_us / 1e6
