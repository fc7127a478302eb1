"""RTSP messages as text (RFC 2326, 4 to 7): makes requests, reads answers. Pure.

Reading is tolerant: header names in any case, bare line feeds, folded headers, no reason. Whatever a camera sends
raises `NotRtsp` or nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from seacorder.base.errors import InputFailed

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 1024 * 1024

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_FIRST_OF_ANSWER = re.compile(r"RTSP/\d+(?:\.\d+)?\s+(?P<status>\d{3})(?!\d)(?P<reason>.*)", re.IGNORECASE)
_FIRST_OF_REQUEST = re.compile(r"(?P<method>[A-Z_]{3,20})\s+(?P<url>\S+)\s+RTSP/\d+(?:\.\d+)?\s*", re.IGNORECASE)
_SESSION = re.compile(r"\s*(?P<name>[^;,\s]+)(?:[;,\s].*?timeout\s*=\s*\"?(?P<seconds>\d{1,6}))?", re.IGNORECASE)


class NotRtsp(InputFailed):
    """What came is no RTSP message."""


@dataclass(frozen=True, slots=True)
class RtspMessage:
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
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def sequence(self) -> int | None:
        """CSeq, the number of the request that an answer belongs to; None without a number."""
        digits = re.match(r"\d{1,9}", self.header("cseq") or "")
        return int(digits[0]) if digits else None


def request(method: str, url: str, headers: Mapping[str, str]) -> bytes:
    """A request without a body, as bytes."""
    lines = [f"{method} {url} RTSP/1.0", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def answer_to(message: RtspMessage, session: str | None = None) -> bytes:
    """The answer (200 OK) to a request of the camera's own. Some cameras end a session whose client does not answer."""
    lines = ["RTSP/1.0 200 OK", f"CSeq: {message.header('cseq') or 0}"]
    if session is not None:
        lines.append(f"Session: {session}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def is_cut_off(message: RtspMessage) -> bool:
    """True for a description that does not end with its line: its Content-Length may be too small."""
    return message.method is None and message.body[:1] == b"v" and message.body[-1:] not in (b"\n", b"\r")


def may_begin(block: bytes) -> bool:
    """True when `block` can be the beginning of a message, as far as it goes."""
    return re.fullmatch(rb"[A-Za-z_]{1,20}|(?:RTSP/|[A-Za-z_]{3,20}[ \t]).*", block[:64], re.DOTALL) is not None


def parse(block: bytes, *, is_all: bool = False) -> tuple[RtspMessage, int] | None:
    """The message at the beginning of `block` and how many bytes it takes; None while it is not whole.

    With `is_all` nothing more will come: a body that is shorter than its Content-Length is taken as it is.
    """
    end = _END_OF_HEAD.search(block, 0, HEAD_LIMIT)
    if end is None and is_all and block[:5].upper() == b"RTSP/" and block.endswith(b"\n"):
        end = re.compile(rb"$").search(block, len(block))  # the empty line that ends the head does not come
    if end is None:
        if len(block) >= HEAD_LIMIT or not may_begin(block):
            raise NotRtsp("What the camera sends is not RTSP.")
        return None
    first, *rest = re.split(r"\r?\n", block[: end.start()].decode("latin-1"))
    answer, asked = _FIRST_OF_ANSWER.fullmatch(first), _FIRST_OF_REQUEST.fullmatch(first)
    if answer is None and asked is None:
        raise NotRtsp("What the camera sends is not RTSP.")
    headers = _headers(rest)
    size = _body_size(headers)
    left = len(block) - end.end()
    if size is None or left < size:
        if not is_all:
            return None
        size = left
    body = block[end.end() : end.end() + size]
    if answer is not None:
        message = RtspMessage(int(answer["status"]), (answer["reason"] or "").strip(), None, headers, body)
    else:
        message = RtspMessage(None, "", asked["method"].upper() if asked else "", headers, body)
    return message, end.end() + size


def session_of(message: RtspMessage) -> tuple[str, int | None] | None:
    """Name and timeout in seconds of a `Session` header; None without one."""
    match = _SESSION.match(message.header("session") or "")
    return (match["name"], int(match["seconds"]) if match["seconds"] else None) if match else None


def transport_of(message: RtspMessage) -> dict[str, str]:
    """The parameters of an answer's `Transport` header, names in lower case; without a value: empty text."""
    first = (message.header("transport") or "").split(",", 1)[0]
    pairs = (part.partition("=") for part in first.split(";"))
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def numbers_of(text: str | None) -> tuple[int, int] | None:
    """`4-5` as a pair, `4` as (4, 5); None where it is neither."""
    match = re.match(r"\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?(?!\d)", text or "")
    return (int(match[1]), int(match[2] or int(match[1]) + 1)) if match else None


def rtp_times_of(message: RtspMessage) -> list[tuple[str, int]]:
    """(control URL, RTP time of the beginning) of each track in an answer's `RTP-Info` (RFC 2326, 12.33)."""
    found = []
    for entry in re.split(r",\s*(?=url\s*=)", message.header("rtp-info") or "", flags=re.IGNORECASE):
        url = re.search(r"url\s*=\s*([^;\s]+)", entry, re.IGNORECASE)
        time = re.search(r"rtptime\s*=\s*\"?(\d{1,10})", entry, re.IGNORECASE)
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


def _body_size(headers: tuple[tuple[str, str], ...]) -> int | None:
    """None where a description comes and nothing says how long it is."""
    text = next((value for name, value in headers if name == "content-length"), "")
    digits = re.match(r"\d{1,9}", text)
    if digits is None:
        is_description = any(name == "content-type" and "sdp" in value.lower() for name, value in headers)
        return None if is_description else 0
    if int(digits[0]) > BODY_LIMIT:
        raise NotRtsp("The camera's answer is too long.")
    return int(digits[0])
