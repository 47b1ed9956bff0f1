"""``pulsetune play``: choose the parts, run the session, sum it up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulsetune.errors import PulseTuneError, WrongUse
from pulsetune.model import Program, TapePoint

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pulsetune.cli.choosing import Wanted
    from pulsetune.cli.page import SessionPage
    from pulsetune.ports import AudioSink


@click.command()
@click.argument("program", required=False)
@click.option(
    "--source",
    default="auto",
    show_default=True,
    metavar="auto|strap|simulated|FILE|session:ID",
    help="Where the heartbeats come from. auto: a strap if one is found within 10 s, else a simulated listener.",
)
@click.option("--strap", metavar="ADDRESS-OR-NAME", help="Which strap, where several are near.")
@click.option("--sound", metavar="NAME", help="The soundscape, instead of the program's own.")
@click.option("--bed", metavar="NAME", help="A sound of nature under it: water, rain, wind, birds, or none.")
@click.option("--policy", metavar="NAME", help="How the tempo is led, instead of the program's own way.")
@click.option(
    "--tape",
    metavar="ID|last",
    help="Play an earlier session again, whatever your heart does (yoked); with a PROGRAM only its tempo.",
)
@click.option(
    "--output",
    default="auto",
    show_default=True,
    metavar="auto|speakers|null|silent|FILE",
    help="Where the music goes; FILE ends in .flac or .wav. null: played in real time, heard by nobody.",
)
@click.option("--record", type=click.Path(path_type=Path), help="Also write what is played to this .flac or .wav file.")
@click.option("--score", type=click.Path(path_type=Path), help="Also write what was played as a MIDI file (.mid).")
@click.option("--force", is_flag=True, help="Replace sound and score files that exist.")
@click.option("--minutes", type=float, help="Length of the whole session, measuring and silence included (at least 6).")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Same seed, same music and same simulated listener.")
@click.option("--no-page", is_flag=True, help="Stay in the terminal: a live session has a page otherwise.")
@click.option("--no-browser", is_flag=True, help="Print the page's address and open no browser.")
@click.option("--lan", is_flag=True, help="Let one other device in your network watch this session, not encrypted.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON, in the last line of stdout.")
def play(
    no_page: bool, no_browser: bool, lan: bool, as_json: bool, score: Path | None, force: bool, **wishes: Any
) -> None:
    """Run PROGRAM (default: unwind): music that starts near your pulse and slows down with you.

    \b
    Examples:
      pulsetune play                                    a strap and your speakers
      pulsetune play --source simulated --output unwind.flac
      pulsetune play --source my-rr.txt --minutes 10    with a recorded heart
      pulsetune play --strap "Polar H10"

    Ctrl-C fades out within a second, saves the log and sums up.
    """
    from pulsetune.cli.page import SessionPage
    from pulsetune.sound.probe import begin_probe

    speakers = begin_probe() if wishes["output"] in ("auto", "speakers") else None  # while programs are read
    _check_files(score, wishes["output"], wishes["record"], force=force)
    if lan and (no_page or as_json):
        raise WrongUse("Without a page nobody can watch.", "Leave --lan away, or --no-page and --json.")
    with SessionPage(wanted=not (no_page or as_json), browse=not no_browser, lan=lan) as page:
        result = asyncio.run(_run(*_wishes(**wishes), speakers, score, page))
        if as_json:
            click.echo(json.dumps(result, ensure_ascii=False))
        else:
            from pulsetune.cli.present import summary_text

            click.echo(summary_text(result))
        page.linger()
    if problem := result["output"]["problem"]:
        raise PulseTuneError(f"{problem}.", "The session's log is not affected.")


def _wishes(
    *,
    program: str | None,
    source: str,
    strap: str | None,
    sound: str | None,
    bed: str | None,
    policy: str | None,
    tape: str | None,
    output: str,
    record: Path | None,
    minutes: float | None,
    seed: int | None,
) -> tuple[Program, tuple[TapePoint, ...], Wanted]:
    """What was typed, checked before anything is opened."""
    from pulsetune.cli.choosing import Wanted, check_record
    from pulsetune.cli.resolving import Typed, resolve, taped_seed

    resolved, played = resolve(Typed(program, sound, bed, policy, tape, minutes))
    seed = taped_seed(tape) if seed is None and program is None and tape is not None else seed
    check_record(record, output)
    if strap is not None and source == "auto":
        source = "strap"
    seed = random.SystemRandom().randrange(2**31) if seed is None else seed
    wanted = Wanted(source, strap, output, record, resolved.soundscape, resolved.bed, resolved.name, seed)
    return resolved, played, wanted


def _check_files(score: Path | None, output: str, record: Path | None, *, force: bool) -> None:
    from pulsetune.cli.files import check_score, keep_existing

    check_score(score)
    file = None if output in ("auto", "speakers", "null", "silent") else Path(output)
    keep_existing({"--output": file, "--record": record, "--score": score}, force=force)
    if score is not None and output == "silent":
        raise WrongUse("Nothing is played with --output silent.", "Leave --score away, or choose another output.")


def _write_score(score: Path, sink: AudioSink, soundscape: str) -> None:
    from pulsetune.sound.midi_score import write_score
    from pulsetune.sound.supervisor import ProcessSink

    if isinstance(sink, ProcessSink):  # without a synthesiser the session was silent, and said so
        write_score(score, soundscape, sink.notes, sink.pulses)


async def _run(
    program: Program,
    tape: tuple[TapePoint, ...],
    wanted: Wanted,
    speakers: Future[str | None] | None,
    score: Path | None,
    page: SessionPage,
) -> dict[str, Any]:
    from pulsetune.cli.asking import KEYS_HELP, Asking, keys_possible
    from pulsetune.cli.awake import kept_awake
    from pulsetune.cli.beginning import session_started
    from pulsetune.cli.choosing import choose, get_ready
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
    chosen = await choose(wanted, say, speakers)
    if page.lan is not None and not chosen.live:
        say("This session does not run in real time: there is nothing to watch, and --lan opens nothing.")
    known = listener_profile(home(), simulated=chosen.source.simulated)
    if words := profile_words(known, simulated=chosen.source.simulated):
        say(words)
    started = session_started(program, tape, known, wanted.seed, chosen.source)
    store = SessionLog.start(home(), started)
    get_ready(chosen.sink)
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
