"""What the reader says of the link, in sentences a person can act on. Pure.

Rules of this file:
1. A sentence that asks for something says what to do; the same state gives the same sentence, so that it is said once.
2. No maker's name: whatever the strap calls itself is used.
"""

from __future__ import annotations

from pulsetune.heart.strap.link import LinkEnd


def looking(known: str | None, asked_for: str | None) -> str:
    """The search has begun; ``known`` is the name of the strap that was already listened to."""
    if known is not None:
        return f"Looking for {known} again."
    return "Looking for a heart-rate strap." if asked_for is None else f"Looking for {asked_for}."


def not_found(known: str | None, asked_for: str | None) -> str:
    """A whole search came to nothing."""
    if known is not None:
        return (
            f"{known} is out of reach or off the skin: put it on and come nearer; "
            f"it is taken up again as soon as it shows."
        )
    which = "No heart-rate strap" if asked_for is None else f"No strap {asked_for}"
    return (
        f"{which} was found so far: put it on with moist electrodes, and close any other app, phone or watch "
        f"that may hold it."
    )


def connecting(name: str, straps: int) -> str:
    """One of ``straps`` was chosen."""
    if straps == 1:
        return f"Found {name}: connecting."
    return f"Found {straps} straps: connecting to the nearest, {name}; name another with --strap."


def connected(name: str) -> str:
    """The heartbeats are subscribed to."""
    return f"Connected to {name}."


def lost(name: str, end: LinkEnd) -> str:
    """A link that gave beats has ended."""
    if end is LinkEnd.STALLED:
        return f"{name} sends no heartbeats any more: connecting again."
    return f"The connection to {name} was lost: looking for it again."


def silent(name: str, end: LinkEnd) -> str:
    """A link has ended without a single beat."""
    if end is LinkEnd.STALLED:
        return f"{name} is connected but sends no heartbeats: moisten the electrodes and tighten the strap."
    return f"{name} hung up before its first heartbeat: trying again."
