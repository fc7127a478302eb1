"""`repair`: makes ordinary indexed files of files that were not closed in order, and says what became of each.
`catalogue rebuild`: makes the catalogue again from the recorded files.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.progress import Progress

from seacorder.base.clock import NS_PER_SECOND, SystemClock
from seacorder.base.duration import large_count_text
from seacorder.base.errors import StorageFailed
from seacorder.base.message import Message
from seacorder.catalogue.rebuilding import rebuild
from seacorder.catalogue.tables import EVENTS, TABLES
from seacorder.cli.streams import complain, progress_bar
from seacorder.config.schema import StorageSettings
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.rebuild import read_folders
from seacorder.evidence.repair import repair
from seacorder.model.account import Row
from seacorder.model.instant import iso_utc
from seacorder.model.report import Damage

_SINGULAR = {
    "recordings": "recording", "parts": "file", "clips": "clip", "framegrabs": "framegrab", "losses": "loss",
    "observations": "observation", "removals": "removal",
}
_PLURAL = {"parts": "files"}
"""What the tables' rows are called, where it is not the table's name."""


def repair_files(paths: Sequence[Path]) -> bool:
    """Repairs one file after the other; True when all are whole in the end. Blocks as long as copying them takes."""
    with progress_bar() as progress:
        failed = [path for path in paths if not _repair_one(path, progress)]
    return not failed


def _repair_one(path: Path, progress: Progress) -> bool:
    if not path.is_file():
        complain(Message(f"{path}: there is no such file."))
        return False
    bar = progress.add_task(path.name, total=1.0)
    try:
        repaired = repair(path, lambda share: progress.update(bar, completed=share))
    except StorageFailed as error:
        complain(error.message)
        return False
    finally:
        progress.remove_task(bar)
    frames = f"{inspect_file(path).frames:,} frames"
    if repaired is None:
        print(f"{path}: is complete, {frames}; left as it is.")
        return True
    print(f"{path}: repaired, {frames}.")
    if repaired.sibling is not None:
        print(
            f"  Its description was destroyed and was taken from {repaired.sibling}, with which its pictures can be "
            "decoded."
        )
    for damage in repaired.damage:
        print(f"  {damage.sentence} {_when(damage)}".rstrip())
    if repaired.original is not None:
        print(f"  The original is kept as {repaired.original}: it holds what the repaired file lacks.")
    return True


def _when(damage: Damage) -> str:
    """The time of the damage, as a sentence; empty if the file does not say when it was recorded."""
    if damage.from_utc_ns < NS_PER_SECOND * 86400 * 365:
        return ""
    until = "the end" if damage.to_utc_ns is None else iso_utc(damage.to_utc_ns, digits=3)
    return f"They lie between {iso_utc(damage.from_utc_ns, digits=3)} and {until}."


def rebuild_catalogue(storage: StorageSettings) -> None:
    """Reads every file below the storage folders and rebuilds the catalogue. Blocks.

    Raises CatalogueFailed, for the reasons of `catalogue.rebuilding.rebuild`.
    """
    rows = rebuild(storage.catalogue_path, SystemClock(), lambda: _read(storage.all_folders))
    counts = Counter(type(row) for row in rows)
    found = ", ".join(
        large_count_text(counts[table.of], _SINGULAR[table.name], _PLURAL.get(table.name, table.name))
        for table in TABLES
        if table is not EVENTS
    )
    print(f"{storage.catalogue_path}: rebuilt from the files, {found}.")


def _read(folders: Sequence[Path]) -> Sequence[Row]:
    with progress_bar() as progress:
        bar = progress.add_task("Reading files", total=1.0)
        return read_folders(folders, lambda share: progress.update(bar, completed=share))
