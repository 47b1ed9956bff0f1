"""Finding straps: the questions asked of the system's Bluetooth stack before a connection.

Rules of this file:
1. A strap is known by the Heart Rate Service (0x180D), never by a maker's name.
2. Straps that are already connected do not advertise: the system is asked for them before any scan.
3. A strap looked for by its address is scanned for without the service filter: some leave the service out of some
   of their advertisements.
4. The connection is never made by a bare address: that would scan again, and macOS has no addresses.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulsetune.errors import BluetoothUnavailable
from pulsetune.heart.strap.timing import StrapTiming
from pulsetune.heart.strap.trouble import bluetooth_problem, unavailable

if TYPE_CHECKING:
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

HEART_RATE_SERVICE = "0000180d-0000-1000-8000-00805f9b34fb"  # Assigned Numbers: Heart Rate
BATTERY_SERVICE = "0000180f-0000-1000-8000-00805f9b34fb"  # Assigned Numbers: Battery
NO_RSSI_DBM = -127  # "not available" (Core specification, HCI advertising report)
GUARD_S = 5.0  # on top of a scan's length: starting and stopping it are a round trip each
_MAC_ADDRESS = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}", re.IGNORECASE)
_MACOS_ADDRESS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundStrap:
    """A strap nearby; strength and battery where the system knows them. ``connected``: some program holds it here."""

    name: str
    address: str
    rssi_dbm: int | None = None
    battery_percent: int | None = None
    connected: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which strap is looked for: by address, by part of its name, or (None) any."""

    strap: str | None = None
    shunned: frozenset[str] = field(default_factory=frozenset)

    @property
    def by_address(self) -> bool:
        return self.strap is not None and bool(
            _MAC_ADDRESS.fullmatch(self.strap) or _MACOS_ADDRESS.fullmatch(self.strap)
        )

    def accepts(self, address: str, name: str | None) -> bool:
        """Whether a device that says this of itself is the one; a device asked for by address is never shunned."""
        if self.by_address:
            return _plain(address) == _plain(self.strap or "")
        named = self.strap is None or self.strap.casefold() in (name or "").casefold()
        return named and address not in self.shunned


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device the system knows of, with what a person may want to know."""

    device: BLEDevice
    found: FoundStrap


async def connected_straps(wanted: Wanted) -> list[Sighting]:
    """Straps that this computer is already connected to; empty where the system cannot tell."""
    from bleak import BleakAdapter

    with contextlib.suppress(NotImplementedError, TimeoutError):  # then the scan has to tell
        async with asyncio.timeout(GUARD_S):
            adapter = await BleakAdapter.get()
            devices = await adapter.get_connected_devices([HEART_RATE_SERVICE])
            return [
                Sighting(device, FoundStrap(_name(device), device.address, connected=True))
                for device in devices
                if wanted.accepts(device.address, device.name)
            ]
    return []


async def scan(
    wanted: Wanted, seconds: float, settle_s: float | None = None, on_started: Callable[[], None] | None = None
) -> list[Sighting]:
    """Straps that advertise, the nearest first.

    With ``settle_s`` the scan ends that long after the first one was seen; without, it takes all ``seconds``.
    ``on_started`` is called when the radio really searches.
    """
    from bleak import BleakScanner

    seen: dict[str, Sighting] = {}
    first = asyncio.Event()

    def on_advertisement(device: BLEDevice, said: AdvertisementData) -> None:
        if wanted.accepts(device.address, said.local_name or device.name):
            seen[device.address] = Sighting(device, _found(device, said, seen.get(device.address)))
            first.set()

    services = None if wanted.by_address else [HEART_RATE_SERVICE]
    async with asyncio.timeout(seconds + (settle_s or 0.0) + GUARD_S):
        async with BleakScanner(on_advertisement, services):
            if on_started:
                on_started()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await (first.wait() if settle_s is not None else asyncio.Event().wait())
                    await asyncio.sleep(settle_s or 0.0)
    return sorted(seen.values(), key=_nearest_first)


async def survey(seconds: float, strap: str | None, first: bool) -> list[FoundStrap]:
    """Everything there is to choose from; raises BluetoothUnavailable."""
    wanted = Wanted(strap)
    settle_s = (0.0 if wanted.by_address else StrapTiming().settle_s) if first else None
    with _explained():
        here = await connected_straps(wanted)
        around = [] if here and first else await scan(wanted, seconds, settle_s)
    addresses = {sighting.found.address for sighting in here}
    return [s.found for s in here] + [s.found for s in around if s.found.address not in addresses]


async def probe() -> str:
    """Start and stop a scan, which needs everything that a session needs; raises BluetoothUnavailable."""
    with _explained():
        await scan(Wanted(), 0.0)
        connected = await connected_straps(Wanted())
    names = ", ".join(sighting.found.name for sighting in connected)
    return "Bluetooth is on and can search for heart-rate straps" + (f"; connected now: {names}." if names else ".")


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Turn whatever the stack raises into BluetoothUnavailable, in words for a person."""
    try:
        yield
    except TimeoutError as error:
        raise unavailable("no_answer") from error
    except Exception as error:
        problem = bluetooth_problem(error)
        if problem is None:
            message = f"Bluetooth failed: {str(error) or type(error).__name__}."
            problem = BluetoothUnavailable(message, "Switch Bluetooth off and on again.", reason="unknown")
        raise problem from error


def _found(device: BLEDevice, said: AdvertisementData, before: Sighting | None) -> FoundStrap:
    battery = said.service_data.get(BATTERY_SERVICE)
    known = before.found if before else None
    name = said.local_name or device.name or (known.name if known else device.address)
    return FoundStrap(
        name,
        device.address,
        said.rssi if said.rssi != NO_RSSI_DBM else (known.rssi_dbm if known else None),
        battery[0] if battery and battery[0] <= 100 else (known.battery_percent if known else None),
    )


def _name(device: BLEDevice) -> str:
    return device.name or device.address


def _nearest_first(sighting: Sighting) -> int:
    rssi_dbm = sighting.found.rssi_dbm
    return -(NO_RSSI_DBM if rssi_dbm is None else rssi_dbm)


def _plain(address: str) -> str:
    return address.replace("-", ":").casefold()
