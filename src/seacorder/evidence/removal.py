"""Removes recordings: finds what belongs to one, proves it in copies, and removes it when it is told to.

Nothing is removed by looking: `PrepareRemoval` only reads. `RemoveFiles` names each file with the size and time that it
had then; another file under the same name is left. It may be given again after a kill: what is gone already counts as
done. So whoever keeps the order before giving it (`control.files.removals`) never has half a removal.

A process of its own does it, `copies.removal`, which lets every other one go first.
"""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from seacorder.evidence.copy_proof import CopyToProve, Counted, FolderCopy, NotProved, OnCompared, Original, prove
from seacorder.evidence.folder_contents import file_names, is_recorded
from seacorder.evidence.hashing import ReadPace
from seacorder.evidence.manifest import NotAManifest, read_manifest
from seacorder.evidence.original import ORIGINAL_SUFFIX
from seacorder.model.account import ACCOUNT_NAME
from seacorder.model.completion import MANIFEST_NAME, STATEMENT_NAMES, UNLISTED_NAMES
from seacorder.model.copies import CopyTarget
from seacorder.model.file_note import SUBTITLE_SUFFIXES
from seacorder.model.removal import (
    FilesRemoved,
    FolderToRemove,
    PrepareRemoval,
    RemovalPrepared,
    RemovedFile,
    RemoveFiles,
)
from seacorder.storage import account_file
from seacorder.storage.disk import this_machine

OpenBucket = Callable[[CopyTarget, ReadPace], CopyToProve]


def prepare(
    order: PrepareRemoval, on_compared: OnCompared = lambda _: None, open_bucket: OpenBucket | None = None
) -> RemovalPrepared:
    """What would go, and whether enough copies hold it. Never raises for what disks do; blocks as they do.

    `open_bucket` gives a copy in a bucket, to be read at this pace; without it no bucket may be named.
    """
    try:
        folders = [_look(one) for one in order.folders]
        files = tuple(file for one in folders for file in one.files)
        left = tuple(path for one in folders for path in one.left)
        copies = _copies_of(order, open_bucket)
        counted = Counted(sum(one.bytes for one in files) * (order.least_copies or len(copies)), on_compared)
        _check_all_there(order.needed)
        verified = _proved(order, folders, copies, counted)
    except NotProved as why:
        fact, action = why.args
        return RemovalPrepared(files, left, fact=fact, action=action)
    except OSError as fault:
        why_not = f"{fault.filename or 'A folder'} cannot be read ({fault.strerror})."
        return RemovalPrepared(fact=why_not, action="Check its disk.")
    return RemovalPrepared(files, left, verified)


def _check_all_there(paths: Iterable[str]) -> None:
    """Raises NotProved if a file is gone."""
    gone = next((path for path in paths if not Path(path).is_file()), None)
    if gone is not None:
        action = "Connect its disk. If it was deleted, say so with `seacorder recordings acknowledge`."
        raise NotProved(f"{gone} is not there any more.", action)


def _copies_of(order: PrepareRemoval, open_bucket: OpenBucket | None) -> list[CopyToProve]:
    """The copies that are named, each to be read no faster than the order and its target allow."""
    copies: list[CopyToProve] = [FolderCopy(Path(one), ReadPace(order.bytes_per_second)) for one in order.copies]
    for target in order.targets:
        limits = filter(None, (order.bytes_per_second, target.bytes_per_second))
        pace = ReadPace(min(limits, default=0))
        if not target.is_bucket:
            copies.append(FolderCopy(Path(target.address), pace))
        elif open_bucket is not None:
            copies.append(open_bucket(target, pace))
    return copies


def _proved(
    order: PrepareRemoval, folders: Sequence[Original], copies: Sequence[CopyToProve], counted: Counted
) -> tuple[str, ...]:
    """Where each copy is that holds all of it. Raises NotProved where too few do."""
    verified: list[str] = []
    failed: list[NotProved] = []
    least = order.least_copies or len(copies)
    for copy in copies:
        if len(verified) < least:
            before = counted.done
            try:
                verified.append(prove(copy, folders, order.roots, counted))
            except NotProved as why:
                failed.append(why)
                counted.total += counted.done - before  # another one is read in its place
                if not order.least_copies:
                    raise
    if len(verified) < least and failed:
        raise failed[0]
    return tuple(verified)


def _look(order: FolderToRemove) -> Original:
    found = Original(Path(order.folder), order.is_shared)
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
