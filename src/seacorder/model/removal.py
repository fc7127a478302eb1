"""Removing a recording: the row that stays of it, the orders to the process that does it, and its reports."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from seacorder.base.message import Message
from seacorder.model.copies import CopyTarget

PHRASE = "without a copy"
"""What has to be said, word for word, to remove what nobody has proved to be elsewhere."""
COPY_SEPARATOR = "\n"


class RemovalState(StrEnum):
    """How far a removal is."""

    WAITING = "waiting"
    """Nobody has ordered it, or it was given up: all files are there."""
    VERIFYING = "verifying"
    """Its copies are being read. All files are there."""
    REMOVING = "removing"
    """It was noted, and files are being removed. After a power cut the next start goes on."""
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class RemovedFile:
    """A file that goes, or has gone."""

    path: str
    bytes: int
    modified_ns: int
    sha256: str = ""
    """As the manifest has it; empty for one that no manifest lists."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What stays in the catalogue of a recording that was removed: which, what, when, by whom, and where copies are.

    It is stored before the first file goes, so that what was begun is finished after any interruption.
    """

    recording_id: str
    start_utc_ns: int
    """Of the recording."""
    end_utc_ns: int | None
    utc_ns: int
    """When it was ordered; once all is gone, when that was."""
    state: RemovalState
    ordered_by: str
    why: str
    copies: str
    """Where its verified copies were, one in a line; empty: it was removed without a copy."""
    files: int
    bytes: int
    document: str
    """The files, as JSON."""

    @property
    def removed_files(self) -> tuple[RemovedFile, ...]:
        return tuple(RemovedFile(**one) for one in json.loads(self.document))

    @property
    def copy_places(self) -> tuple[str, ...]:
        return tuple(filter(None, self.copies.split(COPY_SEPARATOR)))


def document_of_files(files: tuple[RemovedFile, ...]) -> str:
    """The text that `Removal.document` keeps."""
    return json.dumps([asdict(one) for one in files], separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class FolderToRemove:
    """One folder with files of the recording."""

    folder: str
    mine: tuple[str, ...]
    """Paths of the recording's files in it, by the catalogue."""
    is_shared: bool
    """Files of others are there too, or it is a storage root: nothing but the recording's own files may go."""


@dataclass(frozen=True, slots=True)
class PrepareRemoval:
    """For the process that removes: find what belongs to the recording, and prove it in copies.

    Answered by `BytesCompared` now and then, and one `RemovalPrepared`.
    """

    folders: tuple[FolderToRemove, ...]
    copies: tuple[str, ...] = ()
    """Folders in which a copy is said to be."""
    roots: tuple[str, ...] = ()
    """Folders of the settings: below them a copy has the same way to a folder."""
    targets: tuple[CopyTarget, ...] = ()
    """Targets of `[[copies]]` at which a copy is said to be, to be read in this order, after those folders."""
    bytes_per_second: int = 0
    """The most that is read of copies; 0: as much as the targets allow."""
    least_copies: int = 0
    """So many of the copies are enough; 0: all of the recording has to be in each."""
    needed: tuple[str, ...] = ()
    """Paths of files that have to be there: of one that is gone, no copy can be compared."""


@dataclass(frozen=True, slots=True)
class BytesCompared:
    """Report: so much of the copies has been read."""

    bytes: int
    of_bytes: int


@dataclass(frozen=True, slots=True)
class RemovalPrepared:
    """Report: what would go, and whether it is proved."""

    files: tuple[RemovedFile, ...] = ()
    left: tuple[str, ...] = ()
    """Paths that stay in folders of the recording, because nothing says that they belong to it."""
    verified: tuple[str, ...] = ()
    """Where each copy is that holds all of it, byte for byte."""
    fact: str = ""
    """Why it is not proved; empty if it is, or if no copy was named."""
    action: str = ""


@dataclass(frozen=True, slots=True)
class RemoveFiles:
    """For the process that removes: remove its files, and folders that are empty then. Answered by `FilesRemoved`."""

    removal: Removal
    folders: tuple[str, ...]
    """Those in which the files are; what lies above them may go too, where it is empty, up to a root."""
    roots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilesRemoved:
    """Report: what was to go is gone, unless there is a fault."""

    fault: str = ""
    changed: tuple[str, ...] = ()
    """Files that were left, because they are not those that were noted."""


@dataclass(frozen=True, slots=True)
class RemovalOrder:
    """What somebody wants to be removed."""

    recording_id: str
    ordered_by: str = ""
    why: str = ""
    copies: tuple[str, ...] = ()
    """Folders in which a copy is, which is verified before anything goes."""
    phrase: str = ""
    """`PHRASE`, where nothing is to be verified."""
    least_copies: int = 0
    """By a rule: so many of the copies have to hold all of it now. 0: somebody has ordered it."""
    targets: tuple[CopyTarget, ...] = ()
    """Without such folders: where `[[copies]]` has put it. One of them, or `least_copies`, is verified before."""

    @property
    def is_without_a_copy(self) -> bool:
        return self.phrase == PHRASE

    @property
    def places(self) -> tuple[str, ...]:
        """Where the copies are that are to be compared."""
        return (*self.copies, *(one.shown for one in self.targets))

    @property
    def is_by_rule(self) -> bool:
        return self.least_copies > 0


@dataclass(frozen=True, slots=True)
class RemovalView:
    """How a removal stands, or what it would be."""

    recording_id: str
    state: RemovalState
    utc_ns: int | None = None
    """When it was ordered, or was done; None while it is not ordered."""
    ordered_by: str = ""
    why: str = ""
    copies: tuple[str, ...] = ()
    """Where verified copies are."""
    files: int = 0
    bytes: int = 0
    folders: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """Files that stay in these folders."""
    hindrance: Message | None = None
    """Why it cannot be removed now, or was not."""
    compared_bytes: int = 0
    to_compare_bytes: int = 0
