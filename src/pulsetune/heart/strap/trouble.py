"""Puts what a Bluetooth stack raises into sentences that a person can act on.

Rules of this file:
1. Only types, D-Bus error names and the stack's own reasons are read; texts decide nothing but the held-strap case.
2. Every sentence says what happened, every hint what to do.
3. What is not recognised is passed on in its own words, never swallowed.
"""

from __future__ import annotations

import sys

from pulsetune.errors import BluetoothUnavailable

_SOURCE_HINT = "or play with the simulated listener: --source simulated."
_SENTENCES = {
    "no_adapter": (
        "This computer has no Bluetooth adapter that can be used.",
        f"Plug in a Bluetooth 4 (or later) adapter, {_SOURCE_HINT}",
    ),
    "adapter_off": (
        "Bluetooth is switched off.",
        "Switch it on in the system's settings, or on Linux with: rfkill unblock bluetooth; bluetoothctl power on.",
    ),
    "no_low_energy": (
        "The Bluetooth adapter cannot connect to Low Energy devices such as heart-rate straps.",
        f"Use a Bluetooth 4 (or later) adapter, {_SOURCE_HINT}",
    ),
    "no_service": (
        "The Bluetooth service (bluetoothd) is not running.",
        "Start it: sudo systemctl start bluetooth (on Debian and Ubuntu it is in the package bluez).",
    ),
    "no_bus": (
        "The system message bus (D-Bus), through which Linux offers Bluetooth, cannot be reached.",
        "Start it (package dbus); in a container, share the host's /run/dbus/system_bus_socket.",
    ),
    "permission": (
        "The system does not permit this program to use Bluetooth.",
        {
            "linux": "Join the group bluetooth (sudo usermod -aG bluetooth $USER), then log in again.",
            "darwin": "Allow the terminal under System Settings, Privacy and Security, Bluetooth.",
            "win32": "Allow it under Settings, Privacy and security, Radios.",
        }.get(sys.platform, "Allow it in the system's settings."),
    ),
    "no_answer": (
        "The Bluetooth service does not answer.",
        "Switch Bluetooth off and on again (on Linux: sudo systemctl restart bluetooth).",
    ),
}
_DBUS_REASONS = {
    "org.freedesktop.DBus.Error.ServiceUnknown": "no_service",
    "org.freedesktop.DBus.Error.NameHasNoOwner": "no_service",
    "org.freedesktop.DBus.Error.Spawn.ExecFailed": "no_service",
    "org.freedesktop.DBus.Error.Spawn.ServiceNotFound": "no_service",
    "org.freedesktop.DBus.Error.AccessDenied": "permission",
    "org.freedesktop.DBus.Error.NoReply": "no_answer",
    "org.freedesktop.DBus.Error.Timeout": "no_answer",
    "org.bluez.Error.NotReady": "adapter_off",
}
_STACK_REASONS = {
    "NO_BLUETOOTH": "no_adapter",
    "NO_BLE_CENTRAL_ROLE": "no_low_energy",
    "POWERED_OFF": "adapter_off",
    "DENIED_BY_USER": "permission",
    "DENIED_BY_SYSTEM": "permission",
    "DENIED_BY_UNKNOWN": "permission",
}
# how BlueZ says that a subscription is taken by another program that reads it exclusively
_SUBSCRIPTION_TAKEN = {"org.bluez.Error.NotPermitted", "org.bluez.Error.InProgress"}


class NotAStrap(Exception):
    """The device has no Heart Rate Measurement, whatever it advertises."""


class SubscriptionRefused(Exception):
    """The heartbeats could not be subscribed to; the cause says why."""


def unavailable(reason: str) -> BluetoothUnavailable:
    """The error for one of the reasons above."""
    message, hint = _SENTENCES[reason]
    return BluetoothUnavailable(message, hint, reason=reason)


def bluetooth_problem(error: BaseException) -> BluetoothUnavailable | None:
    """The error to raise if Bluetooth as a whole cannot be used; None if the trouble is with one device."""
    from bleak.exc import BleakBluetoothNotAvailableError, BleakDBusError, BleakError

    if isinstance(error, BluetoothUnavailable):
        return error
    if isinstance(error, SubscriptionRefused) and error.__cause__:
        return bluetooth_problem(error.__cause__)
    reason: str | None = None
    if isinstance(error, BleakBluetoothNotAvailableError):
        reason = _STACK_REASONS.get(error.reason.name)
        if reason is None:
            return BluetoothUnavailable(f"Bluetooth cannot be used: {error.args[0]}.", reason="unknown")
    elif isinstance(error, BleakDBusError):
        reason = _DBUS_REASONS.get(error.dbus_error)
    elif isinstance(error, PermissionError):
        reason = "permission"
    elif sys.platform == "linux" and isinstance(error, OSError | EOFError) and not isinstance(error, TimeoutError):
        reason = "no_bus"
    elif isinstance(error, BleakError) and str(error).startswith("adapter "):  # BlueZ: pulled out between two calls
        reason = "no_adapter"
    return unavailable(reason) if reason else None


def radio_trouble(error: BaseException) -> str:
    """Why the search came to nothing, in a sentence."""
    problem = bluetooth_problem(error)
    if problem is None and isinstance(error, TimeoutError):
        problem = unavailable("no_answer")
    return str(problem) if problem else f"Bluetooth failed ({_words(error)}): trying again."


def connect_trouble(error: BaseException, name: str) -> str:
    """Why the strap ``name`` was found but does not give beats, in a sentence."""
    if isinstance(error, NotAStrap):
        return f"{name} has no heart-rate service, whatever it advertises: name your strap with --strap."
    if isinstance(error, SubscriptionRefused):
        return _refused(error.__cause__, name)
    if _is_forgotten(error):
        return _forgotten_sentence(name)
    if _is_held(error):
        return (
            f"{name} is switched on but does not accept the connection, most likely because a phone, a watch or "
            f"another app holds it: close it there; trying again."
        )
    return f"{name} could not be connected ({_words(error)}): trying again."


def _is_forgotten(error: BaseException | None) -> bool:
    from bleak.exc import BleakDBusError, BleakDeviceNotFoundError

    if isinstance(error, BleakDBusError):
        return error.dbus_error == "org.freedesktop.DBus.Error.UnknownObject"
    return isinstance(error, BleakDeviceNotFoundError)


def _forgotten_sentence(name: str) -> str:
    return f"{name} has disappeared from the Bluetooth service's list: looking for it again."


def _is_held(error: BaseException) -> bool:
    from bleak.exc import BleakDBusError, BleakError

    if isinstance(error, TimeoutError):
        return True
    if isinstance(error, BleakDBusError):
        return error.dbus_error.startswith("org.bluez.Error.")
    return isinstance(error, BleakError) and "disconnected" in str(error)  # hung up before it showed its services


def _refused(cause: BaseException | None, name: str) -> str:
    from bleak.exc import BleakDBusError

    if isinstance(cause, BleakDBusError) and cause.dbus_error in _SUBSCRIPTION_TAKEN:
        return f"Another program on this computer reads {name} for itself alone: close it; trying again."
    if _is_forgotten(cause):
        return _forgotten_sentence(name)
    if isinstance(cause, TimeoutError):
        return f"{name} is connected but does not answer: trying again."
    return f"{name} does not hand out its heartbeats ({_words(cause)}): trying again."


def _words(error: BaseException | None) -> str:
    return (str(error) or type(error).__name__).rstrip(".")
