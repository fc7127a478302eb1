"""Brings each observation's file to the disk at once, and tries again while the disk refuses.

Of an observation only the newest version waits. The disk is used in threads: one that hangs holds up nobody else for
longer than `ANSWER_SECONDS`, and the observation is in the list of recordings meanwhile.
"""

import asyncio
import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from seacorder.base.background import cancel, once, task
from seacorder.base.backoff import Backoff
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.model.observation import Observation
from seacorder.storage import observation_file
from seacorder.storage.volumes import MarkedFolders

ANSWER_SECONDS = 1.0
"""How long whoever enters an observation waits for the disk."""
STOP_SECONDS = 3.0
AT_ONCE = 4
"""Files that are written at the same time."""
_BACKOFF_SECONDS = (0.5, 10.0)


@dataclass(slots=True)
class _Waiting:
    """One observation whose newest version is not on disk yet."""

    newest: Observation
    path: str
    """Empty before its file exists."""
    wanted: Path
    """Where it is to be made."""
    is_due: bool = True
    stored: asyncio.Event = field(default_factory=asyncio.Event)


class ObservationFiles:
    """For the event loop alone."""

    def __init__(
        self, journal: Journal, volumes: MarkedFolders, on_stored: Callable[[Observation, str], None]
    ) -> None:
        """`on_stored` gets a version that is on disk, and its path."""
        self._journal = journal
        self._volumes = volumes
        self._on_stored = on_stored
        self._waiting: dict[str, _Waiting] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def save(self, observation: Observation, path: str, wanted: Path) -> None:
        """Returns when this version, or a newer one, is on disk, or after `ANSWER_SECONDS`: it is then tried again."""
        waiting = self._waiting.get(observation.id)
        if waiting is None:
            waiting = self._waiting[observation.id] = _Waiting(observation, path, wanted)
            self._tasks[observation.id] = task(self._work(waiting), f"observation {observation.id}")
        else:
            if not waiting.is_due:  # the version before is being written, and has waiters of its own
                waiting.stored = asyncio.Event()
            waiting.newest, waiting.is_due = observation, True
        stored = task(_until(waiting.stored), "an observation on its way to the disk")
        await asyncio.wait({stored}, timeout=ANSWER_SECONDS)
        stored.cancel()

    async def stop(self) -> None:
        """Waits for what is on its way, not long, and ends."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=STOP_SECONDS)
        for one in list(self._tasks.values()):
            await cancel(one)

    async def _work(self, waiting: _Waiting) -> None:
        backoff, was_told = Backoff(*_BACKOFF_SECONDS), False
        while waiting.is_due:
            version, stored = waiting.newest, waiting.stored
            waiting.is_due = False
            try:
                async with self._slots:
                    waiting.path = await self._store(version, waiting.path, waiting.wanted)
            except OSError as fault:
                waiting.is_due = True
                if not was_told:
                    was_told = True
                    self._refused(version, waiting, fault)
                await asyncio.sleep(backoff.next_delay())
                continue
            self._on_stored(version, waiting.path)
            stored.set()
        del self._waiting[waiting.newest.id], self._tasks[waiting.newest.id]

    async def _store(self, version: Observation, path: str, wanted: Path) -> str:
        """Stores on a thread of its own, which a disk that hangs may keep."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[str] = loop.create_future()

        def settle(result: str, fault: OSError | None) -> None:
            if done.cancelled():
                return
            if fault is None:
                done.set_result(result)
            else:
                done.set_exception(fault)

        def run() -> None:
            result, failed = "", None
            try:
                result = self._stored(version, path, wanted)
            except OSError as fault:
                failed = fault
            except ValueError as fault:  # a path that no file can have; without an answer its slot would stay taken
                failed = OSError(errno.EINVAL, str(fault))
            loop.call_soon_threadsafe(settle, result, failed)

        once("observation file", run)
        return await done

    def _stored(self, version: Observation, path: str, wanted: Path) -> str:
        where = Path(path) if path else wanted
        self._volumes.check(where)
        if path:
            observation_file.replace(where, version)
            return path
        return str(observation_file.create(where, version))

    def _refused(self, version: Observation, waiting: _Waiting, fault: OSError) -> None:
        where = waiting.path or str(waiting.wanted)
        fact = f"{version.label} {version.number} is not in its file {where} yet ({fault.strerror or fault})."
        action = "It is in the list of recordings, and the file is tried again by itself. Check the disk."
        self._journal.observed(EventKind.OBSERVATION_NOT_STORED, version.id, fact, action)


async def _until(stored: asyncio.Event) -> None:
    await stored.wait()
