"""How much a volume has left."""

import shutil
from pathlib import Path

from seacorder.base.errors import StorageFailed
from seacorder.model.status import Volume
from seacorder.storage.disk_faults import sentence_of


def volume_of(path: Path, reserve_bytes: int, bytes_per_second: float = 0.0) -> Volume:
    """The volume that `path` is on or will be on, by its nearest existing folder.

    `reserve_bytes` stay free; `seconds_left` is what the rest lasts at `bytes_per_second`, None at 0. Free means free
    for this user. Blocks as long as the disk takes; StorageFailed when it does not answer.
    """
    for folder in (path, *path.parents):
        try:
            usage = shutil.disk_usage(folder)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as fault:
            raise StorageFailed(sentence_of(fault, path / "_")) from fault
        usable = max(usage.free - reserve_bytes, 0)
        seconds_left = usable / bytes_per_second if bytes_per_second > 0 else None
        return Volume(str(path), usage.total, usage.free, reserve_bytes, seconds_left)
    raise StorageFailed(f"No folder above {path} exists; choose another.")
