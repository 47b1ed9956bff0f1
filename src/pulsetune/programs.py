"""Programs by name or file: those that came with PulseTune and the listener's own, checked and resolved.

Rules of this file:
1. What came with PulseTune keeps its name: a file of the listener's own never takes its place, and that is said.
2. All mistakes of a file are reported at once, each on a line of its own (``program_errors.py``).
3. pydantic models stay private; what leaves is a ``Program``.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from importlib import resources
from pathlib import Path

from pydantic import BaseModel

from pulsetune.errors import ProgramError, WrongUse
from pulsetune.model import Imagery, PolicyName, Program
from pulsetune.program_errors import Choices, Mistake, check_text
from pulsetune.program_file import MAX_MINUTES, MIN_MINUTES, ProgramFile, program_schema

__all__ = [
    "SCHEMA_NAME",
    "Mistake",
    "find_program",
    "load_program",
    "own_program_files",
    "own_programs_folder",
    "parse_program",
    "program_file",
    "program_files",
    "program_mistakes",
    "program_schema",
    "read_program_text",
    "with_minutes",
]

SCHEMA_NAME = "program.schema.json"  # lies beside the programs, for editors
ANY: Choices = {}  # every soundscape and every bed is taken for known
MAX_PROGRAM_BYTES = 100_000  # a program is a page of text; anything larger is some other file


def program_files() -> dict[str, Path]:
    """Name to file of every program that came with PulseTune (installed wheel or editable checkout)."""
    folder = Path(str(resources.files("pulsetune"))) / "configs"
    if not folder.is_dir():
        folder = Path(__file__).resolve().parents[2] / "configs"
    return _programs_in(folder)


def own_programs_folder(home: Path) -> Path:
    """Where the listener's own programs are; it need not exist."""
    return home / "programs"


def own_program_files(home: Path) -> dict[str, Path]:
    """Name to file of the listener's own programs, in ``programs/`` of their home; names that are taken are left out."""
    taken = program_files()
    return {name: file for name, file in _programs_in(own_programs_folder(home)).items() if name not in taken}


def shadowed_program_files(home: Path) -> dict[str, Path]:
    """Own files that cannot be found by name, because a program that came with PulseTune has it."""
    taken = program_files()
    return {name: file for name, file in _programs_in(own_programs_folder(home)).items() if name in taken}


def find_program(name_or_file: str, home: Path | None = None, choices: Choices = ANY) -> Program:
    """The program of that name, shipped or the listener's own (in ``home``), or the program in that file.

    Raises
    ------
    WrongUse
        If there is none; the message names what there is.
    ProgramError
        If the file has mistakes.
    """
    if not _is_path(name_or_file):
        file = program_file(name_or_file, home)
        program = load_program(file, choices)
        if program.name != name_or_file:
            raise ProgramError(
                f'{file} is called "{program.name}" inside.',
                f'Write name = "{name_or_file}" in it, or call the file {program.name}.toml.',
            )
        return program
    return load_program(Path(name_or_file), choices)


def program_file(name: str, home: Path | None = None) -> Path:
    """The file of a program by its name; WrongUse, with what there is, if there is none."""
    files = program_files() | (own_program_files(home) if home is not None else {})
    if name in files:
        return files[name]
    near = difflib.get_close_matches(name, files, n=1)
    guess = f'Did you mean "{near[0]}"? ' if near else ""
    raise WrongUse(f'There is no program "{name}".', f"{guess}Known programs: {', '.join(files)}.")


def load_program(file: Path, choices: Choices = ANY) -> Program:
    """Read and check one program file; raises ProgramError with every mistake, WrongUse if it cannot be read."""
    return parse_program(read_program_text(file), file.name, choices)


def read_program_text(file: Path) -> str:
    """What a program file says; WrongUse if it cannot be read, ProgramError if it is no text."""
    try:
        if file.stat().st_size > MAX_PROGRAM_BYTES:
            raise WrongUse(f"{file} is too large to be a program.", "A program is a short TOML file.")
        return file.read_text(encoding="utf-8-sig")  # some editors begin a text with a mark of its encoding
    except FileNotFoundError:
        raise WrongUse(f"There is no file {file}.", "Run `pulsetune programs` to see the programs.") from None
    except UnicodeDecodeError:
        raise ProgramError(f"{file} is not a text file.", "A program is a TOML file in UTF-8.") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        why = error.strerror if isinstance(error, OSError) else error
        raise WrongUse(f"{file} cannot be read: {why}.", "Check the path and its permissions.") from error


def parse_program(text: str, file_name: str, choices: Choices = ANY) -> Program:
    """Check the text of a program file; raises ProgramError with every mistake on a line of its own."""
    checked = check_text(text, choices)
    if isinstance(checked, ProgramFile):
        return _resolved(checked)
    raise ProgramError("\n".join(mistake.told(file_name) for mistake in checked))


def program_mistakes(text: str, choices: Choices = ANY) -> list[Mistake]:
    """Every mistake in the text of a program file, in the order of lines; none where it is a program."""
    checked = check_text(text, choices)
    return [] if isinstance(checked, ProgramFile) else checked


def with_minutes(program: Program, minutes: float) -> Program:
    """The program at another length; only the time for matching, leading and holding changes."""
    least = max(MIN_MINUTES, (_fixed_s(program) + 30) / 60)
    if not least <= minutes <= MAX_MINUTES:
        raise WrongUse(
            f"{minutes:g} minutes is not possible for {program.name}.",
            f"Choose {least:g} to {MAX_MINUTES:g} minutes (measuring your level, fade and silence are included).",
        )
    return replace(program, minutes=minutes)


def _fixed_s(program: Program) -> float:
    return program.calibrate_s + program.consolidate_s + program.fade_s + program.silence_s


def _resolved(parsed: ProgramFile) -> Program:
    top = {key: value for key, value in parsed if not isinstance(value, BaseModel)}
    tables = (parsed.phases, parsed.lead, parsed.limits, parsed.safety, parsed.breathing)
    top["policy"] = PolicyName(parsed.policy)
    top["imagery"] = Imagery(**{phase: tuple(texts) for phase, texts in parsed.imagery})
    return Program(**top, **{key: value for table in tables for key, value in table})


def _is_path(text: str) -> bool:
    return text.endswith(".toml") or "/" in text or "\\" in text


def _programs_in(folder: Path) -> dict[str, Path]:
    return {file.stem: file for file in sorted(folder.glob("*.toml"))}
