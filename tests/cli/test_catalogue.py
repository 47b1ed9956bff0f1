"""``pulsetune programs``: the list, the plan with its reasons and pictures, and programs of the listener's own."""

import json
import xml.etree.ElementTree as ET
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulsetune.cli import cli
from pulsetune.model import Program
from pulsetune.program_keys import KEY_WORDS
from pulsetune.programs import program_files

ROOT = Path(__file__).parents[2]
OWN = 'name = "mine"\ntitle = "Mine"\ndescription = "My own evening."\nminutes = 12\n'


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PULSETUNE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home" / "programs").mkdir(parents=True)
    return tmp_path / "home"


def call(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, list(words))
    assert "Traceback" not in result.output
    assert result.exit_code == code, result.output
    return result


def words_of(text: str) -> str:
    return " ".join(text.split())


def own(home: Path, name: str, text: str) -> None:
    (home / "programs" / f"{name}.toml").write_text(text)


def test_the_list_holds_shipped_and_own_programs(home):
    own(home, "mine", OWN)
    rows = json.loads(call("programs", "--json").stdout)
    assert [row["name"] for row in rows] == [*program_files(), "mine"]
    assert [row["own"] for row in rows] == [False] * len(program_files()) + [True]
    assert rows[-1] == {"name": "mine", "description": "My own evening.", "minutes": 12, "own": True}
    assert "(yours) My own evening." in call("programs").stdout


def test_an_own_program_with_mistakes_is_said_and_hides_no_other(home):
    own(home, "bad", OWN + "minuts = 3\nlead = 2\n")
    own(home, "mine", OWN)
    result = call("programs")
    assert "bad cannot be used (2 mistakes): pulsetune programs bad" in result.stderr
    assert "My own evening." in result.stdout
    assert "bad.toml:5: minuts" in call("programs", "bad", code=2).stderr


def test_an_own_file_with_a_shipped_name_is_said_to_be_unused(home):
    own(home, "unwind", OWN.replace('"mine"', '"unwind"'))
    result = call("programs")
    assert 'unwind.toml is not used: "unwind" came with PulseTune.' in result.stderr
    assert "My own evening." not in result.stdout
    assert (
        "is not used" in call("play", "unwind", "--source", "simulated", "--output", "silent", "--minutes", "6").stderr
    )


def test_an_own_program_is_played_by_its_name(home):
    own(home, "mine", OWN.replace("12", "9"))
    result = call("play", "mine", "--source", "simulated", "--output", "silent", "--seed", "1", "--json")
    summary = json.loads(result.stdout.splitlines()[-1])
    assert summary["program"] == "mine"
    assert summary["duration_s"] == pytest.approx(540, abs=1)


def test_a_program_is_copied_with_its_comments_and_the_schema_for_editors(home):
    target = Path(call("programs", "sleep", "--copy", "late").stdout.strip())
    assert target == home / "programs" / "late.toml"
    before, after = program_files()["sleep"].read_text().splitlines(), target.read_text().splitlines()
    assert [line for line in after if line not in before] == ['name = "late"']
    assert len(before) == len(after)
    assert (target.parent / "program.schema.json").read_text() == call("programs", "--schema").stdout
    assert json.loads(call("programs", "late", "--json").stdout)["minutes"] == 40
    assert Path(call("programs", "late", "--copy", "later").stdout.strip()).is_file()


def test_a_copy_replaces_nothing_and_takes_no_shipped_name(home):
    own(home, "mine", OWN)
    for words, said in [
        (["unwind", "--copy", "mine"], "mine.toml exists already."),
        (["unwind", "--copy", "sleep"], '"sleep" came with PulseTune.'),
        (["unwind", "--copy", "../x"], 'A program cannot be called "../x".'),
        (["unwind", "--copy", ""], 'A program cannot be called "".'),
        (["unwnd", "--copy", "x"], 'There is no program "unwnd".'),
        (["--copy", "x"], "Which program?"),
    ]:
        assert said in words_of(call("programs", *words, code=2).stderr)
    assert [file.name for file in (home / "programs").iterdir()] == ["mine.toml"]
    assert (home / "programs" / "mine.toml").read_text() == OWN


@pytest.mark.parametrize("name", program_files())
def test_a_program_is_shown_with_every_key_its_unit_and_its_reason(home, name):
    shown = words_of(call("programs", name).stdout)
    program = json.loads(call("programs", name, "--json").stdout)
    assert set(program) == {field.name for field in fields(Program)}
    for key, words in KEY_WORDS.items():
        if key not in ("name", "title", "description"):
            value = (program | program["imagery"])[key]
            number = isinstance(value, int | float) and not isinstance(value, bool)
            assert f" {key} = {f'{value:g}' if number else json.dumps(value)}" in shown
            assert words_of(words.why) in shown
            assert f"({words.unit})" in shown or words.unit in ("", key)
    assert "a heart that begins at 75 a minute" in shown
    assert "The heart is simulated" in shown


def rows_with(mark: str, shown: str) -> list[float]:
    """The values on the left of the picture's rows that hold a mark."""
    picture = [line for line in shown.splitlines() if line[5:7] == " |"]
    return [float(line[:6]) for line in picture if mark in line[7:]]


def test_the_picture_begins_at_the_heart_and_ends_where_the_program_leads(home):
    shown = call("programs", "unwind").stdout
    assert rows_with("*", shown)[0] == pytest.approx(75, abs=9)
    assert 50 <= rows_with("*", shown)[-1] <= 62
    assert rows_with(".", shown)[0] == pytest.approx(75, abs=1)
    assert "* tempo of the music" in shown
    other = call("programs", "unwind", "--heart-rate", "82").stdout
    assert "begins at 82 a minute" in words_of(other)
    assert rows_with("*", other)[0] == pytest.approx(82, abs=9)


def test_the_plan_of_someone_who_only_listens_does_not_lead(home):
    call("profile", "--listen-only")
    shown = call("programs", "unwind").stdout
    assert "not led, as you said in `pulsetune profile`" in words_of(shown)
    assert rows_with("*", shown)[-1] == pytest.approx(75, abs=5)
    (home / "profile.json").write_text("?")
    result = call("programs", "unwind")
    assert "is damaged" in result.stderr
    assert "not led" not in result.stdout


def test_a_breathing_guide_is_said_with_its_rates(home):
    assert "Breathing guide: from 1" in call("programs", "breathe").stdout
    assert "Breathing guide" not in call("programs", "settle").stdout


def test_a_fast_heart_gets_music_at_half_its_pace(home):
    assert rows_with("*", call("programs", "unwind", "--heart-rate", "110").stdout)[0] == pytest.approx(55, abs=3)


@pytest.mark.parametrize("name", ["quiet", "companion"])
def test_a_program_without_a_pulse_has_no_tempo(home, name):
    shown = call("programs", name).stdout
    assert rows_with("*", shown) == []
    assert "no pulse, . heart rate" in shown


def test_the_phases_below_the_picture_are_as_long_as_the_program_says(home):
    line = next(line for line in call("programs", "settle").stdout.splitlines() if line.strip().startswith("ccc"))
    marks = line[7:]
    assert len(marks) == 72
    assert marks.count("c") == pytest.approx(72 * 60 / 480, abs=1)
    assert marks.count("f") == pytest.approx(72 * 45 / 480, abs=1)
    assert marks.count("s") == pytest.approx(72 * 45 / 480, abs=1)


@pytest.mark.parametrize("name", ["settle", "quiet"])
def test_the_plot_is_a_picture_with_words_for_those_who_do_not_see_it(home, name):
    call("programs", name, "--plot", "plan.svg")
    root = ET.fromstring(Path("plan.svg").read_text(encoding="utf-8"))
    said = " ".join(root.itertext())
    assert "measuring from 0:00" in said
    assert "heart that begins at 75 a minute" in said
    assert "simulated" in said
    lines = [path for path in root.iter("{http://www.w3.org/2000/svg}path") if path.get("class") == "line"]
    assert bool(lines[-1].get("d")) == (name != "quiet")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--heart-rate", "82"], "Which program?"),
        (["--plot", "x.svg"], "Which program?"),
        (["unwind", "--heart-rate", "20"], "A heart at 20 a minute is not planned for. Choose 40 to 140."),
        (["unwind", "--heart-rate", "nan"], "is not planned for."),
        (["unwind", "--plot", "x.png"], "x.png does not end in .svg."),
        (["unwind", "--plot", "no/x.svg"], "There is no folder no."),
        (["unwind", "--plot", "there.svg"], "there.svg exists already."),
        (["nul\0.toml"], "cannot be read"),
    ],
)
def test_a_mistake_gets_a_sentence(home, words, said):
    Path("there.svg").write_text("mine")
    result = call("programs", *words, code=2)
    assert said in words_of(result.stderr)
    assert Path("there.svg").read_text() == "mine"


def test_the_sounds_of_a_program_exist(home):
    for name in program_files():
        call("programs", name)
    own(home, "mine", OWN + 'bed = "watr"\n')
    assert 'mine.toml:5: bed: must be one of the beds water, rain, wind, birds; did you mean "water"?' in words_of(
        call("programs", "mine", code=2).stderr
    )
    own(home, "mine", OWN + 'soundscape = "warmpad"\n')
    assert 'did you mean "warm-pad"?' in words_of(call("programs", "mine", code=2).stderr)
