"""`repair`: makes ordinary indexed files of files that were not closed in order, and says what became of each."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.progress import Progress

from seacorder.base.errors import StorageFailed
from seacorder.cli.progress import progress_bar
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.repair import repair


def repair_files(paths: Sequence[Path]) -> bool:
    """Repairs one file after the other; True when all are whole in the end. Blocks as long as copying them takes."""
    with progress_bar() as progress:
        failed = [path for path in paths if not _repair_one(path, progress)]
    return not failed


def _repair_one(path: Path, progress: Progress) -> bool:
    if not path.is_file():
        print(f"seacorder: {path}: there is no such file.", file=sys.stderr)
        return False
    bar = progress.add_task(path.name, total=1.0)
    try:
        was_repaired = repair(path, lambda share: progress.update(bar, completed=share))
    except StorageFailed as error:
        print(f"seacorder: {error.sentence}", file=sys.stderr)
        return False
    finally:
        progress.remove_task(bar)
    frames = f"{inspect_file(path).frames:,} frames"
    print(f"{path}: repaired, {frames}." if was_repaired else f"{path}: is whole, {frames}; left as it is.")
    return True
