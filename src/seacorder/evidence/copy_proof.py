"""Proves that a copy holds all of a recording: every file is read there, and compared with the original's manifest.

Where a copy lies is the concern of a `CopyToProve`: `FolderCopy` here, `copies.bucket_copy` for buckets.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from seacorder.evidence.hashing import ChangedWhileRead, ReadPace, hash_file
from seacorder.model.completion import MANIFEST_NAME, UNLISTED_NAMES
from seacorder.model.copies import path_there
from seacorder.model.removal import BytesCompared, RemovedFile

_REPORT_BYTES, _REPORT_SECONDS = 32 * 1024 * 1024, 2.0
"""After so many bytes, or so long, it is reported how far the comparison is."""

OnCompared = Callable[[BytesCompared], None]


class NotProved(Exception):
    """A copy does not hold everything; `args` are fact and action."""


@dataclass(slots=True)
class Original:
    """What was found in one folder of the recording."""

    path: Path
    is_shared: bool
    """Files of other recordings are in it too."""
    listed: dict[str, str] = field(default_factory=dict)
    """What its manifest lists."""
    manifest: bytes = b""
    files: list[RemovedFile] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Counted:
    """How much of all copies has been read."""

    total: int
    tell: OnCompared
    now: Callable[[], float] = time.monotonic
    done: int = 0
    _told: int = 0
    _told_at: float = float("-inf")

    def add(self, count: int) -> None:
        self.done += count
        if self.done - self._told >= _REPORT_BYTES or self.now() - self._told_at >= _REPORT_SECONDS:
            self.report()

    def report(self) -> None:
        """Tells it now: whoever waits knows that somebody still works."""
        self._told, self._told_at = self.done, self.now()
        self.tell(BytesCompared(self.done, self.total))


class FolderToProve(Protocol):
    """One folder of a copy. Every call blocks; raises NotProved."""

    def is_near(self, original: Path) -> bool:
        """It is on the disk of the original."""
        ...

    def manifest(self) -> bytes: ...

    def sha256_of(self, original: Path, counted: Counted) -> str:
        """Of the file with the name of the original, which is read."""
        ...

    def shown(self, name: str = "") -> str:
        """The folder, or a file in it, as it is told."""
        ...


class CopyToProve(Protocol):
    """A place in which all of a recording is said to be. Every call blocks; raises NotProved."""

    @property
    def shown(self) -> str:
        """Where it is, as it is told."""
        ...

    def folder_of(self, original: Path, roots: Sequence[str]) -> FolderToProve: ...


def prove(copy: CopyToProve, originals: Sequence[Original], roots: Iterable[str], counted: Counted) -> str:
    """Reads every file in the copy. Returns where it is; raises NotProved. Blocks."""
    counted.report()
    if not any(folder.files for folder in originals):
        raise NotProved(
            "No file of the recording is there any more, so no copy of it can be proved.",
            "Connect its disk. If its files were deleted, remove the recording without a copy.",
        )
    is_near, gone = True, [str(folder.path) for folder in originals if not folder.files]
    for folder in originals:
        if not folder.files:
            continue
        if not folder.listed:
            raise NotProved(
                f"{folder.path} has no {MANIFEST_NAME}, so no copy of it can be proved.",
                "It is made by itself some seconds after the stop. Try again in a minute.",
            )
        there = copy.folder_of(folder.path, tuple(roots))
        if not folder.is_shared and there.manifest() != folder.manifest:
            raise NotProved(
                f"The copy in {there.shown()} is of another time than the recording: its {MANIFEST_NAME} differs.",
                "Copy the folder again.",
            )
        for file in folder.files:
            _compare(file, there, counted)
        is_near &= there.is_near(folder.path)
    found = f"{copy.shown} (on the same disk)" if is_near else copy.shown
    return f"{found}, without {', '.join(gone)}, of which nothing was there to be compared" if gone else found


def _compare(file: RemovedFile, there: FolderToProve, counted: Counted) -> None:
    name = Path(file.path).name
    if name in UNLISTED_NAMES:
        return  # the manifest was compared; its signature and custody go with it
    if not file.sha256:
        raise NotProved(
            f"{name} is in no manifest yet, so no copy of it can be proved.",
            "It is made by itself some seconds after a change. Try again in a minute.",
        )
    if there.sha256_of(Path(file.path), counted) != file.sha256:
        raise NotProved(
            f"{there.shown(name)} is not what was recorded: its bytes differ.", "Copy the folder again."
        )


class FolderCopy:
    """A folder that this computer can read, as a `CopyToProve`."""

    def __init__(self, folder: Path, pace: ReadPace) -> None:
        self._folder, self._pace = folder, pace

    @property
    def shown(self) -> str:
        return str(self._folder)

    def folder_of(self, original: Path, roots: Sequence[str]) -> "_CopiedFolder":
        """By its way below a root, by its name, or the folder itself."""
        if not self._folder.is_dir():
            raise NotProved(f"There is no folder {self._folder}.", "Connect its disk, or name the folder of the copy.")
        ways = [original.relative_to(root) for root in roots if original.is_relative_to(root)]
        ways.append(Path(path_there(str(original), tuple(roots))))
        for one in (*(self._folder / way for way in ways), self._folder / original.name, self._folder):
            if (one / MANIFEST_NAME).is_file():
                return _CopiedFolder(one, self._pace)
        fact = f"There is no copy of {original} in {self._folder}."
        raise NotProved(fact, "Copy the whole folder, or name its place.")


class _CopiedFolder:
    def __init__(self, path: Path, pace: ReadPace) -> None:
        self._path, self._pace = path, pace

    def is_near(self, original: Path) -> bool:
        return self._path.stat().st_dev == original.stat().st_dev

    def manifest(self) -> bytes:
        return (self._path / MANIFEST_NAME).read_bytes()

    def sha256_of(self, original: Path, counted: Counted) -> str:
        theirs = self._path / original.name
        try:
            if theirs.samefile(original):
                raise NotProved(f"{theirs} is the recording itself, not a copy.", "Name another folder.")
            return hash_file(theirs, self._pace, counted.add).sha256
        except FileNotFoundError:
            raise NotProved(f"{theirs} is missing: the copy is not complete.", "Copy the folder again.") from None
        except ChangedWhileRead:
            raise NotProved(f"{theirs} is being written by somebody.", "Wait until the copy is made.") from None
        except OSError as fault:
            raise NotProved(f"{theirs} cannot be read ({fault.strerror}).", "Check its disk.") from fault

    def shown(self, name: str = "") -> str:
        return str(self._path / name)
