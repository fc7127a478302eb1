"""`accept-volume`: an operator says that the volume that is there now is the right one."""

from pathlib import Path

from seacorder.base.errors import StorageFailed
from seacorder.storage.disk_faults import sentence_of
from seacorder.storage.volumes import ACCEPTED, MARK_NAME, write_mark


def accept(folder: Path) -> None:
    """Puts the word into the place of the folder's mark; a recorder that runs takes it up within a second. Blocks.

    Raises StorageFailed when there is no such folder or it cannot be written.
    """
    folder = folder.absolute()
    try:
        write_mark(folder, ACCEPTED)
    except FileNotFoundError as fault:
        raise StorageFailed(f"There is no folder {folder}; name the one that the alarm names, or make it.") from fault
    except OSError as fault:
        raise StorageFailed(sentence_of(fault, folder / MARK_NAME)) from fault
    print(f"Files go to {folder} as it is now. A recorder that runs goes on there within seconds.")
