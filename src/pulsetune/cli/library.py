"""``pulsetune sessions`` and ``pulsetune export``: what happened, told, replayed, written to a file, deleted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulsetune.errors import DamagedData, PulseTuneError
from pulsetune.model import Command, CommandKind, Cue, Event, LinkChanged, SignalWarning, SoundStatus
from pulsetune.summary import SummaryFold

if TYPE_CHECKING:
    from pulsetune.page.story import UsualChange

STORY_HEAD = f"{'time':>6}  {'phase':<12} {'tempo':>5}  why (tempo in pulses a minute, where a pulse is heard)"


@click.command()
@click.argument("session", required=False, metavar="[ID|last]")
@click.option("--verify", "do_verify", is_flag=True, help="Replay it and hold every decision against the log.")
@click.option("--delete", "do_delete", is_flag=True, help="Delete it for good.")
@click.option("--yes", is_flag=True, help="With --delete: do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sessions(session: str | None, do_verify: bool, do_delete: bool, yes: bool, as_json: bool) -> None:
    """List past sessions, newest first; with an ID, tell what happened and why.

    \b
    Examples:
      pulsetune sessions
      pulsetune sessions last
      pulsetune sessions 12 --verify
      pulsetune sessions 12 --delete
    """
    from pulsetune.cli.choosing import session_number
    from pulsetune.records.home import home
    from pulsetune.records.library import Library

    library = Library(home())
    if session is None:
        if do_verify or do_delete:
            raise click.UsageError("Which session? Give its ID, or `last`.")
        _list(library, as_json=as_json)
        return
    session_id = session_number(session)
    if do_delete:
        _delete(library, session_id, yes=yes)
    elif do_verify:
        _verify(library, session_id, as_json=as_json)
    else:
        _tell(library, session_id, as_json=as_json)


@click.command()
@click.argument("session", metavar="ID|last")
@click.option(
    "--format", "format_name", default="csv", show_default=True, metavar="csv|rr|jsonl", help="What to write."
)
@click.option(
    "--to", type=click.Path(allow_dash=True), default=".", help="A file or a folder (default: this folder); -: stdout."
)
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
def export(session: str, format_name: str, to: str, force: bool) -> None:
    """Write a session to a file, whose name is printed, or to standard output.

    \b
    csv    one row a beat, with the tempo that was playing and why
    rr     raw RR intervals in milliseconds, one a line (Kubios and other HRV programs)
    jsonl  everything: one JSON object an event

    \b
    Examples:
      pulsetune export last
      pulsetune export 12 --format rr --to monday.txt
      pulsetune export last --to - | head
    """
    from pulsetune.cli.choosing import session_number
    from pulsetune.records.exports import export_file, export_lines
    from pulsetune.records.home import home
    from pulsetune.records.library import Library

    session_id = session_number(session)
    if to == "-":
        _to_stdout(export_lines(Library(home()), session_id, format_name))
        return
    path = export_file(Library(home()), session_id, format_name, Path(to), force=force)
    click.echo(str(path))


def _to_stdout(lines: Iterator[str]) -> None:
    """The very bytes that a file would hold, on every platform."""
    for line in lines:  # odd bytes in a log leave as an escape, not as an error
        sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def _list(library: Any, *, as_json: bool) -> None:
    rows = library.sessions()
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
        return
    if not rows:
        click.echo("No sessions yet. `pulsetune play` makes the first.")
        return
    from pulsetune.cli.present import duration, table

    cells = [
        [
            str(row.session_id),
            row.started_at[:16].replace("T", " "),
            row.program,
            duration(row.duration_s),
            str(row.beats),
            row.state.value,
            row.source,
        ]
        for row in rows
    ]
    click.echo(table(["id", "started", "program", "length", "beats", "state", "heart"], cells))


def _tell(library: Any, session_id: int, *, as_json: bool) -> None:
    from pulsetune.page.view_state import ViewFold

    row = library.row(session_id)
    fold, view, told, problem = SummaryFold(), ViewFold(), [], None
    for at_s, event in _readable(library.events(session_id)):
        if isinstance(event, DamagedData):
            problem = event
            break
        fold.take(at_s, event)
        view.take(at_s, event)
        if isinstance(event, Cue | Command | LinkChanged | SignalWarning | SoundStatus):
            told.append((at_s, event))
    tempos_bpm = iter([moment.tempo_bpm for moment in view.moments if moment.kind == "guide"])  # one for each cue
    lines = ((at_s, _story_line(event, next(tempos_bpm) if isinstance(event, Cue) else None)) for at_s, event in told)
    story = [(at_s, line) for at_s, line in lines if line]
    summary = {"session_id": session_id, "state": row.state.value, **asdict(fold.summary())}
    usual = _usual(session_id)
    summary["usual_change"] = asdict(usual) if usual else None
    if as_json:
        summary["story"] = [{"at_s": at_s, "text": text} for at_s, text in story]
        click.echo(json.dumps(summary, ensure_ascii=False))
    else:
        from pulsetune.cli.present import summary_text
        from pulsetune.page.story import usual_words

        click.echo(summary_text(summary))
        if usual and summary["baseline_heart_rate_bpm"] is not None:
            click.echo(usual_words(usual, simulated=summary["simulated"]))
        click.echo(
            "\n".join(["", STORY_HEAD, *(f"{int(at_s) // 60:3d}:{int(at_s) % 60:02d}  {text}" for at_s, text in story)])
        )
    if problem is not None:
        raise problem


def _usual(session_id: int) -> UsualChange | None:
    from pulsetune.cli.page_doors import LoggedSessions
    from pulsetune.page.story import usual_change
    from pulsetune.records.home import home

    logged = LoggedSessions(home())
    return usual_change(logged.sessions(), logged.session(session_id))


def _readable(events: Iterator[tuple[float, Event]]) -> Iterator[tuple[float, Event | DamagedData]]:
    """The events up to the first that is damaged, which is handed on as a value so that the rest can be told."""
    try:
        yield from events
    except DamagedData as problem:
        yield 0.0, problem


def _story_line(event: Event, tempo_bpm: float | None) -> str | None:
    match event:
        case Cue():
            tempo = "" if tempo_bpm is None else f"{tempo_bpm:.1f}"
            return f"{event.phase.value:<12} {tempo:>5}  {event.reason}"
        case Command(kind=CommandKind.MARK):
            return f"{'mark':<12}        you marked this moment"
        case LinkChanged():
            return f"{'link':<12}        {event.link.value}: {event.detail}"
        case SignalWarning() if event.detail:
            return f"{'signal':<12}        {event.detail}"
        case SoundStatus() if event.detail:
            return f"{'sound':<12}        {event.detail}"
    return None


def _verify(library: Any, session_id: int, *, as_json: bool) -> None:
    from pulsetune.verification import verify

    result = verify(library.events(session_id))
    if as_json:
        click.echo(json.dumps({"session_id": session_id, "exact": result.exact, **asdict(result)}))
    elif result.exact:
        click.echo(
            f"Session {session_id}: replayed {result.inputs} inputs; all {result.decisions} decisions came out equal."
        )
    if not result.exact:
        raise PulseTuneError(
            f"Session {session_id} does not replay exactly: {result.first_difference}.",
            "It was made by another version of PulseTune, or its log was changed.",
        )


def _delete(library: Any, session_id: int, *, yes: bool) -> None:
    from pulsetune.cli.present import duration

    row = library.row(session_id)
    what = f"session {session_id} ({row.program}, {row.started_at[:16].replace('T', ' ')}, {duration(row.duration_s)})"
    if not yes and not click.confirm(f"Delete {what} for good?", err=True):
        click.echo("Nothing was deleted.", err=True)
        return
    library.delete(session_id)
    click.echo(f"Deleted {what}.", err=True)
