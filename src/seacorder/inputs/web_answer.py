"""An HTTP server's answer to one GET, as cameras need it: user and password, a few redirections, a limit on each read.

Over TLS the certificate is not judged, for cameras sign their own. Basic and Digest as in `rtsp_auth`.
"""

import http.client
import secrets
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from seacorder.inputs.rtsp_auth import Authority, strongest

REDIRECTIONS = 3
_MOVED = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
)


@dataclass(slots=True)
class WebAnswer:
    """A connection whose answer is about to be read; the owner closes it."""

    connection: http.client.HTTPConnection
    response: http.client.HTTPResponse

    @property
    def content_type(self) -> str:
        return (self.response.headers.get_content_type() or "").lower()

    def close(self) -> None:
        self.response.close()
        self.connection.close()


def ask(url: str, user: str | None, password: str | None, timeout_seconds: float) -> WebAnswer:
    """GETs `url`; blocks up to the limit for each step. OSError or http.client.HTTPException when there is no answer.

    User and password are only given to the host that they are meant for.
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
        connection.request("GET", target, headers=headers)
        return WebAnswer(connection, connection.getresponse())
    except BaseException:
        connection.close()
        raise
