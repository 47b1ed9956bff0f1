"""What a Bluetooth stack raises, in sentences; the exceptions are bleak's own."""

from __future__ import annotations

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
)

from pulsetune.heart.strap.trouble import (
    NotAStrap,
    SubscriptionRefused,
    bluetooth_problem,
    connect_trouble,
    radio_trouble,
    unavailable,
)


def refused(cause: Exception) -> SubscriptionRefused:
    error = SubscriptionRefused()
    error.__cause__ = cause
    return error


def not_available(reason: str) -> BleakBluetoothNotAvailableError:
    return BleakBluetoothNotAvailableError("in the stack's words", BleakBluetoothNotAvailableReason[reason])


GONE = BleakDBusError("org.freedesktop.DBus.Error.UnknownObject", ['Method "Connect" does not exist'])
DENIED = BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["Rejected send message"])


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (not_available("NO_BLUETOOTH"), "no_adapter"),
        (not_available("POWERED_OFF"), "adapter_off"),
        (not_available("NO_BLE_CENTRAL_ROLE"), "no_low_energy"),
        (not_available("DENIED_BY_USER"), "permission"),
        (not_available("DENIED_BY_SYSTEM"), "permission"),
        (not_available("UNKNOWN"), "unknown"),
        (DENIED, "permission"),
        (refused(DENIED), "permission"),
        (PermissionError(13, "Permission denied"), "permission"),
        (BleakDBusError("org.freedesktop.DBus.Error.NoReply", []), "no_answer"),
        (BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"]), "adapter_off"),
        (BleakError("adapter 'hci0' not found"), "no_adapter"),
        (unavailable("no_bus"), "no_bus"),
    ],
)
def test_trouble_with_bluetooth_itself_has_a_reason(error: Exception, reason: str) -> None:
    problem = bluetooth_problem(error)
    assert problem is not None
    assert problem.reason == reason
    assert radio_trouble(error) == str(problem)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NotAStrap(), "has no heart-rate service"),
        (TimeoutError(), "a watch or another app holds it: close it there"),
        (BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort-by-local"]), "holds it: close it there"),
        (BleakError("failed to discover services, device disconnected"), "holds it: close it there"),
        (GONE, "looking for it again"),
        (refused(GONE), "looking for it again"),
        (BleakDeviceNotFoundError("C4:D7:00:00:00:01", "may have been removed"), "looking for it again"),
        (refused(BleakDBusError("org.bluez.Error.InProgress", [])), "Another program on this computer"),
        (refused(TimeoutError()), "does not answer"),
        (refused(BleakError("odd.")), "(odd): trying again."),
        (KeyError("service000a"), "('service000a'): trying again."),
        (AssertionError(), "(AssertionError): trying again."),
    ],
)
def test_trouble_with_one_strap_names_it_and_what_to_do(error: Exception, words: str) -> None:
    assert bluetooth_problem(error) is None
    sentence = connect_trouble(error, "My Belt")
    assert "My Belt" in sentence
    assert words in sentence
    assert sentence.endswith(".")


def test_a_search_that_times_out_points_at_the_service_and_the_unknown_is_quoted() -> None:
    assert radio_trouble(TimeoutError()).startswith("The Bluetooth service does not answer.")
    assert radio_trouble(ValueError("a strange address")) == "Bluetooth failed (a strange address): trying again."
