"""DER (ITU-T X.690): just what time stamps and certificates are made of, read and written. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

SEQUENCE, SET, INTEGER, OCTETS, BOOLEAN, OBJECT, NULL, GENERALIZED_TIME = 0x30, 0x31, 2, 4, 1, 6, 5, 0x18
CONTEXT_0 = 0xA0


class NotDer(ValueError):
    """The bytes are not what the standard demands."""


@dataclass(frozen=True, slots=True)
class Item:
    """One value; `raw` are its bytes with tag and length, `body` those without."""

    tag: int
    raw: bytes
    body: bytes

    @property
    def number(self) -> int:
        """Of an INTEGER."""
        return int.from_bytes(self.body, "big", signed=True)

    @property
    def items(self) -> list["Item"]:
        """What is inside."""
        return list(items(self.body))


def items(data: bytes) -> Iterator[Item]:
    """The values that the bytes are made of. Raises NotDer."""
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise NotDer("a value that is cut off")
        tag, length, body = data[at], data[at + 1], at + 2
        if length >= 0x80:
            count = length & 0x7F
            length, body = int.from_bytes(data[body : body + count], "big"), body + count
        if body + length > len(data):
            raise NotDer("a value that is cut off")
        yield Item(tag, data[at : body + length], data[body : body + length])
        at = body + length


def item(data: bytes, tag: int = SEQUENCE) -> Item:
    """The first value, which must have that tag. Raises NotDer."""
    found = next(items(data), None)
    if found is None or found.tag != tag:
        raise NotDer(f"no value with the tag {tag:#x}")
    return found


def made(tag: int, *bodies: bytes) -> bytes:
    """A value around these bytes."""
    body = b"".join(bodies)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def integer(number: int) -> bytes:
    """A number that is not negative."""
    return made(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))
