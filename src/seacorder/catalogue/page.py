"""Queries by page: a filter in, rows and a cursor for the next page out. Pure."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Generic, TypeVar

from seacorder.base.errors import BadRequest

T = TypeVar("T")
LIMIT_MAX = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """A filter, and where to continue. A field that is None does not filter."""

    from_utc_ns: int | None = None
    """Rows that end at or after this; what is still being written counts as not ended."""
    to_utc_ns: int | None = None
    """Rows that start before this."""
    channel: str | None = None
    recording_id: str | None = None
    without_recording: bool = False
    """Only rows that belong to no recording."""
    limit: int = 100
    """Rows at most, 1 to LIMIT_MAX."""
    cursor: str | None = None
    """`next_cursor` of the page before, with the same filter and order."""
    newest_first: bool = False
    code: str | None = None
    """Observations of this kind, and rows of recordings that have one."""
    observation_class: str | None = None
    """Of observations alone."""
    dive: str | None = None
    """Observations of this dive, and rows of recordings that have one."""
    text: str | None = None
    """Observations in which every word of it begins a word; case and accents do not matter. Recordings with such an
    observation, or with a file in whose path every word is; of other rows, those whose text has every word."""


EVERY_ROW = Page()
"""No filter."""


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """One page of rows, in the order of their start; `next_cursor` is None on the last page."""

    items: tuple[T, ...]
    next_cursor: str | None = None


def write_cursor(start_utc_ns: int, row: int) -> str:
    """A position in a table, as opaque text that can be part of a URL."""
    return base64.urlsafe_b64encode(json.dumps([start_utc_ns, row]).encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[int, int]:
    """The position in the text of `write_cursor`. Raises BadRequest for any other text."""
    try:
        start, row = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if type(start) is int and type(row) is int and max(abs(start), abs(row)) < 2**63:
            return start, row
    except (binascii.Error, ValueError, TypeError):
        pass
    raise BadRequest(
        "The cursor is not one that this recorder gave.", "Omit it to begin at the start.", field="cursor"
    )


def check_limit(limit: int) -> int:
    """Returns the limit. Raises BadRequest if it is not 1 to LIMIT_MAX."""
    if not 1 <= limit <= LIMIT_MAX:
        raise BadRequest(f"The limit {limit} is not accepted.", f"Write 1 to {LIMIT_MAX}.", field="limit")
    return limit
