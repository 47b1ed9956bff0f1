"""The sound process: ``python -m pulsetune.sound.process``, started and watched by its parent (``succession.py``).

Commands come on standard input, messages leave on what was standard output (``wire.py``). One thread renders
(``render_loop.py``), one reads commands, the device has its own.

Rules of this file:
1. It keeps its imports few, and does them before it is asked for anything: a listener waits for them after a restart.
2. Nothing but messages reaches the parent's pipe: pyo prints, so file descriptor 1 becomes the null device.
3. It ignores Ctrl-C, and ends by itself within two seconds when its parent has gone.
4. It ends with ``os._exit``: pyo may crash while an interpreter shuts down.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import queue
import signal
import sys
import threading
import time

from pulsetune.errors import PulseTuneError
from pulsetune.model import SoundState
from pulsetune.sound.denormals import flush_denormals
from pulsetune.sound.device import DeviceUnavailable
from pulsetune.sound.files import FileTrouble
from pulsetune.sound.player_port import MakePlayer, PlayerPort, Send
from pulsetune.sound.render_loop import RenderLoop
from pulsetune.sound.wire import Command, Message, Open, Prepare, Problem, State
from pulsetune.sound.wire_codec import decode_command, encode

ORPHAN_LIMIT_S = 1.8


def main(make_player: MakePlayer | None = None) -> None:
    """Never returns. ``make_player`` is for measuring this file without pyo."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    send = _sender()
    inbox: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
    threading.Thread(target=_read_commands, args=(inbox,), daemon=True).start()
    if make_player is None:
        _warm_up()
    prepared = _Prepared(make_player or _real_player)
    order = inbox.get()
    while isinstance(order, Prepare):
        with contextlib.suppress(Exception):  # said in words when it is really wanted, and built again
            prepared.player(order)
        order = inbox.get()
    if not isinstance(order, Open):
        os._exit(2)
    os._exit(_run(order, inbox, send, prepared.player))


class _Prepared:
    """The player that was built last; another one is built where something else is wanted."""

    def __init__(self, make: MakePlayer) -> None:
        self._make = make
        self._wanted: Prepare | None = None
        self._player: PlayerPort | None = None

    def player(self, wanted: Prepare) -> PlayerPort:
        if self._player is None or wanted != self._wanted:
            if self._player is not None:
                self._player.close()
            self._player, self._wanted = None, wanted
            self._player = self._make(wanted)
        return self._player


def _run(order: Open, inbox: queue.SimpleQueue[Command | None], send: Send, make_player: MakePlayer) -> int:
    flush_denormals()
    try:
        RenderLoop(order, inbox, send, make_player).run()
    except DeviceUnavailable as error:
        send(State(SoundState.FAILED, Problem.NO_DEVICE, str(error), None))
    except FileTrouble as error:
        send(State(SoundState.FAILED, Problem.FILE, str(error), None))
    except Exception as error:  # noqa: BLE001 -- the parent tells the listener and starts another process
        if os.environ.get("PULSETUNE_DEBUG"):
            sys.excepthook(type(error), error, error.__traceback__)
        told = str(error).rstrip(".") if isinstance(error, PulseTuneError) else f"{type(error).__name__}: {error}"
        send(State(SoundState.FAILED, Problem.CRASH, told, None))
    else:
        return 0
    return 1


def _warm_up() -> None:
    """Import what a player and a device need, before anybody asks: half of a start is imports."""
    with contextlib.suppress(ImportError):  # said in words when the order comes
        importlib.import_module("miniaudio")
        importlib.import_module("pulsetune.sound.player")


def _real_player(wanted: Prepare) -> PlayerPort:
    from pulsetune.sound.player import Player

    return Player(wanted.soundscape, wanted.seed, bed=wanted.bed)


def _sender() -> Send:
    """Keep the pipe to the parent for messages, and give everything that prints the null device."""
    pipe = os.fdopen(os.dup(1), "wb", buffering=0)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)

    def send(message: Message) -> None:
        try:
            pipe.write(encode(message))
        except OSError:
            return  # the parent has gone: the reader of commands notices

    return send


def _read_commands(inbox: queue.SimpleQueue[Command | None]) -> None:
    for line in sys.stdin.buffer:
        command = decode_command(line)
        if command is not None:
            inbox.put(command)
    inbox.put(None)
    time.sleep(ORPHAN_LIMIT_S)
    os._exit(1)  # the render loop hangs


if __name__ == "__main__":
    main()
