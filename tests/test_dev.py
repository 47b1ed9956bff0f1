"""dev.py as a person meets it: its sentences, its exit codes, and what it does to an environment."""

import ast
import importlib.util
import os
import signal
import subprocess
import sys
import venv
from pathlib import Path
from types import ModuleType

import pytest

DEV = Path(__file__).parents[1] / "dev.py"
posix_only = pytest.mark.skipif(os.name == "nt", reason="the stand-in programs are shell scripts")


def load(folder: Path) -> ModuleType:
    """A copy of dev.py in ``folder``, as a module that works on that folder alone."""
    copy = folder / "dev.py"
    copy.write_bytes(DEV.read_bytes())
    spec = importlib.util.spec_from_file_location("dev_under_test", copy)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["dev_under_test"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def dev(tmp_path: Path) -> ModuleType:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "pulsetune"\nversion = "0"\n')
    return load(tmp_path)


def bare_environment(dev: ModuleType) -> None:
    """A .venv that somebody made with another tool: a Python and nothing else."""
    venv.create(dev.ENVIRONMENT, with_pip=False, symlinks=os.name != "nt")


def installed(dev: ModuleType, extra: str = "", *, made_here: bool = False) -> None:
    """A finished installation whose `pulsetune` prints its arguments and ends with 7."""
    bare_environment(dev)
    dev.PULSETUNE.write_text('#!/bin/sh\necho "pulsetune $*"\nexit 7\n')
    dev.PULSETUNE.chmod(0o755)
    version = dev.python_version(dev.PYTHON)
    dev.write_stamp(dev.Stamp(made_here, dev.installation_fingerprint(version), (extra,)))


MAKES_ENVIRONMENTS = f'if [ "$1" = venv ]; then exec {sys.executable} -m venv --without-pip "$5"; fi'


def stand_in_uv(folder: Path, script: str) -> dict[str, str]:
    """An environment in which `uv` is a shell script that notes how it was called."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    uv = tools / "uv"
    uv.write_text(f'#!/bin/sh\necho "$*" >> "{folder}/uv-calls"\n{script}\n')
    uv.chmod(0o755)
    return {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}


def without_uv(folder: Path) -> dict[str, str]:
    return {**os.environ, "PATH": str(folder)}


def run(dev: ModuleType, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, dev.__file__, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL)


def uv_calls(folder: Path) -> list[str]:
    calls = folder / "uv-calls"
    return [line.split()[0] for line in calls.read_text().splitlines()] if calls.exists() else []


def test_it_parses_on_python_3_6_so_that_an_old_python_gets_a_sentence():
    ast.parse(DEV.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_the_version_is_checked_before_anything_that_an_old_python_lacks():
    statements = ast.parse(DEV.read_text(encoding="utf-8")).body
    kinds = [type(statement).__name__ for statement in statements[:3]]
    assert kinds == ["Expr", "Import", "If"]
    assert ast.unparse(statements[1]) == "import sys"
    assert "sys.exit" in ast.unparse(statements[2])


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_alone_or_with_help_it_explains_every_command(dev, arguments):
    answer = run(dev, *arguments)
    assert answer.returncode == 0
    for command in ("play", "test", "check", "bench", "setup"):
        assert f"\n  {command} " in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["paly"], "no command 'paly'"),
        (["check", "everything"], "takes no arguments, and was given 'everything'"),
        (["bench", "nothing"], "no benchmark 'nothing'"),
    ],
)
def test_wrong_use_is_one_sentence_exit_code_2_and_installs_nothing(dev, arguments, said):
    answer = run(dev, *arguments)
    assert answer.returncode == 2
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert answer.stdout == ""
    assert not dev.ENVIRONMENT.exists()


def test_a_misspelt_benchmark_is_told_which_there_are(dev, tmp_path):
    (tmp_path / "benchmarks").mkdir()
    for name in ("clock.py", "listener.py", "_shared.py"):
        (tmp_path / "benchmarks" / name).touch()
    assert "there are clock, listener." in run(dev, "bench", "klock").stderr
    assert [path.stem for path in dev.find_benchmarks(["listener", "clock"])] == ["listener", "clock"]
    assert [path.stem for path in dev.find_benchmarks([])] == ["clock", "listener"]


@posix_only
def test_play_passes_arguments_output_and_exit_code_through(dev):
    installed(dev)
    answer = run(dev, "play", "unwind", "--minutes", "6", "--json")
    assert (answer.returncode, answer.stdout, answer.stderr) == (7, "pulsetune play unwind --minutes 6 --json\n", "")


@posix_only
def test_play_with_nothing_more_just_plays(dev):
    installed(dev)
    assert run(dev, "play").stdout == "pulsetune play\n"


@posix_only
def test_play_keeps_the_folder_it_was_called_from(dev, tmp_path):
    installed(dev)
    dev.PULSETUNE.write_text("#!/bin/sh\npwd -P\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    answer = subprocess.run([sys.executable, dev.__file__, "play"], capture_output=True, text=True, cwd=elsewhere)
    assert answer.stdout.strip() == str(elsewhere.resolve())


@posix_only
def test_an_installation_is_renewed_when_the_dependencies_change(dev, tmp_path):
    installed(dev)
    env = stand_in_uv(tmp_path, "exit 0")
    run(dev, "setup", env=env)
    assert uv_calls(tmp_path) == []
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "pulsetune"\nversion = "1"\n')
    run(dev, "setup", env=env)
    assert uv_calls(tmp_path) == ["sync"]
    run(dev, "setup", env=env)
    assert uv_calls(tmp_path) == ["sync"]


@posix_only
def test_an_extra_is_added_once_and_remembered_beside_the_others(dev, tmp_path):
    installed(dev)
    (tmp_path / "benchmarks").mkdir()
    env = stand_in_uv(tmp_path, "exit 0")
    for _ in range(2):
        assert run(dev, "bench", env=env).returncode == 0
        assert run(dev, "setup", env=env).returncode == 0
    calls = (tmp_path / "uv-calls").read_text().splitlines()
    assert len(calls) == 1
    assert "--extra dev" in calls[0]


@posix_only
def test_after_an_interrupted_installation_our_own_environment_is_made_again(dev, tmp_path):
    installed(dev, made_here=True)
    (tmp_path / "pyproject.toml").write_text("")
    killed_meanwhile = run(dev, "setup", env=stand_in_uv(tmp_path, "kill -9 $PPID"))
    assert killed_meanwhile.returncode == -signal.SIGKILL
    half_a_package = dev.ENVIRONMENT / "half-a-package"
    half_a_package.touch()
    assert run(dev, "setup", env=stand_in_uv(tmp_path, MAKES_ENVIRONMENTS)).returncode == 0
    assert uv_calls(tmp_path) == ["sync", "venv", "sync"]
    assert not half_a_package.exists()


@posix_only
def test_after_an_interrupted_installation_a_found_environment_is_only_added_to(dev, tmp_path):
    installed(dev, made_here=False)
    dev.write_stamp(dev.Stamp(made_here=False, fingerprint=dev.UNDER_WAY))
    assert run(dev, "setup", env=stand_in_uv(tmp_path, "exit 0")).returncode == 0
    assert uv_calls(tmp_path) == ["sync"]


@posix_only
def test_a_failed_installation_shows_the_installers_words_and_does_not_count(dev, tmp_path):
    installed(dev)
    (tmp_path / "pyproject.toml").write_text("")
    answer = run(dev, "setup", env=stand_in_uv(tmp_path, "echo 'No space left on device'; exit 2"))
    assert answer.returncode == 1
    assert answer.stderr.endswith("No space left on device\nThe installation failed: the reason is above.\n")
    assert answer.stdout == ""
    assert uv_calls(tmp_path) == ["sync", "pip"]
    assert dev.read_stamp().fingerprint == ""


@posix_only
def test_without_a_network_one_sentence_says_so(dev, tmp_path):
    bare_environment(dev)
    dns = "error: Failed to fetch\\n  Caused by: dns error\\n  Caused by: failed to lookup address information"
    answer = run(dev, "setup", env=stand_in_uv(tmp_path, f"printf '{dns}\\n'; exit 1"))
    assert answer.returncode == 1
    _, *problem = answer.stderr.splitlines()
    assert len(problem) == 1
    assert "the network does not answer" in problem[0]
    assert uv_calls(tmp_path) == ["sync"]


def test_pip_without_a_network_is_recognised_too(dev):
    """pip's own words; nothing listens on port 9 of this computer."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("this Python has no pip")
    command = [sys.executable, "-m", "pip", "download", "--no-input", "--retries=1", "--no-deps", "pulsetune-absent"]
    env = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    env = {name: value for name, value in env.items() if name not in {"PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"}}
    answer = subprocess.run([*command, "--dest", str(dev.ROOT)], capture_output=True, text=True, env=env)
    assert answer.returncode != 0
    assert dev.OFFLINE.search(answer.stdout + answer.stderr)


@posix_only
def test_a_found_environment_is_added_to_and_never_remade(dev, tmp_path):
    bare_environment(dev)
    treasure = dev.ENVIRONMENT / "treasure"
    treasure.touch()
    answer = run(dev, "setup", env=stand_in_uv(tmp_path, "exit 0"))
    assert answer.returncode == 0
    assert treasure.exists()
    assert uv_calls(tmp_path) == ["sync"]
    assert dev.read_stamp().made_here is False


@posix_only
def test_a_folder_in_the_way_is_left_alone(dev, tmp_path):
    dev.ENVIRONMENT.mkdir()
    (dev.ENVIRONMENT / "photographs").touch()
    answer = run(dev, "setup", env=without_uv(tmp_path))
    assert answer.returncode == 1
    assert "is in the way" in answer.stderr
    assert (dev.ENVIRONMENT / "photographs").exists()


@posix_only
def test_an_environment_whose_python_is_gone_is_made_again(dev, tmp_path):
    bare_environment(dev)
    dev.PYTHON.unlink()
    dev.PYTHON.symlink_to(tmp_path / "uninstalled-python")
    answer = run(dev, "setup", env=stand_in_uv(tmp_path, MAKES_ENVIRONMENTS))
    assert answer.returncode == 0
    assert uv_calls(tmp_path) == ["venv", "sync"]
    assert dev.read_stamp().made_here is True


@posix_only
def test_an_environment_with_too_old_a_python_is_named_and_kept(dev, tmp_path):
    bare_environment(dev)
    dev.PYTHON.unlink()
    dev.PYTHON.write_text("#!/bin/sh\necho 3.9.18\n")
    dev.PYTHON.chmod(0o755)
    answer = run(dev, "setup", env=without_uv(tmp_path))
    assert answer.returncode == 1
    assert "holds Python 3.9.18, too old" in answer.stderr
    assert dev.PYTHON.exists()


def test_a_python_without_venv_is_told_which_package_is_missing(dev, tmp_path):
    hide = (
        "import runpy, sys; sys.modules['ensurepip'] = None; sys.argv = ['dev.py', 'setup'];"
        f"runpy.run_path({dev.__file__!r}, run_name='__main__')"
    )
    answer = subprocess.run([sys.executable, "-c", hide], capture_output=True, text=True, env=without_uv(tmp_path))
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "sudo apt install python3-venv" in answer.stderr
    assert not dev.ENVIRONMENT.exists()


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", '{"made_here": 1, "fingerprint": "x", "extras": 5}'])
def test_a_damaged_stamp_counts_as_none(dev, text):
    dev.ENVIRONMENT.mkdir()
    dev.STAMP.write_text(text)
    assert dev.read_stamp() == dev.Stamp()


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("Collecting numpy>=2.0 (from pulsetune==0.1.0)", "numpy"),
        ("Collecting pydantic-core==2.50.5 (from pydantic>=2.7->pulsetune==0.1.0)", "pydantic-core"),
        ("  Downloading bleak-3.1.0-py3-none-any.whl (176 kB)", None),
        ("  Downloading bleak-3.1.0-py3-none-any.whl.metadata (5.4 kB)", None),
        ("Processing /wheels/typing_extensions-4.16.0-py3-none-any.whl (from bleak<4,>=3.1)", "typing-extensions"),
        ("Downloading scipy (33.5MiB)", "scipy"),
        (" + sortedcontainers==2.4.0", "sortedcontainers"),
        ("Building wheels for collected packages: pulsetune", None),
        ("", None),
    ],
)
def test_progress_reads_what_pip_and_uv_print(dev, line, package):
    assert dev.package_in(line) == package


@posix_only
def test_every_check_runs_even_if_one_fails(dev, capsys):
    script = "import sys; print(sys.argv[1]); sys.exit(int(sys.argv[1]))"
    programs = [(f"number {code}", [sys.executable, "-c", script, str(code)]) for code in (3, 0, 1)]
    assert dev.run_all(programs) == 1
    assert "Failed: number 3, number 1." in capsys.readouterr().err
