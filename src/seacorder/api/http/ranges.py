"""Which bytes of a file a request asks for: RFC 9110, sections 13 (conditions) and 14 (ranges). Pure.

One range is served. A request for several gets the whole file, which the standard allows, and no player sends one.
"""

import re
from dataclasses import dataclass

from starlette.datastructures import Headers

from seacorder.api.http.problems import RangeOutside

_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `begin` to `end`, the latter not included, of a file of `size` bytes."""

    begin: int
    end: int
    size: int
    is_partial: bool
    """False: the whole file was asked for (status 200)."""

    @property
    def length(self) -> int:
        return self.end - self.begin

    @property
    def content_range(self) -> str:
        """The header of a partial answer (RFC 9110, section 14.4)."""
        return f"bytes {self.begin}-{self.end - 1}/{self.size}"


def piece_asked(headers: Headers, size: int, tag: str, bytes_max: int | None = None) -> ByteRange:
    """The piece of a file of `size` bytes, whose strong entity tag is `tag`, that a request wants.

    `bytes_max` cuts a range short: a partial answer may have less than was asked for, and says so. Raises RangeOutside
    where no byte of the range is in the file.
    """
    whole = ByteRange(0, size, size, is_partial=False)
    text = headers.get("range")
    if text is None or not _is_same(headers.get("if-range"), tag):
        return whole
    found = _RANGE.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        return whole
    if not found[1]:
        begin, end = max(0, size - int(found[2])), size
    else:
        begin, end = int(found[1]), size if not found[2] else min(size, int(found[2]) + 1)
        if found[2] and int(found[2]) < begin:
            return whole
    if begin >= size or not size:
        raise RangeOutside(f"The file has {size} bytes; {text} is not in it.", "Ask for a range inside.", size=size)
    if bytes_max is not None:
        end = min(end, begin + bytes_max)
    return ByteRange(begin, end, size, is_partial=True)


def is_known(headers: Headers, tag: str) -> bool:
    """True where the client has this version of the file already: `If-None-Match` (section 13.1.2)."""
    text = headers.get("if-none-match", "")
    return text.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in text.split(",")}


def _is_same(condition: str | None, tag: str) -> bool:
    """`If-Range` (section 13.1.5): the tags are compared strongly. A date never counts as the same, because a file that
    grows may change twice within its second."""
    return condition is None or condition.strip() == tag
