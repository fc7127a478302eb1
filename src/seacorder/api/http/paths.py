"""Which command a request's path means. Two ASGI layers in front of the router.

`Targets`, the outermost, takes the absolute form of a request target, `GET http://host:port/path HTTP/1.1`, as its
path. Proxies and some HTTP libraries send that form, and every server must accept it (RFC 9112, section 3.2.2). The
authority in it replaces the Host header, so the guard checks that name: a name that is not ours stays foreign.

`Paths` ignores the case of a path and a slash at its end, and hands the router the path as it was declared; values
inside a path keep their case. It answers a path that no command has (404), and a command asked with the wrong method
(500 where the public text says so, 405 elsewhere).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from seacorder.api.http.problems import UnknownPath, WrongMethod, send_problem

_ABSOLUTE = re.compile(rb"(?:https?|wss?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)", re.IGNORECASE)
_PARAMETER = re.compile(r"\{(\w+)\}")
_METHODS_SHOWN = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
WEBSOCKET = "WEBSOCKET"


@dataclass(frozen=True, slots=True)
class DeclaredPath:
    """A declared path and the methods it takes."""

    template: str
    methods: frozenset[str]
    pattern: re.Pattern[str]

    def path_for(self, asked: str) -> str | None:
        """The path as declared, with the values that `asked` has; None when it is another command's."""
        found = self.pattern.fullmatch(asked)
        return _PARAMETER.sub(lambda name: found[name[1]], self.template) if found else None


class PathTable:
    """Every declared path of an application; built once, from its routes."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        methods: dict[str, set[str]] = {}
        for route in routes:
            taken = getattr(route, "methods", None) or {WEBSOCKET}
            methods.setdefault(route.path, set()).update(taken)  # type: ignore[attr-defined]
        commands = [DeclaredPath(path, frozenset(taken), _pattern(path)) for path, taken in methods.items()]
        self._plain = {one.template.lower(): one for one in commands if "{" not in one.template}
        self._with_values = tuple(one for one in commands if "{" in one.template)

    def find(self, asked: str) -> tuple[DeclaredPath, str] | None:
        """The command that `asked` means, and its path as declared."""
        path = asked.rstrip("/") or "/"
        plain = self._plain.get(path.lower())
        if plain is not None:
            return plain, plain.template
        for command in self._with_values:
            declared = command.path_for(path)
            if declared is not None:
                return command, declared
        return None


class Targets:
    """ASGI, outermost: the layers inside see only paths, never absolute targets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and not scope["path"].startswith("/"):
            scope = as_origin_form(scope)
        await self._app(scope, receive, send)


def as_origin_form(scope: Scope) -> Scope:
    """The request with the target's path as path and its authority as Host header.

    Unchanged when the target is neither an absolute web address nor a path.
    """
    target = _ABSOLUTE.match(scope.get("raw_path") or scope["path"].encode("utf-8", "replace"))
    if target is None:
        return scope
    # User information in a target must be ignored (RFC 9110, section 4.2.4).
    authority = target["authority"].rpartition(b"@")[2].lower()
    path = target["path"] or b"/"
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
    return {
        **scope,
        "path": unquote(path.decode("ascii", "replace")),
        "raw_path": path,
        "headers": [(b"host", authority), *headers],
    }


class Paths:
    """ASGI: sets the path as declared, or answers that there is no such command or method."""

    def __init__(self, app: ASGIApp, table: PathTable) -> None:
        self._app = app
        self._table = table

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["type"] == "http" else WEBSOCKET
        found = self._table.find(scope["path"])
        if found is None:
            unknown = UnknownPath(f"There is no command {_shown(scope['path'])}.", "Check its spelling and the port.")
            await send_problem(unknown, scope, receive, send)
            return
        command, path = found
        if method not in command.methods:
            await send_problem(_wrong_method(method, command), scope, receive, send)
            return
        scope["path"] = path
        scope["raw_path"] = quote(path).encode("ascii")
        await self._app(scope, receive, send)


def _pattern(template: str) -> re.Pattern[str]:
    pieces = _PARAMETER.split(template)
    pieces[::2] = [re.escape(piece) for piece in pieces[::2]]
    pieces[1::2] = [f"(?P<{name}>[^/]+)" for name in pieces[1::2]]
    return re.compile("".join(pieces), re.IGNORECASE)


def _wrong_method(method: str, command: DeclaredPath) -> WrongMethod:
    allowed = tuple(sorted(command.methods & _METHODS_SHOWN))
    if not allowed:
        return WrongMethod(f"{command.template} is a WebSocket.", "Open it as one.", allowed=("GET",))
    taken = " or ".join(allowed)
    hint = "A browser's address bar sends GET." if method == "GET" else ""
    came = "a WebSocket" if method == WEBSOCKET else method
    return WrongMethod(f"{command.template} takes {taken}; {came} came.", hint, allowed=allowed)


def _shown(path: str) -> str:
    return path[:120].encode("ascii", "replace").decode()
