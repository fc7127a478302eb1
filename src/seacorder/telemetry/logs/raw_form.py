"""The raw log: every byte of every source as it was received, with the instant at which it came. Pure.

The file begins with one line, `# Seacorder raw log 1`. Then each piece that was received has a line and its bytes:

    @2026-05-04T03:02:01.123456Z 8123456789 Gyro 17␊
    $HEHDT,271.5,T*2A␊

The line holds the instant in UTC, the same on the monotonic clock in nanoseconds, the source's name, written as in an
address (a blank is `%20`), and how many bytes follow. Behind the bytes stands one line feed more, which is not theirs.
So text can be read in any editor, and a reader that counts gets every byte back, whatever it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

from seacorder.model.instant import Instant, iso_utc

HEAD = b"# Seacorder raw log 1\n"
_MARK = b"@"


@dataclass(frozen=True, slots=True)
class RawPiece:
    """Bytes that were received together."""

    source: str
    data: bytes
    utc: str
    monotonic_ns: int


def piece(source: str, data: bytes, received: Instant) -> bytes:
    """The line and the bytes of one piece."""
    stamp = iso_utc(received.utc_ns, digits=6).encode()
    return b"@%b %d %b %d\n%b\n" % (stamp, received.monotonic_ns, _quoted(source), len(data), data)


@lru_cache(maxsize=64)
def _quoted(source: str) -> bytes:
    return quote(source, safe="").encode()


def pieces(log: bytes) -> Iterator[RawPiece]:
    """All pieces of a log, in order. Of one that was cut off, as many bytes as are there; ValueError when it is none.
    """
    if not log.startswith(HEAD):
        raise ValueError("no raw log of this program")
    at = len(HEAD)
    while at < len(log):
        end = log.find(b"\n", at)
        words = log[at : end if end >= 0 else len(log)].split(b" ")
        if end < 0 and len(words) < 4:
            return  # cut off within a line
        if not words[0].startswith(_MARK) or len(words) != 4:
            raise ValueError(f"no line of a raw log at byte {at}")
        if end < 0:
            return
        size = int(words[3])
        data = log[end + 1 : end + 1 + size]
        yield RawPiece(unquote(words[2].decode()), data, words[0][1:].decode(), int(words[1]))
        at = end + 1 + size + 1
