"""RTSP messages as text (RFC 2326, 4 to 7; RFC 7826 where it only says it better): requests made, answers read.

Pure. Reading is tolerant where cameras are sloppy: any case in header names, bare line feeds, folded headers, a missing
reason. Nothing but `NotRtsp` is ever raised by what a peer sends.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from seacorder.base.errors import InputFailed

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 1024 * 1024

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_FIRST_OF_ANSWER = re.compile(r"RTSP/\d\.\d\s+(?P<status>\d{3})(?:\s+(?P<reason>.*))?\s*", re.IGNORECASE)
_FIRST_OF_REQUEST = re.compile(r"(?P<method>[A-Z_]{3,20})\s+(?P<url>\S+)\s+RTSP/\d\.\d\s*", re.IGNORECASE)
_SESSION = re.compile(r"\s*(?P<name>[^;\s]+)\s*(?:;.*?timeout\s*=\s*\"?(?P<seconds>\d{1,6}))?", re.IGNORECASE)


class NotRtsp(InputFailed):
    """What came is no RTSP message."""


@dataclass(frozen=True, slots=True)
class Message:
    """An answer (`status` set) or a request of the server's own (`method` set)."""

    status: int | None
    reason: str
    method: str | None
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in the order in which they came."""
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name (in lower case); None without one."""
        return next((value for key, value in self.headers if key == name), None)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    @property
    def sequence(self) -> int | None:
        """CSeq, which tells to what request an answer belongs."""
        digits = re.match(r"\d{1,9}", self.header("cseq") or "")
        return int(digits[0]) if digits else None


def request(method: str, url: str, headers: Mapping[str, str]) -> bytes:
    """A request without a body, as bytes."""
    lines = [f"{method} {url} RTSP/1.0", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def answer_to(message: Message) -> bytes:
    """The answer to a request of the server's own: noted. Some cameras end a session that does not answer."""
    return f"RTSP/1.0 200 OK\r\nCSeq: {message.sequence or 0}\r\n\r\n".encode()


def may_begin(block: bytes) -> bool:
    """True when `block` can be the beginning of a message, as far as it goes."""
    return re.fullmatch(rb"[A-Za-z_]{1,20}|(?:RTSP/|[A-Za-z_]{3,20}[ \t]).*", block[:64], re.DOTALL) is not None


def parse(block: bytes) -> tuple[Message, int] | None:
    """The message at the beginning of `block` and how many bytes it takes; None while it is not whole."""
    end = _END_OF_HEAD.search(block, 0, HEAD_LIMIT)
    if end is None:
        if len(block) >= HEAD_LIMIT or not may_begin(block):
            raise NotRtsp("What the camera sends is not RTSP.")
        return None
    first, *rest = re.split(r"\r?\n", block[: end.start()].decode("latin-1"))
    headers = _headers(rest)
    size = _body_size(headers)
    if len(block) < end.end() + size:
        return None
    body = block[end.end() : end.end() + size]
    if (answer := _FIRST_OF_ANSWER.fullmatch(first)) is not None:
        message = Message(int(answer["status"]), (answer["reason"] or "").strip(), None, headers, body)
    elif (asked := _FIRST_OF_REQUEST.fullmatch(first)) is not None:
        message = Message(None, "", asked["method"].upper(), headers, body)
    else:
        raise NotRtsp("What the camera sends is not RTSP.")
    return message, end.end() + size


def session_of(message: Message) -> tuple[str, int | None] | None:
    """Name and timeout in seconds of a `Session` header; None without one."""
    match = _SESSION.match(message.header("session") or "")
    return (match["name"], int(match["seconds"]) if match["seconds"] else None) if match else None


def transport_of(message: Message) -> dict[str, str]:
    """The parameters of an answer's `Transport` header, names in lower case; without a value: empty text."""
    first = (message.header("transport") or "").split(",", 1)[0]
    pairs = (part.partition("=") for part in first.split(";"))
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def numbers_of(text: str | None) -> tuple[int, int] | None:
    """`4-5` as a pair, `4` as (4, 5); None where it is neither."""
    match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", (text or "").strip())
    return (int(match[1]), int(match[2] or int(match[1]) + 1)) if match else None


def rtp_times_of(message: Message) -> list[tuple[str, int]]:
    """(control URL, RTP time of the beginning) of each track in an answer's `RTP-Info` (RFC 2326, 12.33)."""
    found = []
    for entry in re.split(r",\s*(?=url\s*=)", message.header("rtp-info") or "", flags=re.IGNORECASE):
        url = re.search(r"url\s*=\s*([^;\s]+)", entry, re.IGNORECASE)
        time = re.search(r"rtptime\s*=\s*(\d{1,10})", entry, re.IGNORECASE)
        if url and time:
            found.append((url[1].strip('"'), int(time[1]) & 0xFFFFFFFF))
    return found


def _headers(lines: list[str]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in (" ", "\t") and found:
            name, value = found[-1]
            found[-1] = (name, f"{value} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if colon:
            found.append((name.strip().lower(), value.strip()))
    return tuple(found)


def _body_size(headers: tuple[tuple[str, str], ...]) -> int:
    text = next((value for name, value in headers if name == "content-length"), "0")
    if not re.fullmatch(r"\d{1,9}", text):
        return 0
    if int(text) > BODY_LIMIT:
        raise NotRtsp("The camera's answer is too long.")
    return int(text)
