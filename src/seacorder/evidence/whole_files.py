"""What goes into the bag of whole recordings: their files, and what makes their folders complete.

A folder that holds this recording alone goes in as its manifest lists it, so that everything can be verified in the bag
as it could be in the folder. Of a folder that several recordings share, the statements go along too; they list files of
the others, which are not in the bag, so they have other names there (`original_name`).
"""

from collections.abc import Sequence
from pathlib import Path

from seacorder.evidence.bag import BagFile, named
from seacorder.evidence.excerpts import first_utc
from seacorder.evidence.folder_contents import file_names, kind_by_name
from seacorder.evidence.manifest import NotAManifest, read_manifest
from seacorder.evidence.statements import RECORDING_WORD, read_document
from seacorder.model.account import ACCOUNT_NAME
from seacorder.model.completion import (
    MANIFEST_NAME,
    RECORDING_NAME,
    SIGNATURE_NAME,
    STAMP_NAME,
    STATEMENT_NAMES,
    UNLISTED_NAMES,
)
from seacorder.model.export import MakeBag
from seacorder.storage.recorded_file import open_recorded

ORIGINAL = "original"
_HEAD_BYTES = 64 * 1024


def whole_files(order: MakeBag) -> list[BagFile]:
    """Blocks. Raises NotKnown where a file is not there: a bag without it would look whole. OSError."""
    recorded = [Path(one) for one in order.files]
    for path in recorded:
        open_recorded(path).file.close()
    paths = [*recorded, *present(order.beside)]
    shared: list[Path] = []
    for folder in dict.fromkeys(path.parent for path in paths):
        found, is_alone = _of_folder(folder, order.recordings)
        paths += found
        said = statements(folder)
        paths += said
        shared += [] if is_alone else said
    return [BagFile(original_name(name) if path in shared else name, path) for path, name in named(paths).items()]


def present(paths: Sequence[str]) -> list[Path]:
    """Those that are there, as ordinary files. Blocks."""
    return [path for one in paths if (path := Path(one)).is_file() and not path.is_symlink()]


def statements(folder: Path) -> list[Path]:
    """What says of the folder what is in it, and proves it. Blocks."""
    return present([str(folder / name) for name in (*STATEMENT_NAMES, *sorted(UNLISTED_NAMES))])


def original_name(name: str) -> str:
    """Of a statement about more than is in the bag: a folder of its own, and a manifest that no program takes for one
    of the bag."""
    folder, _, last = name.rpartition("/")
    last = f"{ORIGINAL}-{last}" if last in {MANIFEST_NAME, SIGNATURE_NAME, STAMP_NAME} else last
    return "/".join(filter(None, (folder, ORIGINAL, last)))


def _of_folder(folder: Path, recordings: Sequence[str]) -> tuple[list[Path], bool]:
    """What of the folder belongs to the recordings, but for the statements; and whether nothing else is in it."""
    try:
        listed = read_manifest((folder / MANIFEST_NAME).read_bytes())
        document = read_document((folder / RECORDING_NAME).read_bytes(), RECORDING_WORD) or {}
        spans = [(one["id"], one["start_utc"], one["end_utc"]) for one in document["recordings"]]
        is_alone = not document["clips"] and {one for one, _, _ in spans} <= set(recordings)
    except (OSError, NotAManifest, TypeError, KeyError):
        return [], False
    names = [name for name in file_names(folder) if name in listed]
    if not is_alone:
        mine = [(begin, end or "9") for one, begin, end in spans if one in recordings]
        names = [name for name in names if name == ACCOUNT_NAME or _is_in(folder / name, mine)]
    return [folder / name for name in names if name not in STATEMENT_NAMES], is_alone


def _is_in(path: Path, spans: Sequence[tuple[str, str]]) -> bool:
    """True for a log of survey data that was begun during one of the recordings."""
    if kind_by_name(path.name) != "survey data":
        return False
    with path.open("rb") as file:
        begun = first_utc(file.read(_HEAD_BYTES))
    return begun is not None and any(begin[:19] <= begun[:19] <= end for begin, end in spans)
