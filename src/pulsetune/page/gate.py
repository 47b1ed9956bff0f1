"""The keys of the page: one-time tokens for addresses, and the secret that a browser carries afterwards.

Rules of this file:
1. A token in an address works once; what stays is a cookie that scripts cannot read and other sites cannot send.
2. Secrets are compared in constant time.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence

from starlette.responses import Response

TOKENS_KEPT = 8  # unused addresses that work at the same time; the oldest goes first
TOKEN_BYTES = 24  # 192 bits: not to be guessed
COOKIE_DAYS = 30
LOOPBACK = ("127.0.0.1", "localhost")


class Gate:
    """The keys of one page at one port, which answers under these names alone; the first is the one it gives out."""

    def __init__(self, cookie_secret: str, port: int, names: Sequence[str] = LOOPBACK) -> None:
        self._cookie_secret = cookie_secret.encode()
        self._tokens: list[bytes] = []
        self.port = port
        self.name = names[0]
        self.cookie_name = f"pulsetune-{port}"  # cookies do not know ports; two pages must not share one
        self.hosts = frozenset(f"{name}:{port}" for name in names)
        self.origins = frozenset(f"http://{host}" for host in self.hosts)

    def address(self) -> str:
        """A new address; it lets one browser in."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._tokens = [*self._tokens[-(TOKENS_KEPT - 1) :], token.encode()]
        return f"http://{self.name}:{self.port}/?token={token}"

    def spend(self, token: str) -> bool:
        """Whether the token is good; it never is again."""
        given = token.encode("utf-8", "replace")
        found = [known for known in self._tokens if hmac.compare_digest(known, given)]
        self._tokens = [known for known in self._tokens if known not in found]
        return bool(found)

    def knows(self, cookie: str) -> bool:
        """Whether a cookie is ours."""
        return hmac.compare_digest(self._cookie_secret, cookie.encode("utf-8", "replace"))

    def let_in(self, answer: Response) -> Response:
        """The answer, with the cookie."""
        answer.set_cookie(
            self.cookie_name,
            self._cookie_secret.decode(),
            max_age=COOKIE_DAYS * 86_400,
            httponly=True,
            samesite="strict",
            path="/",
        )
        return answer
