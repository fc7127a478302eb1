"""The room on a volume: how much is free, and whether files can be made there at all.

The functions ask once, on the caller's thread. A `VolumeRoom` watches one folder that a worker writes to. It has a
thread of its own that looks every two seconds while somebody asks (twice a second when the volume may soon be full, and
while it is in doubt whether files can be made there), so that the thread that feeds files does not wait for
the disk (except for the first answer, 0.25 s at most), and a disk that hangs delays no look at another one. When a
volume counts as full is decided in `storage.reserve`.
"""

import contextlib
import errno
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from seacorder.base.background import once
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import StorageFailed
from seacorder.base.message import Message
from seacorder.model.volume import Volume
from seacorder.storage.disk_faults import message_of
from seacorder.storage.disk_waits import DiskWaits, as_long_as_wanted
from seacorder.storage.reserve import LOOK_SECONDS, FreeSpace, ReserveRule, why_full
from seacorder.storage.volumes import MarkedFolders

FIRST_LOOK_SECONDS = 0.25
"""How long the first question to a `VolumeRoom` waits for an answer."""
_UNASKED_NS = 10 * NS_PER_SECOND
"""A folder that nobody has asked about for this long is not looked at any more."""

_log = logging.getLogger(__name__)

FreeBytes = Callable[[Path], int]


def volume_of(folder: Path, reserve_bytes: int) -> Volume:
    """How large the volume of `folder` is and how much of it is free, for the status; `reserve_bytes` are kept free.

    The folder need not exist yet. Blocks as long as the disk takes; StorageFailed when it does not answer.
    """
    try:
        total_bytes, free_bytes = _total_and_free(folder)
    except FileNotFoundError as fault:
        raise StorageFailed(f"No folder above {folder} exists.", "Choose another folder.") from fault
    except OSError as fault:
        raise StorageFailed.of(message_of(fault, folder / "_")) from fault
    return Volume(str(folder), total_bytes, free_bytes, reserve_bytes, seconds_left=None)


def free_bytes_of(folder: Path) -> int:
    """Bytes that this user may still write on the volume of `folder`, which need not exist yet. Blocks; OSError."""
    return _total_and_free(folder)[1]


def _total_and_free(folder: Path) -> tuple[int, int]:
    """(size of the volume, what this user may still write), in bytes, asked of the nearest folder that exists."""
    for level in (folder, *folder.parents):
        try:
            usage = shutil.disk_usage(level)
        except (FileNotFoundError, NotADirectoryError):
            continue
        return usage.total, usage.free
    raise FileNotFoundError(folder)


def try_folder(folder: Path) -> None:
    """Makes the folder if it is missing, then writes and syncs a nameless file in it, of which nothing stays.

    Blocks; OSError when files cannot be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"\0")
        probe.flush()
        os.fsync(probe.fileno())


@dataclass(frozen=True, slots=True)
class Looking:
    """How a folder is looked at."""

    free_bytes: FreeBytes = free_bytes_of
    volumes: MarkedFolders | None = None
    """Which volume each folder is on; None: nobody has marked any."""
    waits: DiskWaits = as_long_as_wanted
    """Says for how long a question may wait for the first answer, FIRST_LOOK_SECONDS at most."""


LOOKING = Looking()


class VolumeRoom:
    """Watches one folder. Safe from any thread.

    Only a question that starts the watch waits, for FIRST_LOOK_SECONDS at most: the first one, and the first after
    nobody has asked for ten seconds. All others get the answer of the last look.
    """

    def __init__(
        self,
        folder: Path,
        reserve_bytes: int,
        clock: Clock,
        waiting_bytes: Callable[[], int],
        looking: Looking = LOOKING,
    ) -> None:
        """`waiting_bytes` says how many bytes are still to be written, wherever to. `folder` need not exist yet."""
        self.folder = folder
        self._volumes = looking.volumes or MarkedFolders()
        self._is_exchanged = False
        self._reserve_bytes = reserve_bytes
        self._clock = clock
        self._waiting_bytes = waiting_bytes
        self._free_bytes = looking.free_bytes
        self._waits = looking.waits
        self._rule = ReserveRule(reserve_bytes)
        self._room = FreeSpace(0, False, False)
        self._lock = threading.Lock()
        self._looked = threading.Event()
        self._hurry = threading.Event()
        """Set when the next look is wanted at once."""
        self._asked_ns = 0
        self._is_watched = False
        self._suspected_ns: int | None = None
        self._shunned_ns: int | None = None
        self._proved_ns = 0

    @property
    def is_full(self) -> bool:
        """True while nothing more may be written."""
        return self._now().is_full

    @property
    def is_tight(self) -> bool:
        """True when it is full or will be within seconds."""
        return self._now().is_tight

    @property
    def is_exchanged(self) -> bool:
        """True while the folder is on another volume than when the program began: no new file is made there."""
        self._now()
        return self._is_exchanged

    @property
    def why(self) -> Message:
        """Why nothing is written there while it is full or exchanged."""
        if self._is_exchanged:
            return message_of(OSError(errno.EXDEV, ""), self.folder / "_")
        return why_full(str(self.folder), self._room.free_bytes, self._reserve_bytes)

    def is_proved(self, since_ns: int) -> bool:
        """True once a file could be made here after `since_ns` (monotonic). The first question starts the tries."""
        if self._suspected_ns != since_ns:
            self._suspected_ns = since_ns
            self._hurry.set()
        self._now()
        return self._proved_ns > since_ns

    def shun(self, now_ns: int) -> None:
        """Notes that a file was left because this disk refuses or hangs, at `now_ns` (monotonic)."""
        self._shunned_ns = now_ns

    @property
    def is_shunned(self) -> bool:
        """True after `shun` until a file could be made here again."""
        shunned_ns = self._shunned_ns
        if shunned_ns is not None and self.is_proved(shunned_ns):
            self._shunned_ns = self._suspected_ns = None
        return self._shunned_ns is not None

    def _now(self) -> FreeSpace:
        self._asked_ns = self._clock.monotonic_ns()
        if not self._is_watched:
            self._begin()
        return self._room

    def _begin(self) -> None:
        with self._lock:
            if self._is_watched:
                return
            self._is_watched = True
        self._looked.clear()
        once(f"room {self.folder.name}", self._watch)
        self._looked.wait(self._waits(FIRST_LOOK_SECONDS))

    def _watch(self) -> None:
        try:
            while self._clock.monotonic_ns() - self._asked_ns < _UNASKED_NS:
                self._look()
                self._probe()
                self._hurry.wait(self._pause_seconds)
                self._hurry.clear()
        finally:
            self._is_watched = False  # the next question starts another watch

    @property
    def _pause_seconds(self) -> float:
        in_doubt = self._is_exchanged or self._is_suspect
        return LOOK_SECONDS if in_doubt else self._room.look_again_seconds

    @property
    def _is_suspect(self) -> bool:
        """True while it is not known whether files can be made here."""
        return self._suspected_ns is not None and self._proved_ns <= self._suspected_ns

    def _look(self) -> None:
        self._is_exchanged = self._volumes.exchanged(self.folder) is not None
        if self._is_exchanged:
            self._looked.set()
            return  # the folder is on another disk now, whose room does not matter
        try:
            free = self._free_bytes(self.folder)
        except OSError as fault:
            # Whoever writes there meets the same fault and reports it.
            _log.debug("no look at %s: %s", self.folder, fault)
        else:
            self._room = self._rule.look(free, self._clock.monotonic_ns(), self._waiting_bytes())
        self._looked.set()

    def _probe(self) -> None:
        if not self._is_suspect or self._is_exchanged:
            return
        with contextlib.suppress(OSError):
            try_folder(self.folder)
            self._proved_ns = self._clock.monotonic_ns()


class VolumeRooms:
    """The watched folders of one worker. Safe from any thread."""

    def __init__(
        self,
        reserve_bytes: int,
        clock: Clock,
        waiting_bytes: Callable[[], int] = lambda: 0,
        looking: Looking = LOOKING,
    ) -> None:
        self._looking = looking
        self._reserve_bytes = reserve_bytes
        self._clock = clock
        self._waiting_bytes = waiting_bytes
        self._rooms: dict[Path, VolumeRoom] = {}
        self._lock = threading.Lock()

    def at(self, folder: str | Path) -> VolumeRoom:
        """What watches `folder`, which need not exist yet; the same object for the same folder. Does not block."""
        folder = Path(folder)
        with self._lock:
            if folder not in self._rooms:
                self._rooms[folder] = VolumeRoom(
                    folder, self._reserve_bytes, self._clock, self._waiting_bytes, self._looking
                )
            return self._rooms[folder]
