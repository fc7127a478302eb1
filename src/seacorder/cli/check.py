"""`check`: reads the catalogue and every file completely, counts the frames, and prints what does not agree."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from seacorder.base.duration import large_count_text
from seacorder.base.errors import CatalogueFailed
from seacorder.catalogue.queries import Queries
from seacorder.cli.agreement import Catalogued, Disagreement, FilesFound, disagreements, open_files
from seacorder.cli.losses import ListedMissing
from seacorder.cli.streams import progress_bar
from seacorder.config.schema import StorageSettings
from seacorder.evidence.check import check_file, still_damage
from seacorder.evidence.rebuild import STILL_SUFFIX, read_still
from seacorder.model.absence import Absence
from seacorder.model.file_note import FILE_SUFFIXES
from seacorder.model.recording import Clip, Framegrab, Part, Recording
from seacorder.model.removal import Removal
from seacorder.model.report import FileExamined


def check_recordings(storage: StorageSettings, *, decodes: bool, as_json: bool) -> bool:
    """Prints what does not agree; True when all does. Blocks for as long as reading, or decoding, every file takes.

    Raises CatalogueFailed when there is no catalogue or it cannot be read.
    """
    catalogued = read_catalogue(storage.catalogue_path)
    found = look(catalogued, storage.all_folders, decodes=decodes)
    faults = list(disagreements(catalogued, found))
    if as_json:
        print(json.dumps(_summary(catalogued, found) | {"disagreements": [asdict(fault) for fault in faults]}))
    else:
        _print(catalogued, found, faults)
    return not faults


def read_catalogue(path: Path) -> Catalogued:
    """Everything that the catalogue says of files. Raises CatalogueFailed."""
    if not path.is_file():
        raise CatalogueFailed(
            f"There is no list of recordings (catalogue) at {path}: nothing was recorded there.",
            "Name the settings with --config, or the folder with --root.",
        )
    queries = Queries(path)
    return Catalogued(
        parts=queries.all_rows(Part),
        clips=queries.all_rows(Clip),
        framegrabs=queries.all_rows(Framegrab),
        missing=ListedMissing.read(queries),
        recordings=queries.all_rows(Recording),
        removals=queries.all_rows(Removal),
        absences=tuple(one for one in queries.all_rows(Absence) if not Path(one.path).exists()),
    )


def look(catalogued: Catalogued, folders: Sequence[Path], *, decodes: bool) -> FilesFound:
    """Reads every video file that the catalogue lists or the folders hold. Shows a progress bar on a terminal. Blocks.
    """
    stills = {row.path for row in catalogued.framegrabs}
    standing = sorted(path for path in {*catalogued.paths, *_in(folders, FILE_SUFFIXES)} if Path(path).is_file())
    sizes = {path: Path(path).stat().st_size for path in standing}
    examined: dict[str, FileExamined] = {}
    damage: dict[str, str] = {}
    with progress_bar() as progress:
        bar = progress.add_task("Decoding files" if decodes else "Reading files", total=sum(sizes.values()))
        for path in standing:
            if path in stills:
                damage[path] = still_damage(Path(path)) if decodes else ""
            else:
                read = check_file(Path(path), decodes=decodes, progress=lambda count: progress.advance(bar, count))
                examined[path], damage[path] = read.facts, read.damage
    damaged = {path: sentence for path, sentence in damage.items() if sentence}
    gone = any(row.path not in sizes for row in catalogued.framegrabs if not catalogued.is_removed(row))
    moved = {path: still for path in (_in(folders, (STILL_SUFFIX,)) if gone else ()) if (still := _still(path, stills))}
    return FilesFound(examined, {path: sizes[path] for path in standing if path in stills}, damaged, moved)


def _still(path: str, known: set[str]) -> Framegrab | None:
    return None if path in known else read_still(Path(path))


def _in(folders: Iterable[Path], suffixes: tuple[str, ...]) -> Iterator[str]:
    for folder in folders:
        for place, _, names in os.walk(folder):
            yield from (str(Path(place, name)) for name in names if name.lower().endswith(suffixes))


def _summary(catalogued: Catalogued, found: FilesFound) -> dict[str, int]:
    return {
        "video_files": len(found.videos),
        "framegrabs": len(found.sizes),
        "stills": len(found.sizes),  # the earlier name of the same
        "damaged_files": len(found.damage),
        "frames": sum(file.frames for file in found.videos.values()),
        **catalogued.missing.totals,
        "open_files": len(open_files(catalogued)),
        "removed_recordings": len(catalogued.removals),
        "known_to_be_missing": sum(one.is_known for one in catalogued.absences),
    }


def _print(catalogued: Catalogued, found: FilesFound, faults: list[Disagreement]) -> None:
    for fault in faults:
        print(f"{fault.path}\n  {fault.sentence}")
    totals = _summary(catalogued, found)
    print(
        f"{large_count_text(totals['video_files'], 'video file')} with {large_count_text(totals['frames'], 'frame')}, "
        f"{large_count_text(totals['framegrabs'], 'framegrab')}; "
        f"{catalogued.missing.sentence}"
    )
    if count := totals["removed_recordings"]:
        print(f"{large_count_text(count, 'recording')} removed by somebody; `seacorder recordings` says by whom.")
    if count := totals["known_to_be_missing"]:
        print(f"{large_count_text(count, 'file')} missing, which somebody knows: `seacorder recordings missing`.")
    if count := totals["open_files"]:
        are = "1 file is open: it is" if count == 1 else f"{count:,} files are open: they are"
        them = "it" if count == 1 else "them"
        print(
            f"{are} being recorded, or Seacorder ended unexpectedly. The next start of Seacorder finishes {them}."
        )
    print(_verdict(len(faults)))


def _verdict(faults: int) -> str:
    if faults == 1:
        return "1 thing does not agree; it is listed above."
    return f"{faults:,} things do not agree; each is listed above." if faults else "Everything agrees."
