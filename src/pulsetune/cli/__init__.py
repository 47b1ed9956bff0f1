"""The command line: the only place that chooses parts.

Rules of this package:
1. ``--help`` imports nothing heavy: every command lives in a module of its own, imported when it is asked for,
   and imports numpy, scipy, bleak or pyo only inside the function that needs them.
2. A listener's mistake is a sentence or two and an exit code, never a traceback (``--debug`` shows it).
3. Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any, NoReturn

import click

from pulsetune import __version__
from pulsetune.errors import PulseTuneError

_COMMANDS = {
    "play": ("pulsetune.cli.play", "play", "Run a calming program: your pulse in, music out."),
    "scan": ("pulsetune.cli.devices", "scan", "List heart-rate straps nearby, any maker."),
    "programs": ("pulsetune.cli.catalogue", "programs", "List the programs, or show and check one."),
    "sounds": ("pulsetune.cli.sounds", "sounds", "List the soundscapes, hear one, or render it to a file."),
    "sessions": ("pulsetune.cli.library", "sessions", "List past sessions, or tell the story of one."),
    "export": ("pulsetune.cli.library", "export", "Write one session to a file."),
    "analyze": ("pulsetune.cli.analyze", "analyze", "Heart rate and variability of an RR file or a session."),
    "rehearse": ("pulsetune.cli.rehearse", "rehearse", "Play a program to simulated listeners; model-based."),
    "profile": ("pulsetune.cli.profile", "profile", "What the guide knows about you; whether it may lead you."),
    "doctor": ("pulsetune.cli.devices", "doctor", "Check Bluetooth, sound and storage, and say what to do."),
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are used; turns our errors into sentences and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - part of click's interface
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PulseTuneError as error:
            if ctx.params["debug"]:
                raise
            _tell(error.message, error.hint)
            ctx.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params["debug"]:
                raise
            _tell(
                f"Something went wrong inside PulseTune: {type(error).__name__}: {error}.",
                "Run it again as `pulsetune --debug ...` and report what it prints.",
            )
            ctx.exit(1)


def _tell(message: str, hint: str) -> None:
    click.echo(f"Error: {message}", err=True)
    if hint:
        click.echo(hint, err=True)


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="pulsetune")
@click.option("--debug", is_flag=True, help="Show the full traceback when something goes wrong.")
@click.option("--no-browser", is_flag=True, help="Without a command: print the page's address and open no browser.")
@click.option("--port", type=click.IntRange(0, 65535), help="Without a command: the page's port (0: any).")
@click.option(
    "--lan", is_flag=True, help="Without a command: let one other device in your network watch, not encrypted."
)
@click.pass_context
def cli(ctx: click.Context, debug: bool, no_browser: bool, port: int | None, lan: bool) -> None:  # noqa: ARG001 - _LazyGroup reads debug
    """PulseTune follows your pulse and slows the music with you. It may help you unwind.

    Without a command it opens its page: choose a program, start it, close your eyes.

    It is not a medical device, and not for driving or for use with machines.

    \b
    Examples:
      pulsetune                                 the page, in your browser
      pulsetune play                            a strap if one is found, else a simulated listener
      pulsetune play --source simulated --output unwind.flac
      pulsetune sessions                        what happened so far
      pulsetune export last --format csv
    """
    if ctx.invoked_subcommand is None:
        from pulsetune.cli.page import open_home

        open_home(browse=not no_browser, port=port, lan=lan)


def main() -> NoReturn:
    """Entry point of the ``pulsetune`` program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character must not end a session
    cli(prog_name="pulsetune")
    raise SystemExit(0)
