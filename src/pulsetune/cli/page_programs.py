"""The programs as the page shows them: what there is, one in full with its planned tempo, and what the listener writes.

Rules of this file:
1. Mistakes, plans and words are the command line's own; nothing is checked or computed in another way here.
2. A file is named after the checked name inside the text. No path ever comes from a browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from pulsetune.cli.program_bin import ProgramBin
from pulsetune.errors import DamagedData, ProgramError, ProgramExists, WrongUse
from pulsetune.model import Imagery, ListenerProfile, Phase, Program
from pulsetune.ports import (
    CheckedProgram,
    ListedProgram,
    ListedSoundscape,
    PlannedPhase,
    ProgramMistake,
    ProgramNumber,
    ProgramText,
    ShownProgram,
)

if TYPE_CHECKING:
    from pulsetune.program_plan import Plan

PROGRAM_ORDER = (
    "unwind",
    "settle",
    "breathe",
    "sleep",
    "companion",
    "quiet",
)  # for most people first; the rest by name
INVENTED_HEART_BPM = 75.0  # where the heart of a planned session begins, as on the command line
MOST_BYTES = 60_000  # of a text: what fits through the page's door with room to spare
WINDOWS_KEEPS = ("aux", "con", "nul", "prn", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))
TOLD = 10  # mistakes in the answer to a save; a check lists them all
NAME_LENGTH = 40  # as the program's form has it
SAY_AGAIN = "Say it again with the switch “Only listen” on the home screen."


class Programs:
    """See ``ports.ProgramLibrary``: what came with PulseTune, then the listener's own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._writing = Lock()

    def programs(self) -> Sequence[Program]:
        return [listed.program for listed in self.listed() if listed.program is not None]

    def soundscapes(self) -> Sequence[ListedSoundscape]:
        from pulsetune.sound.soundscapes import SOUNDSCAPES

        return [ListedSoundscape(name, description) for name, description in SOUNDSCAPES.items()]

    def listed(self) -> Sequence[ListedProgram]:
        from pulsetune.programs import own_program_files, program_files

        shipped = program_files()
        names = dict.fromkeys([*(name for name in PROGRAM_ORDER if name in shipped), *shipped])
        own = own_program_files(self._home)
        return [self._listed(name, own=False) for name in names] + [self._listed(name, own=True) for name in own]

    def text(self, name: str) -> ProgramText:
        from pulsetune.programs import own_program_files, program_file, read_program_text

        file, own = program_file(name, self._home), name in own_program_files(self._home)
        try:
            return ProgramText(name, own, read_program_text(file))
        except WrongUse as problem:
            return ProgramText(name, own, "", str(problem))

    def copy(self, name: str) -> str:
        from pulsetune.cli.program_copy import renamed

        found = self.text(name)
        if found.unreadable:
            raise ProgramError(found.unreadable)
        return renamed(found.text, self._free_name(name))

    def check(self, text: str, *, to_save: bool) -> CheckedProgram:
        from pulsetune.programs import own_programs_folder, parse_program

        mistakes = self._mistakes(text, to_save=to_save)
        if mistakes:
            return CheckedProgram(mistakes, None, False)
        program = parse_program(text, "")
        replaces = (own_programs_folder(self._home) / f"{program.name}.toml").exists()
        return CheckedProgram((), _shown(program, self._profile()), replaces)

    def save(self, text: str, *, replace: bool) -> str:
        from pulsetune.cli.program_copy import put_program
        from pulsetune.programs import own_programs_folder, parse_program

        if mistakes := self._mistakes(text, to_save=True):
            lines = "\n".join(f"Line {mistake.line}: {mistake.sentence}." for mistake in mistakes[:TOLD])
            raise ProgramError("It was not saved, because there are mistakes in it.", lines)
        name = parse_program(text, "").name
        with self._writing:
            if (own_programs_folder(self._home) / f"{name}.toml").exists() and not replace:
                raise ProgramExists(
                    f'You have a program "{name}" already.', "Replace it, or give this one another name."
                )
            put_program(name, text, self._home)
        return name

    def delete(self, name: str) -> None:
        from pulsetune.programs import own_program_files, program_files

        if name in program_files():
            raise WrongUse(f'"{name}" came with PulseTune and stays.', "Only your own programs can be deleted.")
        file = own_program_files(self._home).get(name)
        if file is None:
            raise WrongUse("You have no such program.", "It may have been deleted already.")
        with self._writing:
            self._bin().put(file)

    def undelete(self, name: str) -> None:
        with self._writing:
            self._bin().take_back(name)

    def forget_deleted(self) -> None:
        with self._writing:
            self._bin().empty()

    def listen_only(self) -> bool | None:
        from pulsetune.records.profile import read_listen_only

        try:
            return read_listen_only(self._home)
        except DamagedData as problem:
            raise DamagedData(problem.message, SAY_AGAIN) from problem

    def say_listen_only(self, *, listen_only: bool) -> None:
        from pulsetune.records.profile import save_listen_only

        with self._writing:
            save_listen_only(self._home, listen_only=listen_only)

    # ------------------------------------------------------------ within

    def _bin(self) -> ProgramBin:
        from pulsetune.programs import own_programs_folder

        return ProgramBin(own_programs_folder(self._home))

    def _listed(self, name: str, *, own: bool) -> ListedProgram:
        """With its number of mistakes where it cannot be used."""
        from pulsetune.cli.catalogue import sound_choices
        from pulsetune.programs import parse_program

        try:
            found = self.text(name)
            if found.unreadable:
                return ListedProgram(name, own, 1, None, found.unreadable)
            return ListedProgram(name, own, 0, parse_program(found.text, name, sound_choices()))
        except WrongUse as problem:
            return ListedProgram(name, own, len(problem.message.splitlines()), None)

    def _mistakes(self, text: str, *, to_save: bool) -> tuple[ProgramMistake, ...]:
        from pulsetune.cli.catalogue import sound_choices
        from pulsetune.programs import program_mistakes

        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            return (ProgramMistake(1, "", "there are characters in it that no text file can hold"),)
        if size > MOST_BYTES:
            return (ProgramMistake(1, "", f"a program is a short text, of at most {MOST_BYTES // 1000} kB"),)
        found = [ProgramMistake(m.line, m.key, m.sentence) for m in program_mistakes(text, sound_choices())]
        taken = _taken(text) if to_save else None
        return tuple(sorted([*found, *([taken] if taken else ())], key=lambda mistake: mistake.line))

    def _free_name(self, name: str) -> str:
        from pulsetune.programs import own_program_files, program_files

        taken = {*program_files(), *own_program_files(self._home)}
        tried = (f"{name[: NAME_LENGTH - 4]}-{number}" for number in count(2))
        return next(new for new in tried if new not in taken)

    def _profile(self) -> ListenerProfile:
        try:
            return ListenerProfile(bool(self.listen_only()))
        except DamagedData:  # a session says so before it begins
            return ListenerProfile()


def _taken(text: str) -> ProgramMistake | None:
    """The mistake of a name that nobody may take; None, too, where the text has no name."""
    from pulsetune.program_errors import name_in
    from pulsetune.programs import program_files

    name, line = name_in(text) or ("", 1)
    if name in program_files():
        return ProgramMistake(line, "name", f'"{name}" came with PulseTune and stays as it is; choose another name')
    if name in WINDOWS_KEEPS:
        return ProgramMistake(line, "name", f'"{name}" is a name that Windows keeps for itself; choose another')
    return None


def _shown(program: Program, profile: ListenerProfile) -> ShownProgram:
    from pulsetune.cli.plan_text import breath_words

    plan = _planned(program, profile)
    return ShownProgram(
        program,
        tuple(_numbers(program)),
        plan.begins_bpm,
        plan.listen_only,
        plan.heart_rate_bpm,
        plan.tempo_bpm,
        tuple(PlannedPhase(Phase(span.phase), span.from_s, span.to_s) for span in plan.phases),
        breath_words(plan),
    )


@lru_cache(maxsize=16)
def _planned(program: Program, profile: ListenerProfile) -> Plan:
    """Half a second of work for an hour of session; who types a word back gets the same plan."""
    from pulsetune.program_plan import planned

    return planned(program, INVENTED_HEART_BPM, profile)


def _numbers(program: Program) -> list[ProgramNumber]:
    from pulsetune.cli.plan_text import HEAD, program_value, value_text
    from pulsetune.program_file import TABLES, table_keys
    from pulsetune.program_keys import KEY_WORDS

    tables = [table for table in ("", *TABLES) if table != "imagery" or program.imagery != Imagery()]
    keys = [(table, key) for table in tables for key in table_keys(table) if key not in HEAD]
    return [
        ProgramNumber(table, key, value_text(program_value(program, table, key)), words.unit, words.what, words.why)
        for table, key in keys
        if (words := KEY_WORDS[key])
    ]
