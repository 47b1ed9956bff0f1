"""Where the log lives, and who may read it.

Rules of this file:
1. Health data: folders that PulseTune makes are 0700, files 0600, whatever the umask says.
2. Looking never creates anything; only ``prepare`` does.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

HOME_VARIABLE = "PULSETUNE_HOME"
DATABASE_NAME = "sessions.db"
FOLDER_MODE = 0o700
FILE_MODE = 0o600


def home() -> Path:
    """The folder of all logs: ``PULSETUNE_HOME`` where it is set, else the platform's place for user data."""
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    return Path(platformdirs.user_data_dir("pulsetune", appauthor=False))


def database_path(home_folder: Path) -> Path:
    """The database in a home; it need not exist."""
    return home_folder / DATABASE_NAME


def live_folder(home_folder: Path) -> Path:
    """The folder of the locks of running sessions; it need not exist."""
    return home_folder / "live"


def prepare(home_folder: Path) -> None:
    """Make the home and its folder of locks where they are missing. A folder that exists keeps its mode."""
    for folder in (home_folder, live_folder(home_folder)):
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(FOLDER_MODE)


def create_private(path: Path) -> None:
    """Make an empty file that only its owner can read; one that exists is made private."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE))
    path.chmod(FILE_MODE)
