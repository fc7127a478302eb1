"""How the bytes of a source are cut into records, and the text of the settings file that says so. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from seacorder.base.errors import BadRequest

RECORD_BYTES_MAX = 4096
"""Bytes of the longest record. What is longer is noise."""
_MARK_BYTES_MAX = 16
_FORMS = "\"nmea\", \"line\", \"datagram\", 'length 25', 'start \\x02 end \\x03' or 'end \\x03'"
_LENGTH = re.compile(r"length +([0-9]{1,5})")
_MARKS = re.compile(r"(?:start +(\S+) +)?end +(\S+)")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([A-Z]{2,3})|(.))")
_NAMED = {"SOH": 1, "STX": 2, "ETX": 3, "EOT": 4, "TAB": 9, "LF": 10, "CR": 13, "FF": 12}
_SHORT = {"r": 13, "n": 10, "t": 9, "\\": 92}


class FramingKind(StrEnum):
    """What ends a record."""

    NMEA = "nmea"
    """NMEA 0183: from `$`, `!` or a tag block to the end of the line or the next `$`."""
    LINE = "line"
    """Any run of CR and LF."""
    MARKS = "marks"
    """Bytes of its own at the end, and perhaps at the start."""
    LENGTH = "length"
    """A number of bytes."""
    DATAGRAM = "datagram"
    """One datagram is one record."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How one source's bytes become records."""

    kind: FramingKind = FramingKind.NMEA
    start: bytes = b""
    """Of `marks`: what a record begins with; empty: with whatever follows the end of the last one."""
    end: bytes = b""
    length: int = 0
    """Of `length`."""


def parse_framing(text: str) -> Framing:
    """The framing that a text of the settings file means. Raises BadRequest that says what is accepted."""
    words = text.strip()
    if words in {FramingKind.NMEA, FramingKind.LINE, FramingKind.DATAGRAM}:
        return Framing(FramingKind(words))
    if found := _LENGTH.fullmatch(words):
        length = int(found[1])
        if not 1 <= length <= RECORD_BYTES_MAX:
            raise _refused(f"A record of {length} bytes is not possible.", f"Write 1 to {RECORD_BYTES_MAX}.")
        return Framing(FramingKind.LENGTH, length=length)
    if found := _MARKS.fullmatch(words):
        return _marks(unescaped(found[1] or ""), unescaped(found[2]))
    raise _refused(f"{text!r} is no framing.", f"Write {_FORMS}.")


def unescaped(text: str) -> bytes:
    """The bytes that a text means: `\\x02`, `\\r`, `\\n`, `\\t`, `\\\\`, `\\STX` and such are control characters, the
    rest stands for itself. Raises BadRequest for an escape that is not known.
    """
    try:
        return _ESCAPE.sub(_character, text).encode("latin-1")
    except UnicodeEncodeError as error:
        raise _refused(f"{text!r} has letters that are more than one byte.", "Write such bytes as \\x followed by two "
                       "hexadecimal digits.") from error


def _character(found: re.Match[str]) -> str:
    digits, name, letter = found.groups()
    code = int(digits, 16) if digits else _NAMED.get(name or "", _SHORT.get(letter or "", -1))
    if code < 0:
        known = ", ".join(f"\\{one}" for one in (*_NAMED, *_SHORT))
        raise _refused(f"{found[0]!r} is no character.", f"Write \\x and two hexadecimal digits, or one of {known}.")
    return chr(code)


def _marks(start: bytes, end: bytes) -> Framing:
    """Start and end share no byte: otherwise what they mean would depend on how the bytes arrive."""
    if max(len(start), len(end)) > _MARK_BYTES_MAX:
        raise _refused("A start or end of a record is too long.", f"Write at most {_MARK_BYTES_MAX} bytes.")
    if set(start) & set(end):
        raise _refused("The start and the end of a record share a byte.", "Write two that have none in common.")
    return Framing(FramingKind.MARKS, start=start, end=end)


def _refused(fact: str, action: str) -> BadRequest:
    return BadRequest(fact, action, field="framing")
