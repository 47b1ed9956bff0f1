"""Who gets in: pure ASGI around the app, so that the event stream is not buffered.

Rules of this file:
1. The order is fixed: Host (421, stops DNS rebinding), who asks (403, stops other sites), cookie (401), body (413).
2. Every answer, refusals too, forbids the browser to load anything from anywhere else, and to keep it.
3. A browser's own word on who asks (``Origin``, ``Sec-Fetch-Site``) counts for reading as for changing. A plain link
   from elsewhere may open the page: it changes nothing, and the site that holds the link sees nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulsetune.page.gate import Gate

BODY_LIMIT_BYTES = 65_536  # a check-in with a long note is two kilobytes
OWN_SITE = ("same-origin", "none")  # "none": typed, or opened by a program
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
TOO_LONG = "That is more than this page ever sends."

RawHeaders = Iterable[tuple[bytes, bytes]]


class Guard:
    """ASGI middleware: refuses what may not enter and sets the headers of everything that leaves."""

    def __init__(self, app: ASGIApp, gate: Gate, headers: Mapping[str, str] = HEADERS) -> None:
        self._app = app
        self._gate = gate
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            refused = self._refusal(scope)
            inner, heard = (self._app, _limited(receive)) if refused is None else (refused, receive)
            await inner(scope, heard, _with_headers(send, self._headers))

    def _refusal(self, scope: Scope) -> Response | None:
        """Why this request does not enter, or the way in for a good token; None: it enters."""
        headers = list(scope["headers"])
        hosts = _values(headers, b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self._gate.hosts:
            return _said(421, f"This page answers under {self._gate.name} only.")
        if not self._own_site(scope["method"], headers):
            return _said(403, "Another site asked for this, so it was not done.")
        if not any(map(self._gate.knows, _cookies(headers, self._gate.cookie_name))):
            return self._way_in(scope)
        if any(map(_too_long, _values(headers, b"content-length"))):
            return _said(413, TOO_LONG)
        if scope["method"] == "GET" and _token(scope) is not None:
            return RedirectResponse(_path(scope), 303)  # an address used twice by the same browser
        return None

    def _own_site(self, method: str, headers: RawHeaders) -> bool:
        if any(origin not in self._gate.origins for origin in _values(headers, b"origin")):
            return False
        if all(site in OWN_SITE for site in _values(headers, b"sec-fetch-site")):
            return True
        return method == "GET" and _values(headers, b"sec-fetch-mode") == ["navigate"]

    def _way_in(self, scope: Scope) -> Response:
        token = _token(scope)
        if scope["method"] == "GET" and token is not None and self._gate.spend(token):
            return self._gate.let_in(RedirectResponse(_path(scope), 303))  # takes the token out of the address bar
        return _said(401, CLOSED)


def _with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name for name, _ in message.get("headers", ())}
            ours = [(name.encode(), value.encode()) for name, value in headers.items() if name.encode() not in present]
            message = {**message, "headers": [*message.get("headers", ()), *ours]}
        await send(message)

    return sending


def _limited(receive: Receive) -> Receive:
    """Counts what really comes, because a length can be left out."""
    got_bytes = 0

    async def counting() -> Message:
        nonlocal got_bytes
        message = await receive()
        got_bytes += len(message.get("body", b""))
        if got_bytes > BODY_LIMIT_BYTES:
            raise HTTPException(413, TOO_LONG)
        return message

    return counting


def _values(headers: RawHeaders, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key.lower() == name]


def _too_long(length: str) -> bool:
    return not length.isdigit() or len(length) > 10 or int(length) > BODY_LIMIT_BYTES


def _cookies(headers: RawHeaders, name: str) -> list[str]:
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
