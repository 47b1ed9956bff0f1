"""What the page is made of: its server with its doors, and the parts of the sessions that it starts.

Rules of this file:
1. A session from the page is chosen as ``play`` chooses it and is always live: nobody waits before a page that races.
2. Nothing is substituted in silence: whatever was chosen for the listener is said, and the page shows it.
"""

from __future__ import annotations

import asyncio
import random
import re
import secrets
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pulsetune.cli.page_doors import BluetoothStraps, LoggedSessions, SpeakerTaster
from pulsetune.cli.page_host import Composed, LiveHost
from pulsetune.cli.page_programs import Programs
from pulsetune.errors import SessionBusy
from pulsetune.page.doors import Doors
from pulsetune.page.server import PORT, PageServer
from pulsetune.ports import SessionWish

if TYPE_CHECKING:
    from pulsetune.cli.resolving import Typed

COOKIE_FILE = "page-cookie"  # lets an open window find the page again after PulseTune was restarted
SECRET_BYTES = 32  # 43 letters of base64


def make_host() -> LiveHost:
    """A host whose sessions are chosen as ``play`` chooses them."""
    return LiveHost(compose, check)


def open_server(host: LiveHost, port: int | None = None, lan: str | None = None) -> PageServer:
    """Start the page's server; at ``lan``, an address of this computer, others can watch."""
    from pulsetune.records.home import home

    doors = Doors(host, LoggedSessions(home()), Programs(home()), BluetoothStraps(), SpeakerTaster())
    server = PageServer(doors, cookie_secret(home()), PORT if port is None else port, lan=lan)
    server.start()
    return server


async def compose(wish: SessionWish, say: Callable[[str], None]) -> Composed:
    """The parts of a live session; what is chosen for the listener is said."""
    from pulsetune.cli.beginning import session_started
    from pulsetune.cli.choosing import Wanted, choose, get_ready
    from pulsetune.cli.profile import profile_words
    from pulsetune.cli.resolving import resolve
    from pulsetune.cli.sound_order import SoundOrder
    from pulsetune.clocks import SystemClock
    from pulsetune.records.home import home
    from pulsetune.records.profile import listener_profile
    from pulsetune.records.store import SessionLog
    from pulsetune.session import Parts
    from pulsetune.sound.probe import begin_probe
    from pulsetune.sound.soundscapes import SOUNDSCAPES

    program, tape = resolve(typed(wish))
    seed = random.SystemRandom().randrange(2**31)
    source = "simulated" if wish.simulated else "strap"
    speakers = begin_probe()
    output = await _live_output(speakers, say)
    wanted = Wanted(source, wish.strap or None, output, None, program.soundscape, program.bed, program.name, seed)
    chosen = await choose(wanted, say, speakers)
    if not chosen.live:  # a simulated listener in silence would be over in a second
        chosen = replace(chosen, clock=SystemClock(), live=True)
    known = listener_profile(home(), simulated=chosen.source.simulated)
    if words := profile_words(known, simulated=chosen.source.simulated, where="with the switch on the home screen"):
        say(words)
    started = session_started(program, tape, known, seed, chosen.source)
    store = SessionLog.start(home(), started)
    try:
        get_ready(chosen.sink)
        if wish.check_in is not None:
            store.append(0.0, wish.check_in)
    except BaseException:  # or the home would stay locked for as long as the page runs
        store.close()
        raise
    parts = Parts(chosen.source, chosen.sink, chosen.clock, store, hear=chosen.hear)
    return Composed(started, parts, SoundOrder(tuple(SOUNDSCAPES), program.soundscape).translated)


def typed(wish: SessionWish) -> Typed:
    """A wish from the page as if it had been typed."""
    from pulsetune.cli.resolving import Typed

    return Typed(wish.program, wish.soundscape, None, None, None, wish.minutes)


async def _live_output(speakers: Future[str | None], say: Callable[[str], None]) -> str:
    from pulsetune.sound.supervisor import pyo_available

    if not pyo_available():
        say("On this platform no music can be made: this session is silent.")
        return "silent"
    if await asyncio.wrap_future(speakers) is not None:
        return "speakers"
    say("No sound device was found: this session is played, but nobody hears it.")
    return "null"


def check(wish: SessionWish) -> None:
    """``SessionBusy`` while any program runs a session in this home, ``WrongUse`` for what does not exist.

    ``DamagedData`` where what the listener said about leading cannot be read: before anything is looked for.
    """
    from pulsetune.cli.resolving import resolve
    from pulsetune.records.home import home, live_folder
    from pulsetune.records.live import running_sessions

    if live_folder(home()).is_dir() and running_sessions(home()):
        raise SessionBusy("Another session is running on this computer.", "Stop it before you start another.")
    Programs(home()).listen_only()
    resolve(typed(wish))


def cookie_secret(home: Path) -> str:
    """What browsers that were let in carry; kept in the home, readable by its owner only."""
    from pulsetune.records.home import create_private, prepare

    path = home / COOKIE_FILE
    try:
        kept = path.read_text(encoding="ascii") if path.exists() else ""
        if re.fullmatch(r"[\w-]{43}", kept, re.ASCII):
            return kept
        prepare(home)
        create_private(path)
        made = secrets.token_urlsafe(SECRET_BYTES)
        path.write_text(made, encoding="ascii")
    except (OSError, ValueError):
        return secrets.token_urlsafe(SECRET_BYTES)  # good for as long as this page is open
    return made
