"""What is set, as the next start of the program takes it, and how it differs from what is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Difference(StrEnum):
    """What is not in force yet."""

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
    waits: bool = False
    """The difference takes effect by itself once nothing of the channel is recorded any more; else at the next start.
    """


@dataclass(frozen=True, slots=True)
class Listens:
    """Where the page and the services answer."""

    host: str
    inspector_port: int
    integration_port: int
    secure_port: int | None
    """None: there is no certificate, and no HTTPS."""


@dataclass(frozen=True, slots=True)
class SetupNow:
    """What the next start takes, and what is different from what runs."""

    settings_file: str
    """Empty for the demo, which has none."""
    page_file: str
    lists: Mapping[str, tuple[SetupItem, ...]]
    """By list: those of the next start in its order, then those that end with it."""
    tables: Mapping[str, Mapping[str, Any]]
    whole_lists: Mapping[str, tuple[Mapping[str, Any], ...]]
    """Lists of tables without names."""
    needs_restart: bool
    """Something is different that takes effect at the next start alone."""
    listens_now: Listens
    listens_next: Listens
