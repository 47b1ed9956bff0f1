"""Choosing the parts of a session: where the beats come from, where the music goes, which clock runs.

Rules of this file:
1. Nothing is substituted in silence: whatever was chosen for the listener is said (``say``).
2. A strap without a sound device is refused before anything connects.
3. A recording that cannot be read is refused before anything else is looked for or announced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pulsetune.cli.files import check_writable
from pulsetune.clocks import SteppedClock, SystemClock
from pulsetune.errors import BluetoothUnavailable, SoundDeviceMissing, StrapNotFound, WrongUse
from pulsetune.ports import AudioSink, Clock, HeartSource
from pulsetune.session import Hear, unheard

if TYPE_CHECKING:
    from pulsetune.heart.strap import FoundStrap

FIND_STRAP_S = 10.0  # how long to look for a strap before going on without one
SOUND_FILES = (".flac", ".wav")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the listener asked for, as typed."""

    source: str
    strap: str | None
    output: str
    record: Path | None
    soundscape: str
    bed: str
    program_name: str
    seed: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """The parts of a session."""

    source: HeartSource
    hear: Hear
    sink: AudioSink
    clock: Clock
    live: bool


async def choose(wanted: Wanted, say: Say, speakers: Future[str | None] | None = None) -> Chosen:
    """Turn wishes into parts. ``speakers`` is what a probe for them answers that has begun already.

    Raises
    ------
    PulseTuneError
        StrapNotFound (3), BluetoothUnavailable (4), SoundDeviceMissing (5), WrongUse (2) for what cannot be.
    """
    kind = _source_kind(wanted.source)
    recorded = _recorded(wanted.source, kind)
    output = await _output(wanted, strap_asked=kind == "strap", say=say, speakers=speakers)
    found: FoundStrap | None = None
    if kind in ("auto", "strap"):
        found = await _look_for_strap(wanted, must=kind == "strap", say=say)
    with_strap = found is not None
    if output == "auto":
        output = await _without_speakers(wanted, with_strap=with_strap, say=say)
    clock: Clock = SystemClock() if with_strap or output in ("speakers", "null") else SteppedClock()
    source, hear = (recorded, unheard) if recorded else _living(wanted, found, clock)
    sink = _sink(output, wanted, clock)
    return Chosen(source, hear, sink, clock, live=isinstance(clock, SystemClock))


# ---------------------------------------------------------------- heart


def _source_kind(source: str) -> str:
    return (
        source if source in ("auto", "strap", "simulated") else "session" if source.startswith("session:") else "file"
    )


async def _look_for_strap(wanted: Wanted, *, must: bool, say: Say) -> FoundStrap | None:
    from pulsetune.heart.strap import find_straps

    say(f"Looking for {wanted.strap or 'a heart-rate strap'} (up to {FIND_STRAP_S:.0f} s) ...")
    try:
        found = await find_straps(FIND_STRAP_S, strap=wanted.strap, first=True)
    except BluetoothUnavailable as problem:
        if must:
            raise
        say(f"{problem} Playing for a simulated listener instead.")
        return None
    if found:
        say(f"Found {found[0].name}.")
        return found[0]
    if must:
        raise StrapNotFound(
            f"No strap{f' called {wanted.strap}' if wanted.strap else ''} was found.",
            "Put it on (the electrodes moist), and close other apps or watches that may hold it; then try again.",
        )
    say("No strap found: playing for a SIMULATED listener. Nothing here is measured from you.")
    return None


def _living(wanted: Wanted, found: FoundStrap | None, clock: Clock) -> tuple[HeartSource, Hear]:
    """The strap that was found, else a simulated listener, who hears the music."""
    if found is not None:
        from pulsetune.heart.strap import StrapSource

        return StrapSource(clock, found), unheard
    from pulsetune.heart.simulated import SimulatedHeart

    heart = SimulatedHeart(wanted.seed)
    return heart, heart.hear


def _recorded(source: str, kind: str) -> HeartSource | None:
    """The heart of a file or of an earlier session, read whole; None for any other kind."""
    if kind not in ("file", "session"):
        return None
    from pulsetune.heart.replay import ReplaySource

    if kind == "file":
        return ReplaySource.from_file(Path(source))
    from pulsetune.records.home import home
    from pulsetune.records.library import Library

    session_id = session_number(source.removeprefix("session:"))
    library = Library(home())
    events = [event for _, event in library.events(session_id)]
    simulated = library.row(session_id).simulated
    label = f"session {session_id}, played again{' (simulated)' if simulated else ''}"
    return ReplaySource.from_events(label, events, simulated=simulated)


def session_number(text: str) -> int:
    """The session that ``text`` names: a number, or ``last``."""
    from pulsetune.records.home import home
    from pulsetune.records.library import Library

    if text == "last":
        latest = Library(home()).latest_id()
        if latest is None:
            raise WrongUse("There are no sessions yet.", "`pulsetune play` makes the first.")
        return latest
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise WrongUse(f'"{text}" is not a session.', "Give a number from `pulsetune sessions`, or `last`.")
    return int(text)


# ---------------------------------------------------------------- sound


async def _output(wanted: Wanted, *, strap_asked: bool, say: Say, speakers: Future[str | None] | None) -> str:
    """The output as far as it can be known before a strap is found: a name, or ``auto`` (no speakers here)."""
    from pulsetune.sound.probe import begin_probe
    from pulsetune.sound.supervisor import pyo_available

    output = wanted.output
    if output not in ("auto", "speakers", "null", "silent"):
        _check_sound_file(Path(output))
    if output == "silent":
        return output
    if not pyo_available():
        if output != "auto":
            raise SoundDeviceMissing(
                "The synthesiser (pyo) is not available on this platform.",
                "Use --output silent: everything else works.",
            )
        say("No synthesiser (pyo) on this platform: this session is silent. Everything else works.")
        return "silent"
    if output not in ("auto", "speakers"):
        return output
    if await asyncio.wrap_future(speakers or begin_probe()) is not None:
        return "speakers"
    if output == "speakers" or strap_asked:
        raise SoundDeviceMissing(
            "No sound device was found.",
            "Connect one (pulsetune doctor helps), or use --output null to go on without hearing anything.",
        )
    return "auto"


async def _without_speakers(wanted: Wanted, *, with_strap: bool, say: Say) -> str:
    if with_strap:
        raise SoundDeviceMissing(
            "A strap was found, but no sound device.", "Connect one, or use --output null to go on without sound."
        )
    path = Path(f"pulsetune-{wanted.program_name}-{datetime.now().astimezone():%Y%m%d-%H%M%S}.flac")
    say(f"No sound device: rendering to {path} as fast as this computer can.")
    return str(path)


def _check_sound_file(path: Path) -> None:
    hint = "Use auto, speakers, null, silent, or a file that ends in .flac or .wav."
    check_writable(path, SOUND_FILES, "an output", hint)


def _sink(output: str, wanted: Wanted, clock: Clock) -> AudioSink:
    if output == "silent":
        from pulsetune.sound.silent import SilentSink

        return SilentSink()
    from pulsetune.sound.supervisor import ProcessSink
    from pulsetune.sound.wire import OutputKind, OutputSpec

    if output in ("speakers", "null"):
        spec = OutputSpec(OutputKind(output))
    else:
        spec = OutputSpec(OutputKind.FILE, Path(output))
    return ProcessSink(spec, wanted.soundscape, wanted.seed, clock, record=wanted.record, bed=wanted.bed)


def get_ready(sink: AudioSink) -> None:
    """Start the sound process of a sink that will be opened for certain: it gets ready while its caller does other things."""
    from pulsetune.sound.supervisor import ProcessSink

    if isinstance(sink, ProcessSink):
        sink.prepare()


def check_record(record: Path | None, output: str) -> None:
    """``--record`` adds a file to live sound; with a file or silence as output it makes no sense."""
    if record is None:
        return
    if output not in ("auto", "speakers", "null"):
        raise WrongUse("--record adds a file to live sound.", f"With --output {output} there is nothing to add.")
    _check_sound_file(record)
