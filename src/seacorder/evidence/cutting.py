"""Cuts a stretch out of a recorded file, without decoding: which samples it is made of, and when they were captured."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from seacorder.evidence.layout import layout_of, outer_boxes, tracks_of
from seacorder.evidence.note import note_in
from seacorder.model.instant import iso_utc
from seacorder.model.recording import Part
from seacorder.mp4.boxes import NotMp4
from seacorder.mp4.cut import PICTURES, Cut, SourceTrack, Stretch, cut, stretch_of
from seacorder.mp4.fragments import Fragment, TimedSample, samples_of
from seacorder.mp4.samples import samples_in
from seacorder.mp4.tracks import tracks_in

CUT_KEY = "seacorder_cut"
"""The metadata key under which a cut says what it is; docs/programs/export.md. It has no note of a recorded file, so
that nobody takes it for one."""
_REORDERED_AT_MOST = 64


@dataclass(frozen=True, slots=True)
class CutNote:
    """What a cut says of itself in its metadata."""

    channel: str
    recording_id: str
    part: int
    """The number of the file that it was cut from."""
    source: str
    """That file's name."""
    first_picture: int
    """The place of its first picture in that file, from 0."""
    first_frame_utc_ns: int


@dataclass(frozen=True, slots=True)
class PartCut:
    """A stretch of one file of a recording."""

    part: Part
    cut: Cut
    first_utc_ns: int
    """Capture time of its first picture."""
    last_utc_ns: int
    """Of its last one."""


def cut_part(part: Part, from_utc_ns: int, to_utc_ns: int) -> PartCut | None:
    """What a file has of the stretch; None if that is nothing. Blocks; OSError, NotMp4."""
    path = Path(part.path)
    note = note_in(path)
    start_utc_ns = part.start_utc_ns if note is None else note.first_frame_utc_ns
    tracks = tracks_with_samples(path)
    pictures = next((one for one in tracks if one.head.handler == PICTURES and one.samples), None)
    if pictures is None:
        return None
    zero_ns = pictures.ns(min(one.dts + one.shift for one in pictures.samples[:_REORDERED_AT_MOST]))
    to_source = zero_ns - start_utc_ns
    stretch = stretch_of(pictures, from_utc_ns + to_source, to_utc_ns + to_source)
    if stretch is None:
        return None
    first_utc_ns = stretch.first_shown_ns - to_source
    return PartCut(
        part,
        cut(tracks, stretch, _metadata(part, stretch, first_utc_ns), stretch.begin_ns - to_source),
        first_utc_ns,
        stretch.last_shown_ns - to_source,
    )


def tracks_with_samples(path: Path) -> list[SourceTrack]:
    """The tracks of a closed file, or of one that is being written or was cut off. Blocks; OSError, NotMp4."""
    layout = layout_of(path)
    with path.open("rb") as file:
        if layout.is_whole:
            moov = next(box for box in outer_boxes(file, layout.size) if box.kind == b"moov")
            file.seek(moov.at)
            data = file.read(moov.end - moov.at)
            samples, heads = samples_in(data), tracks_in(data)
        else:
            samples, heads = _in_fragments(file, layout.fragments, layout.size), tracks_of(path)
    return [SourceTrack(head, samples.get(head.number, [])) for head in heads]


def _in_fragments(file: BinaryIO, fragments: tuple[Fragment, ...], size: int) -> dict[int, list[TimedSample]]:
    found: dict[int, list[TimedSample]] = {}
    for fragment in fragments:
        file.seek(fragment.at)
        moof = file.read(fragment.moof_end - fragment.at)
        if len(moof) < fragment.moof_end - fragment.at:
            raise NotMp4("a file that has become shorter")
        for sample in samples_of(moof, fragment.at):
            if sample.offset + sample.size <= size:
                found.setdefault(sample.track, []).append(sample)
    return found


def _metadata(part: Part, stretch: Stretch, first_utc_ns: int) -> dict[str, str]:
    path = Path(part.path)
    note = CutNote(part.channel, part.recording_id, part.number, path.name, stretch.first, first_utc_ns)
    return {
        "title": part.channel,
        "creation_time": iso_utc(first_utc_ns, digits=6),
        CUT_KEY: json.dumps(asdict(note), separators=(",", ":")),
    }
