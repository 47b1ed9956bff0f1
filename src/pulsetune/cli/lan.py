"""``--lan`` on the command line: the address for another device, as text and as a picture to point a phone at.

Rules of this file:
1. Nothing is opened that was not asked for, and what it means is said in the same breath as the address.
2. The picture goes to a terminal and nowhere else: in a file or a pipe it would be noise, and the address stands above it.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pulsetune.page.lan import LanDoor

QUIET_ZONE = 2  # modules of light around the picture: half of what ISO/IEC 18004 asks for, enough on a dark terminal


def address_for(*, wanted: bool) -> str | None:
    """This computer's address in its network, if it is wanted; ``NoNetwork`` where there is none."""
    if not wanted:
        return None
    from pulsetune.page.lan import lan_address

    return lan_address()


def invite(door: LanDoor | None, how_long: str) -> None:
    """Print where another device can watch, and what that means."""
    if door is None:
        return
    click.echo(f"To watch from another device: {door.link}", err=True)
    if sys.stderr.isatty():
        for line in picture(door.link):
            click.secho(line, fg="bright_white", bg="black", err=True)  # light stays light on a light terminal, too
    click.echo(
        f"Everybody in this network who has this address can watch the heart rate {how_long}, and it is not encrypted. "
        "The address works for one browser, for watching only.",
        err=True,
    )


def picture(text: str) -> list[str]:
    """A QR code in half blocks: a full block is light."""
    import segno

    drawn = io.StringIO()
    segno.make_qr(text, error="l").terminal(drawn, border=QUIET_ZONE, compact=True)
    return drawn.getvalue().splitlines()
