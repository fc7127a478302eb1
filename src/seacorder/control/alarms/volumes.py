"""The disks that recordings go to, looked at once a second, in threads."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seacorder.base.background import task
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import StorageFailed
from seacorder.base.message import Message
from seacorder.control.alarms.rules import Disks
from seacorder.model.volume import MarkedFolder, Volume
from seacorder.storage.disk_faults import ANOTHER_DISK, message_of
from seacorder.storage.reserve import ReserveRule
from seacorder.storage.volume_room import volume_of
from seacorder.storage.volumes import MarkedFolders, is_exchanged, is_replaced, keep_mark

_log = logging.getLogger(__name__)

HANGING_NS = 5 * NS_PER_SECOND
"""A disk whose look takes longer counts as one that does not answer."""


@dataclass(frozen=True, slots=True)
class _FirstLook:
    """What a look at the first volume has found."""

    exchanged: tuple[str, ...]
    replaced: tuple[str, ...]
    is_exchanged: bool = False
    """Nothing is written to the volume that is there now, so its free space says nothing."""
    volume: Volume | None = None
    """None where it could not be looked at."""
    fault: Message | None = None


class VolumeWatch:
    """`volume` is what the last look at the first volume found. While a dead disk holds up a look, no other is begun.

    For the event loop alone.
    """

    def __init__(self, reserve_bytes: int, clock: Clock, marked: Sequence[MarkedFolder] = ()) -> None:
        """`marked`: the folders that have to stay on the same volume, with their marks."""
        self._marked = tuple(marked)
        self._volumes = MarkedFolders(marked)
        self._exchanged: tuple[str, ...] = ()
        self._replaced: tuple[str, ...] = ()
        self.volume = Volume("", 0, 0, reserve_bytes)
        self.second: Volume | None = None
        """The second volume; None where there is none, or it could not be looked at."""
        self._reserve_bytes = reserve_bytes
        self._clock = clock
        self._rule = ReserveRule(reserve_bytes)
        self._is_full = False
        self._fault: Message | None = None
        self._usable: dict[str, int] = {}
        self._looking: asyncio.Task[None] | None = None
        self._began_ns = 0
        self._folder = ""

    @property
    def disks(self) -> Disks:
        """What the rules of alarms need to know."""
        fault = self._fault
        if self._looking is not None and self._clock.monotonic_ns() - self._began_ns > HANGING_NS:
            action = f"Check its cable and its power. {ANOTHER_DISK}"
            fault = Message(f"The disk of {self._folder} does not answer.", action)
        return Disks(
            self._folder,
            fault,
            self._is_full,
            sum(self._usable.values()) if self._usable else None,
            exchanged=self._exchanged,
            replaced=self._replaced,
        )

    def begin_look(self, folder: str, fallback: str | None) -> None:
        """Begins a look unless one is on its way; returns at once."""
        if self._looking is None:
            self._began_ns = self._clock.monotonic_ns()
            self._looking = task(self.look(folder, fallback), "look at disks")
            self._looking.add_done_callback(self._looked)

    async def look(self, folder: str, fallback: str | None = None) -> None:
        """Looks at the first volume and, where there is one, at the second. Raises nothing."""
        if folder != self._folder:
            self._folder, self._rule, self._usable = folder, ReserveRule(self._reserve_bytes), {}
        marked = [one for one in self._marked if one.mark or folder_in(folder, [one.folder])]
        found = await asyncio.to_thread(self._look_at_first, Path(folder), marked)
        self._exchanged, self._replaced = found.exchanged, found.replaced
        if found.is_exchanged:
            return
        self._fault = found.fault
        if found.volume is not None:
            self.volume = found.volume
            room = self._rule.look(self.volume.free_bytes, self._clock.monotonic_ns(), 0)
            self._is_full = room.is_full
            self._usable[folder] = self.volume.usable_bytes
        if fallback is None:
            self.second = None
        else:
            await self._look_at_second(fallback)

    def stop(self) -> None:
        """Cancels a look that is on its way. The thread in it ends when the disk answers."""
        if self._looking is not None:
            self._looking.cancel()

    def _look_at_first(self, folder: Path, marked: Sequence[MarkedFolder]) -> _FirstLook:
        """All that is looked at on the first volume, in one go. Blocks."""
        exchanged, replaced = look_at_marks(marked)
        if (one := self._volumes.exchanged(folder)) is not None:
            exchanged = tuple(dict.fromkeys([*exchanged, one.folder]))
            return _FirstLook(exchanged, replaced, is_exchanged=True)
        try:
            return _FirstLook(exchanged, replaced, volume=volume_of(folder, self._reserve_bytes))
        except StorageFailed as error:
            return _FirstLook(exchanged, replaced, fault=error.message)
        except OSError as error:
            return _FirstLook(exchanged, replaced, fault=message_of(error, folder / "_"))

    async def _look_at_second(self, folder: str) -> None:
        try:
            self.second = await asyncio.to_thread(volume_of, Path(folder), self._reserve_bytes)
            self._usable[folder] = self.second.usable_bytes
        except (OSError, StorageFailed) as error:
            self.second = None
            self._usable.pop(folder, None)
            _log.debug("no look at %s: %s", folder, error)

    def _looked(self, _: asyncio.Task[None]) -> None:
        self._looking = None


def look_at_marks(marked: Sequence[MarkedFolder]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The folders whose volume has been exchanged, and those that were replaced on the same volume. Blocks.

    Writes each mark again where it is missing, because somebody deleted it or an operator accepted a new volume.
    """
    exchanged = tuple(one.folder for one in marked if is_exchanged(one))
    replaced = tuple(one.folder for one in marked if one.folder not in exchanged and is_replaced(one))
    for one in marked:
        keep_mark(one)
    return exchanged, replaced


def folder_in(folder: str, others: Iterable[str]) -> bool:
    """True when the folder lies in one of the others."""
    return any(Path(folder).is_relative_to(other) for other in others)
