"""Set up, play, test and check PulseTune with nothing but Python: ``python3 dev.py --help``.

Rules of this file:
1. Standard library only. It must parse on Python 3.6, so that an old Python gets a sentence and not a syntax error.
2. What it has to say goes to standard error: standard output belongs to the program that it starts.
3. An environment that it did not make is added to and never deleted, unless its Python no longer runs.
4. The stamp says "under way" during an installation. If it still does at the next start, half a package may lie there,
   and an environment that this file made is made again.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (this is the line that tells people with an older one)
    sys.exit("PulseTune needs Python 3.11 or newer, and this is {}.{}.".format(*sys.version_info))

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
WINDOWS = os.name == "nt"
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
PULSETUNE = BIN / ("pulsetune.exe" if WINDOWS else "pulsetune")
STAMP = ENVIRONMENT / "dev-stamp.json"
UNDER_WAY = "under way"  # stands in the stamp's fingerprint from the start of an installation to its end
PROBE_TIMEOUT_S = 60  # a cold start from a slow disk takes seconds; longer means that the interpreter hangs
SHOWN_LINES = 15  # of an installer's output, when it fails
INTERRUPTED = 130  # our exit code after Ctrl-C, as a shell would give it
INTERRUPTED_CODES = {INTERRUPTED, -2, 0xC000013A}  # the same of a program we ran: its own word, SIGINT, Windows

USAGE = """\
usage: python3 dev.py COMMAND ...     (on Windows: py dev.py COMMAND ...)

  play  [ARGUMENT ...]   play: everything after `play` goes to `pulsetune play`
  test  [ARGUMENT ...]   run the tests: everything after `test` goes to pytest
  check                  lint, formatting, types, and the rule of who may import whom
  bench [NAME ...]       run the benchmarks, or those that are named
  setup                  install only, and say where

The first run installs what the command needs into .venv beside this file, with uv if there is one, else with pip.
"""

EXTRAS = {"play": "", "test": "test", "check": "dev", "bench": "dev", "setup": ""}
CHECKS = (
    ("ruff check", ("-m", "ruff", "check", ".")),
    ("ruff format --check", ("-m", "ruff", "format", "--check", ".")),
    ("mypy", ("-m", "mypy")),
    ("lint-imports", ("-c", "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())")),
)

# the whole suite in several processes, two a core because many tests wait for real time; whoever asks for some tests gets
# them in order, one by one
TOGETHER = ("-n", str(min(6, 2 * (os.cpu_count() or 1))))

PACKAGE = re.compile(
    r"\s*Collecting ([\w.-]+)"  # pip: Collecting numpy>=2.0 (from pulsetune==0.1.0)
    r"|\s*Processing .*?([\w.]+)-\d[^/\\]*\.whl"  # pip: Processing /wheels/numpy-2.4.6-cp311-abi3-linux.whl
    r"|\s*Downloading ([\w-]+) \("  # uv: Downloading numpy (16.0MiB); pip's lines name a file here, with a dot
    r"| \+ ([\w.-]+)=="  # uv: + numpy==2.4.6
)
OFFLINE = re.compile(
    r"name resolution|name or service not known|getaddrinfo failed|nodename nor servname|dns error|NewConnectionError"
    r"|ConnectTimeout|network is unreachable|could not connect|tcp connect error|client error \(connect\)|are you offline",
    re.IGNORECASE,
)


class Problem(Exception):
    """Something to tell in a sentence; ``code`` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is installed in .venv; without a ``fingerprint`` nothing is, as far as we know."""

    made_here: bool = False
    fingerprint: str = ""
    extras: tuple[str, ...] = ()


def main(arguments: Sequence[str]) -> int:
    """Do one command; returns its exit code, or on POSIX becomes the program that was asked for."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(USAGE, end="")
        return 0
    try:
        return do(arguments[0], arguments[1:])
    except Problem as problem:
        say(str(problem))
        return problem.code
    except KeyboardInterrupt:
        say("Stopped.")
        return INTERRUPTED


def do(command: str, rest: Sequence[str]) -> int:
    """Check what was asked for, install what it needs, do it."""
    if command not in EXTRAS:
        raise Problem(f"dev.py has no command {command!r}: it has {', '.join(EXTRAS)}.", 2)
    if rest and command in {"check", "setup"}:
        raise Problem(f"`dev.py {command}` takes no arguments, and was given {rest[0]!r}.", 2)
    benchmarks = find_benchmarks(rest) if command == "bench" else []
    ensure_installed(EXTRAS[command])
    if command == "play":
        return become([str(PULSETUNE), "play", *rest], Path.cwd())
    if command == "test":
        # read once, tests and sources lie there as bytecode: every process, and the many that tests start, begins sooner
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        return become([str(PYTHON), "-m", "pytest", *(rest or TOGETHER)], ROOT)
    if command == "check":
        return run_all([(title, [str(PYTHON), *arguments]) for title, arguments in CHECKS])
    if command == "bench":
        return run_all([(path.stem, [str(PYTHON), str(path)]) for path in benchmarks])
    print(f"PulseTune is installed in {ENVIRONMENT}\nRun it with {PULSETUNE}")
    return 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def find_benchmarks(names: Sequence[str]) -> list[Path]:
    """Files of the named benchmarks, or of all of them."""
    found = {path.stem: path for path in sorted((ROOT / "benchmarks").glob("[!_]*.py"))}
    for name in names:
        if name not in found:
            raise Problem(f"There is no benchmark {name!r}: there are {', '.join(found) or 'none'}.", 2)
    return [found[name] for name in names or found]


# ---------------------------------------------------------------- the environment


def ensure_installed(extra: str) -> None:
    """Make .venv hold PulseTune with ``extra``; quick when it already does."""
    version, stamp = python_version(PYTHON), read_stamp()
    if version is None or (stamp.made_here and stale(version, stamp)):
        make_environment()
        version, stamp = python_version(PYTHON), read_stamp()
    if version is None:
        raise Problem(f"The Python in {ENVIRONMENT} does not run: delete that folder and run this again.")
    if version < (3, 11):
        raise Problem(
            f"{ENVIRONMENT} holds Python {dotted(version)}, too old for PulseTune: move it away, run this again."
        )
    if version[:2] != sys.version_info[:2]:
        say(f"Using Python {dotted(version)}, which was found in {ENVIRONMENT}.")
    fingerprint = installation_fingerprint(version)
    present = set(stamp.extras) if stamp.fingerprint == fingerprint and PULSETUNE.exists() else None
    if present is None or extra not in present | {""}:
        write_stamp(Stamp(stamp.made_here, UNDER_WAY))
        try:
            install(extra)
        except Problem:  # the installer ended by itself and left nothing half done
            write_stamp(Stamp(stamp.made_here))
            raise
        write_stamp(Stamp(stamp.made_here, fingerprint, tuple(sorted({extra} | (present or set())))))


def stale(version: tuple[int, ...], stamp: Stamp) -> bool:
    """Whether an environment of ours should be made again: another Python was asked for, or an interrupted installation."""
    running_inside = Path(sys.prefix) == ENVIRONMENT
    return not running_inside and (version[:2] != sys.version_info[:2] or stamp.fingerprint == UNDER_WAY)


def python_version(python: Path) -> tuple[int, ...] | None:
    """Version of an interpreter, such as (3, 11, 7); None if it is not there or does not run."""
    code = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    try:
        answer = subprocess.run(
            [python, "-I", "-S", "-c", code], capture_output=True, text=True, timeout=PROBE_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return tuple(int(part) for part in answer.stdout.split("."))


def dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def installation_fingerprint(version: tuple[int, ...]) -> str:
    """Changes when an installation must be renewed: other dependencies, another Python, or a checkout that moved."""
    digest = hashlib.sha256(f"{dotted(version)}\n{ROOT}\n".encode())
    for path in (ROOT / "pyproject.toml", ROOT / "uv.lock"):
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


def read_stamp() -> Stamp:
    """The stamp, or an empty one if there is none that can be read."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
        return Stamp(bool(found["made_here"]), str(found["fingerprint"]), tuple(found["extras"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Stamp()


def write_stamp(stamp: Stamp) -> None:
    partial = STAMP.with_suffix(".part")
    partial.write_text(json.dumps(asdict(stamp)), encoding="utf-8")
    partial.replace(STAMP)


def make_environment() -> None:
    """Make .venv with the Python that runs this file, in place of one that does not work."""
    if ENVIRONMENT.exists() and not BIN.exists() and not (ENVIRONMENT / "pyvenv.cfg").exists():
        raise Problem(f"{ENVIRONMENT} is in the way and is no Python environment: move it away and run this again.")
    uv = shutil.which("uv")
    if uv is None and not (has_module("venv") and has_module("ensurepip")):
        raise Problem(
            "This Python came without venv: on Debian or Ubuntu run `sudo apt install python3-venv`, "
            "elsewhere get Python from python.org; then run this again."
        )
    say(f"Making a Python {dotted(sys.version_info[:2])} environment")
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    tool = [uv, "venv", "--quiet", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
    code, lines = follow([*tool, str(ENVIRONMENT)])
    if code:
        raise Problem("\n".join([*lines[-SHOWN_LINES:], f"{ENVIRONMENT} could not be made: the reason is above."]))
    write_stamp(Stamp(made_here=True))


def has_module(name: str) -> bool:
    found = importlib.util.find_spec(name)
    return found is not None and found.origin is not None  # an empty folder of that name is found, but has no origin


# ---------------------------------------------------------------- installing


def install(extra: str) -> None:
    """Install PulseTune from this checkout, editable, with ``extra``; the first way that works is enough."""
    say(f"Installing PulseTune into {ENVIRONMENT}")
    lines: list[str] = []
    for command in install_commands(extra, shutil.which("uv")):
        code, lines = follow(command)
        if code == 0:
            return
        if any(OFFLINE.search(line) for line in lines):
            raise Problem(
                "The packages could not be fetched, because the network does not answer. "
                "Connect to it and run this again: it is needed for installing, not for playing."
            )
    raise Problem("\n".join([*lines[-SHOWN_LINES:], "The installation failed: the reason is above."]))


def install_commands(extra: str, uv: str | None) -> list[list[str]]:
    """Ways to install, best first: what uv.lock pins; with uv whatever fits, should the lock be out of date; pip."""
    here = f".[{extra}]" if extra else "."
    if uv is None:
        pip = [str(PYTHON), "-m", "pip"]
        if follow([*pip, "--version"])[0]:  # an environment made by uv, or one whose making was interrupted
            follow([str(PYTHON), "-m", "ensurepip"])
        return [[*pip, "install", "--no-input", "--disable-pip-version-check", "--progress-bar=off", "-e", here]]
    sync = [uv, "sync", "--locked", "--inexact", "--python", str(PYTHON), *(["--extra", extra] if extra else [])]
    return [sync, [uv, "pip", "install", "--python", str(PYTHON), "-e", here]]


def follow(command: Sequence[str]) -> tuple[int, list[str]]:
    """Run an installer and show the package it is at; returns its exit code and what it said."""
    environment = {**os.environ, "PIP_USER": "0", "PIP_RETRIES": "2", "PYTHONUNBUFFERED": "1"}
    environment["UV_PROJECT_ENVIRONMENT"] = str(ENVIRONMENT)
    environment.pop("VIRTUAL_ENV", None)  # another environment may be active; this one is meant
    lines: list[str] = []
    progress = Progress()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as installer:
        try:
            for line in installer.stdout or ():
                lines.append(line.rstrip())
                progress.show(line)
        except KeyboardInterrupt:
            installer.terminate()
            raise
        finally:
            progress.clear()
    return installer.returncode, lines


def package_in(line: str) -> str | None:
    """Name of the package that a line of pip's or uv's output is about."""
    found = PACKAGE.match(line)
    return found[found.lastindex or 0].replace("_", "-") if found else None


class Progress:
    """One changing line on a terminal; elsewhere a line for each package, once."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._seen: set[str] = set()
        self._width = 0

    def show(self, line: str) -> None:
        """Show what one line of an installer's output means, if it means something."""
        package = package_in(line)
        if package and package not in self._seen:
            self._seen.add(package)
            self._write(f"Installing {package}")
        elif self._terminal and line.startswith("Installing collected packages"):
            self._write(f"Installing {len(self._seen)} packages")

    def clear(self) -> None:
        if self._width:
            print("\r" + " " * self._width + "\r", end="", file=sys.stderr, flush=True)

    def _write(self, text: str) -> None:
        if not self._terminal:
            say(text)
            return
        text = text[: shutil.get_terminal_size().columns - 1]
        print("\r" + text.ljust(self._width), end="", file=sys.stderr, flush=True)
        self._width = max(self._width, len(text))


# ---------------------------------------------------------------- running


def become(command: list[str], folder: Path) -> int:
    """Turn into another program, so that signals reach it; on Windows run it and pass its exit code on."""
    if not WINDOWS:
        os.chdir(folder)
        os.execv(command[0], command)  # noqa: S606 (no shell is wanted)
    return run(command, folder)


def run(command: Sequence[str], folder: Path) -> int:
    """Run a program to its end; Ctrl-C is the program's to answer."""
    with subprocess.Popen(command, cwd=folder) as program:
        while True:
            try:
                return program.wait()
            except KeyboardInterrupt:
                continue


def run_all(programs: Sequence[tuple[str, Sequence[str]]]) -> int:
    """Run programs one after the other, all of them even if one fails; 1 if any did."""
    failed = []
    for title, command in programs:
        say(f"== {title}")
        code = run(command, ROOT)
        if code in INTERRUPTED_CODES:
            raise KeyboardInterrupt
        if code:
            failed.append(title)
    if failed:
        say(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
