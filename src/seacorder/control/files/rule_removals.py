"""Removes recordings by the rules of `[removal]`, one after the other, on the way on which an operator removes them.

A rule orders what an operator could order, and copies are read and compared then: it never counts one because it was
good once. Copies are read no faster than `removals.RULE_BYTES_PER_SECOND`, so that a recording that runs keeps its
disks; whatever an operator has ordered goes first. What a rule would do and cannot is told once.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from seacorder.base.background import beside, cancel, task
from seacorder.base.backoff import Backoff
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.duration import large_count_text
from seacorder.base.errors import BadRequest, CatalogueFailed, NotPossible, SeacorderError
from seacorder.base.message import Message
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.control.files.believed_ages import BelievedAges
from seacorder.control.files.removal_choice import Held, RuleScene, ShortDisk, chosen
from seacorder.control.files.removals import Removals
from seacorder.model.copies import CopyTarget
from seacorder.model.recording import Recording, RecordingState
from seacorder.model.removal import RemovalOrder
from seacorder.model.removal_rules import NO_RULES, RemovalRules, RuleItem, RulesView
from seacorder.storage.volume_room import free_bytes_of
from seacorder.storage.volumes import MarkedFolders, device_of

EVERY_NS = 60 * NS_PER_SECOND
"""So often it is looked what the rules come to."""
NEXT_NS = 2 * NS_PER_SECOND
"""After a removal the next one is looked for so soon."""
AGAIN_SECONDS = (60.0, 3600.0)
"""After one that was refused; and the recording that was refused comes behind all others for the longer time."""
NOT_HELD = frozenset({RecordingState.REMOVED})


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """What does not change in a run of the program."""

    rules: RemovalRules = NO_RULES
    roots: tuple[str, ...] = ()
    """Folders below which all recorded files lie."""
    volumes: MarkedFolders = field(default_factory=MarkedFolders)
    places: Callable[[], Mapping[str, CopyTarget]] = field(default=dict)
    """By place of `[[copies]]` at which copies can be compared: its target."""


@dataclass(frozen=True, slots=True)
class _Passed:
    """A recording that was refused, and for how long it is passed by."""

    why: Message
    until_ns: int


class RuleRemovals:
    """For the event loop alone."""

    def __init__(
        self, catalogue: Catalogue, journal: Journal, clock: Clock, removals: Removals, settings: RuleSettings
    ) -> None:
        self._catalogue, self._journal, self._clock = catalogue, journal, clock
        self._removals, self._settings, self._rules = removals, settings, settings.rules
        self._ages = BelievedAges(catalogue, journal, clock, settings.rules.older_than_ns)
        self._view = RulesView(settings.rules)
        self._due_ns = clock.monotonic_ns() + NEXT_NS
        self._backoff = Backoff(*AGAIN_SECONDS)
        self._passed: dict[str, _Passed] = {}
        self._told: set[str] = set()
        self._refused: dict[str, str] = {}
        """By recording that was refused last: the fact, which is told once however often it is tried again."""
        self._working: asyncio.Task[None] | None = None

    async def load(self) -> None:
        """Takes up from when on ages count. Raises CatalogueFailed."""
        await self._ages.load()

    def look(self) -> None:
        """Orders the next removal, if one is due. Returns at once."""
        self._ages.look()
        is_idle = self._working is None or self._working.done()
        if not self._rules.is_on or not is_idle or not self._removals.is_idle:
            return
        if self._clock.monotonic_ns() >= self._due_ns:
            self._due_ns = self._clock.monotonic_ns() + EVERY_NS
            self._working = task(self._work(), "rules of removal")

    def clock_stepped(self) -> None:
        """The wall clock was changed."""
        self._ages.stepped()

    async def stop(self) -> None:
        """Ends the work. What is noted already is finished by the next run of the program."""
        await cancel(self._working)
        self._working = None
        self._ages.keep()

    @property
    def status(self) -> RulesView | None:
        """What the rules came to when they were looked at last; None without rules."""
        return replace(self._view, removing=self._removals.by_rule) if self._rules.is_on else None

    async def view(self) -> RulesView:
        """What the rules come to now: what would go, and why something stays. Raises CatalogueFailed, StorageFailed."""
        if not self._rules.is_on:
            return RulesView(self._rules)
        found = await self._look()
        items = [await self._with_hindrance(one) for one in found.items]
        return replace(found, items=tuple(items), removing=self._removals.by_rule)

    # Inside.

    async def _work(self) -> None:
        try:
            self._view = await self._look()
            self._tell()
            for item in self._view.items:
                if item.hindrance is None and await self._is_ordered(item):
                    self._due_ns = self._clock.monotonic_ns() + NEXT_NS
                    return
        except (CatalogueFailed, OSError):
            return  # whoever writes there has raised its alarm; the next look tries again

    async def _is_ordered(self, item: RuleItem) -> bool:
        """False if it cannot go now, such as one that somebody downloads: it is looked at again in a minute."""
        least = self._rules.copies
        order = RemovalOrder(item.recording_id, f"[removal] {item.rule}", item.why, least_copies=least)
        try:
            await self._removals.order(order, lambda why: self._ended(item.recording_id, why))
        except (BadRequest, NotPossible):
            return False
        return True

    def _ended(self, recording_id: str, why: Message | None) -> None:
        """How the removal has ended: without a reason it is done."""
        now_ns = self._clock.monotonic_ns()
        if why is None:
            self._backoff.reset()
            self._refused.pop(recording_id, None)
            self._due_ns = now_ns + NEXT_NS
            return
        self._passed[recording_id] = _Passed(why, now_ns + round(AGAIN_SECONDS[1] * NS_PER_SECOND))
        self._due_ns = now_ns + round(self._backoff.next_delay() * NS_PER_SECOND)
        if why.fact not in self._refused.values():
            self._tell_of({why: 1})
        self._refused[recording_id] = why.fact

    async def _look(self) -> RulesView:
        now_ns = self._clock.monotonic_ns()
        self._passed = {name: one for name, one in self._passed.items() if one.until_ns > now_ns}
        places, passed, ages, now_utc_ns = self._settings.places(), self._passed, self._ages, self._clock.utc_ns()
        count_from_ns, doubt = ages.count_from_utc_ns, ages.doubt

        def hindrance(recording_id: str) -> Message | None:
            if recording_id in passed:
                return passed[recording_id].why
            return self._copies_missing(recording_id, places)

        def look() -> RulesView:
            held = self._held()
            disks = self._disks() if self._rules.keep_free_bytes else ()
            items = chosen(held, self._rules, RuleScene(now_utc_ns, doubt is None, count_from_ns, disks, hindrance))
            return RulesView(self._rules, sum(one.bytes for one in held), count_from_ns or None, doubt, items)

        return await beside("rules of removal", look)

    def _held(self) -> list[Held]:
        """Blocks; CatalogueFailed."""
        contents = self._catalogue.copies.held_files()
        found: list[Held] = []
        for one in self._catalogue.all_rows(Recording):
            if one.state in NOT_HELD:
                continue
            size, last_ns = contents.get(one.id, (0, one.start_utc_ns))
            is_running = one.state is RecordingState.RUNNING
            found.append(Held(one.id, one.start_utc_ns, one.end_utc_ns or last_ns, size, is_running))
        return found

    def _disks(self) -> tuple[ShortDisk, ...]:
        """Those with too little room. Blocks; OSError."""
        short: dict[int, tuple[str, int]] = {}
        for root in self._settings.roots:
            folder = Path(root)
            if folder.is_dir() and self._settings.volumes.exchanged(folder) is None:
                missing = self._rules.keep_free_bytes - free_bytes_of(folder)
                if missing > 0:
                    short.setdefault(device_of(folder), (root, missing))
        return tuple(
            ShortDisk(root, missing, partial(self._freed, device)) for device, (root, missing) in short.items()
        )

    def _freed(self, device: int, recording_id: str) -> int:
        """How much room its end makes there: none where another name has the same bytes, such as that of the blackbox.
        Blocks; CatalogueFailed."""
        found = 0
        for path in self._catalogue.copies.files_of(recording_id):
            with contextlib.suppress(OSError):
                facts = Path(path).stat()
                found += facts.st_size if facts.st_dev == device and facts.st_nlink == 1 else 0
        return found

    def _copies_missing(self, recording_id: str, places: Mapping[str, CopyTarget]) -> Message | None:
        """Blocks; CatalogueFailed."""
        verified = self._catalogue.copies.verified(recording_id)
        if sum(one.place in places for one in verified) >= self._rules.copies:
            return None
        least = self._rules.copies
        how_many = "No verified copy" if least == 1 else f"Fewer than {least} verified copies"
        where = " at a target that can be compared" if len(verified) >= least else ""
        are = "is" if least == 1 else "are"
        return Message(f"{how_many} of it{where} {are} known.", "See `seacorder copies`.")

    async def _with_hindrance(self, item: RuleItem) -> RuleItem:
        """With what is in the way just now too, such as an archive that somebody downloads."""
        if item.hindrance is not None or item.recording_id == self._removals.by_rule:
            return item
        try:
            return replace(item, hindrance=await self._removals.hindrance(item.recording_id))
        except SeacorderError:
            return item

    def _tell(self) -> None:
        reasons: dict[Message, int] = {}
        for one in self._view.items:
            if one.hindrance is not None:
                reasons[one.hindrance] = reasons.get(one.hindrance, 0) + 1
        if self._view.clock is not None:
            reasons[self._view.clock] = 0
        self._told &= {why.fact for why in reasons}
        self._tell_of(reasons)

    def _tell_of(self, reasons: Mapping[Message, int]) -> None:
        for why, count in reasons.items():
            if why.fact not in self._told and why.fact not in self._refused.values():
                self._told.add(why.fact)
                what = large_count_text(count, "recording")
                what += f" that [removal] is to remove {'stays' if count == 1 else 'stay'}. " if count else ""
                fact = f"{what}{why.fact}" if count else why.fact
                self._journal.warn(EventKind.RECORDING_NOT_REMOVED, fact, why.action)
