"""Who is let in: a password on the page, a token from a program, and what each of them may do.

Without a `[[server.access]]` table everybody may do everything. With one, `/api/v1` and its WebSockets ask who it is:

    Authorization: Bearer <token>     a program: compared with the stored tokens
    Cookie: seacorder-<port>=…        a page that has signed in: name and end of the session, with a signature (HMAC)

A viewer may read and listen; everything else takes an operator. The Inspector and integration commands are open, as
their public text has them, until `commands_need_token` is set; but a viewer who shows who he is may not give them.
Nothing is kept of a session, so that it outlives a restart of the program; another password ends it.
"""

import asyncio
import base64
import hashlib
import hmac
import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from seacorder.api.http.guessing import Guesses
from seacorder.api.http.problems import (
    Busy,
    MayOnlyLook,
    NotSignedIn,
    TooManyTries,
    WrongPassword,
    is_public_command,
    send_problem,
)
from seacorder.base.background import beside
from seacorder.base.stored_secret import is_password, is_token
from seacorder.model.access import AccessEntry, AccessRole

SESSION_SECONDS = 30 * 24 * 3600
SESSION_PATH = "/api/v1/session"
WAITING_MAX = 16
"""So many passwords wait to be looked at, one at a time: each takes a tenth of a second of a core."""
_OPEN_PATHS = frozenset({SESSION_PATH, "/api/stats/ping"})
_READING_COMMANDS = re.compile(
    "/api/(inspector|recording|anomalies|framegrabs)/"
    "(isrecording|encoderrunning|iscliprecording|pathtemplate|status|filename|fileextension)"
)
"""Those that any viewer may give."""
_COMPUTING_PATHS = frozenset({"/api/v1/templates/evaluate"})
"""A POST for its body alone: it is answered, and changes nothing. Trying a camera and an overlay is not among them: the
recorder would connect to an address, or read a file, that a viewer names."""
_CREDENTIAL_CHARACTERS_MAX = 1024


class Need(Enum):
    """What a request needs."""

    NOTHING = "nothing"
    LOOK = "look"
    ACT = "act"


def need_of(kind: str, method: str, path: str) -> Need:
    """What a request needs. `kind` as in ASGI, `path` as it was declared.

    Every request of `/api/v1` that is no GET, HEAD or WebSocket changes something, or makes the recorder work, but for
    those that only compute. Of the Inspector and integration commands nearly all are GET, and only some change nothing.
    """
    if not path.startswith("/api/") or path in _OPEN_PATHS:
        return Need.NOTHING
    is_reading = kind == "websocket" or method in {"GET", "HEAD"} or (method == "POST" and path in _COMPUTING_PATHS)
    if is_public_command(path):
        is_reading = method == "GET" and _READING_COMMANDS.fullmatch(path) is not None
    return Need.LOOK if is_reading else Need.ACT


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who has shown who he is."""

    name: str
    role: AccessRole


class Access:
    """Knows who is let in. For the event loop alone."""

    def __init__(
        self,
        entries: Sequence[AccessEntry],
        session_key: bytes,
        cookie: str,
        *,
        commands_need_token: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`session_key` signs the sessions, `cookie` is the name of theirs; `clock` gives seconds since 1970."""
        self._by_name = {one.name: one for one in entries}
        self._key = session_key
        self._cookie = cookie
        self._commands_need_token = commands_need_token
        self._clock = clock
        self._guesses = Guesses()
        self._looking = asyncio.Lock()
        self._waiting = 0

    @property
    def asks(self) -> bool:
        """False if everybody may do everything."""
        return bool(self._by_name)

    def caller(self, headers: Headers) -> Caller | None:
        """Who is asking, by his token or his session; None for nobody who is let in."""
        token = token_in(headers)
        return self._by_session(headers) if token is None else self._by_token(token)

    def refusal(self, scope: Scope) -> NotSignedIn | MayOnlyLook | None:
        """Why a request may not be carried out; None if it may."""
        need = need_of(scope["type"], scope.get("method", ""), scope["path"])
        if not self.asks or need is Need.NOTHING:
            return None
        headers = Headers(scope=scope)
        caller = self.caller(headers)
        if caller is None:
            is_open = is_public_command(scope["path"]) and not self._commands_need_token
            return None if is_open and token_in(headers) is None else _not_signed_in()
        if caller.role is AccessRole.VIEWER and need is not Need.LOOK:
            return MayOnlyLook(f"{caller.name} may look, and change nothing.", "An operator can do it.")
        return None

    async def sign_in(self, password: str, address: str) -> Caller:
        """Who has this password. Raises WrongPassword, TooManyTries, Busy."""
        self._check_pause(address)
        if self._waiting >= WAITING_MAX:
            raise Busy("Too many are signing in at once.", "Try again in a moment.")
        self._waiting += 1
        try:
            async with self._looking:
                self._check_pause(address)  # others from there may have been wrong while this one waited
                found = await beside("a password", lambda: self._with_password(password))
        finally:
            self._waiting -= 1
        if found is None:
            self._guesses.wrong(address, time.monotonic())
            raise WrongPassword("The password is wrong.")
        if found.role is AccessRole.OPERATOR:  # a viewer could guess an operator's between signing in with his own
            self._guesses.right(address)
        return Caller(found.name, found.role)

    def _check_pause(self, address: str) -> None:
        pause = math.ceil(self._guesses.pause_seconds(address, time.monotonic()))
        if pause > 0:
            raise TooManyTries(
                "There were too many wrong passwords from here.", f"Try again in {pause} s.", wait_seconds=pause
            )

    def set_cookie(self, caller: Caller, *, is_secure: bool) -> str:
        """The header `Set-Cookie` that begins a session."""
        end = int(self._clock()) + SESSION_SECONDS
        name = base64.urlsafe_b64encode(caller.name.encode()).decode().rstrip("=")
        value = f"{name}.{end}.{self._signature(self._by_name[caller.name], end)}"
        return f"{self._name(is_secure)}={value}; Max-Age={SESSION_SECONDS}; {_attributes(is_secure)}"

    def unset_cookies(self, *, is_secure: bool) -> tuple[str, ...]:
        """The headers `Set-Cookie` that end a session. Over HTTPS the browser sends the session of HTTP as well, if
        there is one: both end.
        """
        ended = (True, False) if is_secure else (False,)
        return tuple(f"{self._name(one)}=; Max-Age=0; {_attributes(one)}" for one in ended)

    def _name(self, is_secure: bool) -> str:
        # A cookie of HTTPS is neither sent nor replaced over HTTP, so it has a name of its own.
        return f"{self._cookie}-secure" if is_secure else self._cookie

    def _by_token(self, token: str) -> Caller | None:
        if len(token) > _CREDENTIAL_CHARACTERS_MAX:
            return None
        for one in self._by_name.values():
            if one.token is not None and is_token(token, one.token):
                return Caller(one.name, one.role)
        return None

    def _by_session(self, headers: Headers) -> Caller | None:
        value = _cookie_in(headers, self._name(is_secure=True)) or _cookie_in(headers, self._name(is_secure=False))
        if value is None or value.count(".") != 2:
            return None
        name, end, signature = value.split(".")
        entry = self._by_name.get(_decoded(name))
        if entry is None or not end.isdecimal() or len(end) > 12 or int(end) < self._clock():
            return None
        if not hmac.compare_digest(signature.encode(), self._signature(entry, int(end)).encode()):
            return None
        return Caller(entry.name, entry.role)

    def _signature(self, entry: AccessEntry, end: int) -> str:
        said = "\n".join([entry.name, entry.role, entry.secret, str(end)])
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()

    def _with_password(self, password: str) -> AccessEntry | None:
        """Blocks."""
        asked = [one for one in self._by_name.values() if one.password is not None]
        return next((one for one in asked if is_password(password, one.password or "")), None)


class AccessCheck:
    """ASGI layer, inside of `Paths`: refuses who is not let in, and a viewer who wants to change something."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._access.refusal(scope) if scope["type"] in {"http", "websocket"} else None
        if refused is None:
            await self._app(scope, receive, send)
        else:
            await send_problem(refused, scope, receive, send)


def token_in(headers: Headers) -> str | None:
    """The token that a request brings, right or wrong; None if it brings none. A password of a web server in front of
    the recorder (`Authorization: Basic …`), which many pass on, is none.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _not_signed_in() -> NotSignedIn:
    return NotSignedIn(
        "This recorder asks who you are.", "Sign in on its page, or send a token: Authorization: Bearer ...."
    )


def _attributes(is_secure: bool) -> str:
    """A session is for the recorder's own pages alone; scripts do not see it."""
    return "Path=/; HttpOnly; SameSite=Strict" + ("; Secure" if is_secure else "")


def _cookie_in(headers: Headers, name: str) -> str | None:
    for line in headers.getlist("cookie"):
        for pair in line.split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name and len(value) <= _CREDENTIAL_CHARACTERS_MAX:
                return value
    return None


def _decoded(name: str) -> str:
    try:
        return base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
    except ValueError:
        return ""
