"""Which recordings the rules of `[removal]` are about, and why. Pure: whoever calls it has looked at the disks.

The oldest go first. One that may not go, because too few copies of it are known, is passed by: the next one goes in its
place. So the limits of size are kept as far as what is copied allows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.duration import duration_text
from seacorder.base.message import Message
from seacorder.model.removal_rules import RemovalRules, RuleItem, RuleName

EARLIEST_UTC_NS = 1_672_531_200 * NS_PER_SECOND
"""2023-01-01: whatever is said to be older was recorded by a clock that was not set."""
MOST_GOING, MOST_ITEMS = 100, 500
"""So many recordings are named at once: those that go, and all together."""
NOT_DATED = Message(
    "When it was recorded is not known: the clock was not set then. Its age is not judged.",
    "Look at it, and remove it by hand if it may go.",
)


@dataclass(frozen=True, slots=True)
class Held:
    """A recording that is there."""

    id: str
    start_utc_ns: int
    end_utc_ns: int
    bytes: int
    is_running: bool = False

    @property
    def is_dated(self) -> bool:
        return self.end_utc_ns >= EARLIEST_UTC_NS


@dataclass(frozen=True, slots=True)
class ShortDisk:
    """A disk with too little room on it."""

    folder: str
    """One that it is known by."""
    missing_bytes: int
    freed: Callable[[str], int]
    """Given the id of a recording: how much more room there is when that is gone."""


@dataclass(frozen=True, slots=True)
class RuleScene:
    """What is to be known besides the recordings."""

    now_utc_ns: int
    are_ages_believed: bool = True
    ages_count_from_utc_ns: int = 0
    """Nothing counts as older than this instant."""
    disks: tuple[ShortDisk, ...] = ()
    hindrance: Callable[[str], Message | None] = field(default=lambda _: None)
    """Why the recording of this id may not go now."""


def chosen(held: Iterable[Held], rules: RemovalRules, scene: RuleScene) -> tuple[RuleItem, ...]:
    """In the order in which they go, those that have to wait among them."""
    everything = sorted(held, key=lambda one: (not one.is_dated, one.end_utc_ns, one.id))
    choice = _Chosen(rules, scene)
    candidates = [one for one in everything if not one.is_running]
    if rules.older_than_days and scene.are_ages_believed:
        choice.by_age(candidates)
    if rules.keep_at_most_bytes:
        choice.by_size(candidates, sum(one.bytes for one in everything))
    if rules.keep_free_bytes:
        for disk in scene.disks:
            choice.by_room(candidates, disk)
    return tuple(choice.items.values())


class _Chosen:
    def __init__(self, rules: RemovalRules, scene: RuleScene) -> None:
        self.items: dict[str, RuleItem] = {}
        self._going = 0
        self._rules, self._scene = rules, scene

    def by_age(self, held: Iterable[Held]) -> None:
        most_ns = self._rules.older_than_ns
        for one in held:
            if self._is_full():
                return
            literal_ns = self._scene.now_utc_ns - one.end_utc_ns
            age_ns = self._scene.now_utc_ns - max(one.end_utc_ns, self._scene.ages_count_from_utc_ns)
            if literal_ns <= most_ns:
                continue
            why = f"It ended {duration_text(literal_ns / NS_PER_SECOND)} ago, and older_than_days is "
            why += f"{self._rules.older_than_days:g}."
            if not one.is_dated:
                self._add(one, RuleName.OLDER_THAN, why, NOT_DATED)
            elif age_ns > most_ns:
                self._add(one, RuleName.OLDER_THAN, why)

    def by_size(self, held: Iterable[Held], total: int) -> None:
        most = self._rules.keep_at_most_bytes
        over = total - most - sum(one.bytes for one in self.items.values() if one.hindrance is None)
        why = f"The recordings had {total:,} bytes together, and keep_at_most_bytes is {most:,}."
        for one in held:
            if over <= 0 or self._is_full():
                return
            if one.bytes and self._adds(one, RuleName.KEEP_AT_MOST, why):
                over -= one.bytes

    def by_room(self, held: Iterable[Held], disk: ShortDisk) -> None:
        going = (name for name, one in self.items.items() if one.hindrance is None)
        missing = disk.missing_bytes - sum(map(disk.freed, going))
        free = self._rules.keep_free_bytes - disk.missing_bytes
        why = f"{free:,} bytes were free on the disk of {disk.folder}, and keep_free_bytes is "
        why += f"{self._rules.keep_free_bytes:,}."
        for one in held:
            if missing <= 0 or self._is_full():
                return
            freed = 0 if one.id in self.items else disk.freed(one.id)
            if freed and self._adds(one, RuleName.KEEP_FREE, why):
                missing -= freed

    def _is_full(self) -> bool:
        return self._going >= MOST_GOING or len(self.items) >= MOST_ITEMS

    def _adds(self, one: Held, rule: RuleName, why: str) -> bool:
        """True if it goes by this rule."""
        if one.id in self.items:
            return False
        return self._add(one, rule, why).hindrance is None

    def _add(self, one: Held, rule: RuleName, why: str, hindrance: Message | None = None) -> RuleItem:
        item = RuleItem(one.id, one.start_utc_ns, one.end_utc_ns, one.bytes, rule, why, hindrance)
        if hindrance is None:
            item = replace(item, hindrance=self._scene.hindrance(one.id))
        self.items[one.id] = item
        self._going += item.hindrance is None
        return item
