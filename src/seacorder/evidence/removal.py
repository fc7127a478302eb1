"""The worker that removes recordings, `python -m seacorder.evidence.removal`: finds what belongs to one, proves it in
copies, and removes it when it is told to.

Nothing is removed by looking: `PrepareRemoval` only reads. `RemoveFiles` names each file with the size and time that it
had then; another file under the same name is left. It may be given again after a kill: what is gone already counts as
done. So whoever keeps the order before giving it (`control.files.removals`) never has half a removal.

A process of its own that lets every other one go first; a disk that hangs holds up nobody else.
"""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seacorder.base import log
from seacorder.base.gentle import be_gentle
from seacorder.base.pipe import Link
from seacorder.evidence.folder_contents import file_names, is_recorded
from seacorder.evidence.hashing import ChangedWhileRead, ReadPace, hash_file
from seacorder.evidence.manifest import NotAManifest, read_manifest
from seacorder.evidence.original import ORIGINAL_SUFFIX
from seacorder.model.account import ACCOUNT_NAME
from seacorder.model.command import EndWorker
from seacorder.model.completion import MANIFEST_NAME, STATEMENT_NAMES, UNLISTED_NAMES
from seacorder.model.copies import path_there
from seacorder.model.file_note import SUBTITLE_SUFFIXES
from seacorder.model.removal import (
    BytesCompared,
    FilesRemoved,
    FolderToRemove,
    PrepareRemoval,
    RemovalPrepared,
    RemovedFile,
    RemoveFiles,
)
from seacorder.storage import account_file
from seacorder.storage.disk import this_machine

_REPORT_BYTES = 32 * 1024 * 1024
"""After so many bytes it is reported how far the comparison is."""

OnCompared = Callable[[BytesCompared], None]


class NotProved(Exception):
    """A copy does not hold everything; `args` are fact and action."""


@dataclass(slots=True)
class _Folder:
    """What was found in one folder."""

    path: Path
    is_shared: bool
    listed: dict[str, str] = field(default_factory=dict)
    """What its manifest lists."""
    manifest: bytes = b""
    files: list[RemovedFile] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def prepare(order: PrepareRemoval, on_compared: OnCompared = lambda _: None) -> RemovalPrepared:
    """What would go, and whether each copy holds it. Never raises for what disks do. Blocks as long as reading takes.
    """
    try:
        folders = [_look(one) for one in order.folders]
        files = tuple(file for one in folders for file in one.files)
        left = tuple(path for one in folders for path in one.left)
        total = sum(one.bytes for one in files) * len(order.copies)
        counted = _Counted(total, on_compared, ReadPace(order.bytes_per_second))
        if order.least_copies:
            _check_all_there(order.folders)
        verified = _proved(order, folders, counted)
    except NotProved as why:
        fact, action = why.args
        return RemovalPrepared(files, left, fact=fact, action=action)
    except OSError as fault:
        why_not = f"{fault.filename or 'A folder'} cannot be read ({fault.strerror})."
        return RemovalPrepared(fact=why_not, action="Check its disk.")
    return RemovalPrepared(files, left, verified)


def _check_all_there(folders: Iterable[FolderToRemove]) -> None:
    """Raises NotProved if a file is gone: of that, no copy can be compared."""
    gone = next((path for one in folders for path in one.mine if not Path(path).is_file()), None)
    if gone is not None:
        action = "Connect its disk. If it was deleted, order the removal yourself."
        raise NotProved(f"{gone} is not there any more.", action)


def _proved(order: PrepareRemoval, folders: Sequence[_Folder], counted: "_Counted") -> tuple[str, ...]:
    """Where each copy is that holds all of it. Raises NotProved where too few do."""
    verified: list[str] = []
    failed: list[NotProved] = []
    least = order.least_copies or len(order.copies)
    for copy in order.copies:
        if len(verified) < least:
            try:
                verified.append(_prove(Path(copy), folders, order.roots, counted))
            except NotProved as why:
                failed.append(why)
                if not order.least_copies:
                    raise
    if len(verified) < least and failed:
        raise failed[0]
    return tuple(verified)


def _look(order: FolderToRemove) -> _Folder:
    found = _Folder(Path(order.folder), order.is_shared)
    if not found.path.is_dir():
        return found
    with contextlib.suppress(OSError, NotAManifest):
        found.manifest = (found.path / MANIFEST_NAME).read_bytes()
        found.listed = read_manifest(found.manifest)
    present = file_names(found.path)
    own = _own_names(order.mine)
    if order.is_shared:
        going = [name for name in present if name in own]
    else:
        statements = {ACCOUNT_NAME, *STATEMENT_NAMES}
        going = [name for name in present if name in own or name in found.listed or name in statements]
        going += [name for name in sorted(UNLISTED_NAMES) if (found.path / name).is_file()]
    for name in going:
        facts = (found.path / name).stat()
        sha256 = found.listed.get(name, "")
        found.files.append(RemovedFile(str(found.path / name), facts.st_size, facts.st_mtime_ns, sha256))
    if not order.is_shared:
        found.left = [str(found.path / name) for name in present if name not in going]
    return found


def _own_names(paths: Iterable[str]) -> set[str]:
    """The names of files, and of what lies beside each by its name."""
    names: set[str] = set()
    for path in map(Path, paths):
        names |= {path.name, path.name + ORIGINAL_SUFFIX}
        names |= {path.with_suffix(suffix).name for suffix in SUBTITLE_SUFFIXES}
    return names


@dataclass(slots=True)
class _Counted:
    """How much of all copies has been read."""

    total: int
    tell: OnCompared
    pace: ReadPace
    done: int = 0
    told: int = 0

    def add(self, count: int) -> None:
        self.done += count
        if self.done - self.told >= _REPORT_BYTES:
            self.told = self.done
            self.tell(BytesCompared(self.done, self.total))


def _prove(copy: Path, folders: Sequence[_Folder], roots: Iterable[str], counted: _Counted) -> str:
    """Reads every file in the copy. Returns where it is; raises NotProved."""
    if not copy.is_dir():
        raise NotProved(f"There is no folder {copy}.", "Connect its disk, or name the folder of the copy.")
    if not any(folder.files for folder in folders):
        raise NotProved(
            "No file of the recording is there any more, so no copy of it can be proved.",
            "Connect its disk. If its files were deleted, remove the recording without a copy.",
        )
    is_near, gone = True, [str(folder.path) for folder in folders if not folder.files]
    for folder in folders:
        if not folder.files:
            continue
        if not folder.listed:
            raise NotProved(
                f"{folder.path} has no {MANIFEST_NAME}, so no copy of it can be proved.",
                "It is made by itself some seconds after the stop. Try again in a minute.",
            )
        place = _place_of(copy, folder, roots)
        if not folder.is_shared and (place / MANIFEST_NAME).read_bytes() != folder.manifest:
            raise NotProved(
                f"The copy in {place} is of another time than the recording: its {MANIFEST_NAME} differs.",
                "Copy the folder again.",
            )
        for file in folder.files:
            _compare(file, folder, place, counted)
        is_near &= place.stat().st_dev == folder.path.stat().st_dev
    found = f"{copy} (on the same disk)" if is_near else str(copy)
    return f"{found}, without {', '.join(gone)}, of which nothing was there to be compared" if gone else found


def _place_of(copy: Path, folder: _Folder, roots: Iterable[str]) -> Path:
    """The folder of the copy that is of this folder. Raises NotProved."""
    ways = [folder.path.relative_to(root) for root in roots if folder.path.is_relative_to(root)]
    ways.append(Path(path_there(str(folder.path), tuple(roots))))
    candidates = [*(copy / way for way in ways), copy / folder.path.name, copy]
    for one in candidates:
        if (one / MANIFEST_NAME).is_file():
            return one
    raise NotProved(f"There is no copy of {folder.path} in {copy}.", "Copy the whole folder, or name its place.")


def _compare(file: RemovedFile, folder: _Folder, place: Path, counted: _Counted) -> None:
    name = Path(file.path).name
    if name in UNLISTED_NAMES:
        return  # the manifest was compared; its signature and custody go with it
    if not file.sha256:
        raise NotProved(
            f"{name} is in no manifest yet, so no copy of it can be proved.",
            "It is made by itself some seconds after a change. Try again in a minute.",
        )
    theirs = place / name
    try:
        if theirs.samefile(file.path):
            raise NotProved(f"{theirs} is the recording itself, not a copy.", "Name another folder.")
        found = hash_file(theirs, counted.pace, counted.add)
    except FileNotFoundError:
        raise NotProved(f"{theirs} is missing: the copy is not complete.", "Copy the folder again.") from None
    except ChangedWhileRead:
        raise NotProved(f"{theirs} is being written by somebody.", "Wait until the copy is made.") from None
    except OSError as fault:
        raise NotProved(f"{theirs} cannot be read ({fault.strerror}).", "Check its disk.") from fault
    if found.sha256 != file.sha256:
        raise NotProved(f"{theirs} is not what was recorded: its bytes differ.", "Copy the folder again.")


def remove(order: RemoveFiles) -> FilesRemoved:
    """Removes what is still there. Never raises for what disks do. Blocks."""
    changed: list[str] = []
    try:
        files = sorted(order.removal.removed_files, key=lambda one: Path(one.path).name == ACCOUNT_NAME)
        changed += [file.path for file in files if not _is_gone(file)]
        for folder in map(Path, order.folders):
            if (folder / ACCOUNT_NAME).is_file():  # of others who have files there
                account_file.append(folder, [order.removal])
        for folder in sorted(map(Path, order.folders), key=lambda one: len(one.parts), reverse=True):
            _clear(folder, frozenset(map(Path, order.roots)))
    except OSError as fault:
        return FilesRemoved(fault=f"{fault.filename or 'a file'}: {fault.strerror}", changed=tuple(changed))
    return FilesRemoved(changed=tuple(changed))


def _is_gone(file: RemovedFile) -> bool:
    """Removes the file. False if another one has its name now."""
    path = Path(file.path)
    try:
        now = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    if (now.st_size, now.st_mtime_ns) != (file.bytes, file.modified_ns) and not _is_last_account(path):
        return False
    path.unlink(missing_ok=True)
    return True


def _is_last_account(path: Path) -> bool:
    """An account file, which may have grown, in a folder in which nothing else is that was recorded."""
    others = (name for name in file_names(path.parent) if name != path.name)
    return path.name == ACCOUNT_NAME and not any(map(is_recorded, others))


def _clear(folder: Path, roots: frozenset[Path]) -> None:
    """Brings it to the medium that the files are gone; removes the folder, and those above it, where they are empty.
    """
    if folder.is_dir():
        this_machine().sync_folder(folder)
    while folder not in roots and any(root in folder.parents for root in roots):
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return  # something is in it
        folder = folder.parent
        if folder.is_dir():
            this_machine().sync_folder(folder)


def main() -> None:
    """Runs until the pipe is closed or `EndWorker` comes."""
    link = Link.from_stdio()
    log.set_up_worker("removal")
    be_gentle()
    for message in link.messages():
        if isinstance(message, EndWorker):
            return
        if isinstance(message, PrepareRemoval):
            link.send(prepare(message, link.send))
        if isinstance(message, RemoveFiles):
            link.send(remove(message))


if __name__ == "__main__":
    main()
