"""The JSON Schema of program files, held against the loader by a validator that is not ours."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from pulsetune.cli import cli
from pulsetune.program_file import TABLES, ProgramFile, program_schema, table_keys
from pulsetune.program_keys import KEY_WORDS
from pulsetune.programs import program_files

SHIPPED = next(iter(program_files().values())).with_name("program.schema.json")
VALIDATOR = jsonschema.Draft202012Validator(program_schema())
GOOD = {"name": "mine", "title": "Mine", "description": "A test.", "minutes": 20}


def properties() -> dict[str, dict]:
    """Every key of a program file, dotted, with its piece of the schema."""
    schema = program_schema()
    found = {}
    for key, piece in schema["properties"].items():
        if key in TABLES:
            inner = schema["$defs"][piece["$ref"].rsplit("/", 1)[1]]
            found |= {f"{key}.{name}": one for name, one in inner["properties"].items()}
        else:
            found[key] = piece
    return found


def test_the_shipped_schema_is_the_one_that_the_program_prints():
    printed = CliRunner().invoke(cli, ["programs", "--schema"]).stdout
    assert SHIPPED.read_text(encoding="utf-8") == printed, "pulsetune programs --schema > configs/program.schema.json"
    jsonschema.Draft202012Validator.check_schema(json.loads(printed))


def test_every_key_is_described_with_its_unit_and_its_reason():
    described = properties()
    assert {name.rpartition(".")[2] for name in described} == set(KEY_WORDS)
    for name, piece in described.items():
        words = KEY_WORDS[name.rpartition(".")[2]]
        assert piece["description"] == words.description
        assert len(words.why) > 20
        if piece["type"] in ("number", "integer"):
            assert words.unit
            assert f"Unit: {words.unit}." in piece["description"]
            assert "maximum" in piece


@pytest.mark.parametrize("file", program_files().values(), ids=lambda file: file.stem)
def test_every_shipped_program_fits_the_schema_and_names_it_for_editors(file: Path):
    text = file.read_text(encoding="utf-8")
    assert text.splitlines()[0] == "#:schema ./program.schema.json"
    assert (file.parent / "program.schema.json").is_file()
    VALIDATOR.validate(tomllib.loads(text))


# ---------------------------------------------------------------- the same documents

NUMBERS = (
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)  # JSON has neither, and the loader refuses both
    | st.sampled_from([0, 5, 5.5, 6, 60, 60.5, 1800, 2.0, 2.5, 0.75, 12])
)
TEXTS = st.text(max_size=70) | st.sampled_from(
    ["staged_iso", "quiet", "naive", "felt-piano", "", "a" * 40, "a" * 41, "A"]
)
ANYTHING = NUMBERS | TEXTS | st.booleans() | st.dates() | st.lists(st.integers(), max_size=2)
TABLE_CONTENTS = {
    table: st.dictionaries(st.sampled_from([*table_keys(table), "minutes", "x"]), ANYTHING, max_size=4)
    for table in TABLES
}
CHANGES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(table_keys(""), ANYTHING)
    | {table: contents | ANYTHING for table, contents in TABLE_CONTENTS.items()}
    | {"x": ANYTHING},
)


def loads(document: dict) -> bool:
    try:
        ProgramFile.model_validate(document)
    except ValidationError:
        return False
    return True


def as_ecma(value):
    """Python's ``$`` also matches before a last line break, ECMA 262's (which JSON Schema goes by) does not."""
    return value.rstrip("\n") if isinstance(value, str) else value


@given(CHANGES, st.sets(st.sampled_from(sorted(GOOD)), max_size=1))
@example({"phases": {"rests": 2.0}}, set())
@example({"minutes": True}, set())
@example({"minutes": "20"}, set())
@example({"lead": {"step_percent": 0}}, set())
@example({"title": "\x1b[2J"}, set())
def test_schema_and_loader_take_and_refuse_the_same_documents(changes, without):
    document = {key: as_ecma(value) for key, value in (GOOD | changes).items() if key not in without}
    assert VALIDATOR.is_valid(document) == loads(document)


@given(st.data())
def test_schema_and_loader_agree_on_every_single_key(data):
    name = data.draw(st.sampled_from(sorted(properties())))
    value = as_ecma(data.draw(ANYTHING))
    table, _, key = name.rpartition(".")
    document = GOOD | ({table: {key: value}} if table else {key: value})
    assert VALIDATOR.is_valid(document) == loads(document)
