"""The sounds of nature as they are typed: a name, or "none"."""

from __future__ import annotations

from pulsetune.errors import WrongUse

NO_BED = "none"


def checked_bed(name: str) -> str:
    """The bed as the player knows it, empty for none; raises WrongUse for one that does not exist."""
    from pulsetune.sound.soundscapes.nature import BEDS

    if name in {"", NO_BED}:
        return ""
    if name not in BEDS:
        raise WrongUse(f'There is no bed "{name}".', f"Known beds: {', '.join(BEDS)}, or {NO_BED}.")
    return name
