"""The absolute form of a request target, `GET http://host:port/path HTTP/1.1`, taken as its path.

Proxies and some HTTP libraries send it, and every server must take it (RFC 9112, section 3.2.2). The authority in it
goes before the Host header, also where the guard looks at who may ask: a name that is not ours stays foreign.
"""

import re
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

_ABSOLUTE = re.compile(rb"(?:https?|wss?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)", re.IGNORECASE)


class Targets:
    """ASGI, outermost: what is inside sees paths alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and not scope["path"].startswith("/"):
            scope = as_origin_form(scope)
        await self._app(scope, receive, send)


def as_origin_form(scope: Scope) -> Scope:
    """The same request as if its path and its Host header had been sent; unchanged when the target is none of both."""
    target = _ABSOLUTE.match(scope.get("raw_path") or scope["path"].encode("utf-8", "replace"))
    if target is None:
        return scope
    # User information in a target is to be passed over (RFC 9110, section 4.2.4).
    authority = target["authority"].rpartition(b"@")[2].lower()
    path = target["path"] or b"/"
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
    return {
        **scope,
        "path": unquote(path.decode("ascii", "replace")),
        "raw_path": path,
        "headers": [(b"host", authority), *headers],
    }
