"""Where observations are kept: the newest in memory, each in its file, all in the list of recordings.

The file comes first and then the list, so that a program that is killed in between finds the observation at its next
start: it reads the files in the newest folders, and joins their histories with those of the list.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from seacorder.base.errors import NotKnown
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import LIMIT_MAX, Page
from seacorder.control.events.journal import Journal
from seacorder.control.observations.files import ObservationFiles
from seacorder.model.observation import Observation, ObservationState, joined
from seacorder.model.observation_text import ObservationRow, document_of, row_of
from seacorder.model.recording import Part
from seacorder.storage import observation_file
from seacorder.storage.volumes import MarkedFolders

_log = logging.getLogger(__name__)
HELD = 2000
"""Observations that are held in memory; older ones are read from the list of recordings when one changes."""
READ_AGAIN = 100
"""Newest observations whose folders are read at the start."""
START_SECONDS = 10.0
"""How long the start waits for a disk with observations, which may be away."""


@dataclass(slots=True)
class _Held:
    observation: Observation
    path: str = ""
    wanted: Path = Path()


class Shelf:
    """For the event loop alone; the disk is used in threads."""

    def __init__(self, catalogue: Catalogue, journal: Journal, volumes: MarkedFolders) -> None:
        self._catalogue = catalogue
        self._files = ObservationFiles(journal, volumes, self._stored)
        self._held: OrderedDict[str, _Held] = OrderedDict()

    @property
    def open(self) -> tuple[Observation, ...]:
        """Spans that are open, the oldest first."""
        held = (one.observation for one in self._held.values())
        return tuple(sorted(filter(_is_open, held), key=lambda one: (one.start.utc_ns, one.id)))

    def held(self, observation_id: str) -> Observation | None:
        """The newest version, if it is in memory."""
        found = self._held.get(observation_id)
        return None if found is None else found.observation

    async def find(self, observation_id: str) -> Observation:
        """The newest version. Raises NotKnown when there is none of this id, CatalogueFailed."""
        if observation_id not in self._held:
            found = await self._catalogue.ask(lambda: self._catalogue.observation(observation_id))
            if found is None:
                raise NotKnown(f"There is no observation {observation_id[:60]!r}.", "GET /api/v1/observations has all.")
            # It may have come into memory, and have changed, while the list was asked.
            self._held.setdefault(observation_id, _Held(*found))
        self._held.move_to_end(observation_id)
        return self._held[observation_id].observation

    async def put(self, observation: Observation, wanted: Path | None = None) -> None:
        """Keeps a version. It holds at once; returns when its file is on disk, or after a second. `wanted`: where the
        file of a new observation is to be made."""
        held = self._held.get(observation.id)
        if held is None:
            held = self._held[observation.id] = _Held(observation, wanted=wanted or Path())
        held.observation = observation
        self._held.move_to_end(observation.id)
        self._shrink()
        await self._files.save(observation, held.path, held.wanted)
        # Again, if the disk has taken it already: the row is the same.
        self._record(held.observation, held.path)

    async def start(self) -> Iterable[Observation]:
        """Reads the newest folders, adds to the list what it lacks, and holds what is open. Returns what was read.
        Raises CatalogueFailed."""
        try:
            found = await asyncio.wait_for(asyncio.to_thread(self._read_again), START_SECONDS)
        except TimeoutError:
            _log.warning("The disk with the newest observations does not answer; they are read from the list alone")
            found = {}
        for observation, path in found.values():
            self._record(observation, path)
        for observation, path in await asyncio.to_thread(self._catalogue.open_observations):
            found.setdefault(observation.id, (observation, path))
        for observation, path in found.values():
            if _is_open(observation):
                self._held[observation.id] = _Held(observation, path)
        return tuple(observation for observation, _ in found.values())

    async def numbers(self) -> dict[tuple[str, str], int]:
        """By dive and class: the highest number in the list. Raises CatalogueFailed."""
        return await asyncio.to_thread(self._catalogue.observation_numbers)

    async def begin_utc_ns(self) -> int | None:
        """When the first recording began; None when there is none. Raises CatalogueFailed."""
        return await self._catalogue.ask(self._catalogue.begin_utc_ns)

    async def stop(self) -> None:
        """Waits for files that are on their way, not long."""
        await self._files.stop()

    def _stored(self, version: Observation, path: str) -> None:
        held = self._held.get(version.id)
        if held is not None:
            held.path = path
            self._record(held.observation, path)
        else:
            self._record(version, path)

    def _record(self, observation: Observation, path: str) -> None:
        self._catalogue.record(row_of(observation, path))
        self._catalogue.record(document_of(observation))

    def _shrink(self) -> None:
        for observation_id in list(self._held)[: max(0, len(self._held) - HELD)]:
            if not _is_open(self._held[observation_id].observation):
                del self._held[observation_id]

    def _read_again(self) -> dict[str, tuple[Observation, str]]:
        """What the files in the newest folders say otherwise than the list. Blocks; raises CatalogueFailed."""
        newest = self._catalogue.rows(ObservationRow, Page(limit=READ_AGAIN, newest_first=True)).items
        folders = {Path(row.path).parent for row in newest if row.path}
        for recording in self._catalogue.latest_recordings(2):
            parts = self._catalogue.rows(Part, Page(recording_id=recording.id, limit=LIMIT_MAX)).items
            folders |= {Path(part.path).parent for part in parts}
        found: dict[str, tuple[Observation, str]] = {}
        for folder in sorted(folders):
            for path, read in observation_file.observations_in(folder):
                known = self._catalogue.observation(read.id)
                one = read if known is None else joined(known[0], read)
                if known is None or one != known[0] or known[1] != str(path):
                    found[read.id] = (one, str(path))
        return found


def _is_open(observation: Observation) -> bool:
    return observation.is_span and observation.now.state is ObservationState.OPEN
