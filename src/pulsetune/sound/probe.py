"""Whether there is a sound device, asked in a short-lived process of its own.

Rules of this file:
1. The question is never asked inside the session: a sound library that crashes or hangs must not take it along.
2. The answer is the name of the sound system, or None; there is no error.
3. Whoever is in a hurry asks first and does other things meanwhile: the answer is a future.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from concurrent.futures import Future

from pulsetune.sound.clock import SAMPLE_RATE_HZ
from pulsetune.sound.device import DeviceUnavailable, open_device
from pulsetune.sound.wire import OutputKind

LIMIT_S = 5.0  # a healthy system answers within 0.3 s; a frozen sound daemon never
PREFIX = "sound system: "


async def probe_speakers() -> str | None:
    """The sound system that speakers would use ("PulseAudio", "WASAPI", ...), or None without a sound device."""
    return await asyncio.wrap_future(begin_probe())


def begin_probe() -> Future[str | None]:
    """Ask in the background, also without an event loop; nobody has to wait for the answer, not even the end."""
    answer: Future[str | None] = Future()
    answer.set_running_or_notify_cancel()  # whoever no longer waits for it cannot take it back
    threading.Thread(target=lambda: answer.set_result(speakers_available()), daemon=True).start()
    return answer


def speakers_available() -> str | None:
    """``probe_speakers`` for callers without an event loop; waits up to five seconds."""
    command = [sys.executable, "-P", "-m", "pulsetune.sound.probe"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    names = [line.removeprefix(PREFIX) for line in done.stdout.splitlines() if line.startswith(PREFIX)]
    return names[0] if names and done.returncode == 0 else None


def main() -> None:
    """Print the answer and end at once."""
    try:
        device = open_device(OutputKind.SPEAKERS, SAMPLE_RATE_HZ)
    except DeviceUnavailable:
        os._exit(1)
    sys.stdout.write(f"{PREFIX}{device.backend}\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
