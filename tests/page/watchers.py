"""Another device in the network: what the tests of watching have in common."""

from __future__ import annotations

import httpx

from pulsetune.page.lan import NoNetwork, lan_address
from tests.page.listening import PATIENCE_S


def network_address() -> str:
    """This machine's own address in its network; without a network the loopback stands in for it."""
    try:
        return lan_address()
    except NoNetwork:
        return "127.0.0.1"


def base_of(page) -> str:
    return page.server.lan.link.partition("/?")[0]


def device(page, cookies=None) -> httpx.Client:
    """A browser on another device, not let in yet."""
    return httpx.Client(base_url=base_of(page), cookies=cookies, timeout=PATIENCE_S, trust_env=False)
