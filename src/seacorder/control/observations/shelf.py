"""Where observations are kept: the newest in memory, each in its file, all in the list of recordings.

The file comes first and then the list, so that a program that is killed in between finds the observation at its next
start: it reads the files that were changed last, and joins their histories with those of the list. Where the list has
more than a file, because the disk was too slow or refused, the file is written again.
"""

import asyncio
import contextlib
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seacorder.base.background import task, within
from seacorder.base.errors import CatalogueFailed, NotKnown
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import LIMIT_MAX, Page
from seacorder.control.events.journal import Journal
from seacorder.control.observations.files import ObservationFiles
from seacorder.model.observation import Observation, ObservationState, joined
from seacorder.model.observation_text import OBSERVATION_SUFFIX, ObservationRow, document_of, row_of
from seacorder.model.recording import Part
from seacorder.storage import observation_file
from seacorder.storage.volumes import MarkedFolders

_log = logging.getLogger(__name__)
HELD = 2000
"""Observations that are held in memory; older ones are read from the list of recordings when one changes."""
READ_AGAIN = 100
"""Newest observations whose folders are looked into at the start."""
FILES_READ = 300
"""Files that are read at the start: those that were changed last. Commands are taken only after that."""
FOLDERS = "observation_folders"
"""Where the list keeps the folders that were written to last."""
FOLDERS_KEPT = 8
FOLDER_SECONDS = 0.5
"""How long the first file in a folder waits until the list has that folder."""
START_SECONDS = 10.0
"""How long the start waits for a disk with observations, which may be away."""


@dataclass(slots=True)
class _Held:
    observation: Observation
    path: str = ""
    wanted: Path = Path()

    @property
    def folder(self) -> str:
        """Where its file is, or is to be made."""
        return str((Path(self.path) if self.path else self.wanted).parent)


@dataclass(frozen=True, slots=True)
class _ReadAgain:
    """An observation that the start has found."""

    observation: Observation
    path: str
    is_in_list: bool
    """The list says the same."""
    is_in_file: bool
    """So does the file."""


class Shelf:
    """For the event loop alone; the disk is used in threads."""

    def __init__(
        self, catalogue: Catalogue, journal: Journal, volumes: MarkedFolders, roots: Sequence[str] = ()
    ) -> None:
        """`roots`: the folders that all files of the recorder are in."""
        self._catalogue = catalogue
        self._roots = tuple(roots)
        self._files = ObservationFiles(journal, volumes, self._stored)
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._folders: tuple[str, ...] = ()
        self._path_of: Callable[[Observation], Path] = lambda one: Path(f"{one.id}{OBSERVATION_SUFFIX}")

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
            self._held.setdefault(observation_id, self._found(*found))
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
        await self._remember(held.folder)
        # Not `observation`: a newer version may have come meanwhile.
        await self._files.save(held.observation, held.path, held.wanted)
        # Again, if the disk has taken it already: the row is the same.
        self._record(held.observation, held.path)

    async def start(self, path_of: Callable[[Observation], Path]) -> Iterable[Observation]:
        """Reads the files that were changed last, brings list and files to what both say together, and holds what is
        open. Returns what was found. Raises CatalogueFailed.

        `path_of`: where the file of an observation that has none is to be made.
        """
        self._path_of = path_of
        self._folders = _folders_in(await asyncio.to_thread(self._catalogue.setting, FOLDERS))
        found = await self._found_again()
        for one in found:
            held = self._found(one.observation, one.path)
            if not one.is_in_list:
                self._record(held.observation, held.path)
            if not one.is_in_file:
                self._held[held.observation.id] = held
                task(self._files.save(held.observation, held.path, held.wanted), "the file of an earlier observation")
        known = {one.observation.id: (one.observation, one.path) for one in found}
        for observation, path in await asyncio.to_thread(self._catalogue.open_observations):
            known.setdefault(observation.id, (observation, path))
        for observation, path in known.values():
            if _is_open(observation):
                self._held.setdefault(observation.id, self._found(observation, path))
        return tuple(observation for observation, _ in known.values())

    async def hold_open(self) -> None:
        """Holds the open spans of the list. Raises CatalogueFailed."""
        for observation, path in await asyncio.to_thread(self._catalogue.open_observations):
            self._held.setdefault(observation.id, self._found(observation, path))

    async def numbers(self) -> dict[tuple[str, str], int]:
        """By dive and class: the highest number in the list. Raises CatalogueFailed."""
        return await asyncio.to_thread(self._catalogue.observation_numbers)

    async def begin_utc_ns(self) -> int | None:
        """When the first recording began; None when there is none. Raises CatalogueFailed."""
        return await self._catalogue.ask(self._catalogue.begin_utc_ns)

    async def stop(self) -> None:
        """Waits for files that are on their way, not long."""
        await self._files.stop()

    def _found(self, observation: Observation, path: str) -> _Held:
        """An observation of the list, which has no file if no disk took it."""
        return _Held(observation, path) if path else _Held(observation, wanted=self._path_of(observation))

    def _stored(self, version: Observation, path: str) -> None:
        held = self._held.get(version.id)
        if held is not None:
            held.path = path
            self._record(held.observation, path)
        else:
            self._record(version, path)

    def _record(self, observation: Observation, path: str) -> None:
        # The document first: a kill between the two must not leave a row that nothing is known of.
        self._catalogue.record(document_of(observation))
        self._catalogue.record(row_of(observation, path))

    def _shrink(self) -> None:
        for observation_id in list(self._held)[: max(0, len(self._held) - HELD)]:
            if not _is_open(self._held[observation_id].observation):
                del self._held[observation_id]

    async def _remember(self, folder: str) -> None:
        """Tells the list which folder is written to, before that is done, so that the next start looks there."""
        if folder in self._folders:
            return
        folders = (*self._folders, folder)[-FOLDERS_KEPT:]
        self._catalogue.save_text(FOLDERS, json.dumps(folders))
        with contextlib.suppress(CatalogueFailed):  # it is stored as soon as that disk takes it
            await self._catalogue.flush(FOLDER_SECONDS)
        self._folders = folders

    async def _found_again(self) -> list[_ReadAgain]:
        try:
            return await asyncio.to_thread(within, START_SECONDS, "observations of earlier runs", self._read_again)
        except TimeoutError:
            _log.warning("The disk with the newest observations does not answer; they are read from the list alone")
            return []

    def _read_again(self) -> list[_ReadAgain]:
        """What files and list do not say alike. Blocks; raises CatalogueFailed."""
        newest = self._catalogue.rows(ObservationRow, Page(limit=READ_AGAIN, newest_first=True)).items
        folders = {Path(row.path).parent for row in newest if row.path} | {Path(one) for one in self._folders}
        recordings = self._catalogue.latest_recordings(2)
        if not folders and not recordings:  # a new list, which may be in the place of one that was lost or damaged
            folders = observation_file.folders_under(self._roots)
        for recording in recordings:
            parts = self._catalogue.rows(Part, Page(recording_id=recording.id, limit=LIMIT_MAX)).items
            folders |= {Path(part.path).parent for part in parts}
        found = {row.id: self._without_file(row.id) for row in newest if not row.path}
        for path in observation_file.newest_files(folders, FILES_READ):
            if (read := observation_file.read_file(path)) is not None:
                found[read.id] = self._compared(read, str(path))
        return [one for one in found.values() if one is not None and not (one.is_in_list and one.is_in_file)]

    def _without_file(self, observation_id: str) -> _ReadAgain | None:
        known = self._catalogue.observation(observation_id)
        return None if known is None else _ReadAgain(known[0], "", is_in_list=True, is_in_file=False)

    def _compared(self, read: Observation, path: str) -> _ReadAgain:
        known = self._catalogue.observation(read.id)
        if known is None:
            return _ReadAgain(read, path, is_in_list=False, is_in_file=True)
        both = joined(known[0], read)
        return _ReadAgain(both, path, both == known[0] and path == known[1], both == joined(read, read))


def _folders_in(text: str | None) -> tuple[str, ...]:
    try:
        folders = json.loads(text or "[]")
    except ValueError:
        return ()
    return tuple(one for one in folders if isinstance(one, str)) if isinstance(folders, list) else ()


def _is_open(observation: Observation) -> bool:
    return observation.is_span and observation.now.state is ObservationState.OPEN
