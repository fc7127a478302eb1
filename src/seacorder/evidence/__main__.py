"""The worker: `RepairFiles` in, one `FileExamined` per path out; `ReadFolders` in, rows out. Ends with its pipe."""

import contextlib
import os
from dataclasses import replace
from pathlib import Path

from seacorder.base import log
from seacorder.base.errors import StorageFailed
from seacorder.base.pipe import Link
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.moved import find_moved
from seacorder.evidence.original import bring_back
from seacorder.evidence.rebuild import read_folders
from seacorder.evidence.repair import repair
from seacorder.model.command import Finish, ReadFolders, RepairFiles
from seacorder.model.note import FileNote
from seacorder.model.report import FileExamined, FoldersRead, RowsRead
from seacorder.storage.hold import held

WRITER_SECONDS = 20.0
"""How long a file is waited for that a worker is still finishing: it does so when its control process has ended."""
ROWS_AT_ONCE = 200


def examine(path: Path, *, repairs: bool, note: FileNote | None = None) -> FileExamined:
    """Examines one file, after repairing it where that is wanted and needed. Never raises for what is in it.

    By its note it is found where it was renamed or moved.
    """
    if not path.is_file():
        with contextlib.suppress(OSError):
            bring_back(path)
    if not path.is_file():
        found = find_moved(path, note) if note is not None else None
        if found is None:
            return inspect_file(path)
        return replace(examine(found, repairs=repairs), path=str(path), moved_to=str(found))
    with contextlib.suppress(OSError), held(path, WRITER_SECONDS):
        pass
    if not repairs:
        return inspect_file(path)
    try:
        repaired = repair(path)
    except StorageFailed as fault:
        return replace(inspect_file(path), sentence=fault.sentence)
    examined = inspect_file(path)
    if repaired is None:
        return examined
    return replace(examined, was_repaired=True, damage=repaired.damage, original=str(repaired.original or ""))


def main() -> None:
    """Runs until the pipe is closed or `Finish` comes."""
    link = Link.from_stdio()
    log.set_up_worker("evidence")
    if hasattr(os, "nice"):
        os.nice(10)  # recording comes first
    for message in link.messages():
        if isinstance(message, Finish):
            return
        if isinstance(message, RepairFiles):
            notes = message.notes or (None,) * len(message.paths)
            for path, note in zip(message.paths, notes, strict=True):
                link.send(examine(Path(path), repairs=not message.examine_only, note=note))
        if isinstance(message, ReadFolders):
            rows = read_folders(map(Path, message.folders))
            for begin in range(0, len(rows), ROWS_AT_ONCE):
                link.send(RowsRead(tuple(rows[begin : begin + ROWS_AT_ONCE])))
            link.send(FoldersRead())


if __name__ == "__main__":
    main()
