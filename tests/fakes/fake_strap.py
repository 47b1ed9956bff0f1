"""A heart-rate strap as BlueZ shows it on D-Bus: one Device1 and its GATT tree, with misbehaviour on demand.

Rules of this file:
1. It behaves as BlueZ 5.66 was seen to behave: one broadcast signal per subscribed program, subscriptions restored
   after a reconnection, a read of a notifying characteristic also notifies.
2. Methods for tests are synchronous and may be called from any thread; everything with an underscore runs in the
   fake's own loop.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dbus_fast import Message, Variant

if TYPE_CHECKING:
    from tests.fakes.fake_bluez import FakeBlueZ

DEVICE = "org.bluez.Device1"
SERVICE = "org.bluez.GattService1"
CHARACTERISTIC = "org.bluez.GattCharacteristic1"
FAILED = "org.bluez.Error.Failed"
FOR_EVER_S = 3600.0
BURST = 100  # signals sent without a pause: far fewer than fill a socket's buffer, which dbus-fast does not survive


def long_uuid(short: int) -> str:
    """A 16-bit UUID on the Bluetooth base UUID."""
    return f"0000{short:04x}-0000-1000-8000-00805f9b34fb"


class DBusRefusal(Exception):
    """An error reply: a D-Bus error name and its text."""

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(name, text)
        self.name, self.text = name, text


@dataclass
class Misbehaviour:
    """What goes wrong with one strap. Every field is live: change it in the middle of a test."""

    advertises: bool = True
    advertises_service: bool = True
    connect_refusals: list[DBusRefusal] = field(default_factory=list)  # one each, first to last
    connect_hangs: bool = False
    drops_while_resolving: bool = False
    never_resolves: bool = False
    resolve_delay_s: float = 0.01
    read_refusal: DBusRefusal | None = None
    reads_hang: bool = False
    subscribe_refusal: DBusRefusal | None = None
    subscribe_hangs: bool = False
    disconnect_hangs: bool = False
    beats_before_reply: list[bytes] = field(default_factory=list)  # sent before StartNotify is answered


class FakeStrap:
    """Made by ``FakeBlueZ.add_strap``."""

    def __init__(
        self,
        bluez: FakeBlueZ,
        name: str,
        address: str,
        *,
        rssi_dbm: int = -55,
        battery_percent: int | None = 87,
        advertised_battery_percent: int | None = None,
        body_location: int | None = 1,
        maker: str | None = "Any Maker Oy",
        has_heart_rate: bool = True,
    ) -> None:
        self.name, self.address, self.rssi_dbm = name, address, rssi_dbm
        self.misbehave = Misbehaviour()
        self.calls: list[str] = []  # every method called on it, in order
        self.connected = False
        self.subscribers: set[str] = set()  # D-Bus names of the programs that get its heartbeats
        self.path = f"{bluez.adapter_path}/dev_{address.replace(':', '_')}"
        self._bluez = bluez
        self._advertised_battery_percent = advertised_battery_percent
        self._subscribed = threading.Event()
        self._values: dict[str, bytes] = {}
        self._gatt: list[tuple[str, str, dict[str, Variant]]] = []
        self._measurement = ""
        self._build(has_heart_rate, battery_percent, body_location, maker)

    # ------------------------------------------------------------ for tests

    def wait_subscribed(self, within_s: float = 10.0) -> None:
        """Return when a program on the bus gets the heartbeats."""
        assert self._subscribed.wait(within_s), f"nobody subscribed to {self.name}; it was called {self.calls}"

    def notify(self, *payloads: bytes) -> None:
        """Send heart rate measurements, one after the other."""
        self._bluez.run(self._notify(payloads))

    def beat_every(self, interval_s: float, payloads: Iterable[bytes]) -> None:
        """Send one of ``payloads`` every ``interval_s`` to whoever listens, until they or the fake end."""
        self._bluez.start_soon(self._beat(interval_s, payloads))

    def vanish(self) -> None:
        """Out of reach: the link breaks and it advertises no more."""
        self.misbehave.advertises = False
        self._bluez.run(self._drop())

    def hang_up(self) -> None:
        """The link breaks, but the strap goes on advertising."""
        self._bluez.run(self._drop())

    def come_back(self) -> None:
        """In reach again, and advertising."""
        self.misbehave.advertises = True
        self._bluez.run(self._bluez.advertise(self))

    def vanish_without_a_word(self) -> None:
        """BlueZ forgets the device without ever saying that it is not connected any more."""
        self._bluez.run(self.remove())

    def another_program_listens(self) -> None:
        """A second program on this computer subscribes: BlueZ now sends every signal twice."""
        self.subscribers.add(":another.program")

    # ------------------------------------------------------------ for FakeBlueZ

    def properties(self) -> dict[str, Variant]:
        """What Device1 shows."""
        properties = {
            "Address": Variant("s", self.address),
            "AddressType": Variant("s", "random"),
            "Alias": Variant("s", self.name or self.address.replace(":", "-")),
            "Paired": Variant("b", False),
            "Trusted": Variant("b", False),
            "Blocked": Variant("b", False),
            "Connected": Variant("b", self.connected),
            "ServicesResolved": Variant("b", False),
            "Adapter": Variant("o", self._bluez.adapter_path),
            "RSSI": Variant("n", self.rssi_dbm),
            "UUIDs": Variant("as", [long_uuid(0x180D)] if self.misbehave.advertises_service else []),
        }
        if self.name:
            properties["Name"] = Variant("s", self.name)
        if self._advertised_battery_percent is not None:
            battery = Variant("ay", bytes([self._advertised_battery_percent]))
            properties["ServiceData"] = Variant("a{sv}", {long_uuid(0x180F): battery})
        return properties

    async def handle(self, message: Message) -> tuple[str, list[Any]]:
        """Answer a method call on the device or one of its characteristics."""
        self.calls.append(message.member or "")
        handlers = {
            (DEVICE, "Connect"): self._connect,
            (DEVICE, "Disconnect"): self._disconnect,
            (CHARACTERISTIC, "ReadValue"): self._read,
            (CHARACTERISTIC, "StartNotify"): self._start_notify,
            (CHARACTERISTIC, "StopNotify"): self._stop_notify,
        }
        handler = handlers.get((message.interface or "", message.member or ""))
        if handler is None:
            raise DBusRefusal("org.freedesktop.DBus.Error.UnknownMethod", f"{message.interface}.{message.member}")
        return await handler(message)

    async def remove(self) -> None:
        """Take every object away, without Connected=false."""
        for path, interface, _ in reversed(self._gatt):
            self._bluez.remove_object(path, interface)
        self._bluez.remove_object(self.path, DEVICE)
        self.connected = False
        self.subscribers.clear()
        self._subscribed.clear()

    def forget_program(self, bus_name: str) -> None:
        """A program left the bus, and its subscription with it."""
        self.subscribers.discard(bus_name)

    async def _drop(self) -> None:
        if self.connected:
            self.connected = False
            self._subscribed.clear()  # the subscribers stay: BlueZ restores them with the next connection
            self._bluez.change(self.path, DEVICE, {"ServicesResolved": Variant("b", False)})
            self._bluez.change(self.path, DEVICE, {"Connected": Variant("b", False)})

    async def _notify(self, payloads: Iterable[bytes]) -> None:
        for number, payload in enumerate(payloads, 1):
            for _ in self.subscribers if self.connected else ():
                self._bluez.change(self._measurement, CHARACTERISTIC, {"Value": Variant("ay", payload)})
            if number % BURST == 0:
                await self._bluez.flush()

    async def _beat(self, interval_s: float, payloads: Iterable[bytes]) -> None:
        for payload in payloads:
            await self._notify([payload])
            await asyncio.sleep(interval_s)

    async def _connect(self, _message: Message) -> tuple[str, list[Any]]:
        if self.misbehave.connect_refusals:
            raise self.misbehave.connect_refusals.pop(0)
        if self.misbehave.connect_hangs:
            await asyncio.sleep(FOR_EVER_S)
        if not self.misbehave.advertises:
            raise DBusRefusal(FAILED, "le-connection-abort-by-local")
        self.connected = True
        self._bluez.change(self.path, DEVICE, {"Connected": Variant("b", True)})
        self._bluez.start_soon(self._resolve())
        return "", []

    async def _resolve(self) -> None:
        await asyncio.sleep(self.misbehave.resolve_delay_s)
        if self.misbehave.drops_while_resolving:
            await self._drop()
        if self.misbehave.never_resolves or not self.connected:
            return
        for path, interface, properties in self._gatt:
            self._bluez.add_object(path, interface, dict(properties))
        self._bluez.change(self.path, DEVICE, {"ServicesResolved": Variant("b", True)})

    async def _disconnect(self, _message: Message) -> tuple[str, list[Any]]:
        if self.misbehave.disconnect_hangs:
            await asyncio.sleep(FOR_EVER_S)
        await self._drop()
        return "", []

    async def _read(self, message: Message) -> tuple[str, list[Any]]:
        if self.misbehave.reads_hang:
            await asyncio.sleep(FOR_EVER_S)
        if self.misbehave.read_refusal:
            raise self.misbehave.read_refusal
        return "ay", [self._values[message.path or ""]]

    async def _start_notify(self, message: Message) -> tuple[str, list[Any]]:
        if self.misbehave.subscribe_hangs:
            await asyncio.sleep(FOR_EVER_S)
        if self.misbehave.subscribe_refusal:
            raise self.misbehave.subscribe_refusal
        if message.path == self._measurement:
            self.subscribers.add(message.sender or "")
            await self._notify(self.misbehave.beats_before_reply)
            self._subscribed.set()
        return "", []

    async def _stop_notify(self, message: Message) -> tuple[str, list[Any]]:
        self.forget_program(message.sender or "")
        return "", []

    # ------------------------------------------------------------ the GATT tree

    def _build(self, heart_rate: bool, battery_percent: int | None, location: int | None, maker: str | None) -> None:
        if heart_rate:
            measurement: list[tuple[int, str, bytes]] = [(0x2A37, "notify", b"")]
            self._service(0x180D, measurement + ([] if location is None else [(0x2A38, "read", bytes([location]))]))
            self._measurement = next(path for path in self._values if path.endswith("char000b"))
        if battery_percent is not None:
            self._service(0x180F, [(0x2A19, "read", bytes([battery_percent]))])
        if maker is not None:
            # padded with a zero, as some straps do
            self._service(0x180A, [(0x2A29, "read", maker.encode() + b"\0"), (0x2A24, "read", b"Model 1")])

    def _service(self, uuid: int, characteristics: list[tuple[int, str, bytes]]) -> None:
        # bleak reads the handles out of the paths: service and characteristic end in four hexadecimal digits
        handle = 0x0A + len(self._gatt) * 4
        service = f"{self.path}/service{handle:04x}"
        self._gatt.append(
            (
                service,
                SERVICE,
                {
                    "UUID": Variant("s", long_uuid(uuid)),
                    "Device": Variant("o", self.path),
                    "Primary": Variant("b", True),
                    "Includes": Variant("ao", []),
                },
            )
        )
        for number, (short, flag, value) in enumerate(characteristics):
            path = f"{service}/char{handle + 1 + 3 * number:04x}"
            self._values[path] = value
            properties = {
                "UUID": Variant("s", long_uuid(short)),
                "Service": Variant("o", service),
                "Value": Variant("ay", b""),
                "Flags": Variant("as", [flag]),
                "MTU": Variant("q", 247),
            }
            self._gatt.append((path, CHARACTERISTIC, properties))
