import tomllib

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.program_lines import key_lines, line_of


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("\n\na = 1\n", ("a",), 3),
        ("# a = 2\na = 1\n", ("a",), 2),
        ("[t]\n# c\na = 1\n", ("t", "a"), 3),
        ("[t]\na = 1\n", ("t",), 1),
        ("  [ t . u ]  # c\n a = 1\n", ("t", "u", "a"), 2),
        ("t.a = 1\nt.b = 2\n", ("t", "b"), 2),
        ("t.a = 1\nt.b = 2\n", ("t",), 1),
        ("t = { a = 1, b = { c = 2 } }\nx = 1\n", ("t", "b", "c"), 1),
        ("\"a\" = 1\n'b c' = 2\n", ("b c",), 2),
        ('"\\u0061\\"" = 1\n', ('a"',), 1),
        ('s = """\na = 1\n"""\na = 2\n', ("a",), 4),
        ('s = """x\\\n"quoted"\n""""\na = 2\n', ("a",), 4),
        ("s = '''\na = 1\n'''\na = 2\n", ("a",), 4),
        ("l = [ # ]\n  1, [2, 'a = 1]'],\n]\na = 2\n", ("a",), 4),
        ("l = [{ a = 1 }]\na = 2\n", ("a",), 2),
        ("[[t]]\na = 1\n[[t]]\nb = 2\n", ("t", "b"), 4),
        ("d = 1979-05-27 07:32:00 # a = 1\na = 2\n", ("a",), 2),
        ("x = 1\r\na = 2\r\n", ("a",), 2),
        ("a = 1", ("a",), 1),
        ("a=1\nb=2\n", ("b",), 2),
        ("t={a=1,b=''}\nx=[]\ny=1\n", ("y",), 3),
        ("t={a=1,b=2}\nx=3\n", ("t", "b"), 1),
    ],
)
def test_a_key_is_found_on_its_line(text, path, line):
    tomllib.loads(text)  # it is TOML
    assert key_lines(text)[path] == line


def test_an_absent_key_has_the_line_of_its_table_and_else_the_first():
    lines = key_lines("x = 1\n\n[lead]\n")
    assert line_of(lines, ("lead", "step_percent")) == 3
    assert line_of(lines, ("limits", "tempo_min_bpm")) == 1
    assert line_of({}, ()) == 1


LEAVES = (
    st.integers() | st.booleans() | st.text(max_size=12) | st.lists(st.text(max_size=4) | st.integers(), max_size=3)
)
KEYS = st.text("ab_\"'\\ #=[]{}.,é", min_size=1, max_size=4)
DOCUMENTS = st.dictionaries(
    KEYS, st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=6), max_size=4
)


def paths(table: dict, above: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found = set()
    for key, value in table.items():
        found |= {(*above, key)} | (paths(value, (*above, key)) if isinstance(value, dict) else set())
    return found


@given(DOCUMENTS, st.lists(st.sampled_from(["", "# [x]", "  # a = 1"]), max_size=2))
def test_every_key_of_any_document_that_another_library_writes_is_found_and_no_other(document, before):
    text = "".join(f"{line}\n" for line in before) + tomlkit.dumps(document)
    assert set(key_lines(text)) == paths(tomllib.loads(text))
    lines = key_lines(text)
    assert all(lines[path] > len(before) for path in lines)
    for path in paths(document):
        if len(path) == 1:  # cut before its line, the document no longer has the key; cut after it, TOML or not, it has
            head = "\n".join(text.split("\n")[: lines[path] - 1])
            assert path not in paths(tomllib.loads(head))
