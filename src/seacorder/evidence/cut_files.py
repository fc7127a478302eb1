"""What goes into the bag of a stretch: cuts of all channels, and what was noted, read, grabbed and lost meanwhile.

The statements and manifests of the folders that it was cut from go along, so that it can be told of which files it is a
part. They do not list what is in the bag, so they have other names there (`original_name`).
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seacorder.evidence.bag import BagFile, named, open_plain
from seacorder.evidence.cutting import PartCut, cut_part
from seacorder.evidence.excerpts import first_utc, subtitles, survey_data
from seacorder.evidence.folder_contents import file_names, kind_by_name
from seacorder.evidence.whole_files import original_name, present, statements
from seacorder.model.export import EXPORT_NAME, MakeBag, StretchAsked
from seacorder.model.file_note import SUBTITLE_SUFFIXES
from seacorder.model.instant import iso_utc
from seacorder.model.loss import missing_documents
from seacorder.mp4.boxes import NotMp4
from seacorder.storage.recorded_file import open_recorded

VERSION = 1
CUT = "_cut"
_HEAD_BYTES = 64 * 1024
_SETTLED_NS = 2_000_000_000
"""A file system may keep times to two seconds."""


class NothingRecorded(Exception):
    """No file has a frame of the stretch."""


def cut_files(order: MakeBag, stretch: StretchAsked) -> list[BagFile]:
    """Blocks. Raises NotKnown where a file is away, NothingRecorded, NotMp4 where one is damaged, OSError."""
    cuts = [one for part in stretch.parts if (one := _cut(part, stretch)) is not None]
    if not cuts:
        raise NothingRecorded
    kept = [Path(one) for one in order.files]
    for path in kept:
        open_recorded(path).file.close()
    kept += present(order.beside)
    videos = [Path(one.part.path) for one in cuts]
    folders = list(dict.fromkeys(path.parent for path in (*videos, *kept)))
    logs = [path for folder in folders for path in _logs(folder, stretch)]
    original = [path for folder in dict.fromkeys(path.parent for path in videos) for path in statements(folder)]
    names = named([*videos, *kept, *logs, *original])
    found = [BagFile(_cut_name(names[path]), path, cut=one.cut) for path, one in zip(videos, cuts, strict=True)]
    for path, one in zip(videos, cuts, strict=True):
        found += _subtitles(path, names[path], one)
    found += [BagFile(names[path], path) for path in kept]
    found += _excerpts(logs, names, stretch)
    found += [BagFile(original_name(names[path]), path) for path in original]
    said = _document(order, stretch, cuts, names)
    return [BagFile(EXPORT_NAME, content=json.dumps(said, indent=1).encode("ascii") + b"\n"), *found]


def _cut(part: Any, stretch: StretchAsked) -> PartCut | None:
    path = Path(part.path)
    open_recorded(path).file.close()
    try:
        return cut_part(part, stretch.from_utc_ns, stretch.to_utc_ns)
    except NotMp4 as fault:
        raise NotMp4(f"{path.name} has {fault}") from fault


def _cut_name(name: str) -> str:
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - it is a name in the bag, no path
    return f"{stem}{CUT}{suffix}"


def _subtitles(video: Path, name: str, one: PartCut) -> Iterator[BagFile]:
    for path in present([str(video.with_suffix(suffix)) for suffix in SUBTITLE_SUFFIXES]):
        text = _read(path).decode("utf-8", "replace")
        shown = subtitles(text, one.cut.stretch.begin_ns, one.cut.stretch.end_ns)
        yield BagFile(_cut_name(f"{name.rpartition('.')[0]}{path.suffix}"), content=shown.encode())


def _logs(folder: Path, stretch: StretchAsked) -> Iterator[Path]:
    """Logs of survey data that may have something of the stretch."""
    to_utc = iso_utc(stretch.to_utc_ns, digits=6)
    for name in file_names(folder):
        path = folder / name
        if kind_by_name(name) != "survey data" or path.stat().st_mtime_ns < stretch.from_utc_ns - _SETTLED_NS:
            continue
        with os.fdopen(open_plain(path), "rb") as file:
            begun = first_utc(file.read(_HEAD_BYTES))
        if begun is not None and begun < to_utc:
            yield path


def _excerpts(logs: list[Path], names: dict[Path, str], stretch: StretchAsked) -> Iterator[BagFile]:
    for path in logs:
        data = survey_data(path.name, _read(path), stretch.from_utc_ns, stretch.to_utc_ns)
        if data is not None:
            yield BagFile(_cut_name(names[path]), content=data)


def _read(path: Path) -> bytes:
    with os.fdopen(open_plain(path), "rb") as file:
        return file.read()


def _document(order: MakeBag, stretch: StretchAsked, cuts: list[PartCut], names: dict[Path, str]) -> dict[str, Any]:
    return {
        "seacorder_export": VERSION,
        "program": order.program,
        **_time("made", order.made_utc_ns),
        "title": order.title,
        "recordings": list(order.recordings),
        **_time("asked_from", stretch.from_utc_ns),
        **_time("asked_to", stretch.to_utc_ns),
        "rule": "A video begins with the newest keyframe at or before the asked begin, because nothing was encoded "
                "again, and has every frame before the asked end. Times are those of recording.json.",
        "videos": [_video(one, names) for one in cuts],
        "framegrabs": [
            {"file": names[Path(one.path)], "channel": one.channel, **_time("frame", one.frame_utc_ns)}
            for one in stretch.framegrabs
        ],
        "losses": missing_documents(stretch.losses),
    }


def _video(one: PartCut, names: dict[Path, str]) -> dict[str, Any]:
    path = Path(one.part.path)
    return {
        "channel": one.part.channel,
        "file": _cut_name(names[path]),
        **_time("first_frame", one.first_utc_ns),
        **_time("last_frame", one.last_utc_ns),
        "frames": one.cut.stretch.pictures,
        "bytes": one.cut.size,
        "recording_id": one.part.recording_id,
        "source": path.name,
        "source_number": one.part.number,
        "source_first_frame": one.part.first_frame,
        "first_picture_in_source": one.cut.stretch.first,
    }


def _time(name: str, utc_ns: int) -> dict[str, Any]:
    return {f"{name}_utc": iso_utc(utc_ns, digits=6), f"{name}_utc_ns": utc_ns}
