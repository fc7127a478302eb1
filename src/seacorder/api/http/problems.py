"""Makes answers of errors: RFC 9457 problem details. The only place that knows status codes of failures.

The public text of the Inspector and integration services knows 404 for an unknown path and 500 for every other
failure. `/api/v1` uses the ordinary status codes. What the guard or a limit refuses has the same status code for all.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Sent

from seacorder.base.errors import (
    BadRequest,
    CatalogueFailed,
    InputFailed,
    NotKnown,
    NotPossible,
    SeacorderError,
    StorageFailed,
    WorkerLost,
)
from seacorder.base.message import Message
from seacorder.base.redaction import redact
from seacorder.model.outcome import ChannelOutcome, CommandFailed

_log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
V1_PREFIX = "/api/v1/"


class UnknownPath(SeacorderError):
    """No command has this path."""

    kind = "unknown_path"


class WrongMethod(SeacorderError):
    """The path is right, the method is not; `allowed` holds those that are."""

    kind = "wrong_method"

    def __init__(self, fact: str, action: str = "", *, allowed: tuple[str, ...]) -> None:
        super().__init__(fact, action)
        self.allowed = allowed


class Forbidden(SeacorderError):
    """Refused: a web page of another site asks, or the Host header has a name that is not this machine's."""

    kind = "refused"


class NotSignedIn(SeacorderError):
    """The recorder asks who it is, and the request does not say so."""

    kind = "not_signed_in"


class WrongPassword(SeacorderError):
    """Nobody who is let in has this password."""

    kind = "wrong_password"


class TooManyTries(SeacorderError):
    """Too many wrong passwords have come from this address; the next is looked at after `wait_seconds`."""

    kind = "too_many_tries"

    def __init__(self, fact: str, action: str = "", *, wait_seconds: int) -> None:
        super().__init__(fact, action)
        self.wait_seconds = wait_seconds


class MayOnlyLook(SeacorderError):
    """A viewer asks for something that only an operator may do."""

    kind = "may_only_look"


class AskedAhead(SeacorderError):
    """A browser prefetches or prerenders an address, before its user has opened it."""

    kind = "asked_ahead"


class BodyTooLarge(SeacorderError):
    """The body is longer than any command needs."""

    kind = "body_too_large"


class BodyTooSlow(SeacorderError):
    """The body did not come within the limit."""

    kind = "body_too_slow"


class NotHttp(SeacorderError):
    """The client does not speak HTTP, or the request's head is too long."""

    kind = "not_http"


class Busy(SeacorderError):
    """The largest number of clients is connected already."""

    kind = "busy"


class NotThere(SeacorderError):
    """The path is right, but what it names does not exist, such as a channel."""

    kind = "not_there"


class RangeOutside(SeacorderError):
    """A range of bytes is asked for that the file does not have; `size` is the file's."""

    kind = "range_outside"

    def __init__(self, fact: str, action: str = "", *, size: int) -> None:
        super().__init__(fact, action)
        self.size = size


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer of RFC 9457. `message` is for people, `kind` a stable word for programs."""

    status: int
    kind: str
    title: str
    message: Message
    has_two_fields: bool = False
    """The message is given in its two fields as well: everywhere but in the services whose text is public."""
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The HTTP response; credentials in addresses are masked."""
        content = {"type": f"urn:seacorder:problem:{self.kind}", "title": self.title, "status": self.status}
        content["detail"] = redact(self.message.text)
        if self.has_two_fields:
            content |= {"fact": redact(self.message.fact), "action": redact(self.message.action)}
        content |= self.more
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
        return Response(body, self.status, dict(self.headers), MEDIA_TYPE)


_TITLES = {
    "bad_request": "The request is not accepted",
    "not_possible": "Not possible now",
    "unknown_path": "No such command",
    "wrong_method": "Wrong method",
    "refused": "Refused",
    "not_signed_in": "Not signed in",
    "wrong_password": "Wrong password",
    "too_many_tries": "Too many wrong passwords",
    "may_only_look": "For operators",
    "asked_ahead": "Asked ahead",
    "body_too_large": "Body too large",
    "body_too_slow": "Body too slow",
    "not_there": "Not there",
    "not_http": "Not HTTP",
    "range_outside": "No such bytes",
    "busy": "Too many clients",
    "input": "The source cannot be read",
    "storage": "The folder or file cannot be used",
    "worker": "The channel does not answer",
    "catalogue": "The catalogue cannot be used",
    "error": "The recorder failed",
}

_V1_STATUS: tuple[tuple[type[SeacorderError], int], ...] = (
    (NotKnown, 404),
    (BadRequest, 400),
    (WrongMethod, 405),
    (NotPossible, 409),
    (InputFailed, 503),
    (WorkerLost, 503),
    (StorageFailed, 507),
    (CatalogueFailed, 503),
)

_STATUS_EVERYWHERE: tuple[tuple[type[SeacorderError], int], ...] = (
    (UnknownPath, 404),
    (NotThere, 404),
    (RangeOutside, 416),
    (NotSignedIn, 401),
    (WrongPassword, 401),
    (TooManyTries, 429),
    (MayOnlyLook, 403),
    (Forbidden, 403),
    (AskedAhead, 503),
    (BodyTooLarge, 413),
    (BodyTooSlow, 408),
    (NotHttp, 400),
    (Busy, 503),
)


def is_public_command(path: str) -> bool:
    """True for the paths of the public text, which knows only the failures 404 and 500."""
    lowered = path.lower()
    return lowered.startswith("/api/") and not lowered.startswith(V1_PREFIX)


def status_of(error: SeacorderError, path: str) -> int:
    """The status code for `error` at `path`."""
    for kind, status in _STATUS_EVERYWHERE:
        if isinstance(error, kind):
            return status
    if is_public_command(path):
        return 500
    return next((status for kind, status in _V1_STATUS if isinstance(error, kind)), 500)


def problem_of(error: Exception, path: str) -> Problem:
    """The answer to any error at `path`, also to one that is not ours."""
    has_two_fields = not is_public_command(path)
    if not isinstance(error, SeacorderError):
        message = Message(
            "Seacorder made an error; the log has the details. Recording goes on.",
            "Try again; if it happens again, save the log.",
        )
        return Problem(500, "error", _TITLES["error"], message, has_two_fields)
    more: dict[str, Any] = {}
    if isinstance(error, BadRequest) and error.field:
        more["field"] = error.field
    if isinstance(error, CommandFailed):
        more["channels"] = [_on_channel(one, has_two_fields) for one in error.outcome.channels]
    kind = NotThere.kind if isinstance(error, NotKnown) else error.kind
    title = _TITLES.get(kind, _TITLES["error"])
    return Problem(status_of(error, path), kind, title, error.message, has_two_fields, more, _headers_of(error))


def _headers_of(error: SeacorderError) -> dict[str, str]:
    """What belongs to the status code of an error (RFC 9110)."""
    match error:
        case WrongMethod():
            return {"allow": ", ".join(error.allowed)}
        case RangeOutside():
            return {"content-range": f"bytes */{error.size}"}
        case BodyTooLarge() | BodyTooSlow():
            return {"connection": "close"}
        case NotSignedIn() | WrongPassword():
            return {"www-authenticate": "Bearer"}
        case TooManyTries():
            return {"retry-after": str(error.wait_seconds)}
        case _:
            return {}


def _on_channel(one: ChannelOutcome, has_two_fields: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"channel": one.channel, "ok": one.ok, "sentence": redact(one.reason.text)}
    return told | {"fact": redact(one.reason.fact), "action": redact(one.reason.action)} if has_two_fields else told


async def send_problem(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    """Sends `error` as the answer to a request, or as the refusal of a WebSocket that was not accepted yet."""
    response = problem_of(error, scope["path"]).response()
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    await response(scope, receive, send)


class Answering:
    """ASGI layer: answers an unforeseen error with 500, and logs it with its traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Sent) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except SeacorderError as error:
            if not begun:
                await send_problem(error, scope, receive, send)
        except Exception as error:
            what = f"{scope.get('method', 'WebSocket')} {scope.get('path')}"
            _log.exception("%s: an error in the program, see below. Recording goes on", what)
            if begun:
                raise
            await send_problem(error, scope, receive, send)


def install(app: FastAPI) -> None:
    """Makes `app` answer our errors and the framework's own errors with problem details."""
    app.add_exception_handler(SeacorderError, _ours)
    app.add_exception_handler(RequestValidationError, _framework_validation)
    app.add_exception_handler(HTTPException, _framework_http)


async def _ours(connection: HTTPConnection, error: Exception) -> Response:
    return problem_of(error, connection.scope["path"]).response()


async def _framework_validation(connection: HTTPConnection, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    names = [str(fault["loc"][-1]) for fault in faults]
    sentences = [f"{name}: {fault['msg']}." for name, fault in zip(names, faults, strict=True)]
    refused = BadRequest(" ".join(sentences) or "The request is not accepted.", field=names[0] if names else None)
    return problem_of(refused, connection.scope["path"]).response()


async def _framework_http(connection: HTTPConnection, error: Exception) -> Response:
    path = connection.scope["path"]
    if isinstance(error, HTTPException) and error.status_code == 404:
        return problem_of(UnknownPath(f"There is nothing at {path}.", "Check the address."), path).response()
    return problem_of(BadRequest(str(error)), path).response()
