"""A fake org.bluez on a private dbus-daemon, so that bleak's real BlueZ backend runs unmodified. No radio, no root.

    with FakeBlueZ() as bluez:                # sets DBUS_SYSTEM_BUS_ADDRESS, for this process and its children
        strap = bluez.add_strap("Polar H10", "C4:D7:00:00:00:01")
        ... start whatever shall listen ...
        strap.wait_subscribed()
        strap.notify(b"\\x10\\x3c\\x00\\x04")

Rules of this file:
1. It runs in a thread and loop of its own: what is tested may use any loop, thread or process.
2. Methods for tests are synchronous; they return when the fake has done (not when the listener has noticed).
3. A mistake in the fake answers the caller with an error that names it; it never leaves a caller waiting.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Sequence
from types import TracebackType
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from tests.fakes.fake_strap import DEVICE, DBusRefusal, FakeStrap
from tests.fakes.private_bus import PrivateBus

ADDRESS_VARIABLE = "DBUS_SYSTEM_BUS_ADDRESS"
ADAPTER = "org.bluez.Adapter1"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
PROPERTIES = "org.freedesktop.DBus.Properties"
ACCESS_DENIED = "org.freedesktop.DBus.Error.AccessDenied"
CALL_S = 10.0  # a call into the fake's loop that takes longer means the fake is broken


class FakeBlueZ:
    """The Bluetooth service of a computer: one adapter and any number of straps around it."""

    def __init__(
        self,
        *,
        adapter: bool = True,
        powered: bool = True,
        roles: tuple[str, ...] = ("central", "peripheral"),
        running: bool = True,
    ) -> None:
        self.adapter_path = "/org/bluez/hci0"
        self.straps: list[FakeStrap] = []
        self.refusals: dict[str, DBusRefusal] = {}  # by method name, for instance "StartDiscovery"; live
        self.searching: dict[str, list[str]] = {}  # by program: the service UUIDs it scans for
        self._filters: dict[str, list[str]] = {}
        self._objects: dict[str, dict[str, dict[str, Variant]]] = {}
        self._has_adapter, self._powered, self._roles, self._running = adapter, powered, roles, running
        self._bus_daemon = PrivateBus()
        self._bus: MessageBus | None = None
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake BlueZ", daemon=True)
        self._address_before: str | None = None

    # ------------------------------------------------------------ life

    def __enter__(self) -> FakeBlueZ:
        self._bus_daemon.start()
        self._address_before = os.environ.get(ADDRESS_VARIABLE)
        os.environ[ADDRESS_VARIABLE] = self._bus_daemon.address
        self._thread.start()
        self.run(self._appear())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CALL_S)
        self._loop.close()
        self._bus_daemon.close()
        if self._address_before is None:
            os.environ.pop(ADDRESS_VARIABLE, None)
        else:
            os.environ[ADDRESS_VARIABLE] = self._address_before

    # ------------------------------------------------------------ for tests

    def add_strap(self, name: str, address: str, **what: Any) -> FakeStrap:
        """Put a strap within reach; ``what`` is handed to FakeStrap."""
        strap = FakeStrap(self, name, address, **what)
        self.straps.append(strap)
        self.run(self.advertise(strap))
        return strap

    def power(self, on: bool) -> None:
        """Switch Bluetooth on or off in the settings."""
        self.run(self._power(on))

    def unplug(self, *, politely: bool = True) -> None:
        """Pull the adapter out; ``politely`` means that BlueZ says that the straps are disconnected."""
        self.run(self._unplug(politely))

    def plug(self) -> None:
        """Put the adapter in."""
        self.run(self._plug())

    def crash(self) -> None:
        """bluetoothd dies: its name leaves the bus without a word about its objects."""
        self.run(self._crash())

    def restart(self) -> None:
        """bluetoothd starts anew and knows no device any more."""
        self.run(self._restart())

    def kill_bus(self) -> None:
        """The message bus itself dies."""
        self._bus_daemon.kill()

    def revive_bus(self) -> None:
        """The message bus and bluetoothd are started again, at the same address."""
        self._bus_daemon.start()
        self.run(self._revive())

    # ------------------------------------------------------------ for FakeStrap

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the fake's loop and wait for its end."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result(CALL_S)

    def start_soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the fake's loop without waiting."""
        self._loop.call_soon_threadsafe(self._start, work)

    async def advertise(self, strap: FakeStrap) -> None:
        """Let every program that searches for it see the strap."""
        if strap.connected or not strap.misbehave.advertises or not self._powered or not self._wanted(strap):
            return
        if strap.path in self._objects:
            self.change(strap.path, DEVICE, {"RSSI": Variant("n", strap.rssi_dbm)})
        else:
            self.add_object(strap.path, DEVICE, strap.properties())

    def add_object(self, path: str, interface: str, properties: dict[str, Variant]) -> None:
        """Show an object, if it is not shown yet."""
        if path not in self._objects:
            self._objects[path] = {interface: properties}
            self._signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, {interface: properties}])

    def remove_object(self, path: str, interface: str) -> None:
        """Take an object away, if it is shown."""
        if self._objects.pop(path, None) is not None:
            self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [path, [interface]])

    def change(self, path: str, interface: str, changed: dict[str, Variant]) -> None:
        """Change properties and say so."""
        if path in self._objects:
            self._objects[path][interface].update(changed)
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, changed, []])

    async def flush(self) -> None:
        """Return when the bus has taken everything that was sent."""
        await self._ask_bus("GetId")

    # ------------------------------------------------------------ in the fake's loop

    async def _ask_bus(self, member: str, signature: str = "", body: Sequence[Any] = ()) -> None:
        name, path = "org.freedesktop.DBus", "/org/freedesktop/DBus"
        question = Message(
            destination=name, path=path, interface=name, member=member, signature=signature, body=list(body)
        )
        assert self._bus is not None
        await self._bus.call(question)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _appear(self) -> None:
        self._bus = MessageBus(bus_address=self._bus_daemon.address)
        await self._bus.connect()
        self._bus.add_message_handler(self._on_message)
        await self._ask_bus("AddMatch", "s", ["type='signal',member='NameOwnerChanged'"])
        if self._running:
            await self._bus.request_name("org.bluez")
        if self._has_adapter:
            await self._plug()

    async def _end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._bus is not None and self._bus.connected:
            self._bus.disconnect()
            await self._bus.wait_for_disconnect()

    async def _power(self, on: bool) -> None:
        if not on:
            self.searching.clear()
            for strap in self.straps:
                await strap._drop()
        self._powered = on
        self.change(self.adapter_path, ADAPTER, {"Powered": Variant("b", on)})

    async def _unplug(self, politely: bool) -> None:
        self.searching.clear()
        for strap in self.straps:
            if politely:
                await strap._drop()
            await strap.remove()
        self.remove_object(self.adapter_path, ADAPTER)

    async def _plug(self) -> None:
        properties = {
            "Address": Variant("s", "F0:F1:F2:F3:F4:F5"),
            "Name": Variant("s", "fake"),
            "Alias": Variant("s", "fake"),
            "Powered": Variant("b", self._powered),
            "Discovering": Variant("b", False),
            "UUIDs": Variant("as", []),
            "Roles": Variant("as", list(self._roles)),
        }
        self.add_object(self.adapter_path, ADAPTER, properties)

    async def _crash(self) -> None:
        assert self._bus is not None
        await self._bus.release_name("org.bluez")
        await self._forget()

    async def _revive(self) -> None:
        await self._forget()
        await self._appear()

    async def _forget(self) -> None:
        self._objects.clear()
        self.searching.clear()
        for strap in self.straps:
            await strap.remove()

    async def _restart(self) -> None:
        assert self._bus is not None
        await self._bus.request_name("org.bluez")
        await self._plug()

    def _wanted(self, strap: FakeStrap) -> bool:
        service = strap.properties()["UUIDs"].value
        return any(not services or set(services) & set(service) for services in self.searching.values())

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        if self._bus is not None and self._bus.connected:
            self._bus.send(
                Message(
                    message_type=MessageType.SIGNAL,
                    path=path,
                    interface=interface,
                    member=member,
                    signature=signature,
                    body=body,
                )
            )

    def _on_message(self, message: Message) -> bool | None:
        if message.message_type is MessageType.SIGNAL and message.member == "NameOwnerChanged" and not message.body[2]:
            self.searching.pop(message.body[0], None)
            for strap in self.straps:
                strap.forget_program(message.body[0])
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        self._start(self._answer(message))
        return True

    async def _answer(self, message: Message) -> None:
        assert self._bus is not None
        try:
            signature, body = await self._dispatch(message)
            reply = Message.new_method_return(message, signature, body)
        except DBusRefusal as refusal:
            reply = Message.new_error(message, refusal.name, refusal.text)
        except Exception as error:  # noqa: BLE001 - rule 3
            reply = Message.new_error(message, "org.bluez.Error.Failed", f"the fake broke: {error!r}")
        if self._bus.connected:
            self._bus.send(reply)

    async def _dispatch(self, message: Message) -> tuple[str, list[Any]]:
        path, member = message.path or "", message.member or ""
        if member in self.refusals:
            raise self.refusals[member]
        if (message.interface, member) == (OBJECT_MANAGER, "GetManagedObjects"):
            return "a{oa{sa{sv}}}", [self._objects]
        if path not in self._objects:
            text = f'Method "{member}" with signature "" on interface "{message.interface}" does not exist'
            raise DBusRefusal("org.freedesktop.DBus.Error.UnknownObject", text)
        if message.interface == ADAPTER:
            return await self._adapter(message)
        for strap in self.straps:
            if path == strap.path or path.startswith(strap.path + "/"):
                return await strap.handle(message)
        raise DBusRefusal("org.freedesktop.DBus.Error.UnknownMethod", f"{message.interface}.{member}")

    async def _adapter(self, message: Message) -> tuple[str, list[Any]]:
        program = message.sender or ""
        if message.member == "SetDiscoveryFilter":
            wanted = message.body[0].get("UUIDs")
            self._filters[program] = list(wanted.value) if wanted else []
            return "", []
        if not self._powered:
            raise DBusRefusal("org.bluez.Error.NotReady", "Resource Not Ready")
        if message.member == "StartDiscovery":
            self.searching[program] = self._filters.get(program, [])
            for strap in self.straps:
                self._start(self.advertise(strap))
        elif message.member == "StopDiscovery":
            self.searching.pop(program, None)
        else:
            raise DBusRefusal("org.freedesktop.DBus.Error.UnknownMethod", f"Adapter1.{message.member}")
        return "", []
