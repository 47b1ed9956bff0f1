"""Who gets in: pure ASGI around the app, so that the event stream is not buffered.

Rules of this file:
1. The order is fixed: Host (421, stops DNS rebinding), who asks (403, stops other sites), cookie (401), body (413).
2. A token in an address works once; what stays is a cookie that scripts cannot read and other sites cannot send.
3. Every answer, refusals too, forbids the browser to load anything from anywhere else.
4. Secrets are compared in constant time.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT_BYTES = 65_536  # a check-in with a long note is two kilobytes
TOKENS_KEPT = 8  # unused addresses that work at the same time; the oldest goes first
COOKIE_DAYS = 30
TOKEN_BYTES = 24  # 192 bits: not to be guessed
SAFE_METHODS = ("GET", "HEAD")
CSP = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"  # and nothing inline
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",  # the address may hold a token
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",  # health data does not belong in a browser's cache
}
CLOSED = (
    "This page opens from the address that PulseTune printed, once. "
    "Run `pulsetune` again to get a new address. Nothing was changed."
)


class Gate:
    """The keys of one page: one-time tokens for addresses, and what the cookie must hold."""

    def __init__(self, cookie_secret: str, port: int) -> None:
        self._cookie_secret = cookie_secret.encode()
        self._tokens: list[bytes] = []
        self.port = port
        self.cookie_name = f"pulsetune-{port}"  # cookies do not know ports; two pages must not share one
        self.hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self.origins = frozenset(f"http://{host}" for host in self.hosts)

    def address(self) -> str:
        """A new address; it lets one browser in."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._tokens = [*self._tokens[-(TOKENS_KEPT - 1) :], token.encode()]
        return f"http://127.0.0.1:{self.port}/?token={token}"

    def spend(self, token: str) -> bool:
        """Whether the token is good; it never is again."""
        found = [known for known in self._tokens if hmac.compare_digest(known, token.encode("utf-8", "replace"))]
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


class Guard:
    """ASGI middleware: refuses what may not enter and sets the headers of everything that leaves."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        guarded = _GuardedSend(send)
        answer = self._refusal(scope)
        if answer is not None:
            await answer(scope, receive, guarded.send)
            return
        try:
            await self._app(scope, _limited(receive), guarded.send)
        except _BodyTooLarge:
            if not guarded.begun:
                await _said(413, "That is more than this page ever sends.")(scope, receive, guarded.send)

    def _refusal(self, scope: Scope) -> Response | None:
        """Why this request does not enter, or the way in for a good token; None: it enters."""
        headers = list(scope["headers"])
        hosts = _values(headers, b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self._gate.hosts:
            return _said(421, "This page answers under 127.0.0.1 only.")
        if not self._same_site(headers, safe=scope["method"] in SAFE_METHODS):
            return _said(403, "Another site asked for this, so it was not done.")
        if not any(map(self._gate.knows, _cookies(headers, self._gate.cookie_name))):
            return self._way_in(scope)
        if any(map(_too_long, _values(headers, b"content-length"))):
            return _said(413, "That is more than this page ever sends.")
        if scope["method"] == "GET" and _token(scope) is not None:
            return RedirectResponse(_path(scope), 303)  # an address used twice by the same browser
        return None

    def _same_site(self, headers: list[tuple[bytes, bytes]], *, safe: bool) -> bool:
        """Browsers say who asks; reading from another site is stopped by the cookie, changing is refused here too."""
        if safe:
            return True
        if any(origin not in self._gate.origins for origin in _values(headers, b"origin")):
            return False
        return all(site in ("same-origin", "none") for site in _values(headers, b"sec-fetch-site"))

    def _way_in(self, scope: Scope) -> Response:
        token = _token(scope)
        if scope["method"] == "GET" and token is not None and self._gate.spend(token):
            return self._gate.let_in(RedirectResponse(_path(scope), 303))  # takes the token out of the address bar
        return _said(401, CLOSED)


class _BodyTooLarge(Exception):
    """More was sent than announced or allowed."""


class _GuardedSend:
    """Sends, with our headers, and knows whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            present = {name for name, _ in message.get("headers", ())}
            ours = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in present]
            message = {**message, "headers": [*message.get("headers", ()), *ours]}
        await self._send(message)


def _limited(receive: Receive) -> Receive:
    """Counts what really comes, because a length can be left out."""
    got_bytes = 0

    async def counting() -> Message:
        nonlocal got_bytes
        message = await receive()
        got_bytes += len(message.get("body", b""))
        if got_bytes > BODY_LIMIT_BYTES:
            raise _BodyTooLarge
        return message

    return counting


def _values(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key.lower() == name]


def _too_long(length: str) -> bool:
    return not length.isdigit() or len(length) > 10 or int(length) > BODY_LIMIT_BYTES


def _cookies(headers: Iterable[tuple[bytes, bytes]], name: str) -> list[str]:
    found = []
    for header in _values(headers, b"cookie"):
        try:
            jar = SimpleCookie(header)
        except CookieError:
            continue
        if name in jar:
            found.append(jar[name].value)
    return found


def _token(scope: Scope) -> str | None:
    try:
        fields = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=8)
    except ValueError:
        return None
    return next(iter(fields.get("token", ())), None)


def _path(scope: Scope) -> str:
    """Where to go on without the token: always a path of this page, never another host."""
    path = str(scope["path"])
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def _said(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence + "\n", status)
