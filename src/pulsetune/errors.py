"""The exceptions of PulseTune, by whose help is needed.

    PulseTuneError                    exit code 1
    ├── WrongUse                      2   what was asked for does not exist or makes no sense
    │   ├── ProgramError              2   a program file has mistakes; all of them are listed
    │   └── ProgramExists             2   a program of the listener's own would be replaced, and nobody said so
    ├── StrapNotFound                 3
    ├── BluetoothUnavailable          4   carries a reason
    ├── SoundDeviceMissing            5
    ├── DamagedData                   6   a file or the database cannot be read
    ├── LogNotSaved                   1   the session went on, but its log could not be written
    └── SessionBusy                   1   another session runs in this home

A message says what happened, ``hint`` what to do: a sentence each. Bad *data* from a strap is never an exception:
it is a labelled value. ``ValueError`` stays for a caller's mistake in pure code.
"""

from __future__ import annotations


class PulseTuneError(Exception):
    """Something a listener should be told, with what to do about it."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class WrongUse(PulseTuneError):
    exit_code = 2


class ProgramError(WrongUse):
    """A program file with mistakes, each with its line."""


class ProgramExists(WrongUse):
    """There is an own program of that name already."""


class StrapNotFound(PulseTuneError):
    exit_code = 3


class BluetoothUnavailable(PulseTuneError):
    """``reason`` is one stable word: no_adapter, adapter_off, no_low_energy, no_service, no_bus, permission,
    no_answer or unknown."""

    exit_code = 4

    def __init__(self, message: str, hint: str = "", *, reason: str = "unknown") -> None:
        super().__init__(message, hint)
        self.reason = reason


class SoundDeviceMissing(PulseTuneError):
    exit_code = 5


class DamagedData(PulseTuneError):
    exit_code = 6


class LogNotSaved(PulseTuneError):
    exit_code = 1


class SessionBusy(PulseTuneError):
    exit_code = 1
