"""What the telemetry worker is trying just now, as bytes in a file that the control process can read when it hangs."""

import struct
from dataclasses import dataclass

_HEAD = struct.Struct("=qH")
NAME_BYTES = 240
MARK_BYTES = _HEAD.size + NAME_BYTES
NO_MARK = b"\0" * _HEAD.size


@dataclass(frozen=True, slots=True)
class Mark:
    """A definition, and since when (monotonic) it has been tried."""

    name: str
    since_ns: int


def mark_of(name: str, monotonic_ns: int) -> bytes:
    """MARK_BYTES; a name that is too long is cut."""
    cut = name.encode()[:NAME_BYTES]
    return (_HEAD.pack(monotonic_ns, len(cut)) + cut).ljust(MARK_BYTES, b"\0")


def mark_in(content: bytes) -> Mark | None:
    """The mark in a file's content; None when nothing is being tried."""
    if len(content) < MARK_BYTES:
        return None
    since_ns, count = _HEAD.unpack_from(content)
    name = content[_HEAD.size : _HEAD.size + min(count, NAME_BYTES)].decode("utf-8", "replace")
    return Mark(name, since_ns) if since_ns and name else None
