"""A real dbus-daemon of one's own, on a socket in a temporary folder."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

# every client may talk to every other, as root may on a real system bus
BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class PrivateBus:
    """``start``, ``kill`` and ``start`` again keep the same address; ``close`` removes everything."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bus-")
        socket = Path(self._folder.name) / "socket"
        self._config = Path(self._folder.name) / "bus.conf"
        self._config.write_text(BUS_CONFIG.format(socket=socket), encoding="utf-8")
        self._daemon: subprocess.Popen[str] | None = None
        self.address = f"unix:path={socket}"

    def start(self) -> None:
        command = ["dbus-daemon", f"--config-file={self._config}", "--nofork", "--nopidfile", "--print-address=1"]
        # its complaint that it may not raise its own file limit is of no interest
        self._daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._daemon.stdout is not None
        assert self._daemon.stdout.readline(), "dbus-daemon did not start"

    def kill(self) -> None:
        """The bus dies without a word."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait(10)
            assert self._daemon.stdout is not None
            self._daemon.stdout.close()
            self._daemon = None

    def close(self) -> None:
        self.kill()
        self._folder.cleanup()
