"""One connection to one strap, from connect to goodbye.

Rules of this file:
1. ``disconnect()`` is always awaited at the end, even when the link is gone already: a client that is not closed
   keeps its subscription, and after the next connection every beat arrives twice.
2. Notifications first, optional reads after them and beside them: a read may hang and must not cost a beat.
3. The link is over when the system says so *or* when no beat comes: the system does not always say so.
4. Payloads are handed on in the callback, at once and in order; none is looked at here. ``live`` returns after the
   goodbye, so that whatever still came belongs to this link and nothing comes after it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pulsetune.heart.strap.timing import StrapTiming
from pulsetune.heart.strap.trouble import NotAStrap, SubscriptionRefused

if TYPE_CHECKING:
    from bleak import BleakClient
    from bleak.backends.device import BLEDevice

# Assigned Numbers, characteristic UUIDs on the Bluetooth base UUID
HEART_RATE_MEASUREMENT = "00002a37-0000-1000-8000-00805f9b34fb"
BODY_SENSOR_LOCATION = "00002a38-0000-1000-8000-00805f9b34fb"
BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"
MAKER_NAME = "00002a29-0000-1000-8000-00805f9b34fb"
MODEL_NUMBER = "00002a24-0000-1000-8000-00805f9b34fb"
# Heart Rate Service 1.0, 3.2.1: the values of Body Sensor Location
BODY_LOCATIONS = ("other", "chest", "wrist", "finger", "hand", "ear lobe", "foot")
CHECKS_PER_STALL = 4  # how often the watchdog looks within the time it allows

log = logging.getLogger(__name__)


class LinkEnd(StrEnum):
    """Why a link ended."""

    DROPPED = "dropped"
    STALLED = "stalled"


@dataclass(frozen=True, slots=True)
class StrapDetails:
    """What the strap answered to the optional reads; None where it does not say."""

    battery_percent: int | None = None
    body_location: str | None = None
    maker: str | None = None
    model: str | None = None


class StrapLink:
    """Connects, subscribes and watches; lives once."""

    def __init__(
        self,
        device: BLEDevice,
        timing: StrapTiming,
        *,
        on_subscribed: Callable[[], None],
        on_payload: Callable[[bytes], None],
        on_details: Callable[[StrapDetails], None],
    ) -> None:
        self._device = device
        self._timing = timing
        self._on_subscribed = on_subscribed
        self._on_payload = on_payload
        self._on_details = on_details
        self._gone = asyncio.Event()
        self._any_beat = False
        self._last_beat_s = 0.0

    async def live(self) -> LinkEnd:
        """Stay until the link ends; raises what the stack raises if it never came to stand."""
        from bleak import BleakClient

        loop = asyncio.get_running_loop()

        def on_disconnected(_client: BleakClient) -> None:
            loop.call_soon_threadsafe(self._gone.set)

        client = BleakClient(self._device, on_disconnected, timeout=self._timing.connect_s)
        try:
            async with asyncio.timeout(self._timing.connect_s + self._timing.guard_s):
                await client.connect()
            await self._subscribe(client)
            self._on_subscribed()
            details = asyncio.create_task(self._read_details(client))
            try:
                return await self._watch()
            finally:
                details.cancel()
        finally:
            await self._leave(client)

    async def _subscribe(self, client: BleakClient) -> None:
        if client.services.get_characteristic(HEART_RATE_MEASUREMENT) is None:
            raise NotAStrap
        self._last_beat_s = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._timing.subscribe_s):
                await client.start_notify(HEART_RATE_MEASUREMENT, lambda _characteristic, data: self._receive(data))
        except Exception as error:
            raise SubscriptionRefused from error

    def _receive(self, data: bytearray) -> None:
        self._last_beat_s = asyncio.get_running_loop().time()
        self._any_beat = True
        self._on_payload(bytes(data))

    async def _watch(self) -> LinkEnd:
        timing, loop = self._timing, asyncio.get_running_loop()
        while True:
            limit_s = timing.stall_s if self._any_beat else timing.first_beat_s
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limit_s / CHECKS_PER_STALL):
                    await self._gone.wait()
            if self._gone.is_set():
                return LinkEnd.DROPPED
            if loop.time() - self._last_beat_s > limit_s:
                return LinkEnd.STALLED

    async def _leave(self, client: BleakClient) -> None:
        try:
            async with asyncio.timeout(self._timing.disconnect_s):
                await client.disconnect()
        except Exception as error:  # noqa: BLE001 - any failure to say goodbye still ends the link
            log.debug("disconnecting: %r", error)

    async def _read_details(self, client: BleakClient) -> None:
        battery = await self._read(client, BATTERY_LEVEL)
        location = await self._read(client, BODY_SENSOR_LOCATION)
        maker = await self._read(client, MAKER_NAME)
        model = await self._read(client, MODEL_NUMBER)
        self._on_details(
            StrapDetails(
                battery[0] if battery and battery[0] <= 100 else None,
                BODY_LOCATIONS[location[0]] if location and location[0] < len(BODY_LOCATIONS) else None,
                _text(maker),
                _text(model),
            )
        )

    async def _read(self, client: BleakClient, uuid: str) -> bytes | None:
        try:
            if client.services.get_characteristic(uuid) is None:
                return None
            async with asyncio.timeout(self._timing.read_s):
                return bytes(await client.read_gatt_char(uuid))
        except Exception as error:  # noqa: BLE001 - optional: whatever goes wrong, the beats go on
            log.debug("reading %s: %r", uuid, error)
            return None


def _text(value: bytes | None) -> str | None:
    # some straps pad their strings with zeros
    return (value or b"").rstrip(b"\0").decode("utf-8", "replace").strip() or None
