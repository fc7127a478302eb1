"""Finds out from the first bytes what an HTTP server sends. Pure.

The announced content type counts only where the bytes leave it open: servers announce `application/octet-stream`,
`text/plain` or nothing at all for every kind of stream.
"""

import re
from enum import StrEnum

LOOK_BYTES = 1024
"""How much of an answer is looked at, at most."""
_TS_PACKET, _TS_SYNC = 188, 0x47
_BOUNDARY = re.compile(rb"--([!-~]{1,70})[ \t]*\r?\n")
"""The line before a part of a multipart answer (RFC 2046, 5.1.1)."""
_PLAYLISTS = (b"#EXTM3U", b"<MPD")
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body")
_ENDLESS = (2**31 - 1, 2**32 - 1, 2**63 - 1)
"""Lengths that encoders announce for an endless stream, because their HTTP server must announce one."""


class WebKind(StrEnum):
    PICTURES = "pictures"
    """JPEG pictures as parts of one answer."""
    STILL = "still"
    PAGE = "page"
    PLAYLIST = "playlist"
    """A list of addresses of files that make up the stream (HLS, DASH)."""
    MPEG_TS = "mpegts"
    FLV = "flv"
    OTHER = "other"


def is_enough(head: bytes) -> bool:
    """True when `kind_of` can decide by these bytes; otherwise more are needed, if there are more."""
    begin = head.lstrip()
    if begin[:1] == bytes([_TS_SYNC]):
        return len(begin) > _TS_PACKET
    if begin.startswith(b"--"):
        return b"\n" in begin or len(begin) >= LOOK_BYTES
    if begin.startswith(b"<"):
        return b">" in begin or len(begin) >= LOOK_BYTES
    return len(begin) >= len(_PLAYLISTS[0])


def kind_of(head: bytes, content_type: str) -> WebKind:
    """What an answer is that begins with `head`. `content_type` as announced, in lower case, without parameters."""
    begin = head.lstrip()
    if content_type.startswith("multipart/") or _BOUNDARY.match(begin):
        return WebKind.PICTURES
    if head.startswith(b"\xff\xd8"):
        return WebKind.STILL
    if head.startswith(b"FLV\x01"):
        return WebKind.FLV
    if len(head) > _TS_PACKET and head[0] == head[_TS_PACKET] == _TS_SYNC:
        return WebKind.MPEG_TS
    text = begin.removeprefix(b"\xef\xbb\xbf").lower()
    if begin.removeprefix(b"\xef\xbb\xbf").startswith(_PLAYLISTS) or (b"<mpd" in text and text.startswith(b"<?xml")):
        return WebKind.PLAYLIST
    is_page = text.startswith(_PAGES) or (content_type == "text/html" and b"\0" not in head)
    return WebKind.PAGE if is_page else WebKind.OTHER


def boundary_of(head: bytes, announced: str) -> str:
    """The boundary of a multipart answer: the one before the first part, or else the announced one."""
    found = _BOUNDARY.match(head.lstrip())
    return announced if found is None else found[1].decode("ascii")


def is_file(length: int | None) -> bool:
    """True when the announced length is that of a file, not of an endless stream."""
    return length is not None and length not in _ENDLESS
