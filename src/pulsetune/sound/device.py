"""Opening a sound device, for the live output and for the question whether there is one.

Rules of this file:
1. Speakers never become miniaudio's null device: silence that looks like playing is the worst failure.
2. It imports nothing heavy: a session waits for the answer before its first sound.
"""

from __future__ import annotations

from typing import Any

from pulsetune.sound.wire import OutputKind

CHANNELS = 2
PERIOD_MS = 60  # between two calls of the device; biofeedback needs no low latency


class DeviceUnavailable(Exception):
    """No sound device can be opened now."""


def open_device(kind: OutputKind, sample_rate_hz: int) -> Any:
    """A miniaudio playback device, not started; raises DeviceUnavailable."""
    import miniaudio

    null = miniaudio.Backend.NULL
    there = miniaudio.get_enabled_backends()
    # The enumeration's order is miniaudio's own order of preference; CUSTOM is for embedders.
    real = [backend for backend in miniaudio.Backend if backend in there and backend.name not in ("NULL", "CUSTOM")]
    if not real and kind is OutputKind.SPEAKERS:
        raise DeviceUnavailable("this build of the sound library knows no sound system")  # [] would mean any, also null
    try:
        return miniaudio.PlaybackDevice(
            output_format=miniaudio.SampleFormat.FLOAT32,
            nchannels=CHANNELS,
            sample_rate=sample_rate_hz,
            buffersize_msec=PERIOD_MS,
            backends=[null] if kind is OutputKind.NULL else real,
            app_name="PulseTune",
        )
    except miniaudio.MiniaudioError as error:
        raise DeviceUnavailable(str(error)) from error
