"""The documents are held to what the program really is: commands, options, programs, links, words."""

import re
from pathlib import Path

import click
import pytest

from pulsetune import model
from pulsetune.cli import cli
from pulsetune.cli.keys_table import keys_table
from pulsetune.program_rules import RULES
from pulsetune.programs import find_program, program_files, program_mistakes
from pulsetune.records.exports import EXPORTS

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PROGRAM_CALL = re.compile(r"\bpulsetune((?: [\w.:\"-]+)+)")


def commands() -> dict[str, click.Command]:
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None and not command.hidden}


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def anchors(document: Path) -> set[str]:
    """The anchors that a heading gets: lower case, punctuation dropped, spaces to hyphens."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_mentions_every_command():
    assert commands()
    assert [name for name in commands() if f"pulsetune {name}" not in readme()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_names_a_command_or_option_that_does_not_exist(document):
    known = commands()
    options = {option for command in known.values() for parameter in command.params for option in parameter.opts}
    options |= {option for parameter in cli.params for option in parameter.opts} | {"--help"}
    in_code = re.findall(r"`([^`\n]+)`", document.read_text(encoding="utf-8"))
    in_code += re.findall(r"^```\n(.*?)^```", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for code in in_code:
        for words in PROGRAM_CALL.findall(code):
            first = next((word for word in words.split() if not word.startswith("-")), None)
            assert first is None or first in known, f"pulsetune {first}"
            assert {word for word in words.split() if word.startswith("--")} <= options, words


def test_the_readme_mentions_every_program_and_every_export_format():
    assert [name for name in program_files() if f"**{name}**" not in readme()] == []
    assert [name for name in EXPORTS if f"| `{name}` |" not in readme()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document):
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def test_the_glossary_explains_every_phase_and_every_kind_of_beat():
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert [phase for phase in model.Phase if f"| `{phase}` |" not in glossary] == []
    assert [kind for kind in model.BeatKind if kind is not model.BeatKind.NORMAL and f"*{kind}*" not in glossary] == []


def test_names_in_the_glossary_s_code_column_exist():
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    for row in re.findall(r"^\| \*\*.+", glossary, re.MULTILINE):
        in_code = row.split("|")[3]
        for name in re.findall(r"`([^`]+)`", in_code):
            if "/" in name or name.endswith(".py"):
                assert (ROOT / "src" / "pulsetune" / name).exists(), name
            else:
                assert re.search(rf"\b{re.escape(name.split('.')[-1])}\b", source), name


def test_modules_and_folders_named_in_the_architecture_exist():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/]+(?:\.py|/))`", page)) - {"configs/"}
    package = ROOT / "src" / "pulsetune"
    there = {f"/{path.relative_to(package).as_posix()}{'/' if path.is_dir() else ''}" for path in package.rglob("*")}
    assert len(named) > 10
    assert [name for name in sorted(named) if not any(path.endswith(f"/{name}") for path in there)] == []


@pytest.mark.parametrize(
    "claim", ["clinically proven", "entrains your heart", "treats anxiety", "lowers your blood pressure"]
)
def test_no_document_and_no_help_text_makes_a_claim_that_is_not_ours_to_make(claim):
    context = click.Context(cli)
    texts = [document.read_text(encoding="utf-8") for document in DOCUMENTS]
    texts += [command.get_help(context) for command in commands().values()] + [cli.get_help(context)]
    assert all(claim not in text.lower() for text in texts)


def test_the_page_on_programs_holds_every_key_and_every_program():
    page = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    assert keys_table() in page, "copy the output of `pulsetune programs --keys` into docs/programs.md"
    listed = re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", page, re.MULTILINE)
    assert {name: float(minutes) for name, minutes in listed} == {
        name: find_program(name).minutes for name in program_files()
    }


def test_the_page_on_programs_names_every_rule_between_keys():
    page = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    rules = page[page.index("## What ties keys together") :]
    named = set(re.findall(r"`(?:[a-z]+\.)?([a-z_]+)`", rules))
    assert {key for keys, _ in RULES for key in keys} - named == {"policy", "pulse_most_s"}  # said in words


def test_the_mistakes_shown_on_the_page_on_programs_are_what_is_said():
    page = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    shown = re.findall(r"^monday\.toml:.*$", page, re.MULTILINE)
    text = 'name = "monday"\ntitle = "M"\ndescription = "M"\nminutes = 200\n\n\n\n[lead]\nstep_procent = 2\n'
    assert [mistake.told("monday.toml") for mistake in program_mistakes(text)] == shown
