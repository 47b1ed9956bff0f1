"""Program files (``configs/*.toml``) to resolved Programs; every mistake listed with file, line, key and value.

Rules of this file:
1. Keys carry units. An unknown key is an error that names the nearest known one.
2. All mistakes of a file are reported at once, each on a line of its own.
3. pydantic models stay private; what leaves is a ``Program``.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pulsetune.errors import ProgramError, WrongUse
from pulsetune.model import PolicyName, Program

MIN_MINUTES = 6.0  # calibrate, consolidate, fade and silence leave too little of anything shorter
MAX_MINUTES = 60.0
MAX_PROGRAM_BYTES = 100_000  # a program is a page of text; anything larger is some other file


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Phases(_Strict):
    calibrate_s: Annotated[float, Field(ge=60, le=300)] = 120
    consolidate_s: Annotated[float, Field(ge=0, le=600)] = 60
    fade_s: Annotated[float, Field(ge=5, le=300)] = 75
    silence_s: Annotated[float, Field(ge=0, le=600)] = 60
    rests: Annotated[int, Field(ge=0, le=6)] = 2
    rest_s: Annotated[float, Field(ge=5, le=60)] = 20
    pulse_most_s: Annotated[float, Field(ge=60, le=1800)] = 1800


class _Lead(_Strict):
    step_percent: Annotated[float, Field(gt=0, le=4)] = 2.0
    lead_cap_percent: Annotated[float, Field(ge=0, le=9)] = 6.0
    zone_tempo_bpm: Annotated[float, Field(ge=50, le=70)] = 60.0


class _Limits(_Strict):
    tempo_min_bpm: Annotated[float, Field(ge=42, le=92)] = 42.0
    tempo_max_bpm: Annotated[float, Field(ge=42, le=92)] = 92.0
    fall_limit_percent_per_min: Annotated[float, Field(gt=0, le=2)] = 2.0
    rise_limit_percent_per_min: Annotated[float, Field(gt=0, le=3)] = 3.0


class _Safety(_Strict):
    first_gate_s: Annotated[float, Field(ge=90, le=300)] = 150


class _Breathing(_Strict):
    breathing: bool = False
    breath_start_share: Annotated[float, Field(ge=0.6, le=1)] = 0.75
    breath_slowest_per_min: Annotated[float, Field(ge=5.5, le=12)] = 6.0


class _ProgramFile(_Strict):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    title: Annotated[str, Field(min_length=1, max_length=60)]
    description: Annotated[str, Field(min_length=1, max_length=300)]
    minutes: Annotated[float, Field(ge=MIN_MINUTES, le=MAX_MINUTES)]
    policy: PolicyName = PolicyName.STAGED_ISO
    soundscape: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")] = "felt-piano"
    bed: Annotated[str, Field(pattern=r"^([a-z][a-z0-9-]{0,39})?$")] = ""
    phases: _Phases = _Phases()
    lead: _Lead = _Lead()
    limits: _Limits = _Limits()
    safety: _Safety = _Safety()
    breathing: _Breathing = _Breathing()


def program_files() -> dict[str, Path]:
    """Name to file of every program that came with PulseTune (installed wheel or editable checkout)."""
    folder = Path(str(resources.files("pulsetune"))) / "configs"
    if not folder.is_dir():
        folder = Path(__file__).resolve().parents[2] / "configs"
    return {file.stem: file for file in sorted(folder.glob("*.toml"))}


def find_program(name_or_file: str) -> Program:
    """The shipped program of that name, or the program in that file.

    Raises
    ------
    WrongUse
        If there is neither; the message names what there is.
    ProgramError
        If the file has mistakes.
    """
    files = program_files()
    if name_or_file in files:
        return load_program(files[name_or_file])
    if name_or_file.endswith(".toml") or "/" in name_or_file or "\\" in name_or_file:
        return load_program(Path(name_or_file))
    near = difflib.get_close_matches(name_or_file, files, n=1)
    guess = f'Did you mean "{near[0]}"? ' if near else ""
    raise WrongUse(f'There is no program "{name_or_file}".', f"{guess}Known programs: {', '.join(files)}.")


def load_program(file: Path) -> Program:
    """Read and check one program file; raises ProgramError with every mistake, WrongUse if it cannot be read."""
    try:
        if file.stat().st_size > MAX_PROGRAM_BYTES:
            raise WrongUse(f"{file} is too large to be a program.", "A program is a short TOML file.")
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise WrongUse(f"There is no file {file}.", "Run `pulsetune programs` to see the programs.") from None
    except UnicodeDecodeError:
        raise ProgramError(f"{file} is not a text file.", "A program is a TOML file in UTF-8.") from None
    except OSError as error:
        raise WrongUse(f"{file} cannot be read: {error.strerror}.", "Check the path and its permissions.") from error
    return parse_program(text, file.name)


def parse_program(text: str, file_name: str) -> Program:
    """Check the text of a program file; raises ProgramError with every mistake on a line of its own."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProgramError(f"{file_name}: {error}.", "Mend that line and try again.") from None
    try:
        parsed = _ProgramFile.model_validate(data)
    except ValidationError as error:
        raise ProgramError("\n".join(_described(e, text, file_name) for e in error.errors())) from None
    program = _resolved(parsed)
    if program.tempo_min_bpm >= program.tempo_max_bpm:
        line = _line_of(text, ("limits", "tempo_min_bpm"))
        raise ProgramError(f"{file_name}:{line}: limits.tempo_min_bpm must be below limits.tempo_max_bpm")
    if _fixed_s(program) + program.calibrate_s / 2 > 60 * program.minutes:
        line = _line_of(text, ("minutes",))
        raise ProgramError(
            f"{file_name}:{line}: minutes: {program.minutes:g} minutes leave no time to play: calibrate, consolidate, "
            f"fade and silence already take {_fixed_s(program) / 60:.1f}"
        )
    return program


def with_minutes(program: Program, minutes: float) -> Program:
    """The program at another length; only the time for matching, leading and holding changes."""
    least = max(MIN_MINUTES, (_fixed_s(program) + 30) / 60)
    if not least <= minutes <= MAX_MINUTES:
        raise WrongUse(
            f"{minutes:g} minutes is not possible for {program.name}.",
            f"Choose {least:g} to {MAX_MINUTES:g} minutes (measuring your level, fade and silence are included).",
        )
    return replace(program, minutes=minutes)


def program_schema() -> dict[str, Any]:
    """JSON Schema of a program file."""
    return _ProgramFile.model_json_schema()


def _fixed_s(program: Program) -> float:
    return program.calibrate_s + program.consolidate_s + program.fade_s + program.silence_s


def _resolved(parsed: _ProgramFile) -> Program:
    top = {key: value for key, value in parsed if not isinstance(value, BaseModel)}
    tables = (parsed.phases, parsed.lead, parsed.limits, parsed.safety, parsed.breathing)
    return Program(**top, **{key: value for table in tables for key, value in table})


# ---------------------------------------------------------------- where in the file, and what to do

_HEADER = re.compile(r"\s*\[\s*([\w.\-]+)\s*\]")
_KEY = re.compile(r"\s*\"?([\w\-]+)\"?\s*=")


def _line_of(text: str, path: tuple[str | int, ...]) -> int:
    """Line of a key such as ("lead", "step_percent"); of its table's header where the key is absent."""
    wanted = [str(part) for part in path]
    table: list[str] = []
    best = 1
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = header[1].split(".")
            if table == wanted[: len(table)]:
                best = number
        elif (key := _KEY.match(line)) and [*table, key[1]] == wanted[: len(table) + 1]:
            return number
    return best


def _described(error: Any, text: str, file_name: str) -> str:
    path = tuple(error["loc"])
    where = f"{file_name}:{_line_of(text, path)}: {'.'.join(map(str, path))}"
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), _known_keys(path[:-1]), n=1)
        return f"{where}: unknown key" + (f', did you mean "{near[0]}"?' if near else "")
    if error["type"] == "missing":
        return f"{where}: this key is missing"
    return f"{where}: {error['msg']} (got {error['input']!r})"


def _known_keys(table: tuple[str | int, ...]) -> list[str]:
    model: type[BaseModel] = _ProgramFile
    for part in table:
        inner = model.model_fields[str(part)].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)
