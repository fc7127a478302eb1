"""HTTP between a client and the recorder: one request, one answer; every failure becomes an `InspectorError`."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from seacorder.base.redaction import redact, redact_address
from seacorder.client.errors import ChannelReason, InspectorError
from seacorder.config.reserved import TOKEN_VARIABLE

CONNECT_SECONDS = 5.0
Query = str | int | Sequence[str]
"""The value of a query parameter. For a sequence, the parameter is repeated."""
Progress = Callable[[int], None]
"""Is told how many bytes have come."""


class Client(ABC):
    """What each client has: it is closed at the end of a `with`."""

    @abstractmethod
    def close(self) -> None:
        """Gives the connections back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class HttpTransport:
    """Sends requests to one recorder. Safe from any thread."""

    def __init__(self, base_url: str, timeout_seconds: float) -> None:
        """Raises InspectorError when `base_url` is no web address. Does not connect yet.

        The token for a recorder that asks for one is in the variable SEACORDER_TOKEN.
        """
        if not _is_web_address(base_url):
            raise InspectorError(
                f"{redact_address(base_url)!r} is no web address.", "Write one such as http://127.0.0.1:13000."
            )
        self.shown_url = redact_address(base_url.rstrip("/"))
        timeout = httpx.Timeout(timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds))
        token = os.environ.get(TOKEN_VARIABLE, "")
        # No proxy from the environment: the recorder is in the same network. Certificates are loaded for https alone,
        # because that takes time.
        self._client = httpx.Client(
            base_url=base_url, timeout=timeout, trust_env=False, verify=base_url.lower().startswith("https"),
            headers={"authorization": f"Bearer {token}"} if token else None,
        )

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, **query: Query) -> Any:
        """The answer's JSON, or None if it has no body. Blocks; raises InspectorError."""
        response = self._send(method, path, body, query)
        if response.is_error:
            raise _refusal(response, path)
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError as error:
            raise self._stranger(path) from error

    def download(
        self, path: str, file: Path, query: Mapping[str, Query], progress: Progress = lambda _: None
    ) -> None:
        """Writes an answer into a file, which is there whole or not at all; `progress` is told of each piece. Blocks;
        raises InspectorError, OSError."""
        new = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            with self._failures(path), self._client.stream("GET", path, params=query) as response:
                if response.is_error:
                    response.read()
                    raise _refusal(response, path)
                with new.open("wb") as out:
                    for piece in response.iter_bytes():
                        out.write(piece)
                        progress(len(piece))
            new.replace(file)
        finally:
            new.unlink(missing_ok=True)

    def _send(self, method: str, path: str, body: dict[str, Any] | None, query: dict[str, Query]) -> httpx.Response:
        with self._failures(path):
            return self._client.request(method, path, json=body, params=query or None)

    @contextmanager
    def _failures(self, path: str) -> Iterator[None]:
        """Makes an InspectorError of what goes wrong on the way."""
        try:
            yield
        except httpx.ConnectError as error:
            raise InspectorError(
                f"No recorder answers at {self.shown_url}. It may still be recording.",
                "Check the address and the network; then, on the recorder, whether `seacorder serve` runs; then the "
                "firewall.",
            ) from error
        except httpx.TimeoutException as error:
            raise InspectorError(
                f"The recorder at {self.shown_url} did not answer {path} in time. It may still have done it.",
                "Look at its status, then try again.",
            ) from error
        except httpx.RemoteProtocolError as error:
            raise self._stranger(path) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise InspectorError(f"The recorder at {self.shown_url} cannot be asked: {redact(str(error))}.") from error

    def _stranger(self, path: str) -> InspectorError:
        return InspectorError(
            f"What answers {path} at {self.shown_url} is not a Seacorder.", "Check host and port."
        )


def _is_web_address(url: str) -> bool:
    """True for http or https, a host, and a port from 1 to 65535 or none."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = httpx.URL(url).host  # raises for a name that cannot be decoded
        host.encode("idna")
    except (ValueError, httpx.InvalidURL):  # UnicodeError and idna's own are ValueErrors
        return False
    return parts.scheme in {"http", "https"} and bool(host) and "%" not in host and port != 0


def _refusal(response: httpx.Response, path: str) -> InspectorError:
    """The error that a problem document (RFC 9457) describes; without one, the status code as a sentence."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if isinstance(problem, dict) and isinstance(problem.get("detail"), str):
        field, channels = problem.get("field"), _reasons(problem.get("channels"))
        fact, action = _told(problem)
        return InspectorError(fact, action, status=response.status_code, field=field, channels=channels)
    return InspectorError(
        f"The answer to {path} was {response.status_code} {response.reason_phrase}.",
        "Check the address.",
        status=response.status_code,
    )


def _told(problem: dict[str, Any]) -> tuple[str, str]:
    """Fact and action. The Inspector service, and a recorder of 0.1.0, have both in one text, `detail`."""
    fact, action = problem.get("fact"), problem.get("action")
    return (fact, action) if isinstance(fact, str) and isinstance(action, str) else (problem["detail"], "")


def _reasons(channels: Any) -> tuple[ChannelReason, ...]:
    """Each channel's result in a problem document; empty if there are none, or not in a recorder's form."""
    try:
        return tuple(ChannelReason(str(one["channel"]), one["ok"] is True, str(one["sentence"])) for one in channels)
    except (TypeError, KeyError):
        return ()
