"""``pulsetune play``: choose the parts, run the session, sum it up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import random
import sys
import time
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulsetune import __version__
from pulsetune.errors import WrongUse
from pulsetune.model import ListenerProfile, PolicyName, Program, SessionStarted

if TYPE_CHECKING:
    from pulsetune.cli.choosing import Wanted
    from pulsetune.cli.page import SessionPage
    from pulsetune.ports import AudioSink

LOG_SCHEMA = 1


@click.command()
@click.argument("program", default="unwind")
@click.option(
    "--source",
    default="auto",
    show_default=True,
    metavar="auto|strap|simulated|FILE|session:ID",
    help="Where the heartbeats come from. auto: a strap if one is found within 10 s, else a simulated listener.",
)
@click.option("--strap", metavar="ADDRESS-OR-NAME", help="Which strap, where several are near.")
@click.option("--sound", metavar="NAME", help="The soundscape, instead of the program's own.")
@click.option("--policy", metavar="NAME", help="How the tempo is led, instead of the program's own way.")
@click.option(
    "--output",
    default="auto",
    show_default=True,
    metavar="auto|speakers|null|silent|FILE",
    help="Where the music goes; FILE ends in .flac or .wav. null: played in real time, heard by nobody.",
)
@click.option("--record", type=click.Path(path_type=Path), help="Also write what is played to this .flac or .wav file.")
@click.option("--score", type=click.Path(path_type=Path), help="Also write what was played as a MIDI file (.mid).")
@click.option("--minutes", type=float, help="Length of the whole session, measuring and silence included (at least 6).")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Same seed, same music and same simulated listener.")
@click.option("--no-page", is_flag=True, help="Stay in the terminal: a live session has a page otherwise.")
@click.option("--no-browser", is_flag=True, help="Print the page's address and open no browser.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON, in the last line of stdout.")
def play(no_page: bool, no_browser: bool, as_json: bool, score: Path | None, **wishes: Any) -> None:
    """Run PROGRAM (default: unwind): music that starts at your pulse and slows down with you.

    \b
    Examples:
      pulsetune play                                    a strap and your speakers
      pulsetune play --source simulated --output unwind.flac
      pulsetune play --source my-rr.txt --minutes 10    with a recorded heart
      pulsetune play --strap "Polar H10"

    Ctrl-C fades out within a second, saves the log and sums up.
    """
    from pulsetune.cli.page import SessionPage

    _check_score(score, wishes["output"])
    with SessionPage(wanted=not (no_page or as_json), browse=not no_browser) as page:
        result = asyncio.run(_run(*_wishes(**wishes), score, page))
        if as_json:
            click.echo(json.dumps(result, ensure_ascii=False))
        else:
            from pulsetune.cli.present import summary_text

            click.echo(summary_text(result))
        page.linger()


def _wishes(
    *,
    program: str,
    source: str,
    strap: str | None,
    sound: str | None,
    policy: str | None,
    output: str,
    record: Path | None,
    minutes: float | None,
    seed: int | None,
) -> tuple[Program, Wanted]:
    """What was typed, checked before anything is opened."""
    from pulsetune.cli.choosing import Wanted, check_record

    resolved = resolve(program, sound, policy, minutes)
    check_record(record, output)
    if strap is not None and source == "auto":
        source = "strap"
    seed = random.SystemRandom().randrange(2**31) if seed is None else seed
    return resolved, Wanted(source, strap, output, record, resolved.soundscape, resolved.name, seed)


def resolve(name: str, sound: str | None, policy: str | None, minutes: float | None) -> Program:
    """The program of that name, with what was asked for put in its place; ``WrongUse`` for what does not exist."""
    from pulsetune.cli.catalogue import say_shadowed, sound_choices
    from pulsetune.program_file import POLICIES
    from pulsetune.programs import find_program, with_minutes
    from pulsetune.records.home import home
    from pulsetune.sound.soundscapes import SOUNDSCAPES

    program = find_program(name, home(), sound_choices())
    say_shadowed(name)
    if minutes is not None:
        if not math.isfinite(minutes):
            raise WrongUse(f"{minutes} minutes is not possible.", "Give a number, such as --minutes 20.")
        program = with_minutes(program, minutes)
    if policy is not None:
        if policy not in POLICIES:
            known = f"Known policies: {', '.join(POLICIES)}."
            if policy in list(PolicyName):
                raise WrongUse(f'The policy "{policy}" is for rehearsals only.', known)
            raise WrongUse(f'There is no policy "{policy}".', known)
        program = replace(program, policy=PolicyName(policy))
    if sound is not None:
        program = replace(program, soundscape=sound)
    if program.soundscape not in SOUNDSCAPES:
        raise WrongUse(
            f'There is no soundscape "{program.soundscape}".', f"Known soundscapes: {', '.join(SOUNDSCAPES)}."
        )
    return program


def _check_score(score: Path | None, output: str) -> None:
    from pulsetune.cli.sounds import check_score

    check_score(score)
    if score is not None and output == "silent":
        raise WrongUse("Nothing is played with --output silent.", "Leave --score away, or choose another output.")


def _write_score(score: Path, sink: AudioSink, soundscape: str) -> None:
    from pulsetune.sound.midi_score import write_score
    from pulsetune.sound.supervisor import ProcessSink

    if isinstance(sink, ProcessSink):  # without a synthesiser the session was silent, and said so
        write_score(score, soundscape, sink.notes, sink.pulses)


async def _run(program: Program, wanted: Wanted, score: Path | None, page: SessionPage) -> dict[str, Any]:
    from pulsetune.cli.asking import KEYS_HELP, Asking, keys_possible
    from pulsetune.cli.awake import kept_awake
    from pulsetune.cli.choosing import choose
    from pulsetune.cli.page import Company, together
    from pulsetune.cli.profile import profile_words
    from pulsetune.cli.sound_order import SoundOrder
    from pulsetune.cli.status import StatusLine
    from pulsetune.records.home import home
    from pulsetune.records.profile import listener_profile, read_listen_only
    from pulsetune.records.store import SessionLog
    from pulsetune.session import Parts, run_session
    from pulsetune.sound.soundscapes import SOUNDSCAPES

    order, said = SoundOrder(tuple(SOUNDSCAPES), wanted.soundscape), []
    asking = Asking(order.translated)

    def say(text: str) -> None:
        said.append(text)
        _say(text)

    read_listen_only(home())  # a profile that cannot be read is said before anything is looked for
    chosen = await choose(wanted, say)
    known = listener_profile(home(), simulated=chosen.source.simulated)
    if words := profile_words(known, simulated=chosen.source.simulated):
        say(words)
    started = session_started(program, known, wanted.seed, chosen.source.label, simulated=chosen.source.simulated)
    store = SessionLog.start(home(), started)
    status = StatusLine(sys.stderr, total_s=60 * program.minutes, live=chosen.live, trouble=lambda: store.trouble)
    if chosen.live and keys_possible():
        _say(KEYS_HELP)
    awake = kept_awake() if chosen.live else contextlib.nullcontext()
    terminal = Company(together(status.watch, asking.watch), asking.commands)
    company = page.shown(started, store, terminal, order.translated, said) if chosen.live else terminal.alone()
    with company as all_of_us, asking.listening(keys=chosen.live), awake:
        watch, commands = all_of_us.watch, all_of_us.commands
        parts = Parts(chosen.source, chosen.sink, chosen.clock, store, watch, commands, chosen.hear)
        try:
            summary = await run_session(started, parts)
        finally:
            status.close()
    if score is not None:
        _write_score(score, chosen.sink, wanted.soundscape)
    report = asdict(chosen.sink.report)
    report["seconds"] = round(report["seconds"], 3)
    return {"session_id": store.session_id, **asdict(summary), "output": report}


def _say(text: str) -> None:
    click.echo(text, err=True)


def session_started(
    program: Program, known: ListenerProfile, seed: int, label: str, *, simulated: bool
) -> SessionStarted:
    """The first event of a session that begins now."""
    now = time.time()
    offset = datetime.fromtimestamp(now).astimezone().utcoffset()
    return SessionStarted(
        t_s=0.0,
        version=__version__,
        schema=LOG_SCHEMA,
        program=program,
        profile=known,
        policy=program.policy,
        source=label,
        simulated=simulated,
        seed=seed,
        started_utc_ms=round(now * 1000),
        utc_offset_min=round(offset.total_seconds() / 60) if offset else 0,
        zone=_zone(),
    )


def _zone() -> str:
    """The IANA name of the local time zone, or the system's own abbreviation where there is none to be found."""
    if named := os.environ.get("TZ", "").lstrip(":"):
        return named
    link = Path("/etc/localtime")
    if link.is_symlink() and "zoneinfo/" in (target := str(link.readlink())):
        return target.split("zoneinfo/", 1)[1]
    return time.tzname[0]
