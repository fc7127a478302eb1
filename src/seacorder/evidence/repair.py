"""Makes an ordinary indexed MP4 of an interrupted or damaged file: the same packets, times and metadata.

The steps: lay out what is readable (`evidence.siblings`, `evidence.layout`); copy all packets that are not broken into
a new file beside the old one; correct its header's duration; sync it; read it back and compare every packet; give it
the old file's name. Until that last step, and whenever anything fails, the original is as it was. Where the original is
damaged, the copy goes on at the next good fragment, and the original is kept beside it (`evidence.original`).
"""

import contextlib
import shutil
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av

from seacorder.base.errors import StorageFailed
from seacorder.evidence.beginning import Beginning
from seacorder.evidence.damage import DamageTracker
from seacorder.evidence.hidden import hidden_faults
from seacorder.evidence.inspect import (
    NOTHING_READABLE,
    main_stream,
    must_have_frames,
    note_of,
    shaped_packets,
)
from seacorder.evidence.layout import Layout, outer_boxes
from seacorder.evidence.opening import open_video, whole_packets
from seacorder.evidence.original import bring_back, sync_file, take_place
from seacorder.evidence.shape import Shape
from seacorder.evidence.siblings import readable_layout
from seacorder.evidence.texts import NO_TEXT, Text, put_texts
from seacorder.model.file_note import NOTE_KEY, FileNote
from seacorder.model.report import Damage
from seacorder.mp4.boxes import NotMp4
from seacorder.mp4.index import lengthened
from seacorder.mp4.index_maker import moved
from seacorder.mp4.start_time import BehindFileType, start_time_box
from seacorder.storage.file_lock import locked

Progress = Callable[[float], None]
"""Called with the share that is done, from 0 to 1."""

_OPTIONS = {
    # As in recording: so a repaired file can be repaired again if a copy of it is cut off.
    "movflags": "+hybrid_fragmented+empty_moov+default_base_moof+use_metadata_tags",
    "frag_duration": "30000",
    "max_interleave_delta": "1",
}
_NOTHING_THERE = "it was cut off before its first picture was on disk."
_MADE_BY_MUXER = {"major_brand", "minor_version", "compatible_brands", "encoder"}


@dataclass(slots=True)
class _Digest:
    """The count of a track's packets, and a checksum (CRC-32) of their bytes, times and keyframe flags."""

    packets: int = 0
    checksum: int = 0

    def add(self, packet: Any) -> None:
        if packet.stream.type == "subtitle" and bytes(packet) == NO_TEXT:
            return  # nothing is shown; where a file is cut off, the last of these may be missing
        times = f"{packet.pts * packet.time_base} {packet.dts * packet.time_base} {packet.is_keyframe}".encode()
        self.checksum = zlib.crc32(memoryview(packet), zlib.crc32(times, self.checksum))
        self.packets += 1


@dataclass(frozen=True, slots=True)
class Repaired:
    """The result of a repair."""

    damage: tuple[Damage, ...]
    """What the repaired file lacks of the original, or has only in part."""
    original: Path | None
    """Where the original is kept; None when nothing of it is missing, and it was deleted."""
    sibling: Path | None = None
    """The file whose track descriptions were used because the original's own are destroyed."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the caller knows of a file, for the case that the file itself does not say it any more."""

    note: FileNote | None = None
    """Its note."""
    siblings: tuple[Path, ...] = ()
    """Files of the same channel; see `evidence.siblings`."""


NOTHING_KNOWN = Known()


@dataclass(slots=True)
class _RepairedCopy:
    """What has been written into the new file."""

    digests: dict[int, _Digest]
    damage: tuple[Damage, ...] = ()


def repair(path: Path, progress: Progress | None = None, known: Known = NOTHING_KNOWN) -> Repaired | None:
    """Replaces an interrupted or damaged file by an indexed one; None when it is whole and was left alone.

    StorageFailed when nothing of it is readable, somebody still writes it, or the disk refuses; the file is then as it
    was. Blocks for about as long as reading it twice and writing it once takes.
    """
    try:
        bring_back(path)
        with locked(path, 0.0) as is_ours:
            if not is_ours:
                raise StorageFailed(f"{path} is being recorded.", "Repair it when the recording has ended.")
            return _repair(path, progress or (lambda _share: None), known)
    except OSError as fault:
        raise StorageFailed(f"{path} cannot be read: {fault.strerror}.", "Check the disk.") from fault


def _repair(path: Path, progress: Progress, known: Known) -> Repaired | None:
    layout = readable_layout(path, known.siblings)
    if layout.is_whole:
        if hidden_faults(path, layout).index_differs:
            # The index leads to wrong offsets: a new one is made from the fragments.
            layout = readable_layout(path, known.siblings, trusts_index=False)
        elif not any(track.is_short for track in layout.index):
            return None  # nothing is wrong; a header that is too short is corrected by copying, as everything else
    if not layout.has_header:
        raise StorageFailed(f"{path} holds nothing to repair: {NOTHING_READABLE}")
    try:
        return _replace(path, layout, progress, known.note)
    except (av.FFmpegError, OSError, ValueError) as fault:
        raise StorageFailed(f"{path} cannot be repaired: {fault}. It has been left as it was.") from fault
    finally:
        _beside(path).unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.repair")


def _replace(path: Path, layout: Layout, progress: Progress, known: FileNote | None) -> Repaired:
    beside = _beside(path)
    copy = _copy(path, layout, progress, known)
    _lengthen(beside)
    sync_file(beside)
    if _digests_of(beside) != copy.digests:
        raise StorageFailed(
            f"{path} could not be repaired: the repaired copy differs from it. It has been left as it was.",
            "Save the file and the log.",
        )
    shutil.copystat(path, beside)
    original = take_place(beside, path, keeps=bool(copy.damage or layout.damaged or layout.sibling))
    progress(1.0)
    return Repaired(copy.damage, original, layout.sibling)


def _copy(path: Path, layout: Layout, progress: Progress, known: FileNote | None) -> _RepairedCopy:
    size = layout.pieces.size
    with (
        open_video(path, layout) as source,
        _beside(path).open("wb") as file,
        av.open(output := BehindFileType(file), "w", format="mp4", options=_OPTIONS) as target,
    ):
        must_have_frames(source, path)
        main = main_stream(source)
        tracker, note = DamageTracker(layout, main), note_of(source, path) or known
        kept = (packet for packet, shape in shaped_packets(source, layout, tracker) if shape is not Shape.BROKEN)
        beginning = Beginning(layout, main, tracker)
        streams = {stream.index: _twin(target, stream) for stream in source.streams if stream.type != "subtitle"}
        digests = {stream.index: _Digest() for stream in source.streams}
        texts: list[Text] = []
        is_begun = False
        for count, packet in enumerate(_with_durations(beginning.rebased(kept))):
            if not is_begun:
                is_begun = True
                target.metadata.update(_metadata_of(source, note, beginning))
                output.inserted = _start_time(note, beginning)
            if count % 256 == 0 and packet.pos is not None:
                progress(0.9 * packet.pos / size)
            digests[packet.stream.index].add(packet)
            if packet.stream.type == "subtitle":
                texts.append(Text(packet.dts, packet.duration, bytes(packet)))
                continue
            packet.stream = streams[packet.stream.index]
            target.mux(packet)
        if not any(digest.packets for digest in digests.values()):
            raise StorageFailed(f"{path} holds nothing to repair: {_NOTHING_THERE}")
    if output.inserted:
        _correct_index(_beside(path), lambda index: moved(index, len(output.inserted)))
    put_texts(_beside(path), texts)
    found = {index: digest for index, digest in digests.items() if digest.packets}
    return _RepairedCopy(found, tracker.places(note))


def _with_durations(packets: Iterator[Any]) -> Iterator[Any]:
    """The packets, each with a duration up to the next one of its track.

    The muxer may write a fragment before it knows the next packet, and then takes the packet's own duration instead.
    The picture after a gap would be shown too early.
    """
    waiting: dict[int, Any] = {}
    for packet in packets:
        before = waiting.get(packet.stream.index)
        if before is not None:
            before.duration = packet.dts - before.dts
            yield before
        waiting[packet.stream.index] = packet
    yield from sorted(waiting.values(), key=lambda packet: packet.dts * packet.time_base)


def _twin(target: Any, stream: Any) -> Any:
    twin = target.add_stream_from_template(stream, opaque=True)
    twin.time_base = stream.time_base
    if stream.codec_context.name == "hevc":
        twin.codec_context.codec_tag = "hvc1"  # as recorded: Apple's players refuse hev1
    return twin


def _metadata_of(source: Any, note: FileNote | None, beginning: Beginning) -> dict[str, str]:
    kept = {key: value for key, value in source.metadata.items() if key not in _MADE_BY_MUXER}
    if note is not None:
        kept.setdefault("title", note.channel)
        first_utc_ns = note.first_frame_utc_ns + beginning.late_ns
        kept[NOTE_KEY] = replace(note, is_repaired=True, first_frame_utc_ns=first_utc_ns).to_json()
    return kept


def _digests_of(path: Path) -> dict[int, _Digest]:
    digests: dict[int, _Digest] = {}
    with av.open(str(path)) as container:
        for packet in whole_packets(container, path.stat().st_size):
            digests.setdefault(packet.stream.index, _Digest()).add(packet)
    return {index: digest for index, digest in digests.items() if digest.packets}


def _start_time(note: FileNote | None, beginning: Beginning) -> bytes:
    """The box with the start time, if a note says it."""
    if note is None:
        return b""
    return start_time_box(note.first_frame_utc_ns + beginning.late_ns - beginning.shown_ns)


def _correct_index(path: Path, corrected: Callable[[bytes], bytes | bytearray]) -> None:
    """Puts the corrected index in the place of a closed file's own. OSError, and what `corrected` raises."""
    with path.open("r+b") as file:
        index = next((box for box in outer_boxes(file, path.stat().st_size) if box.kind == b"moov"), None)
        if index is None:
            return
        file.seek(index.at)
        data = corrected(file.read(index.end - index.at))
        file.seek(index.at)
        file.write(data)


def _lengthen(path: Path) -> None:
    """Corrects the durations in the index (`mp4.index`), as is done when a recording's file is closed. OSError."""
    with contextlib.suppress(NotMp4):
        _correct_index(path, lengthened)
