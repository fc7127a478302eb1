"""Making a folder of recorded files complete: the order, its reports, and what is known of the clock meanwhile.

A complete folder can be read, and checked, without the catalogue and without this program. Docs:
docs/reference/folder.md.
"""

from dataclasses import dataclass, field
from pathlib import Path

from seacorder.base.clock_state import ClockState
from seacorder.model.account import AccountRow

MANIFEST_NAME = "manifest-sha256.txt"
RECORDING_NAME = "recording.json"
PAGE_NAME = "index.html"
TIME_NAME = "time.json"
SIGNATURE_NAME = f"{MANIFEST_NAME}.minisig"
STAMP_NAME = f"{MANIFEST_NAME}.tsr"
"""The time stamp of the manifest (RFC 3161), where there is one."""
SIGNER_NAME = "recorder.pub"
CUSTODY_NAME = "custody.jsonl"
STATEMENT_NAMES = (TIME_NAME, RECORDING_NAME, PAGE_NAME, SIGNER_NAME)
"""The files that are made, in the order in which they are stored; the manifest comes after them."""
UNLISTED_NAMES = frozenset({MANIFEST_NAME, SIGNATURE_NAME, STAMP_NAME, CUSTODY_NAME})
"""Files that no manifest lists: itself, and those that are written after it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """By what manifests are proved."""

    key_folder: Path | None = None
    """Where the key is, or is made, with which they are signed; None: they are not signed."""
    time_server: str = ""
    """The address of a server that stamps them with the time; empty: there is none."""


NO_PROOF = Proof()


@dataclass(frozen=True, slots=True)
class CameraClock:
    """How far a camera's own clock was ahead of this computer's. A camera's clock may begin anywhere."""

    channel: str
    ahead_ns: int
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class SourceClock:
    """How far the time in the records of a source of survey data was ahead of this computer's clock."""

    source: str
    ahead_ns: int


@dataclass(frozen=True, slots=True)
class ClockSample:
    """What was known of the clock at one moment of a recording."""

    at: str
    """`start`, `split`, `stop`, `step`: why it was looked at."""
    utc_ns: int
    monotonic_ns: int
    state: ClockState
    step_ns: int = 0
    """For `step`: by how much the wall clock was changed; positive if it was set forward."""
    cameras: tuple[CameraClock, ...] = ()
    sources: tuple[SourceClock, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordingClock:
    """The samples of one recording, in the order in which they were taken."""

    recording_id: str
    samples: tuple[ClockSample, ...]


@dataclass(frozen=True, slots=True)
class FileHashed:
    """Report: a file has been read. As long as size and time stay the same it need not be read again."""

    path: str
    bytes: int
    modified_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CompleteFolder:
    """For the worker that completes folders: make the statements and the manifest of this folder.

    Answered by a `FileHashed` for every file that had to be read, and then one `FolderCompleted`.
    """

    folder: str
    rows: tuple[AccountRow, ...] = ()
    """What the catalogue knows of the recordings that have files here: recordings, parts, clips, losses."""
    clocks: tuple[RecordingClock, ...] = ()
    left_out: tuple[str, ...] = ()
    """Beginnings of names that are not of a recording, such as that of the catalogue."""
    hashed: tuple[FileHashed, ...] = ()
    """What an earlier run, which was broken off, has read already."""
    bytes_per_second: int = 0
    """The most that is read in a second; 0: as much as the disk gives."""
    program: str = ""
    """Name and version of the program."""
    made_utc_ns: int = 0
    key_folder: str = ""
    """Where the key is with which manifests are signed; empty: they are not."""


@dataclass(frozen=True, slots=True)
class FolderCompleted:
    """Report: the folder is complete, or could not be made so."""

    folder: str
    files: int = 0
    """How many files the manifest lists."""
    bytes: int = 0
    is_new: bool = False
    """False if the manifest that is there says the same already; then nothing was written."""
    fault: str = ""
    """Why it could not be done; empty if it was."""
    is_gone: bool = False
    """The folder does not exist any more, or no file of a recording is in it."""
    unsigned: str = ""
    """Why the manifest could not be signed; empty if it was, or is not to be."""
    earlier: tuple[str, ...] = field(default=())
    """Files that an earlier manifest lists with other content, or that are gone."""
