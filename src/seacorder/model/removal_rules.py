"""The rules of `[removal]`, by which recordings are removed by themselves, and what they come to now."""

from dataclasses import dataclass
from enum import StrEnum

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.message import Message

NS_PER_DAY = 86_400 * NS_PER_SECOND


class RuleName(StrEnum):
    """Which rule it is: the name of its key in the settings file."""

    OLDER_THAN = "older_than_days"
    KEEP_AT_MOST = "keep_at_most_bytes"
    KEEP_FREE = "keep_free_bytes"


@dataclass(frozen=True, slots=True)
class RemovalRules:
    """What the settings file says. Without any limit nothing is removed by itself."""

    older_than_days: float = 0.0
    """0: age does not matter."""
    keep_at_most_bytes: int = 0
    """0: no limit."""
    keep_free_bytes: int = 0
    """On each disk with recordings; 0: no limit."""
    copies: int = 1
    """So many copies are read and compared before a recording goes."""

    @property
    def is_on(self) -> bool:
        return bool(self.older_than_days or self.keep_at_most_bytes or self.keep_free_bytes)

    @property
    def older_than_ns(self) -> int:
        return round(self.older_than_days * NS_PER_DAY)


NO_RULES = RemovalRules()


@dataclass(frozen=True, slots=True)
class RuleItem:
    """A recording that a rule is about."""

    recording_id: str
    start_utc_ns: int
    end_utc_ns: int
    bytes: int
    rule: RuleName
    why: str
    """A sentence, which stays in the list of recordings once it is removed."""
    hindrance: Message | None = None
    """Why it stays for now; None: it goes."""


@dataclass(frozen=True, slots=True)
class RulesView:
    """What the rules come to now."""

    rules: RemovalRules
    held_bytes: int = 0
    """Of all recordings that are there."""
    ages_count_from_utc_ns: int | None = None
    """Recordings from before this instant count as old as those from it: the clock was changed then. None: no matter.
    """
    clock: Message | None = None
    """Why no age is believed now."""
    items: tuple[RuleItem, ...] = ()
    """In the order in which they go."""
    removing: str | None = None
    """Id of the recording that a rule removes just now."""
