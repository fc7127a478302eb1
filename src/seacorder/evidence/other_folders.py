"""Where the rest of a recording is, of which a folder has a part: templates, or a second disk, may part it.

`recording.json` says in `folder` how one gets there from here. Links are not followed.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from seacorder.evidence.statements import RECORDING_WORD, Document, read_document
from seacorder.model.completion import MANIFEST_NAME, RECORDING_NAME
from seacorder.model.recording import FileState


def videos_of(document: Document) -> Iterator[Mapping[str, Any]]:
    """Every video that the statement of a folder lists, wherever it is. KeyError, TypeError for a damaged one."""
    for recording in document["recordings"]:
        yield from recording["parts"]
        yield from recording["clips"]
    yield from document["clips"]


def with_others(folders: Iterable[Path]) -> list[Path]:
    """The folders, and those beside them in which the rest of their recordings is, as far as they are there and have a
    manifest. Blocks; raises nothing."""
    found = {_known(folder): folder for folder in folders}
    waiting = list(found.values())
    while waiting:
        here = waiting.pop()
        for other in (here / way for way in _named_in(here)):
            if _known(other) not in found and _has_manifest(other) and not other.is_symlink():
                found[_known(other)] = other
                waiting.append(other)
    return list(found.values())


def not_here(folder: Path) -> list[str]:
    """A sentence for each folder in which files of its recordings should be, and which is not there. Blocks."""
    return [
        f"Other files of its recordings belong into {one}, which is not here: they are not verified."
        for one in _named_in(folder) if not _has_manifest(folder / one)
    ]


def is_behind_a_link(folder: Path, name: str) -> bool:
    """A file that the manifest of a folder lists is a link, or is in a folder that is one. Blocks."""
    path = Path(name)
    return any((folder / one).is_symlink() for one in (path, *path.parents) if str(one) != ".")


def _has_manifest(folder: Path) -> bool:
    return os.path.isfile(folder / MANIFEST_NAME)  # noqa: PTH113 - unlike Path.is_file, False for what can be no path


def _named_in(folder: Path) -> list[str]:
    """The ways from a folder to the others, ordered."""
    try:
        document = read_document((folder / RECORDING_NAME).read_bytes(), RECORDING_WORD)
        return sorted({one["folder"] for one in videos_of(document or {}) if _is_elsewhere(one)})
    except (OSError, TypeError, KeyError, AttributeError):
        return []


def _is_elsewhere(one: Mapping[str, Any]) -> bool:
    """It is in another folder, to which there is a way from here."""
    place = one["folder"]
    if place == "." or one["state"] == FileState.REMOVED.value:
        return False
    return isinstance(place, str) and not Path(place).is_absolute() and "\0" not in place


def _known(folder: Path) -> Path:
    try:
        return folder.resolve()
    except (OSError, RuntimeError, ValueError):  # links in a ring; what can be no path
        return folder.absolute()
