"""Who may ask: the guard in front of every request and WebSocket.

The public text has GET commands that change state, so any web page could send them, with an image's address. Therefore
the guard checks which page a browser says is asking (Fetch Metadata, Origin, Referer). It also checks the Host header
against DNS rebinding: if a foreign name is made to point at this machine, browsers still send that name as Host.
Programs that are no browsers send none of these headers, and are served.

Browsers prefetch: they request an address that the user has only begun to type. They mark such a request, and the
guard refuses it. When the user really opens the address, the browser asks again without the mark.

The check has a limit: browsers send Fetch Metadata only over https and to this machine's own addresses. Over plain http
to another machine there are only Origin and Referer, and a page can suppress its Referer. Keep the recorder in a
network of its own.
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
"""The headers that are allowed if a preflight does not ask for any by name."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_NAMES_CHARACTERS_MAX = 2048
_OWN_NETWORK = ("private-network", "local-network")
"""How browsers ask if a public page may reach an address in this network: the older name and the newer one."""
_VARY = "Origin"
_VARY_PREFLIGHT = ", ".join([
    "Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers",
    *(f"Access-Control-Request-{name.title()}" for name in _OWN_NETWORK),
])

_PURPOSE_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_ASKED_AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
"""The words that mark a prefetch; other words, such as `navigate`, mean that a user is waiting."""


def own_names(host: str, allowed: Iterable[str]) -> frozenset[str]:
    """The names that a Host header may have besides IP addresses, in lower case."""
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
    """The origin of the page that is asking, by the browser's headers, if it is neither ours nor allowed; else None."""
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
    """True for a prefetch, prerender or preview, which no user has asked for."""
    return any(_ASKED_AHEAD.search(value) for name in _PURPOSE_HEADERS for value in headers.getlist(name))


class Guard:
    """ASGI layer: refuses foreign hosts, foreign pages, prefetches and long bodies. Sets headers on every answer so
    that no foreign page can embed it.

    `open_paths` are the pages and their files: any page may link to them, because they change nothing. So may it to all
    that is below `open_folders`.
    """

    def __init__(
        self,
        app: ASGIApp,
        names: frozenset[str],
        origins: Iterable[str],
        open_paths: frozenset[str] = frozenset(),
        open_folders: tuple[str, ...] = (),
    ) -> None:
        self._app = app
        self._names = names
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)
        self._open_paths = open_paths
        self._open_folders = tuple(f"{folder}/" for folder in open_folders)

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
                "A browser asked for this before its user did (prefetch), so nothing was done.",
                "Open the address to send it.",
            )
        host = headers.get("host")
        if host is not None and not is_own_host(host, self._names):
            return Forbidden(
                f"{_shown(host)} is not a name of this recorder.",
                "If it should be, add it to [server] allowed_hosts.",
            )
        foreign = foreign_origin(headers, self._origins)
        if foreign is not None and not self._is_open(scope):
            return _foreign(foreign)
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > BODY_BYTES_MAX:
            return _too_large()
        return None

    def _is_open(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            return False
        path = scope["path"].lower().rstrip("/") or "/"
        return path in self._open_paths or f"{path}/".startswith(self._open_folders)

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


def _foreign(origin: str) -> Forbidden:
    """The refusal, with what the page's author can do. The origin "null" can never be allowed: any page can send it."""
    if "://" not in origin:
        return Forbidden(
            "A web page that does not say its address, such as a file or a frame in a sandbox, may not send commands.",
            "Open it over http:// and add that address to [server] allowed_origins.",
        )
    return Forbidden(
        f"A web page of {_shown(origin)} may not send commands.",
        "If it should, add its origin to [server] allowed_origins.",
    )


def _counted(receive: Receive) -> Receive:
    """Stops reading a body at the limit, also if its length is missing or wrong."""
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
    """The headers that a preflight asks for, if they are valid names. None of them gives a page more rights."""
    wanted = ", ".join(asked.getlist("access-control-request-headers"))
    names = [name.strip() for name in wanted.split(",")]
    is_sane = len(wanted) <= _HEADER_NAMES_CHARACTERS_MAX and all(map(_HEADER_NAME.fullmatch, names))
    return ", ".join(names) if is_sane else _CORS_HEADERS


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(f"The body is longer than {BODY_BYTES_MAX} bytes.", "No command needs that much.")


def _asking_origin(headers: Headers) -> str | None:
    """The origin of the page that asks: from Origin, else from Referer; None if there is neither."""
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
