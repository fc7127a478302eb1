"""Copies of recorded files at other places: the targets, the order to copy, its reports, and how each target stands.

A **target** is what the settings name. A **place** is where its files really go: the disk that is in the drive now, or
the bucket. What has been copied is kept by place, so that two disks that are used in turn are two places.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath

from seacorder.base.message import Message

BUCKET_BEGIN = "s3://"
PLACE_MARK_NAME = ".seacorder-copies"
"""A file at the top of a target folder, with a random text by which the disk is known again."""


@dataclass(frozen=True, slots=True)
class CopyTarget:
    """One `[[copies]]` table of the settings."""

    name: str
    address: str
    """A folder, or `s3://bucket/prefix`."""
    bytes_per_second: int = 0
    """The most that is sent, and the most that is read back; 0: no limit."""
    behind_seconds: float = 3600.0
    """A whole file that waits for longer is an alarm; 0: never."""
    may_be_same_disk: bool = False
    endpoint: str = ""
    """Address of the S3 server; empty: Amazon's."""
    region: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    keys_file: str = ""
    """File with both keys, a line each; read by the process that copies."""

    @property
    def is_bucket(self) -> bool:
        return self.address.startswith(BUCKET_BEGIN)

    @property
    def shown(self) -> str:
        """The address as people read it: of a bucket without a scheme, so that nothing of it is taken for a secret."""
        return f"bucket {self.address.removeprefix(BUCKET_BEGIN)}" if self.is_bucket else self.address


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file that lies whole at a place: it was read back there, and its SHA-256 was that of the original."""

    place: str
    path: str
    """Of the original."""
    target: str
    bytes: int
    modified_ns: int
    """Of the original, when it was copied."""
    sha256: str
    verified_utc_ns: int


@dataclass(frozen=True, slots=True)
class CopiedFolder:
    """A complete folder of which every file of its manifest, the manifest and the signature lie whole at a place."""

    place: str
    folder: str
    target: str
    manifest_sha256: str
    files: int
    bytes: int
    completed_utc_ns: int
    """Which state of the folder it is: see `CompletedFolder`."""
    verified_utc_ns: int


@dataclass(frozen=True, slots=True)
class CompletedFolder:
    """When a folder was made complete last."""

    folder: str
    completed_utc_ns: int


CopyRow = CopiedFile | CopiedFolder | CompletedFolder
"""What the catalogue keeps of copies."""


@dataclass(frozen=True, slots=True)
class VerifiedCopy:
    """One whole copy of a recording, with everything that lies beside it."""

    target: str
    place: str
    verified_utc_ns: int
    """When the last of its folders was verified."""
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """Where a target's files went last."""

    place: str = ""
    mount: str = ""
    """The mount point that its folder was on."""


@dataclass(frozen=True, slots=True)
class CopyFolder:
    """For the process that copies: bring files of one folder to a target. Answered by a `PlaceFound`, then `CopiedFile`
    and `CopyProgress`, at last one `CopyEnded`.
    """

    target: CopyTarget
    folder: str
    to: str
    """Where it goes below the target, with `/` between folders; empty: into the target itself."""
    files: tuple[str, ...] = ()
    """Names of whole files. Used where `is_complete` is False."""
    is_complete: bool = False
    """All that the folder's manifest lists goes, then the manifest, the signature and the custody."""
    completed_utc_ns: int = 0
    copied: tuple[CopiedFile, ...] = ()
    """What lies there already, of this folder."""
    known: KnownPlace = field(default_factory=KnownPlace)
    key_folder: str = ""
    """Where the key is with which the line of custody is signed; empty: there is none."""
    program: str = ""


@dataclass(frozen=True, slots=True)
class CopyBegun:
    """Report: the process runs, and turns to its target now."""


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """Report: the target is there."""

    place: str
    mount: str


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """Report: how far one file is. It comes every second or so: without it the target counts as hanging."""

    file: str
    done_bytes: int
    bytes: int
    is_checking: bool = False
    """It has been sent and is being read back."""


class CopyFault(StrEnum):
    """Why an order was not carried out."""

    TARGET = "target"
    """The target as a whole: full, gone, refused."""
    FOLDER = "folder"
    """This folder alone; others can be copied."""
    SOURCE = "source"
    """The original was changed meanwhile, or cannot be read; it is copied later."""


@dataclass(frozen=True, slots=True)
class CopyEnded:
    """Report: the order is over."""

    folder: str
    copied: CopiedFolder | None = None
    """Set when the whole folder lies there."""
    fault: CopyFault | None = None
    why: Message | None = None
    missing: tuple[str, ...] = ()
    """Paths of originals that do not exist any more; of a complete folder itself, if it has no manifest now."""
    has_manifest: bool = False
    """The original folder has one."""
    left: tuple[str, ...] = ()
    """Names of files of which only a beginning lies in a complete copy, because the originals are gone."""


class CopyState(StrEnum):
    """How a target stands."""

    IDLE = "idle"
    """Nothing is to be copied."""
    COPYING = "copying"
    WAITING = "waiting"
    """Something is to be copied and is not ready, or will be begun soon."""
    FAILED = "failed"
    """The last try failed; there will be another one."""


@dataclass(frozen=True, slots=True)
class CopyStatus:
    """How one target stands now."""

    name: str
    address: str
    state: CopyState
    since_utc_ns: int
    why: Message | None = None
    """Why it is FAILED."""
    behind_files: int = 0
    """Whole files that are not there yet."""
    behind_bytes: int = 0
    behind_folders: int = 0
    """Complete folders that are not there whole yet."""
    behind_since_utc_ns: int | None = None
    """When the oldest of them was whole; None if nothing is behind."""
    progress: CopyProgress | None = None
    copied_files: int = 0
    copied_bytes: int = 0
    newest_utc_ns: int | None = None
    """When the newest file was verified there."""
    is_too_late: bool = False
    """The oldest file waits for longer than the settings allow."""


def path_there(folder: str, roots: tuple[str, ...]) -> str:
    """Where a folder goes below a target: as it lies below the storage root, else with its whole path, so that no two
    folders go to the same one."""
    path = PurePath(folder)
    for root in roots[:1]:
        if path.is_relative_to(root):
            path = path.relative_to(root)
            return "" if path == PurePath() else path.as_posix()
    drive = path.drive.replace(":", "").strip("\\/").replace("\\", "/")
    return "/".join(filter(None, (drive, *path.parts[1 if path.anchor else 0 :])))
