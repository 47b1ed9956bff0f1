"""``pulsetune profile``: what the guide knows about the listener, and what they want it to know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pulsetune.model import ListenerProfile

WHEN_TO_LISTEN_ONLY = """\
With beta blockers and other medicines that act on the heart, in pregnancy, for children, with an irregular rhythm or a
pacemaker, heart rate says little about calm, and a goal for it makes no sense. Then say:

  pulsetune profile --listen-only     the music keeps to your pulse and leads nowhere
  pulsetune profile --lead            the music may lead, gently, while that helps

You need not say why, and the reason is not kept. If you are not sure, choose --listen-only."""
LISTEN_ONLY = "Listening only, as you said {where}: the music stays at your pulse and does not lead."
NOT_LED_EITHER = "The simulated listener is not led either: you hear what you would hear with a strap."


@click.command()
@click.option("--listen-only", is_flag=True, help="From now on the music does not lead you.")
@click.option("--lead", is_flag=True, help="From now on the music may lead you.")
@click.option("--forget", is_flag=True, help="Delete what you said; your sessions stay.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def profile(listen_only: bool, lead: bool, forget: bool, as_json: bool) -> None:
    """Show what the guide knows about you, or say whether the music may lead you.

    With beta blockers and other medicines that act on the heart, in pregnancy, for children, with an irregular rhythm or
    a pacemaker, a goal for heart rate makes no sense. Say --listen-only then. Nobody asks which it is.

    \b
    Examples:
      pulsetune profile
      pulsetune profile --listen-only
    """
    from pulsetune.records import profile as records
    from pulsetune.records.home import home

    if listen_only + lead + forget > 1:
        raise click.UsageError("Only one of --listen-only, --lead and --forget can be meant.")
    place = home()
    if forget:
        gone = records.forget(place)
        click.echo("What you said is deleted." if gone else "You had said nothing: nothing was deleted.", err=True)
    elif listen_only or lead:
        records.save_listen_only(place, listen_only=listen_only)
        click.echo(f"Kept: {'listen only' if listen_only else 'the music may lead'}.", err=True)
    known, said = records.listener_profile(place, simulated=False), records.read_listen_only(place) is not None
    if as_json:
        fields = {"listen_only": known.listen_only, "said": said, "resting_level_bpm": known.resting_p10_bpm}
        click.echo(json.dumps({**fields, "sessions": known.sessions, "sessions_needed": records.FEWEST_SESSIONS}))
    else:
        click.echo(_text(known, said=said, fewest=records.FEWEST_SESSIONS))


def profile_words(known: ListenerProfile, *, simulated: bool, where: str = "in `pulsetune profile`") -> str | None:
    """What to say before a session of a listener of whom this is known; None if there is nothing to say.

    ``where`` is the place at which they can say otherwise.
    """
    if not known.listen_only:
        return None
    words = LISTEN_ONLY.format(where=where)
    return f"{words} {NOT_LED_EITHER}" if simulated else words


def _text(known: ListenerProfile, *, said: bool, fewest: int) -> str:
    if known.listen_only:
        lead = "listening only, as you said: the music keeps to your pulse"
    else:
        lead = f"the music may lead you{', as you said' if said else ' (you have not said otherwise)'}"
    if known.resting_p10_bpm is None:
        level = f"not known yet; {known.sessions} of {fewest} sessions with a strap came to their end"
    else:
        level = (
            f"{known.resting_p10_bpm:.1f} a minute, from how {known.sessions} sessions with a strap ended (one in ten"
            " ended lower); you are never led below it"
        )
    return f"Lead:           {lead}\nResting level:  {level}\n\n{WHEN_TO_LISTEN_ONLY}"
