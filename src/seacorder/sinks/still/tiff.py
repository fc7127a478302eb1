"""Directories of a TIFF file (revision 6.0, section 2), which EXIF is made of. Pure."""

from dataclasses import dataclass
from fractions import Fraction

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 10: 8}
"""Bytes of one value, by type: BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL."""
LONG = 4


@dataclass(frozen=True, slots=True)
class Tag:
    """One entry."""

    number: int
    kind: int
    content: bytes

    @property
    def count(self) -> int:
        return len(self.content) // _SIZES[self.kind]


def tiff(picture: list[Tag], others: dict[int, list[Tag]]) -> bytes:
    """A file with a first directory, and others to which it points by the tags that are their keys; empty ones are left
    out. Tags are ordered by number, and so are the pointers behind those of `picture`."""
    head = b"MM\0\x2a" + long_(8)
    shown = {number: tags for number, tags in sorted(others.items()) if tags}
    first = [*picture, *(Tag(number, LONG, long_(0)) for number in shown)]
    at = len(head) + len(_directory(first, len(head)))
    pointers, rest = [], b""
    for number, tags in shown.items():
        pointers.append(Tag(number, LONG, long_(at + len(rest))))
        rest += _directory(tags, at + len(rest))
    return head + _directory([*picture, *pointers], len(head)) + rest


def _directory(tags: list[Tag], at: int) -> bytes:
    """A directory at offset `at`: entries of twelve bytes, then the values that do not fit into four bytes.

    `tags` are ordered by number.
    """
    entries, rest = b"", b""
    behind = at + 2 + 12 * len(tags) + 4
    for tag in tags:
        if len(tag.content) <= 4:
            value = tag.content.ljust(4, b"\0")
        else:
            value = long_(behind + len(rest))
            rest += tag.content + b"\0" * (len(tag.content) % 2)
        entries += short(tag.number) + short(tag.kind) + long_(tag.count) + value
    return short(len(tags)) + entries + long_(0) + rest


def short(value: int) -> bytes:
    """Two bytes."""
    return value.to_bytes(2, "big")


def long_(value: int) -> bytes:
    """Four bytes."""
    return value.to_bytes(4, "big")


def rational(value: Fraction) -> bytes:
    """The nearest fraction of two numbers of four bytes."""
    near = value.limit_denominator(1_000_000 if value < 4_000 else 10_000)
    return long_(near.numerator) + long_(near.denominator)
