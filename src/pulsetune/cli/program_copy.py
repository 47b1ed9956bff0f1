"""A copy of a program in the listener's own folder, to change as they like.

Rules of this file:
1. A copy replaces nothing and takes no name that came with PulseTune.
2. Comments stay: they are what a person reads while changing it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from pulsetune.errors import PulseTuneError, WrongUse
from pulsetune.program_file import NAME_PATTERN
from pulsetune.program_lines import key_lines
from pulsetune.programs import (
    SCHEMA_NAME,
    own_programs_folder,
    program_file,
    program_files,
    program_mistakes,
    program_schema,
    read_program_text,
)
from pulsetune.records.home import FOLDER_MODE, prepare
from pulsetune.records.whole_file import write_whole


def copy_program(name: str, new_name: str, home: Path) -> Path:
    """Copy the program ``name`` to ``new_name`` in the folder of own programs, with the schema for editors beside it.

    Raises
    ------
    WrongUse
        If there is no program of that name, or ``new_name`` is taken or no name.
    """
    source, folder = program_file(name, home), own_programs_folder(home)
    target = folder / f"{new_name}.toml"
    if not re.fullmatch(NAME_PATTERN, new_name) or "\n" in new_name:
        hint = "Use small letters, digits and hyphens, beginning with a letter, 40 at most."
        raise WrongUse(f'A program cannot be called "{new_name}".', hint)
    if new_name in program_files():
        raise WrongUse(f'"{new_name}" came with PulseTune.', "Choose another name for the copy.")
    if target.exists():
        raise WrongUse(f"{target} exists already.", "Choose another name for the copy, or change that file.")
    return put_program(new_name, renamed(read_program_text(source), new_name), home)


def renamed(text: str, new_name: str) -> str:
    """The text of a program, called ``new_name``; as it is where it has mistakes, for then it may have no name."""
    if program_mistakes(text):
        return text
    lines = text.split("\n")
    at = key_lines(text).get(("name",), 1) - 1
    lines[at] = f'name = "{new_name}"'
    return "\n".join(lines)


def put_program(name: str, text: str, home: Path) -> Path:
    """Write an own program whole, readable by its owner only; ``name`` is a checked one. The schema goes beside it."""
    folder = own_programs_folder(home)
    target = folder / f"{name}.toml"
    try:
        prepare(home)
        if not folder.is_dir():
            folder.mkdir()
            folder.chmod(FOLDER_MODE)
        write_whole(folder / SCHEMA_NAME, [schema_text()])
        write_whole(target, [text])
    except OSError as error:
        raise PulseTuneError(f"{target} cannot be written: {error.strerror}.", "Check the folder.") from error
    return target


def schema_text() -> str:
    """The JSON Schema of a program file, as it is shipped."""
    return json.dumps(program_schema(), indent=2, ensure_ascii=False) + "\n"
