"""``pulsetune programs``: what there is to choose from, resolved and checked."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from pulsetune.model import Program

_UNITS = {
    "calibrate_s": "s of sitting still: your own level is measured, a soft bed, no pulse",
    "consolidate_s": "s in which the music thins",
    "fade_s": "s of fading out",
    "silence_s": "s of silence, part of the session",
    "step_percent": "% slower with each step",
    "lead_cap_percent": "% below your heart at most, in the first five minutes of leading",
    "zone_tempo_bpm": "pulses a minute: where slow music is heading",
    "tempo_min_bpm": "pulses a minute, never slower",
    "tempo_max_bpm": "pulses a minute, never faster (a faster heart hears half its pace)",
    "fall_limit_percent_per_min": "% a minute: the music never slows down faster",
    "rise_limit_percent_per_min": "% a minute: it never speeds up faster",
}


@click.command()
@click.argument("name", required=False, metavar="[NAME|FILE]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a program file.")
def programs(name: str | None, as_json: bool, schema: bool) -> None:
    """List the programs; with a NAME, show it; with a FILE, check it and show it.

    \b
    Examples:
      pulsetune programs
      pulsetune programs unwind
      pulsetune programs my-evening.toml
    """
    from pulsetune.programs import find_program, load_program, program_files, program_schema

    if schema:
        click.echo(json.dumps(program_schema(), indent=2))
    elif name is not None:
        program = find_program(name)
        click.echo(json.dumps(asdict(program)) if as_json else _shown(program))
    else:
        found = [load_program(file) for file in program_files().values()]
        rows = [{"name": p.name, "description": p.description, "minutes": p.minutes} for p in found]
        if as_json:
            click.echo(json.dumps(rows, ensure_ascii=False))
        else:
            from pulsetune.cli.present import table

            click.echo(table(["name", "minutes", ""], [[p.name, f"{p.minutes:g}", p.description] for p in found]))


def _shown(program: Program) -> str:
    lines = [f"{program.title} ({program.name}): {program.description}", ""]
    lines.append(f"{program.minutes:g} minutes in all; policy {program.policy}; soundscape {program.soundscape}")
    for key, what in _UNITS.items():
        lines.append(f"  {key:<28}{getattr(program, key):>6g}  {what}")
    return "\n".join(lines)
