"""The files that the blackbox holds: known from the account of each hour, kept within the limits, oldest out first.

Everything that touches the disk is done in one thread at a time (`work`); a disk that hangs holds up the next round,
and nothing else. Rows that wait for it are kept in memory, as many as `MOST_WAITING`.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from seacorder.base.errors import StorageFailed
from seacorder.base.message import Message
from seacorder.control.blackbox.limits import TooMuch, outdated
from seacorder.control.blackbox.needs import Needs
from seacorder.control.losses.resumption import not_before
from seacorder.model.account import AccountRow
from seacorder.model.blackbox import BlackboxSettings
from seacorder.model.completion import ClockSample
from seacorder.model.recording import Part
from seacorder.storage import account_file, blackbox_files
from seacorder.storage.blackbox_files import HeldFiles
from seacorder.storage.disk_faults import message_of
from seacorder.storage.volume_room import volume_of

_log = logging.getLogger(__name__)

MOST_WAITING = 20_000
MARGIN_SHARE, MARGIN_BYTES = 20, 500_000_000
"""The oldest files go so that a twentieth of the disk, but no more than this, stays free above the reserve."""


@dataclass(slots=True)
class _Round:
    """What one round in the thread is given, and what it found."""

    parts: list[Part]
    missed: list[AccountRow]
    unreadable: list[str]
    clocks: list[tuple[Path, ClockSample]]
    hours: Sequence[Path]
    """In these, logs of survey data are looked for."""
    measured: list[HeldFiles] = field(default_factory=list)
    lacking_bytes: int = 0
    """So much is missing to the room that should be free on the disk."""
    fault: Message | None = None


class Holdings:
    """For the event loop alone; only `work` and `load` wait."""

    def __init__(self, settings: BlackboxSettings, needs: Needs) -> None:
        self._settings = settings
        self._needs = needs
        self._held: dict[str, HeldFiles] = {}
        self.missed: deque[AccountRow] = deque(maxlen=MOST_WAITING)
        """Rows of what the held files miss."""
        self._closed: deque[Part] = deque(maxlen=MOST_WAITING)
        self._noted: deque[AccountRow] = deque(maxlen=MOST_WAITING)
        self._unreadable: deque[str] = deque(maxlen=MOST_WAITING)
        self._clocks: deque[tuple[Path, ClockSample]] = deque(maxlen=MOST_WAITING)
        self._lock = asyncio.Lock()
        self._hours: deque[Path] = deque(maxlen=2)
        """The newest ones."""
        self.open_bytes = 0
        """Of the files that are being written."""
        self.count = self.bytes = self.needed = 0
        """Of all that is held: how many, how large, how many of them somebody still needs; as of the last round."""
        self.oldest_utc_ns: int | None = None
        self.fault: Message | None = None
        """Why its disk could not be worked on; None while it could."""

    @property
    def files(self) -> list[HeldFiles]:
        """All that is held, the oldest first."""
        return sorted(self._held.values(), key=lambda one: (one.begin_utc_ns, one.stem))

    @property
    def has_work(self) -> bool:
        """Something waits to be written down."""
        return bool(self._closed or self._noted or self._unreadable or self._clocks)

    def took(self, part: Part) -> None:
        """A part was closed, or its worker ended."""
        self._closed.append(part)

    def took_unreadable(self, path: str) -> None:
        """A video of an earlier run of which nothing can be read: it takes room, and goes as the others do."""
        self._unreadable.append(path)

    def note(self, row: AccountRow) -> None:
        """The blackbox has missed frames."""
        self.missed.append(row)
        self._noted.append(row)

    def note_clocks(self, hour: Path, sample: ClockSample) -> None:
        """What is known of the clocks, for the folder of an hour."""
        self._clocks.append((hour, sample))

    async def load(self) -> tuple[str, ...]:
        """Takes up what an earlier run has left. Returns the videos that no account lists. OSError."""
        found = await asyncio.to_thread(blackbox_files.find, Path(self._settings.root))
        self._held = {one.stem: one for one in found.held} | self._held
        self.missed.extendleft(reversed(found.rows))
        self._add_up()
        return found.unknown

    async def work(self) -> None:
        """Writes down what has been closed and missed, measures it, and removes what exceeds the limits."""
        async with self._lock:
            for part in self._closed:
                folder = Path(part.path).parent
                if folder not in self._hours:
                    self._hours.append(folder)
            waiting = (list(self._closed), list(self._noted), list(self._unreadable), list(self._clocks))
            todo = _Round(*waiting, tuple(self._hours))
            await asyncio.to_thread(self._do, todo)
            self._tell(todo.fault)
            if todo.fault is None:
                for _ in todo.parts:
                    self._closed.popleft()
                for _ in todo.missed:
                    self._noted.popleft()
                for _ in todo.unreadable:
                    self._unreadable.popleft()
                for _ in todo.clocks:
                    self._clocks.popleft()
            self._held |= {one.stem: one for one in todo.measured}
            self._add_up()
            await self._remove(todo.lacking_bytes)
            self._add_up()

    def _do(self, todo: _Round) -> None:
        """Blocks. What a disk refuses waits; that the disk is full must not keep files from being removed."""
        root = Path(self._settings.root)
        try:
            volume = volume_of(root, self._settings.reserve_bytes)
            margin = min(MARGIN_BYTES, volume.total_bytes // MARGIN_SHARE)
            todo.lacking_bytes = max(0, self._settings.reserve_bytes + margin - volume.free_bytes)
            todo.measured += [held for part in todo.parts if (held := blackbox_files.measured(part)) is not None]
            todo.measured += [one for path in todo.unreadable for one in blackbox_files.beside(path)]
            todo.measured += _logs_in(todo.hours)
            _write_down(todo)
        except StorageFailed as fault:
            todo.fault = fault.message
        except OSError as fault:
            todo.fault = message_of(fault, root / "_")

    async def _remove(self, lacking_bytes: int) -> None:
        over_bytes = self.bytes + self.open_bytes - self._settings.max_bytes
        too_much = TooMuch(max(over_bytes, lacking_bytes), self._settings.max_age_ns)
        going = outdated(self._held.values(), too_much, self._is_needed)
        for one in going:
            try:
                await asyncio.to_thread(blackbox_files.remove, one)
            except OSError as fault:
                self._tell(message_of(fault, Path(one.stem)))
                return  # the next round tries again
            del self._held[one.stem]
        if going and self._held:
            oldest_ns = min(one.begin_utc_ns for one in self._held.values())
            self.missed = deque(not_before(self.missed, oldest_ns), MOST_WAITING)

    def _add_up(self) -> None:
        held = self._held.values()
        self.count, self.bytes = len(held), sum(one.bytes for one in held)
        self.needed = sum(map(self._is_needed, held))
        self.oldest_utc_ns = min((one.begin_utc_ns for one in held), default=None)

    def _is_needed(self, one: HeldFiles) -> bool:
        return self._needs.are_there(one.begin_utc_ns, one.end_utc_ns)

    def _tell(self, fault: Message | None) -> None:
        if fault is not None and fault != self.fault:
            _log.warning("The blackbox's folder cannot be worked on: %s", fault.text)
        self.fault = fault


def _write_down(todo: _Round) -> None:
    """Into the account of each hour. What was missed goes to the newest one. Blocks; OSError."""
    rows: defaultdict[Path, list[AccountRow]] = defaultdict(list)
    for part in todo.parts:
        rows[Path(part.path).parent].append(part)
    if todo.hours:
        rows[todo.hours[-1]] += todo.missed
    for folder, some in rows.items():
        if some and folder.is_dir():
            account_file.append(folder, some)
    for folder, sample in todo.clocks:
        if folder.is_dir():
            blackbox_files.note_clocks(folder, [asdict(sample)])


def _logs_in(hours: Sequence[Path]) -> list[HeldFiles]:
    """The logs of survey data of these hours, without the newest, which may still be written."""
    found = [one for hour in hours if hour.is_dir() for one in blackbox_files.files_in(hour) if not one.has_video]
    return sorted(found, key=lambda one: one.begin_utc_ns)[:-1]
