"""The volumes that files go to: tried and marked when `serve` starts; `accept-disk`, by which an operator says that
the volume that is there now is the right one.
"""

import contextlib
from pathlib import Path

from seacorder.base.errors import StorageFailed
from seacorder.config.schema import StorageSettings
from seacorder.model.volume import MarkedFolder
from seacorder.storage.allowed_folders import AllowedFolders
from seacorder.storage.disk import this_machine
from seacorder.storage.disk_faults import message_of
from seacorder.storage.volume_memory import VolumeMemory, begin, is_unmounted
from seacorder.storage.volume_room import try_folder
from seacorder.storage.volumes import ACCEPTED, MARK_NAME, MarkedFolders, write_mark


def check_mounted(root: Path, memory: VolumeMemory) -> None:
    """Raises StorageFailed when the storage root was on a disk of its own and that is not mounted now. Blocks."""
    with contextlib.suppress(OSError):  # a folder that cannot be read is reported when it is written to
        if is_unmounted(root, memory):
            raise StorageFailed(
                f"Seacorder does not start: the disk of {root} is not mounted. The folder was on a disk of its own "
                f"when Seacorder ran last; now it is on the same disk as {root.parent}.",
                "Mount the disk and start again. If files are to go to the disk that is there now, run once "
                f"`seacorder accept-disk {root}`.",
            )


def begin_volumes(storage: StorageSettings, memory: VolumeMemory) -> tuple[MarkedFolder, ...]:
    """Marks the volumes that files go to, so that another volume in their place is noticed. Blocks."""
    folders = [storage.root, *([] if storage.fallback_root is None else [storage.fallback_root])]
    others = [*storage.allowed_directories, *storage.drives.values(), storage.catalogue_path.parent]
    return begin(folders, others, memory)


def begin_blackbox(root: Path | None, memory: VolumeMemory) -> tuple[MarkedFolder, ...]:
    """Marks the blackbox's volume too. A disk that is not there is no reason not to start: recordings go elsewhere."""
    return () if root is None else begin([root], [], memory)


def folders_of(storage: StorageSettings, volumes: MarkedFolders | None = None) -> AllowedFolders:
    """The folders that clients may choose."""
    disk = None if volumes is None else this_machine(volumes.check)
    return AllowedFolders(storage.root, storage.allowed_directories, storage.drives, disk=disk)


def try_root(root: Path) -> None:
    """Makes the storage root and tries to write there. StorageFailed when that cannot be done. Blocks."""
    try:
        try_folder(root)
    except OSError as error:
        raise StorageFailed(
            f"The storage folder {root} cannot be written ({error.strerror}).",
            "Make it writable for this user, or choose another [storage] root.",
        ) from error


def accept(folder: Path) -> None:
    """Overwrites the folder's mark with a word that a running recorder understands within a second. Blocks.

    Raises StorageFailed if there is no such folder, or it cannot be written.
    """
    folder = folder.absolute()
    try:
        write_mark(folder, ACCEPTED)
    except FileNotFoundError as fault:
        raise StorageFailed(
            f"There is no folder {folder}.", "Name the folder that the alarm names, or create it."
        ) from fault
    except OSError as fault:
        raise StorageFailed.of(message_of(fault, folder / MARK_NAME)) from fault
    print(f"Files go to {folder} as it is now. If Seacorder is running, it goes on there within seconds.")
