"""A PulseAudio daemon of the test's own, with a null sink that can be recorded; no desktop, no system setting, no D-Bus."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.needs import need

RATE_HZ = 48_000


def need_pulseaudio() -> None:
    """PulseAudio's daemon and its recorder."""
    need("pulseaudio", sys.platform == "linux", "PulseAudio is Linux's")
    for program in ("pulseaudio", "parec", "pactl"):
        need("pulseaudio", shutil.which(program) is not None, f"{program} is not installed")


class PrivatePulse:
    """Start, kill and start again; ``environment`` leads a program to it and to no other sound system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "pulse.sock"
        self._daemon: subprocess.Popen[bytes] | None = None
        (folder / "alsa.conf").write_text("# no device at all: neither this machine's nor a plugin's\n")
        self.environment = {
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_RUNTIME_PATH": str(folder),
            "PULSE_STATE_PATH": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "HOME": str(folder),
            "ALSA_CONFIG_PATH": str(folder / "alsa.conf"),
        }

    def start(self) -> None:
        self._socket.unlink(missing_ok=True)  # a killed daemon leaves it behind
        # ahead of the tests beside it where that is allowed, as a desktop's sound daemon is ahead of its programs
        options = (
            "--daemonize=no --exit-idle-time=-1 --disable-shm=yes --realtime=no --high-priority=yes --use-pid-file=no"
        )
        modules = [
            f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}",
            f"module-null-sink sink_name=test rate={RATE_HZ} channels=2 format=float32le",
        ]
        loads = [word for module in modules for word in ("-L", module)]
        self._daemon = subprocess.Popen(
            ["pulseaudio", "-n", *options.split(), *loads],
            env=os.environ | self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: b"test" in self._ask("list", "short", "sinks"))

    def kill(self) -> None:
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
            self._daemon = None

    def recorder(self) -> Recorder:
        return Recorder(os.environ | self.environment)

    def _ask(self, *words: str) -> bytes:
        done = subprocess.run(["pactl", *words], env=os.environ | self.environment, capture_output=True)
        return done.stdout


class Recorder:
    """What the null sink would make audible; reads in the background until stopped."""

    def __init__(self, environment: dict[str, str]) -> None:
        words = ["parec", "-d", "test.monitor", "--format=float32le", f"--rate={RATE_HZ}", "--channels=2", "--raw"]
        self._program = subprocess.Popen(
            [*words, "--latency-msec=50"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def seconds(self, length_s: float) -> NDArray[np.float32]:
        """The next so many seconds, (n, 2)."""
        assert self._program.stdout is not None
        data = self._program.stdout.read(round(length_s * RATE_HZ) * 8)
        return np.frombuffer(data, np.float32).reshape(-1, 2)

    def stop(self) -> None:
        self._program.kill()
        with contextlib.suppress(ValueError):
            self._program.communicate()


def until(condition: Callable[[], bool], limit_s: float = 10.0) -> None:
    deadline_s = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline_s, "this never happened"
        time.sleep(0.05)
