"""The form of a program file: its tables, keys, types, ranges and usual values, and the JSON Schema of it.

Rules of this file:
1. Ranges live here and nowhere else; the words are in ``program_keys.py``.
2. Types are strict, because the schema is: "20" is no number, and true is not 1.
3. What ties two keys together cannot be said here: see ``program_rules.py``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from pulsetune.model import PolicyName
from pulsetune.program_keys import KEY_WORDS

MIN_MINUTES = 6.0  # calibrate, consolidate, fade and silence leave too little of anything shorter
MAX_MINUTES = 60.0
NAME_PATTERN = "^[a-z][a-z0-9-]{0,39}$"
OPTIONAL_NAME_PATTERN = "^([a-z][a-z0-9-]{0,39})?$"
TEXT_PATTERN = "^[^\\x00-\\x1f\\x7f-\\x9f]+$"  # a control character could redraw the listener's terminal
MOST_TEXTS = 6  # a few sentences; more would be reading, not resting
POLICIES = tuple(  # those that only make sense in a rehearsal are left out
    policy.value
    for policy in (
        PolicyName.STAGED_ISO,
        PolicyName.FIXED_SAFE,
        PolicyName.MATCH_ONLY,
        PolicyName.FIXED,
        PolicyName.RAMP,
        PolicyName.PI,
        PolicyName.COMPANION,
        PolicyName.QUIET,
    )
)
SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _key(name: str, default: Any = ..., **limits: Any) -> Any:
    return Field(default, description=KEY_WORDS[name].description, **limits)


def _known_policy(text: str) -> str:
    if text not in POLICIES:
        raise PydanticCustomError("unknown_policy", "is none of the policies")
    return text


def _whole(value: Any) -> Any:
    """2.0 is a whole number for JSON Schema, and so it is here."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def table_keys(table: str) -> list[str]:
    """The keys of a table; of the file itself, without its tables, for an empty name."""
    if not table:
        return [key for key in ProgramFile.model_fields if key not in TABLES]
    return list(TABLES[table].model_fields)


Policy = Annotated[str, AfterValidator(_known_policy), WithJsonSchema({"type": "string", "enum": list(POLICIES)})]
Whole = Annotated[int, BeforeValidator(_whole)]
Line = Annotated[str, Field(min_length=1, max_length=160, pattern=TEXT_PATTERN)]  # one that is read at a glance


class Table(BaseModel):
    """A table of a program file: no unknown key, no conversion, no infinity."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        field_title_generator=lambda name, _info: name,
    )


class Phases(Table):
    """How long each part of the session is."""

    calibrate_s: float = _key("calibrate_s", 120.0, ge=60, le=300)
    consolidate_s: float = _key("consolidate_s", 90.0, ge=0, le=600)
    fade_s: float = _key("fade_s", 60.0, ge=5, le=300)
    silence_s: float = _key("silence_s", 60.0, ge=0, le=600)
    rests: Whole = _key("rests", 2, ge=0, le=6)
    rest_s: float = _key("rest_s", 20.0, ge=5, le=60)
    pulse_most_s: float = _key("pulse_most_s", 1800.0, ge=60, le=1800)


class Lead(Table):
    """How the music leads."""

    step_percent: float = _key("step_percent", 2.0, gt=0, le=4)
    lead_cap_percent: float = _key("lead_cap_percent", 6.0, gt=0, le=9)
    zone_tempo_bpm: float = _key("zone_tempo_bpm", 60.0, ge=50, le=70)


class Limits(Table):
    """What the tempo never does, whatever leads it."""

    tempo_min_bpm: float = _key("tempo_min_bpm", 42.0, ge=42, le=92)
    tempo_max_bpm: float = _key("tempo_max_bpm", 92.0, ge=42, le=92)
    fall_limit_percent_per_min: float = _key("fall_limit_percent_per_min", 2.0, gt=0, le=2)
    rise_limit_percent_per_min: float = _key("rise_limit_percent_per_min", 3.0, gt=0, le=3)


class Safety(Table):
    """When the guide asks whether it helps."""

    first_gate_s: float = _key("first_gate_s", 150.0, ge=90, le=300)


class Breathing(Table):
    """The breathing guide."""

    breathing: bool = _key("breathing", False)
    breath_start_share: float = _key("breath_start_share", 0.75, ge=0.6, le=1)
    breath_slowest_per_min: float = _key("breath_slowest_per_min", 6.0, ge=5.5, le=12)


class ImageryTexts(Table):
    """Quiet sentences for the screen, phase by phase."""

    match: list[Line] = _key("match", [], max_length=MOST_TEXTS)
    lead: list[Line] = _key("lead", [], max_length=MOST_TEXTS)
    hold: list[Line] = _key("hold", [], max_length=MOST_TEXTS)
    companion: list[Line] = _key("companion", [], max_length=MOST_TEXTS)
    consolidate: list[Line] = _key("consolidate", [], max_length=MOST_TEXTS)
    silence: list[Line] = _key("silence", [], max_length=MOST_TEXTS)


class ProgramFile(Table):
    """A calming program of PulseTune: how one session runs."""

    model_config = ConfigDict(title="A PulseTune program")

    name: str = _key("name", pattern=NAME_PATTERN)
    title: str = _key("title", min_length=1, max_length=60, pattern=TEXT_PATTERN)
    description: str = _key("description", min_length=1, max_length=300, pattern=TEXT_PATTERN)
    minutes: float = _key("minutes", ge=MIN_MINUTES, le=MAX_MINUTES)
    policy: Policy = _key("policy", PolicyName.STAGED_ISO.value)
    soundscape: str = _key("soundscape", "felt-piano", pattern=NAME_PATTERN)
    bed: str = _key("bed", "", pattern=OPTIONAL_NAME_PATTERN)
    phases: Phases = Phases()
    lead: Lead = Lead()
    limits: Limits = Limits()
    safety: Safety = Safety()
    breathing: Breathing = Breathing()
    imagery: ImageryTexts = ImageryTexts()


TABLES: dict[str, type[Table]] = {
    name: field.annotation
    for name, field in ProgramFile.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Table)
}


def program_schema() -> dict[str, Any]:
    """JSON Schema of a program file, with a description (meaning, unit, reason) for every key."""
    return {"$schema": SCHEMA_DIALECT, **ProgramFile.model_json_schema()}
