"""``pulsetune rehearse``: a program played to a population of simulated listeners."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulsetune.errors import PulseTuneError, WrongUse
from pulsetune.heart.listener_traits import Responder, Variation, World
from pulsetune.model import PolicyName, Program

if TYPE_CHECKING:
    from pulsetune.rehearsal import Cast, Evening, Outcome
    from pulsetune.rehearsal.courses import Courses
    from pulsetune.rehearsal.report import Scene

FIRST_SEED = 500_000  # nothing from here on was ever used to tune the guide
MOST_LISTENERS = 10_000
INTERRUPTED = 130  # exit code after Ctrl-C, as a shell gives it
VARIED = {field.name.removesuffix("_factor").replace("coupling_", ""): field.name for field in fields(Variation)}
LEAST_FACTOR, MOST_FACTOR = 0.1, 10.0


class _Factor(click.ParamType[tuple[str, float]]):
    """WHAT=FACTOR."""

    name = "WHAT=FACTOR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        if isinstance(value, tuple):
            return value
        what, _, number = str(value).partition("=")
        if what not in VARIED:
            self.fail(f"{value!r}: what varies is one of {', '.join(VARIED)}, like window=0.5.", param, ctx)
        try:
            factor = float(number)
        except ValueError:
            self.fail(f"{value!r} has no number. Give a factor, like {what}=0.5.", param, ctx)
        if not LEAST_FACTOR <= factor <= MOST_FACTOR:
            self.fail(f"{value!r} is not possible: {LEAST_FACTOR:g} to {MOST_FACTOR:g}.", param, ctx)
        return VARIED[what], factor


@click.command()
@click.argument("program_name", metavar="[PROGRAM]", default="unwind")
@click.option(
    "--listeners", type=click.IntRange(1, MOST_LISTENERS), default=200, show_default=True, metavar="N", help="How many."
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31),
    default=FIRST_SEED,
    show_default=True,
    metavar="N",
    help="The first listener.",
)
@click.option("--minutes", type=float, metavar="N", help="Length of the session.  [default: the program's]")
@click.option(
    "--policy", "policies", multiple=True, type=click.Choice([*map(str, PolicyName), "all"]), help="Repeatable, or all."
)
@click.option(
    "--world", "worlds", multiple=True, type=click.Choice([*map(str, World), "all"]), help="Repeatable, or all."
)
@click.option("--type", "responder", type=click.Choice([*map(str, Responder)]), help="Only listeners of one type.")
@click.option("--vary", type=_Factor(), multiple=True, metavar="WHAT=FACTOR", help="window, responders or noise.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE.svg", help="Draw heart rate and tempo.")
@click.option("--force", is_flag=True, help="Overwrite a plot that exists.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rehearse(
    program_name: str,
    listeners: int,
    seed: int,
    minutes: float | None,
    policies: tuple[str, ...],
    worlds: tuple[str, ...],
    responder: str | None,
    vary: tuple[tuple[str, float], ...],
    plot: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Play a program to simulated listeners and say what happened to whom. Model-based: nobody was measured.

    Every policy meets the same listeners on the same evenings, with dropouts, startles and artifacts, through the same
    engine and loop as a live session. A world is a belief about what music does to people: mixed (a small coupling in
    half of them), null (none), tempo (only the absolute tempo matters), strong (optimistic). Nobody knows which holds.

    \b
    Examples:
      pulsetune rehearse
      pulsetune rehearse --policy all --world all
      pulsetune rehearse --policy staged_iso --policy fixed_safe --plot policies.svg
      pulsetune rehearse --type paradoxical --listeners 1000 --json
      pulsetune rehearse --policy all --vary window=0.5
    """
    from pulsetune.programs import find_program, with_minutes
    from pulsetune.records.home import home
    from pulsetune.rehearsal import Cast

    program = find_program(program_name, home())
    program = program if minutes is None else with_minutes(program, minutes)
    chosen = _policies(program, policies)
    places = [World(world) for world in World if world in worlds or "all" in worlds] or [World.MIXED]
    kind = None if responder is None else Responder(responder)
    cast = Cast(program, listeners, seed, kind, Variation(**dict(vary)))
    if plot is not None:
        _check_plot(plot, places, force=force)
    try:
        scenes = _rehearse(cast, chosen, places, plot)
    except KeyboardInterrupt:
        click.echo("\nStopped: a part of the listeners says nothing reliable, so nothing is shown.", err=True)
        click.get_current_context().exit(INTERRUPTED)
    _print(cast, scenes, as_json=as_json)


def _policies(program: Program, asked: Sequence[str]) -> list[PolicyName]:
    """What was asked for, the program's own first; silence is always rehearsed and never its own rival."""
    if not asked:
        return [program.policy]
    chosen = [p for p in PolicyName if p is not PolicyName.QUIET] if "all" in asked else [PolicyName(p) for p in asked]
    return sorted(dict.fromkeys(chosen), key=lambda policy: policy is not program.policy)


def _rehearse(cast: Cast, policies: list[PolicyName], worlds: list[World], plot: Path | None) -> list[Scene]:
    from pulsetune.rehearsal import rehearse_worlds
    from pulsetune.rehearsal.courses import Courses
    from pulsetune.rehearsal.report import scene_of

    people = cast.listeners * len(worlds)
    courses = Courses(cast.program)
    look = courses.look if plot is not None else _forget
    with click.progressbar(length=people, label=f"{people} listeners", file=sys.stderr, width=24) as bar:
        found = rehearse_worlds(cast, policies, worlds, progress=lambda _done: bar.update(1), look=look)
    scenes = [scene_of(world, policies, outcomes) for world, outcomes in found.items()]
    if plot is not None:
        _draw(cast, courses, scenes[0], plot)
    return scenes


def _forget(_policy: PolicyName, _evening: Evening, _outcome: Outcome) -> None:
    """Without a plot only the outcomes are needed."""


def _print(cast: Cast, scenes: Sequence[Scene], *, as_json: bool) -> None:
    from pulsetune.cli.rehearsal_text import rehearsal_text

    click.echo(json.dumps(_json(cast, scenes), allow_nan=False) if as_json else rehearsal_text(cast, scenes))


def _json(cast: Cast, scenes: Sequence[Scene]) -> dict[str, Any]:
    """One result as it is; several as a list, with the differences."""
    from pulsetune.rehearsal.report import as_json, difference_json

    results = [as_json(cast, result, scene.quiet) for scene in scenes for result in scene.results]
    if len(results) == 1:
        return results[0]
    compared = [
        difference_json(scene.world, scene.results[0].policy, other, difference)
        for scene in scenes
        for other, difference in scene.differences.items()
    ]
    return {"results": results, "differences": compared}


def _check_plot(path: Path, worlds: Sequence[World], *, force: bool) -> None:
    from pulsetune.records.whole_file import check_target

    if path.suffix.lower() != ".svg":
        raise WrongUse(f"{path} does not end in .svg.", "Plots are SVG files.")
    if len(worlds) > 1:
        raise WrongUse("A plot shows one world.", "Name it with --world.")
    check_target(path, "--plot", force=force)


def _draw(cast: Cast, courses: Courses, scene: Scene, path: Path) -> None:
    from pulsetune.cli.rehearsal_text import short_title
    from pulsetune.records.rehearsal_plot import rehearsal_plot
    from pulsetune.records.whole_file import write_whole

    try:
        write_whole(path, [rehearsal_plot(courses.picture(scene, short_title(cast, scene)))])
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise PulseTuneError(f"{path} cannot be written ({why}).", "Choose another place with --plot.") from problem
    click.echo(f"Plot: {path}", err=True)
