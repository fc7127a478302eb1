"""Who may ask: the guard before every request and WebSocket.

Commands that change state are GETs in the public text, so any web page could trigger them by an image. What a browser
says of itself (Fetch Metadata, Origin, Referer) is therefore checked, and the Host header against DNS rebinding: a
page of a foreign name that has been pointed at this machine still names itself there. Programs that are no browser
send none of these and are served.

Browsers also ask ahead, for an address that somebody has only begun to type. What a browser marks so is refused: it
asks again, without the mark, when the user really goes there.

Browsers send Fetch Metadata to https and this machine's own addresses alone; over plain http to another machine
Origin and Referer are what there is, and a page can withhold its Referer. Keep the recorder in its own network.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seacorder.api.http.problems import AskedAhead, BodyTooLarge, Forbidden, send_problem

BODY_BYTES_MAX = 64 * 1024

_FOREIGN_SITES = frozenset({"cross-site", "same-site"})
_CORS_METHODS = "GET, POST, PUT, PATCH, DELETE"
_CORS_HEADERS = "content-type"
"""Allowed where a preflight does not ask for any by name."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_NAMES_CHARACTERS_MAX = 2048
_OWN_NETWORK = ("private-network", "local-network")
"""Browsers ask so before a public page may reach an address of this network: the older name, and the newer one."""
_VARY = "Origin"
_VARY_PREFLIGHT = ", ".join([
    "Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers",
    *(f"Access-Control-Request-{name.title()}" for name in _OWN_NETWORK),
])

_PURPOSE_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_ASKED_AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
"""What browsers write there; others, such as `navigate`, mean somebody who waits."""


def own_names(host: str, allowed: Iterable[str]) -> frozenset[str]:
    """The names that a Host header may carry beside IP addresses, in lower case."""
    machine = socket.gethostname().lower()
    short = machine.split(".", maxsplit=1)[0]
    names = {"localhost", host, machine, short, f"{short}.local", *allowed}
    return frozenset(_bare(name) for name in names if name)


def is_own_host(host: str, names: frozenset[str]) -> bool:
    """True for an IP address or one of `names`, with or without a port."""
    bare = _bare(host)
    if bare in names:
        return True
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return False
    return True


def foreign_origin(headers: Headers, allowed: frozenset[str]) -> str | None:
    """The origin of the page that a browser says is asking, when it is neither ours nor allowed; else None."""
    site = headers.get("sec-fetch-site", "").lower()
    if site == "same-origin":
        return None
    origin = _asking_origin(headers)
    if origin in allowed:
        return None
    if site in _FOREIGN_SITES:
        return origin or "another site"
    if origin is None or _authority(origin) == headers.get("host", "").lower():
        return None
    return origin


def is_asked_ahead(headers: Headers) -> bool:
    """True for what a browser fetches before anybody has asked for it: prefetch, prerender, preview."""
    return any(_ASKED_AHEAD.search(value) for name in _PURPOSE_HEADERS for value in headers.getlist(name))


class Guard:
    """ASGI: refuses foreign hosts, foreign pages, what is asked ahead and long bodies; marks every answer so that no
    page can embed it.

    `open_paths` are pages and their files: anybody may link to them, they change nothing.
    """

    def __init__(
        self, app: ASGIApp, names: frozenset[str], origins: Iterable[str], open_paths: frozenset[str] = frozenset()
    ) -> None:
        self._app = app
        self._names = names
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)
        self._open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        marked = self._marked(send, headers)
        refused = self._refusal(scope, headers)
        if refused is not None:
            await send_problem(refused, scope, receive, marked)
        elif self._is_preflight(scope, headers):
            await _answer_preflight(headers, marked)
        else:
            await self._app(scope, _counted(receive), marked)

    def _refusal(self, scope: Scope, headers: Headers) -> Forbidden | AskedAhead | BodyTooLarge | None:
        if is_asked_ahead(headers):
            return AskedAhead(
                "A browser asked this ahead of its user (prefetch), so nothing was done; open the address to send it."
            )
        host = headers.get("host")
        if host is not None and not is_own_host(host, self._names):
            return Forbidden(
                f"{_shown(host)} is not a name of this recorder; add it to [server] allowed_hosts if it should be."
            )
        foreign = foreign_origin(headers, self._origins)
        if foreign is not None and not self._is_open(scope):
            return Forbidden(_foreign_sentence(foreign))
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > BODY_BYTES_MAX:
            return _too_large()
        return None

    def _is_open(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            return False
        return (scope["path"].lower().rstrip("/") or "/") in self._open_paths

    def _is_preflight(self, scope: Scope, headers: Headers) -> bool:
        return (
            scope["type"] == "http"
            and scope["method"] == "OPTIONS"
            and "access-control-request-method" in headers
            and _asking_origin(headers) in self._origins
        )

    def _marked(self, send: Send, headers: Headers) -> Send:
        origin = headers.get("origin", "").lower()

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer["x-content-type-options"] = "nosniff"
                answer.setdefault("cache-control", "no-store")
                answer["cross-origin-resource-policy"] = "cross-origin" if origin in self._origins else "same-origin"
                if origin in self._origins:
                    answer["access-control-allow-origin"] = headers["origin"]
                if self._origins:
                    answer.setdefault("vary", _VARY)
            await send(message)

        return marked


def _foreign_sentence(origin: str) -> str:
    """What a page's author can do about it. Strangers' pages send "null" too, so that one cannot be allowed."""
    if "://" not in origin:
        return (
            "A web page that does not say its address, such as a file or a frame in a sandbox, may not send commands; "
            "open it over http:// and add that address to [server] allowed_origins."
        )
    page = _shown(origin)
    return f"A web page of {page} may not send commands; add its origin to [server] allowed_origins if it should."


def _counted(receive: Receive) -> Receive:
    """Ends a body that has no length, or lies about it, at the limit."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
            if received > BODY_BYTES_MAX:
                raise _too_large()
        return message

    return counted


async def _answer_preflight(asked: Headers, send: Send) -> None:
    headers = {
        "access-control-allow-methods": _CORS_METHODS,
        "access-control-allow-headers": _headers_allowed(asked),
        "access-control-max-age": "600",
        "vary": _VARY_PREFLIGHT,
    }
    for name in _OWN_NETWORK:
        if asked.get(f"access-control-request-{name}", "").strip().lower() == "true":
            headers[f"access-control-allow-{name}"] = "true"
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})


def _headers_allowed(asked: Headers) -> str:
    """The headers that a preflight asks for, where they are names of headers: none of them gives a page more rights."""
    wanted = ", ".join(asked.getlist("access-control-request-headers"))
    names = [name.strip() for name in wanted.split(",")]
    is_sane = len(wanted) <= _HEADER_NAMES_CHARACTERS_MAX and all(map(_HEADER_NAME.fullmatch, names))
    return ", ".join(names) if is_sane else _CORS_HEADERS


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(f"The body is longer than {BODY_BYTES_MAX} bytes; no command needs that much.")


def _asking_origin(headers: Headers) -> str | None:
    """The asking page's origin: as it says, else from its address; None when there is no page."""
    origin = headers.get("origin")
    if origin is not None:
        return origin.lower().rstrip("/")
    referer = headers.get("referer")
    if referer is None:
        return None
    try:
        parts = urlsplit(referer)
    except ValueError:
        return "null"
    return f"{parts.scheme}://{parts.netloc}".lower()


def _authority(origin: str) -> str:
    return origin.partition("://")[2]


def _bare(host: str) -> str:
    """A host name or address without port, brackets and final dot, in lower case."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name = host if host.count(":") > 1 else host.partition(":")[0]
    return name.rstrip(".")


def _shown(value: str) -> str:
    return value[:120].encode("ascii", "replace").decode()
