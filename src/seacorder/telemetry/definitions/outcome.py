"""What a definition makes of a record."""

from enum import StrEnum
from typing import NamedTuple

from seacorder.model.reading import Value


class RefusalKind(StrEnum):
    """Why a record is refused; each is counted apart."""

    BAD_CHECKSUM = "bad_checksum"
    """Also one that is missing though it is required."""
    WRONG_FIELDS = "wrong_fields"
    """Too few or too many fields, or another unit's letter."""
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_RECORD = "unknown_record"


class Understood(NamedTuple):
    """A record that has a meaning."""

    definition: str
    fields: tuple[tuple[str, str], ...]
    """Name and unit of each field of which the record says something."""
    values: tuple[Value | None, ...]
    """In the same order; None where the record says that there is no value."""
    source_utc_ns: int | None
    """The time that the record gives; None if it gives none, or none that can be."""
    notes: tuple[str, ...] = ()
    """Sentences about what is odd in it, though it is accepted."""
    header: str = ""
    """As it stands in the record, the talker with it; empty where records have none."""


class Refused(NamedTuple):
    """A record that changes nothing."""

    kind: RefusalKind
    definition: str | None
    """The one that it would have been of; None if none fits."""
    sentence: str


class RecordFault(Exception):
    """Ends the reading of a record. Raised and caught within this room."""

    def __init__(self, kind: RefusalKind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind, self.sentence = kind, sentence
