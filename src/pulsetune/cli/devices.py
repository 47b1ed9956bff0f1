"""``pulsetune scan`` and ``pulsetune doctor``: what is here, what works, what is missing, what to do."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

import click

from pulsetune import __version__
from pulsetune.errors import PulseTuneError, SoundDeviceMissing, StrapNotFound

ROOM_BYTES = 50_000_000  # of disk: months of sessions
DOCTOR_ANSWER_S = 10.0  # a check that takes longer is itself the finding


@click.command()
@click.option("--seconds", type=click.FloatRange(1, 120), default=10, show_default=True, help="How long to look.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def scan(seconds: float, as_json: bool) -> None:
    """List heart-rate straps nearby, of any maker (Bluetooth service 0x180D).

    Put the strap on first, with moist electrodes: most straps sleep until they touch skin.
    """
    from pulsetune.heart.strap import find_straps

    if not as_json:
        click.echo(f"Looking for heart-rate straps for {seconds:g} s ...", err=True)
    found = asyncio.run(find_straps(seconds))
    if as_json:
        click.echo(json.dumps([asdict(strap) for strap in found], ensure_ascii=False))
    elif found:
        from pulsetune.cli.present import table

        cells = [[s.name, s.address, _known(s.rssi_dbm, " dBm"), _known(s.battery_percent, " %")] for s in found]
        click.echo(table(["name", "address", "signal", "battery"], cells))
    if not found:
        raise StrapNotFound(
            "No heart-rate strap was found.",
            "Put it on with moist electrodes, and close other apps or watches that may hold it; then scan again.",
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked."""

    what: str
    works: bool
    detail: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Check Bluetooth, sound and storage: what works, what is missing, what to do.

    Exit code 0: everything works; otherwise the code of the first problem (4 Bluetooth, 5 sound, 1 storage).
    """
    checks = (
        ("Bluetooth", _bluetooth, 4),
        ("Synthesiser", _synthesiser, 5),
        ("Sound device", _sound, 5),
        ("Storage", _storage, 1),
    )
    findings, codes = [Finding("PulseTune", True, _versions())], []
    for what, check, code in checks:
        finding = asyncio.run(_checked(what, check))
        findings.append(finding)
        codes += [] if finding.works else [code]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{'ok      ' if finding.works else 'MISSING '}{finding.what:<13} {finding.detail}")
        if codes:
            click.echo("Without what is missing, `pulsetune play` still works: simulated listener, sound to a file.")
    click.get_current_context().exit(codes[0] if codes else 0)


async def _checked(what: str, check: Callable[[], Awaitable[str]]) -> Finding:
    try:
        async with asyncio.timeout(DOCTOR_ANSWER_S):
            return Finding(what, True, await check())
    except TimeoutError:
        return Finding(what, False, "There was no answer. Restart it, or the computer, and try again.")
    except PulseTuneError as problem:
        return Finding(what, False, str(problem))


async def _bluetooth() -> str:
    from pulsetune.heart.strap import check_bluetooth

    return await check_bluetooth()


async def _synthesiser() -> str:
    from pulsetune.sound.supervisor import pyo_available

    if not pyo_available():
        raise SoundDeviceMissing("pyo has no build for this platform.", "Sessions run silently here; all else works.")
    return "pyo is installed."


async def _sound() -> str:
    from pulsetune.sound.probe import probe_speakers

    name = await probe_speakers()
    if name is None:
        raise SoundDeviceMissing(
            "No sound device was found.",
            "Connect one and start the sound server, or render to a file: --output FILE.flac",
        )
    return f"Music will go to: {name}."


async def _storage() -> str:
    from pulsetune.records.home import home
    from pulsetune.records.library import Library

    folder = home()
    existing = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    if (folder.exists() and not folder.is_dir()) or not os.access(existing, os.W_OK | os.X_OK):
        raise PulseTuneError(f"{folder} is no folder that can be written.", "Set PULSETUNE_HOME to one that can.")
    free = shutil.disk_usage(existing).free
    if free < ROOM_BYTES:
        raise PulseTuneError(f"Only {free / 1e6:.0f} MB are free at {existing}.", "Make room, or set PULSETUNE_HOME.")
    count = len(Library(folder).sessions())
    return f"{folder} ({count} sessions, {free / 1e9:.0f} GB free)."


def _versions() -> str:
    return f"{__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}"


def _known(value: int | None, unit: str) -> str:
    return "" if value is None else f"{value}{unit}"
