"""One GET to an HTTP server: with user and password, a few redirections, and a time limit on each read.

Authentication is that of `http_auth` (Basic, Digest). Over TLS the certificate is not checked: cameras sign their own.
"""

import contextlib
import http.client
import secrets
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from seacorder.inputs.http_auth import Authority, strongest

REDIRECTIONS = 3
KEPT_BYTES = 16 * 1024 * 1024
"""How much of an answer is kept, so that it can be read again from the beginning: 20 s of 6 Mbit/s."""
_MOVED = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
)


@dataclass(slots=True)
class WebAnswer:
    """An answer whose content is to be read. Whoever holds it closes it."""

    connection: http.client.HTTPConnection
    response: http.client.HTTPResponse
    link: socket.socket | None = None
    """The socket, for its timeout. `http.client` drops its own reference when an answer ends with the connection."""

    @property
    def content_type(self) -> str:
        return (self.response.headers.get_content_type() or "").lower()

    def wait_at_most(self, seconds: float) -> None:
        """Limits each read from now on; a read that takes longer raises TimeoutError."""
        if self.link is not None:
            with contextlib.suppress(OSError):  # the answer has ended, and its socket is closed
                self.link.settimeout(seconds)

    def close(self) -> None:
        self.response.close()
        self.connection.close()


class AnswerContent:
    """The content of an answer as a file that is read forwards.

    `head` looks at the first bytes; `read` and `readline` give them again. One thread. All of them block, and raise
    OSError or http.client.HTTPException when the connection breaks.
    """

    def __init__(self, answer: WebAnswer) -> None:
        self._response = answer.response
        self._kept = bytearray()
        self._keeps = True
        self._at = 0
        """Position in what is kept."""

    def head(self, is_enough: Callable[[bytes], bool], limit: int) -> bytes:
        """The first bytes: until `is_enough` says so, at most about twice `limit`, or until the answer ends."""
        while len(self._kept) < limit and not is_enough(bytes(self._kept)):
            block = self._response.read1(limit)
            if not block:
                break
            self._kept += block
        return bytes(self._kept)

    def begin_again(self) -> bool:
        """Goes back to the first byte. False when the answer is no longer kept from there on."""
        self._at = 0
        return self._keeps

    def forget(self) -> None:
        """Promises that `begin_again` is not called any more, so that nothing more is kept."""
        self._keeps = False

    def read(self, amount: int | None = -1, /) -> bytes:
        """What has come, at most `amount` bytes; waits for the first of them. Empty at the end of the answer."""
        if self._at < len(self._kept):
            block = bytes(self._kept[self._at :][: amount if amount is not None and amount > 0 else None])
            self._at += len(block)
            return block
        block = self._response.read1(-1 if amount is None else amount)
        if self._keeps:
            self._kept += block
            self._at += len(block)
            self._keeps = len(self._kept) < KEPT_BYTES
        elif self._kept:
            self._kept, self._at = bytearray(), 0
        return block

    def readline(self, limit: int = -1, /) -> bytes:
        """A line including its end, at most `limit` bytes."""
        line = b""
        if self._at < len(self._kept):
            end = self._kept.find(b"\n", self._at) + 1 or len(self._kept)
            line = self.read(min(end - self._at, limit) if limit > 0 else end - self._at)
        if line.endswith(b"\n") or len(line) == limit:
            return line
        return line + self._response.readline(limit - len(line) if limit > 0 else limit)


def ask(url: str, user: str | None, password: str | None, timeout_seconds: float) -> WebAnswer:
    """GETs `url` and follows redirections. Every step may block for `timeout_seconds`.

    User and password are sent only to the host of `url`, not to one that it redirects to. OSError or
    http.client.HTTPException when there is no answer.
    """
    asked, own_host = url, urlsplit(url).netloc
    for _ in range(REDIRECTIONS + 1):
        answer = _get(asked, None, timeout_seconds)
        is_ours = user is not None and urlsplit(asked).netloc == own_host
        if answer.response.status == HTTPStatus.UNAUTHORIZED and is_ours:
            challenge = strongest(answer.response.headers.get_all("WWW-Authenticate") or [])
            if challenge is not None:
                answer.close()
                authority = Authority(user or "", password or "", challenge, secrets.token_hex(8))
                answer = _get(asked, authority, timeout_seconds)
        where = answer.response.headers.get("Location")
        if answer.response.status not in _MOVED or where is None:
            return answer
        answer.close()
        asked = urljoin(asked, where)
    raise http.client.HTTPException("too many redirections")


def _get(url: str, authority: Authority | None, timeout_seconds: float) -> WebAnswer:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise http.client.HTTPException("redirected to something that is not HTTP")
    if parts.scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=timeout_seconds, context=context
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout_seconds)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Accept": "*/*", "User-Agent": "Seacorder"}
    if authority is not None:
        headers["Authorization"] = authority.header("GET", target)
    try:
        connection.connect()
        plain = connection.sock
        connection.request("GET", target, headers=headers)
        return WebAnswer(connection, connection.getresponse(), plain)
    except BaseException:
        connection.close()
        raise
