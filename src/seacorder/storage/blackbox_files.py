"""The blackbox's files on disk: found, measured, removed, and given to a recording. Every function here blocks.

`<root>/2026-11-27_13/Bow_20261127T130500000Z.mp4`: a folder for each hour, in UTC, with an account (`account_file`) of
the parts that were closed and of what was missed. Files whose names differ only in what stands behind the instant
belong together: a part's video and its subtitles, or the logs of survey data of one stretch.
"""

import contextlib
import errno
import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seacorder.base.clock import NS_PER_MS
from seacorder.model.account import ACCOUNT_NAME, AccountRow
from seacorder.model.file_note import VIDEO_SUFFIX
from seacorder.model.recording import Part
from seacorder.storage import account_file
from seacorder.storage.disk import this_machine
from seacorder.storage.volume_room import free_bytes_of

HOUR = re.compile(r"\d{4}-\d{2}-\d{2}_\d{2}")
_BEGIN = re.compile(r"_(\d{8}T\d{6})(\d{3})Z(?:_\d+)?")
_NO_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EACCES})
"""What a system answers that makes no hard link there: other volume, a file system without links, too many."""
COPY_BYTES = 4 * 1024 * 1024
_TEMPORARY = ".coming"
CLOCKS_NAME = "clock.jsonl"
"""In the folder of each hour: what was known of the clocks then, a line for each look at them."""


@dataclass(frozen=True, slots=True)
class HeldFiles:
    """Files of the blackbox that belong together."""

    stem: str
    """Their path up to the instant in the name."""
    begin_utc_ns: int
    end_utc_ns: int
    names: tuple[str, ...] = ()
    bytes: int = 0
    part: Part | None = None
    """What the video file is; None for logs of survey data."""

    @property
    def paths(self) -> list[Path]:
        return [Path(self.stem).parent / name for name in self.names]

    @property
    def has_video(self) -> bool:
        """False for logs of survey data, and for subtitles whose video is gone."""
        return any(name.endswith(VIDEO_SUFFIX) for name in self.names)

    def overlaps(self, from_utc_ns: int, to_utc_ns: int) -> bool:
        """True when something of it was recorded in that stretch."""
        return self.begin_utc_ns < to_utc_ns and self.end_utc_ns > from_utc_ns


@dataclass(frozen=True, slots=True)
class Found:
    """What an earlier run has left."""

    held: tuple[HeldFiles, ...] = ()
    unknown: tuple[str, ...] = ()
    """Videos that no account lists: they were open when the program ended."""
    rows: tuple[AccountRow, ...] = ()
    """The other rows of the accounts: what was missed."""


def stem_of(path: str | Path) -> str:
    """What a file's path has in common with those that belong to it."""
    path = Path(path)
    begin = _BEGIN.search(path.name)
    return str(path.parent / (path.stem if begin is None else path.name[: begin.end()]))


def find(root: Path) -> Found:
    """Everything below the root. OSError."""
    held: list[HeldFiles] = []
    unknown: list[str] = []
    others: list[AccountRow] = []
    for folder in hours_in(root):
        rows = account_file.read(folder).values()
        parts = {stem_of(row.path): row for row in rows if isinstance(row, Part)}
        others += [row for row in rows if not isinstance(row, Part)]
        for files in files_in(folder):
            part = parts.get(files.stem)
            if part is not None:
                held.append(of_part(files, part))
            elif files.has_video:
                unknown.append(str(next(path for path in files.paths if path.suffix == VIDEO_SUFFIX)))
            else:
                held.append(files)
    return Found(tuple(held), tuple(unknown), tuple(others))


def of_part(files: HeldFiles, part: Part) -> HeldFiles:
    """The files of a part whose times are known."""
    end_utc_ns = max(part.start_utc_ns, part.end_utc_ns or 0)
    return replace(files, part=part, begin_utc_ns=part.start_utc_ns, end_utc_ns=end_utc_ns)


def hours_in(root: Path) -> list[Path]:
    """The folders of the hours, oldest first; none when the root does not exist. OSError."""
    try:
        return sorted(folder for folder in root.iterdir() if HOUR.fullmatch(folder.name))
    except FileNotFoundError:
        return []


def files_in(folder: Path) -> list[HeldFiles]:
    """The files of a folder, by what belongs together; without the account and other files. OSError."""
    found: dict[str, HeldFiles] = {}
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            begin = _BEGIN.search(entry.name)
            if begin is None or not entry.is_file(follow_symlinks=False):
                continue
            stem, facts = stem_of(entry.path), entry.stat()
            begin_utc_ns = _utc_ns(begin)
            one = found.get(stem) or HeldFiles(stem, begin_utc_ns, begin_utc_ns)
            found[stem] = replace(
                one,
                names=(*one.names, entry.name),
                bytes=one.bytes + facts.st_size,
                end_utc_ns=max(one.end_utc_ns, facts.st_mtime_ns),
            )
    return list(found.values())


def measured(part: Part) -> HeldFiles | None:
    """The files of a part that was closed; None when they are gone. OSError."""
    return next((of_part(one, part) for one in beside(part.path)), None)


def beside(path: str | Path) -> list[HeldFiles]:
    """What belongs together with a file, itself included; nothing when it is gone. OSError."""
    stem = stem_of(path)
    try:
        return [one for one in files_in(Path(stem).parent) if one.stem == stem]
    except FileNotFoundError:
        return []


def remove(held: HeldFiles) -> None:
    """Removes the files, the video last, and their folder with its account and clocks once nothing else is in it.
    OSError."""
    for path in sorted(held.paths, key=lambda one: one.suffix == VIDEO_SUFFIX):
        path.unlink(missing_ok=True)
    folder = Path(held.stem).parent
    if not any(one.name not in {ACCOUNT_NAME, CLOCKS_NAME} for one in folder.iterdir()):
        for name in (ACCOUNT_NAME, CLOCKS_NAME):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def note_clocks(folder: Path, samples: Iterable[Mapping[str, Any]]) -> None:
    """Adds what was known of the clocks to the folder of an hour. OSError."""
    lines = "".join(f"{json.dumps(one, separators=(',', ':'))}\n" for one in samples)
    with (folder / CLOCKS_NAME).open("a", encoding="ascii") as file:
        file.write(lines)


def clocks_in(folder: Path) -> list[dict[str, Any]]:
    """What was noted there, in its order; a line that a power cut broke off is left out. OSError."""
    try:
        text = (folder / CLOCKS_NAME).read_text("ascii", "replace")
    except FileNotFoundError:
        return []
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            one = json.loads(line)
            found += [one] if isinstance(one, dict) else []
    return found


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that a recording has got."""

    path: Path
    is_linked: bool


def give(source: Path, target: Path, *, bytes_per_second: int = 0, reserve_bytes: int = 0) -> GivenFile:
    """Makes the file available as `target` too: a hard link, else a copy, complete when it has its name. OSError.

    FileExistsError when there is such a file. `bytes_per_second`: the most that is copied in a second; 0: no limit.
    `reserve_bytes` stay free where it is copied to: before each file, because recordings may fill that disk meanwhile.
    """
    try:
        os.link(source, target)
    except OSError as fault:
        if fault.errno not in _NO_LINK:
            raise
    else:
        return GivenFile(target, is_linked=True)
    if target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    if source.stat().st_size + reserve_bytes > free_bytes_of(target.parent):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
    coming = _coming(target)
    try:
        _copy(source, coming, bytes_per_second)
        shutil.copystat(source, coming)
        coming.rename(target)
    finally:
        coming.unlink(missing_ok=True)
    return GivenFile(target, is_linked=False)


def _coming(target: Path) -> Path:
    """What a file is called until all of it has been copied."""
    return target.with_name(f".{target.name}{_TEMPORARY}")


def _copy(source: Path, target: Path, bytes_per_second: int) -> None:
    with source.open("rb") as read, target.open("wb") as written:
        while data := read.read(COPY_BYTES):
            written.write(data)
            if bytes_per_second:
                time.sleep(len(data) / bytes_per_second)
        written.flush()
        os.fsync(written.fileno())


def take_back(given: Iterable[GivenFile]) -> None:
    """Removes what was given, and folders that are empty then; as far as the disk lets it."""
    folders: set[Path] = set()
    for one in given:
        folders.add(one.path.parent)
        for path in (one.path, _coming(one.path)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def make_folders(folders: Sequence[Path]) -> None:
    """Makes folders with their parents; on the medium when this returns. OSError."""
    disk = this_machine()
    for folder in folders:
        for changed in disk.make_folders(folder):
            disk.sync_folder(changed)


def sync_folders(folders: Iterable[Path]) -> None:
    """Their names are on the medium when this returns. OSError."""
    for folder in folders:
        this_machine().sync_folder(folder)


def _utc_ns(begin: re.Match[str]) -> int:
    moment = datetime.strptime(begin[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000_000 + int(begin[2]) * NS_PER_MS
