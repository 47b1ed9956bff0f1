"""The doors that the page is given."""

from __future__ import annotations

from dataclasses import dataclass

from pulsetune.ports import ProgramLibrary, SessionHost, SessionLibrary, SoundTaster, StrapFinder


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything that the page may reach."""

    host: SessionHost
    library: SessionLibrary
    programs: ProgramLibrary
    straps: StrapFinder
    taster: SoundTaster
