"""The door to the local network, opened only by ``--lan``: a second socket, keys of its own, and nothing but watching.

Rules of this file:
1. It binds one address of this computer, never all of them, and never one that the whole internet can reach.
2. Its keys are its own and end with it: no cookie of the page opens it, and its cookie opens nothing of the page.
3. It gives out one address, good for one browser. It is not encrypted, and whoever opens it says so.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket

import uvicorn

from pulsetune.errors import PulseTuneError
from pulsetune.page.gate import Gate
from pulsetune.page.guard import HEADERS, Guard
from pulsetune.page.hub import Hub
from pulsetune.page.serving import bound, settings
from pulsetune.page.watching import Watching

LAN_PORT = 8724  # beside the page's own; the same each time, for those who have a firewall to tell
SOMEWHERE = ("203.0.113.1", 9)  # TEST-NET-3 (RFC 5737): asking for the route to it sends nothing
SECRET_BYTES = 32
CONNECTIONS = 32  # at once: counted apart from the page's, so that watchers cannot keep its listener out
NOT_OVER_HTTP = "cross-origin-opener-policy"  # a browser heeds it over an encrypted line or on its own computer only


class NoNetwork(PulseTuneError):
    """There is no local network to show anything in."""


def lan_address() -> str:
    """This computer's IPv4 address in the network that its default route leads to; ``NoNetwork`` where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(SOMEWHERE)
            found = asking.getsockname()[0]
        except OSError:
            found = "0.0.0.0"  # noqa: S104 - nothing is bound to it: it means none
    return checked(found)


def checked(found: str) -> str:
    """The address if it is one of a local network; ``NoNetwork`` otherwise."""
    address = ipaddress.IPv4Address(found)
    if address.is_loopback or address.is_unspecified:
        raise NoNetwork(
            "This computer is in no network now, so --lan has nobody to show the session to.",
            "Connect it to your network, or leave --lan away.",
        )
    if address.is_global:
        raise NoNetwork(
            f"This computer's address {found} can be reached from the whole internet, so --lan does not open it.",
            "Leave --lan away, or use it in a network at home.",
        )
    return found


class LanDoor:
    """A listening socket at ``address``; ``server`` is run in the page's own loop, and ends with it."""

    def __init__(self, hub: Hub, address: str, port: int = LAN_PORT) -> None:
        self.socket = bound(address, port)
        self._gate = Gate(secrets.token_urlsafe(SECRET_BYTES), self.socket.getsockname()[1], (address,))
        self.link = self._gate.address()
        headers = {name: value for name, value in HEADERS.items() if name != NOT_OVER_HTTP}
        app = Guard(Watching(hub), self._gate, headers)
        self.server = uvicorn.Server(settings(app, CONNECTIONS, lifespan=False))

    @property
    def port(self) -> int:
        return self._gate.port
