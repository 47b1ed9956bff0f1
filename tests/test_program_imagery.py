"""Quiet sentences in a program file: what is taken, what is refused and on which line, and old logs without them."""

import json
import re

import pytest

from pulsetune.model import Imagery, ListenerProfile, PolicyName, Program, SessionStarted
from pulsetune.program_plan import planned
from pulsetune.programs import find_program, parse_program, program_files, program_mistakes
from pulsetune.records.encoding import decode_event, encode_event

GOOD = 'name = "mine"\ntitle = "Mine"\ndescription = "A test."\nminutes = 10\n'


def test_there_is_none_unless_a_file_says_so():
    assert parse_program(GOOD, "mine.toml").imagery == Imagery()
    assert Imagery().lead == ()


def test_sentences_are_kept_phase_by_phase_and_in_order():
    program = parse_program(GOOD + '[imagery]\nlead = ["One.", "Two."]\nsilence = ["Still."]\n', "mine.toml")
    assert program.imagery == Imagery(lead=("One.", "Two."), silence=("Still.",))


def test_each_mistake_is_on_the_line_of_its_own_text():
    text = f"""{GOOD}[imagery]
lead = [
  "fine",  # it is, "really"
  "{"x" * 161}", "",

  5,
  ["deep", "er"],
  "with \\u001b in it",
]
hold = "one"
match = ["1", "2", "3", "4", "5", "6", "7"]
dream = ["x"]
"""
    found = [(mistake.line, mistake.key, mistake.sentence) for mistake in program_mistakes(text)]
    assert [(line, key) for line, key, _ in found] == [
        (8, "imagery.lead"),
        (8, "imagery.lead"),
        (10, "imagery.lead"),
        (11, "imagery.lead"),
        (12, "imagery.lead"),
        (14, "imagery.hold"),
        (15, "imagery.match"),
        (16, "imagery.dream"),
    ]
    assert [sentence.split(" (got")[0] for _, _, sentence in found] == [
        "text 2 must have at most 160 characters",
        "text 3 must not be empty",
        "text 4 must be text in quotes",
        "text 5 must be text in quotes",
        "text 6 must be one line without control characters",
        "must be a list of texts in square brackets",
        "must have at most 6 texts",
        "unknown key",
    ]


def test_a_file_of_nothing_but_dots_or_brackets_is_refused_at_once():
    for text in (".".join("a" * 30_000) + "=1", "x = " + "[" * 30_000, "x = " + "{a=" * 10_000, "a=1\n" * 10_000):
        assert program_mistakes(GOOD + text)


def started(program: Program) -> SessionStarted:
    return SessionStarted(0.0, "t", 1, program, ListenerProfile(), PolicyName.STAGED_ISO, "x", False, 1, 0, 0, "UTC")


def test_it_goes_into_the_log_and_a_log_from_before_it_existed_is_read_still():
    event = started(find_program("breathe"))
    kind, body = encode_event(event)
    assert decode_event(kind, 0.0, body) == event
    values = json.loads(body)
    for value in values:
        if isinstance(value, dict) and "imagery" in value:
            del value["imagery"]
    assert decode_event(kind, 0.0, json.dumps(values)).program.imagery == Imagery()


def test_it_changes_nothing_of_what_is_played():
    with_it = find_program("breathe")
    assert with_it.imagery != Imagery()
    text = program_files()["breathe"].read_text(encoding="utf-8")
    without = parse_program(text[: text.index("[imagery]")], "breathe.toml")
    assert without.imagery == Imagery()
    assert planned(with_it, 75.0) == planned(without, 75.0)


@pytest.mark.parametrize("name", program_files())
def test_what_comes_with_pulsetune_speaks_of_no_body_and_promises_nothing(name):
    imagery = find_program(name).imagery
    words = " ".join(text for phase in Imagery.__slots__ for text in getattr(imagery, phase)).lower()
    assert not re.search(r"heal|cure|heart|pulse|stress|anxi|pain|sleep better|you will|must|deep", words)
