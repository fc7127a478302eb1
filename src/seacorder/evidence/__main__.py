"""The evidence worker. On `RepairFiles` it sends one `FileExamined` per path, on `ReadFolders` the rows of a catalogue,
on `ReadFrame` one frame of a file.

It ends when its pipe is closed. One thread; blocks on disks.
"""

import contextlib
import os
from dataclasses import replace
from pathlib import Path

from seacorder.base import log
from seacorder.base.errors import StorageFailed
from seacorder.base.pipe import Link
from seacorder.evidence.frame import read_frame
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.opening import find_moved
from seacorder.evidence.original import bring_back
from seacorder.evidence.rebuild import read_folders
from seacorder.evidence.repair import NOTHING_KNOWN, Known, repair
from seacorder.model.command import EndWorker, ReadFolders, ReadFrame, RepairFiles
from seacorder.model.report import FileExamined, FoldersRead, RowsRead
from seacorder.storage.file_lock import locked

WRITER_SECONDS = 20.0
"""How long to wait for a worker that is still finishing the file, after its control process has ended."""
ROWS_AT_ONCE = 200


def examine(path: Path, *, repairs: bool, known: Known = NOTHING_KNOWN) -> FileExamined:
    """Examines one file; with `repairs` it is repaired first where that is needed. Never raises for what is in the
    file.

    A file that is not at `path` is looked for by its note: somebody may have renamed or moved it.
    """
    if not path.is_file():
        with contextlib.suppress(OSError):
            bring_back(path)
    if not path.is_file():
        found = find_moved(path, known.note) if known.note is not None else None
        if found is None:
            return inspect_file(path)
        return replace(examine(found, repairs=repairs, known=known), path=str(path), moved_to=str(found))
    with contextlib.suppress(OSError), locked(path, WRITER_SECONDS):
        pass
    if not repairs:
        return inspect_file(path, siblings=known.siblings, known=known.note)
    try:
        repaired = repair(path, known=known)
    except StorageFailed as fault:
        return replace(inspect_file(path, siblings=known.siblings, known=known.note), sentence=fault.sentence)
    examined = inspect_file(path)
    if repaired is None:
        return examined
    return replace(
        examined,
        was_repaired=True,
        damage=repaired.damage,
        original=str(repaired.original or ""),
        sibling=str(repaired.sibling or ""),
    )


def _known(order: RepairFiles) -> list[Known]:
    """What the control process knows of each path."""
    notes = order.notes or (None,) * len(order.paths)
    siblings = order.siblings or ((),) * len(order.paths)
    return [Known(note, tuple(map(Path, paths))) for note, paths in zip(notes, siblings, strict=True)]


def main() -> None:
    """Runs until the pipe is closed or `EndWorker` comes."""
    link = Link.from_stdio()
    log.set_up_worker("evidence")
    if hasattr(os, "nice"):
        os.nice(10)  # recording comes first
    for message in link.messages():
        if isinstance(message, EndWorker):
            return
        if isinstance(message, RepairFiles):
            for path, known in zip(message.paths, _known(message), strict=True):
                link.send(examine(Path(path), repairs=not message.examine_only, known=known))
        if isinstance(message, ReadFrame):
            link.send(read_frame(message))
        if isinstance(message, ReadFolders):
            rows = read_folders(map(Path, message.folders))
            for begin in range(0, len(rows), ROWS_AT_ONCE):
                link.send(RowsRead(tuple(rows[begin : begin + ROWS_AT_ONCE])))
            link.send(FoldersRead())


if __name__ == "__main__":
    main()
