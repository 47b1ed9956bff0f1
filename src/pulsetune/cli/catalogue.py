"""``pulsetune programs``: what there is to choose from, resolved, explained and drawn."""

from __future__ import annotations

import json
import shutil
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pulsetune.errors import DamagedData, ProgramError, PulseTuneError, WrongUse
from pulsetune.model import ListenerProfile, Program

if TYPE_CHECKING:
    from pulsetune.program_plan import Plan

HEART_RATES_BPM = (40.0, 140.0)  # a sitting person's; outside there is nothing to plan
WIDEST = 110  # characters of a line that is still read in one go


@click.command()
@click.argument("name", required=False, metavar="[NAME|FILE]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; with a NAME, every number of it.")
@click.option("--heart-rate", type=float, metavar="N", help="The heart that the tempo is planned for begins here [75].")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the planned tempo to this .svg file.")
@click.option("--force", is_flag=True, help="With --plot: replace a file that exists.")
@click.option("--copy", "copy_to", metavar="NEWNAME", help="Copy it to your own programs, to change it there.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a program file, for editors.")
@click.option("--keys", is_flag=True, help="Print every key of a program file with unit, range and reason.")
def programs(
    name: str | None,
    as_json: bool,
    heart_rate: float | None,
    plot: Path | None,
    force: bool,
    copy_to: str | None,
    schema: bool,
    keys: bool,
) -> None:
    """List the programs; with a NAME, explain and draw it; with a FILE, check it first.

    A file with mistakes gets all of them listed, each with its line. Programs of your own, in the folder "programs" of
    your PulseTune home, are found by name, too.

    \b
    Examples:
      pulsetune programs
      pulsetune programs unwind --heart-rate 82
      pulsetune programs my-evening.toml
      pulsetune programs sleep --plot sleep.svg
      pulsetune programs unwind --copy monday
    """
    if name is None and (heart_rate is not None or plot is not None or copy_to is not None):
        raise click.UsageError("Which program? Give its name, such as unwind.")
    if schema:
        from pulsetune.cli.program_copy import schema_text

        click.echo(schema_text(), nl=False)
    elif keys:
        from pulsetune.cli.keys_table import keys_table

        click.echo(keys_table())
    elif name is None:
        _list(as_json=as_json)
    elif copy_to is not None:
        _copy(name, copy_to)
    else:
        _show(name, 75.0 if heart_rate is None else heart_rate, plot, as_json=as_json, force=force)


def say_shadowed(only: str | None = None) -> None:
    """Say which own programs (or whether that one) cannot be found by name, because the name is taken."""
    from pulsetune.programs import shadowed_program_files
    from pulsetune.records.home import home

    for name, file in shadowed_program_files(home()).items():
        if only in (None, name):
            click.echo(
                f'{file} is not used: "{name}" came with PulseTune. Rename it, inside too, or play it by its path.',
                err=True,
            )


def _list(*, as_json: bool) -> None:
    from pulsetune.programs import own_program_files, program_files
    from pulsetune.records.home import home

    shipped, own = program_files(), own_program_files(home())
    found = [(program, False) for name in shipped if (program := _readable(name))]
    found += [(program, True) for name in own if (program := _readable(name))]
    if as_json:
        rows = [{"name": p.name, "description": p.description, "minutes": p.minutes, "own": own} for p, own in found]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        from pulsetune.cli.present import table

        cells = [[p.name, f"{p.minutes:g}", f"{'(yours) ' if own else ''}{p.description}"] for p, own in found]
        click.echo(table(["name", "minutes", ""], cells))
    say_shadowed()


def _copy(name: str, new_name: str) -> None:
    from pulsetune.cli.program_copy import copy_program
    from pulsetune.records.home import home

    click.echo(str(copy_program(name, new_name, home())))
    click.echo(f"Change it as you like; `pulsetune programs {new_name}` checks it.", err=True)


def _readable(name: str) -> Program | None:
    """The program of that name; None, and said, where its file has mistakes: the others can be listed still."""
    try:
        return _found(name)
    except WrongUse as problem:
        many = len(problem.message.splitlines()) if isinstance(problem, ProgramError) else 1
        click.echo(
            f"{name} cannot be used ({many} mistake{'s' if many > 1 else ''}): pulsetune programs {name}", err=True
        )
        return None


def _found(name: str) -> Program:
    from pulsetune.programs import find_program
    from pulsetune.records.home import home

    return find_program(name, home(), sound_choices())


def sound_choices() -> dict[str, tuple[str, ...]]:
    """The names that a program may choose for its sounds."""
    from pulsetune.sound.soundscapes import SOUNDSCAPES
    from pulsetune.sound.soundscapes.nature import BEDS

    return {"soundscape": tuple(SOUNDSCAPES), "bed": tuple(BEDS)}


def _show(name: str, heart_rate_bpm: float, plot: Path | None, *, as_json: bool, force: bool) -> None:
    from pulsetune.program_plan import planned
    from pulsetune.records.whole_file import check_target

    low, high = HEART_RATES_BPM
    if not low <= heart_rate_bpm <= high:
        raise WrongUse(f"A heart at {heart_rate_bpm:g} a minute is not planned for.", f"Choose {low:g} to {high:g}.")
    if plot is not None:
        if plot.suffix.lower() != ".svg":
            raise WrongUse(f"{plot} does not end in .svg.", "Plots are SVG files.")
        check_target(plot, "--plot", force=force)
    program = _found(name)
    plan = planned(program, heart_rate_bpm, _said()) if plot is not None or not as_json else None
    if plot is not None and plan is not None:
        _draw(program, plan, plot)
    if as_json:
        click.echo(json.dumps(asdict(program), ensure_ascii=False))
    elif plan is not None:
        click.echo(_shown(program, plan))


def _said() -> ListenerProfile:
    """What the listener said of themselves, for a plan that is theirs; a profile that cannot be read is only said."""
    from pulsetune.records.home import home
    from pulsetune.records.profile import read_listen_only

    try:
        return ListenerProfile(bool(read_listen_only(home())))
    except DamagedData as problem:
        click.echo(str(problem), err=True)
        return ListenerProfile()


def _shown(program: Program, plan: Plan) -> str:
    from pulsetune.cli.plan_text import NOT_A_PROMISE, breath_words, plan_words, program_text, tempo_picture

    columns = min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns)
    words = textwrap.fill(f"{plan_words(plan)} (--heart-rate N plans for another). {NOT_A_PROMISE}.", columns)
    parts = [program_text(program, columns), "", words, "", tempo_picture(plan), breath_words(plan)]
    return "\n".join(parts).rstrip("\n")


def _draw(program: Program, plan: Plan, target: Path) -> None:
    from pulsetune.cli.plan_text import NOT_A_PROMISE, phase_word, plan_words
    from pulsetune.records.tempo_plot import tempo_plot
    from pulsetune.records.whole_file import write_whole

    title = f"{program.title}, {program.minutes:g} minutes"
    subtitle = f"{plan_words(plan)}. {NOT_A_PROMISE}"
    svg = tempo_plot(title, subtitle, plan.tempo_bpm, plan.heart_rate_bpm, plan.phases, phase_word)
    try:
        write_whole(target, [svg])
    except OSError as error:
        raise PulseTuneError(
            f"{target} cannot be written ({error.strerror}).", "Choose another place with --plot."
        ) from error
    click.echo(f"Plot: {target}", err=True)
