"""Finding straps and checking Bluetooth, through bleak's real BlueZ backend against a fake BlueZ."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from tests.needs import need_dbus

need_dbus()

from pulsetune.errors import BluetoothUnavailable  # noqa: E402
from pulsetune.heart.strap import FoundStrap, check_bluetooth, find_straps  # noqa: E402
from pulsetune.heart.strap.radio import Wanted  # noqa: E402
from pulsetune.model import Link  # noqa: E402
from tests.fakes.fake_bluez import ADDRESS_VARIABLE, FakeBlueZ  # noqa: E402
from tests.fakes.fake_strap import DBusRefusal  # noqa: E402
from tests.heart.listening import Listening  # noqa: E402

HERS, HIS = "C4:D7:00:00:00:01", "C4:D7:00:00:00:02"


@pytest.fixture
def bluez() -> Iterator[FakeBlueZ]:
    with FakeBlueZ() as fake:
        yield fake


def test_straps_of_any_maker_are_listed_the_nearest_first(bluez: FakeBlueZ) -> None:
    bluez.add_strap("Far", HERS, rssi_dbm=-91)
    bluez.add_strap("", HIS, rssi_dbm=-40, advertised_battery_percent=71)
    headphones = bluez.add_strap("Headphones", "C4:D7:00:00:00:03", rssi_dbm=-30)
    headphones.misbehave.advertises_service = False
    assert asyncio.run(find_straps(0.3)) == [
        FoundStrap(HIS, HIS, rssi_dbm=-40, battery_percent=71),
        FoundStrap("Far", HERS, rssi_dbm=-91),
    ]


def test_a_connected_strap_comes_first_although_it_does_not_advertise(bluez: FakeBlueZ) -> None:
    strap = bluez.add_strap("Mine", HERS)
    with Listening():
        strap.wait_subscribed()
        bluez.add_strap("Other", HIS, rssi_dbm=-20)
        found = asyncio.run(find_straps(0.3))
        assert asyncio.run(find_straps(60.0, first=True)) == found[:1]
    assert found == [FoundStrap("Mine", HERS, connected=True), FoundStrap("Other", HIS, rssi_dbm=-20)]


def test_the_search_for_the_first_ends_when_it_is_seen(bluez: FakeBlueZ) -> None:
    bluez.add_strap("Mine", HERS)
    assert [strap.name for strap in asyncio.run(find_straps(3600.0, HERS, first=True))] == ["Mine"]


def test_what_was_found_can_be_listened_to_and_is_called_by_its_name_from_the_start(bluez: FakeBlueZ) -> None:
    bluez.add_strap("Nearer", HIS, rssi_dbm=-20)
    strap = bluez.add_strap("Mine", HERS)
    (found,) = asyncio.run(find_straps(3600.0, "mine", first=True))
    with Listening(found) as ear:
        assert ear.source.label == f"strap Mine ({HERS})"
        strap.wait_subscribed()
        assert ear.until_link(Link.SEARCHING).detail == "Looking for Mine."


def test_nothing_found_is_an_empty_list(bluez: FakeBlueZ) -> None:
    bluez.add_strap("Other", HIS)
    assert asyncio.run(find_straps(0.2, "mine")) == []


def test_cancelling_a_search_ends_it(bluez: FakeBlueZ) -> None:
    async def impatient() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await find_straps(3600.0)

    asyncio.run(impatient())
    deadline_s = time.monotonic() + 5
    while (bluez.searching or any(t.name == "find straps" for t in threading.enumerate())) and (
        time.monotonic() < deadline_s
    ):
        time.sleep(0.01)
    assert bluez.searching == {}
    assert not [thread for thread in threading.enumerate() if thread.name == "find straps"]


def test_the_check_says_what_works(bluez: FakeBlueZ) -> None:
    strap = bluez.add_strap("Mine", HERS)
    assert asyncio.run(check_bluetooth()) == "Bluetooth is on and can search for heart-rate straps."
    with Listening():
        strap.wait_subscribed()
        assert asyncio.run(check_bluetooth()).endswith("connected now: Mine.")


# ---------------------------------------------------------------- when Bluetooth cannot be used


def problem() -> BluetoothUnavailable:
    with pytest.raises(BluetoothUnavailable) as by_check:
        asyncio.run(check_bluetooth())
    with pytest.raises(BluetoothUnavailable) as by_search:
        asyncio.run(find_straps(0.2))
    assert by_check.value.reason == by_search.value.reason
    assert by_check.value.message.endswith(".")
    assert by_check.value.hint.endswith(".")
    assert by_check.value.exit_code == 4
    return by_check.value


@pytest.mark.parametrize(
    ("machine", "reason"),
    [
        ({"adapter": False}, "no_adapter"),
        ({"powered": False}, "adapter_off"),
        ({"roles": ("peripheral",)}, "no_low_energy"),
        ({"running": False}, "no_service"),
    ],
)
def test_what_is_missing_is_named(machine: dict[str, object], reason: str) -> None:
    with FakeBlueZ(**machine):  # type: ignore[arg-type]
        assert problem().reason == reason


@pytest.mark.parametrize("method", ["GetManagedObjects", "StartDiscovery"])
def test_permission_denied_is_named(bluez: FakeBlueZ, method: str) -> None:
    bluez.refusals[method] = DBusRefusal("org.freedesktop.DBus.Error.AccessDenied", "Rejected send message")
    assert problem().reason == "permission"


def test_no_message_bus_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, "unix:path=/nonexistent/bus")
    assert problem().reason == "no_bus"


def test_what_is_not_recognised_is_passed_on_in_its_own_words(bluez: FakeBlueZ) -> None:
    bluez.refusals["StartDiscovery"] = DBusRefusal("org.bluez.Error.Mysterious", "the moon is wrong")
    found = problem()
    assert found.reason == "unknown"
    assert "the moon is wrong" in found.message


# ---------------------------------------------------------------- which one is meant


@pytest.mark.parametrize(
    ("asked_for", "address", "name", "accepted"),
    [
        (None, HERS, None, True),
        ("c4:d7:00:00:00:01", HERS, None, True),
        ("C4-D7-00-00-00-01", HERS, "Polar", True),
        (HIS, HERS, HIS, False),  # an address is not looked for in names
        ("polar h10", HERS, "Polar H10 12345678", True),
        ("polar h9", HERS, "Polar H10 12345678", False),
        ("polar", HERS, None, False),
        ("0F1E2D3C-0000-4000-8000-001122334455", "0F1E2D3C-0000-4000-8000-001122334455", None, True),
    ],
)
def test_a_strap_is_meant_by_its_address_or_by_part_of_its_name(
    asked_for: str | None, address: str, name: str | None, accepted: bool
) -> None:
    assert Wanted(asked_for).accepts(address, name) is accepted


def test_a_shunned_device_is_taken_only_if_asked_for_by_its_address() -> None:
    assert not Wanted(None, frozenset({HERS})).accepts(HERS, "Polar")
    assert Wanted(HERS, frozenset({HERS})).accepts(HERS, "Polar")


def test_importing_the_strap_costs_no_bluetooth_stack() -> None:
    code = "import sys, pulsetune.heart.strap; sys.exit(any(m.split('.')[0] in ('bleak', 'dbus_fast') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
