"""What the next start of the program takes, and how it differs from what runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Difference(StrEnum):
    """What the next start makes different."""

    NONE = "none"
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class SetupItem:
    """One channel or source."""

    table: Mapping[str, Any]
    """Its keys as the settings file has them, without what an address holds in secret."""
    is_of_page: bool
    """The page has set something of it."""
    difference: Difference


@dataclass(frozen=True, slots=True)
class SetupNow:
    """What the next start takes, and what is different from what runs."""

    settings_file: str
    """Empty for the demo, which has none."""
    page_file: str
    lists: Mapping[str, tuple[SetupItem, ...]]
    """By list: those of the next start in its order, then those that end with it."""
    tables: Mapping[str, Mapping[str, Any]]
    needs_restart: bool
