"""`catalogue rebuild`: makes the catalogue anew from the recorded files."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from seacorder.base.clock import SystemClock
from seacorder.catalogue.rebuilding import Row, rebuild
from seacorder.cli.progress import progress_bar
from seacorder.config.schema import StorageSettings
from seacorder.evidence.rebuild import read_folders
from seacorder.model.loss import Loss
from seacorder.model.recording import Clip, Framegrab, Part, Recording

_CALLED: dict[type, str] = {
    Recording: "recordings",
    Part: "parts",
    Clip: "clips",
    Framegrab: "framegrabs",
    Loss: "losses",
}


def rebuild_catalogue(storage: StorageSettings) -> None:
    """Reads every file below the storage folders. Blocks; raises CatalogueFailed, and then nothing has changed."""
    rows = rebuild(storage.catalogue_path, SystemClock(), lambda: _read(storage.all_folders))
    counts = Counter(type(row) for row in rows)
    found = ", ".join(f"{counts[kind]:,} {name}" for kind, name in _CALLED.items())
    print(f"{storage.catalogue_path}: rebuilt from the files, {found}.")


def _read(folders: Sequence[Path]) -> Sequence[Row]:
    with progress_bar() as progress:
        bar = progress.add_task("Reading files", total=1.0)
        return read_folders(folders, lambda share: progress.update(bar, completed=share))
