"""Checks a whole file, packet by packet, so that damage in its middle is found too.

Four checks, each costlier than the one before:

1. Is the header's duration that of the index, and does the index list the same samples as the fragments inside the
file? 2. Can every packet that the index lists be read from its offset? 3. Does the packet of each picture look like
what an encoder makes (`evidence.shape`)? 4. On demand: does everything decode? That takes minutes of processor time for
each recorded hour.

A few changed bits inside a picture may pass the first three; that a decoder accepts them too is possible. Only a
checksum from elsewhere would find them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av

from seacorder.evidence.hidden import HiddenFaults, hidden_faults
from seacorder.evidence.inspect import inspect_file, main_stream
from seacorder.evidence.layout import Layout
from seacorder.evidence.opening import open_video
from seacorder.evidence.shape import Shape, length_bytes_of, shape_of
from seacorder.evidence.siblings import STRICT, readable_layout
from seacorder.model.report import FileExamined

BytesRead = Callable[[int], None]
"""Called now and then with the number of bytes that were read since the last call."""

_REPORT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a file is, with its frames counted one by one, and what is wrong inside it."""

    facts: FileExamined
    damage: str = ""
    """The predicate of a sentence about the file ("is damaged: …"); empty when nothing was found."""


def check_file(path: Path, *, decodes: bool = False, progress: BytesRead | None = None) -> CheckResult:
    """Reads all of one file, without changing it; with `decodes` every picture and sound is decoded too.

    Never raises for what is in the file. Blocks for as long as the disk, or the decoder, takes.
    """
    try:
        layout = readable_layout(path)
    except OSError:
        return CheckResult(inspect_file(path))
    facts = inspect_file(path, layout)
    if facts.state is None:
        return CheckResult(facts)
    full_read = _FullRead(progress or (lambda _bytes: None), decodes=decodes)
    try:
        with open_video(path, layout) as container:
            full_read.read(container, layout.pieces.size)
            # The cut end of an interrupted file is not damage: what is missing there is listed as a loss.
            missing = _missing(container, full_read) if layout.is_whole else 0
        hidden = hidden_faults(path, layout) if layout.is_whole else HiddenFaults()
    except (av.FFmpegError, OSError) as fault:
        return CheckResult(replace(facts, frames=full_read.frames), f"cannot be read to its end ({fault.strerror}).")
    found = [*_found(full_read, missing), *_of_damage(layout), *hidden.sentences]
    sentence = f"is damaged: {'; '.join(found)}." if found else ""
    if layout.is_whole:
        facts = replace(facts, frames=full_read.frames)
    return CheckResult(facts, " ".join(filter(None, (sentence, _short(layout)))))


def _of_damage(layout: Layout) -> list[str]:
    """What cannot be read of a file that is not whole; for each fault the middle of a sentence."""
    ranges = layout.damaged
    found = [f"its index {layout.index_fault}, and `seacorder repair` makes it again"] if layout.index_fault else []
    if layout.sibling is not None:
        found.append(
            f"its description cannot be read; `seacorder repair` takes that from {layout.sibling.name}"
        )
    if ranges:
        damaged = sum(one.end - one.begin for one in ranges)
        found.append(
            f"{damaged:,} bytes in {len(ranges):,} places, the first at byte {ranges[0].begin:,}, cannot be read"
        )
    return found


def _short(layout: Layout) -> str:
    """The sentence about a header whose duration is shorter than the file's index; empty when it is not."""
    short = [track for track in layout.index if track.is_short]
    if not short:
        return ""
    seconds = max(one.missing_ticks / one.units for one in short)
    return (
        f"has a header that is {seconds:.3f} s shorter than its index, so some players leave out its last pictures; "
        "`seacorder repair` makes it as long."
    )


def still_damage(path: Path) -> str:
    """Decodes a framegrab; returns the predicate of a sentence, empty when it decodes. Raises nothing. Blocks."""
    try:
        with av.open(str(path), format="jpeg_pipe") as container:
            container.streams.video[0].codec_context.options = STRICT
            decoded = sum(1 for _ in container.decode(video=0))
    except (av.FFmpegError, OSError, IndexError):
        decoded = 0
    return "" if decoded == 1 else "is damaged: it cannot be decoded."


class _Faults:
    """How many packets have a fault, and when the first one is shown."""

    def __init__(self) -> None:
        self.count = 0
        self.first_seconds = 0.0

    def add(self, packet: Any) -> None:
        if self.count == 0 and packet.pts is not None:
            self.first_seconds = float(packet.pts * packet.time_base)
        self.count += 1


class _FullRead:
    """One reading of all packets of a file."""

    def __init__(self, progress: BytesRead, *, decodes: bool) -> None:
        self._progress = progress
        self._decodes = decodes
        self._unreported = 0
        self._length_bytes: dict[int, int] = {}
        self._first_picture: int | None = None
        self._main = 0
        self.packets: dict[int, int] = {}
        """How many were read, by the stream's index."""
        self.frames = 0
        self.unreadable = 0
        self.misshapen = _Faults()
        self.undecodable = _Faults()

    def read(self, container: Any, size: int) -> None:
        """Reads all packets. `size`: of what the container reads, in bytes."""
        self._main = main_stream(container).index
        for stream in container.streams:
            self._length_bytes[stream.index] = length_bytes_of(stream)
            if self._decodes:
                stream.codec_context.options = STRICT
                stream.codec_context.thread_type = "AUTO"
        for packet in container.demux():
            if packet.size > 0:
                self._take(packet, size)
            elif self._decodes:
                self._decode(packet)  # an empty packet ends a stream: the decoder gives what it still holds
        self._progress(self._unreported)

    def _take(self, packet: Any, size: int) -> None:
        self._unreported += packet.size
        if self._unreported >= _REPORT_BYTES:
            self._progress(self._unreported)
            self._unreported = 0
        if packet.is_corrupt or (packet.pos is not None and packet.pos + packet.size > size):
            self.unreadable += 1
            return
        index = packet.stream.index
        self.packets[index] = self.packets.get(index, 0) + 1
        self.frames += index == self._main
        if shape_of(packet, self._length_bytes[index]) is not Shape.GOOD:
            self.misshapen.add(packet)
        if self._decodes and not self._needs_the_part_before(packet):
            self._decode(packet)

    def _needs_the_part_before(self, packet: Any) -> bool:
        """True for pictures shown before the first keyframe: in open GOPs they are predicted from the part before."""
        if packet.stream.type != "video" or packet.pts is None:
            return False
        if self._first_picture is None:
            self._first_picture = packet.pts
        return bool(packet.pts < self._first_picture)

    def _decode(self, packet: Any) -> None:
        try:
            packet.decode()
        except (av.FFmpegError, ValueError):
            self.undecodable.add(packet)


def _missing(container: Any, full_read: _FullRead) -> int:
    """How many packets the index lists that could not be read."""
    short: int = sum(max(0, stream.frames - full_read.packets.get(stream.index, 0)) for stream in container.streams)
    return max(short, full_read.unreadable)


def _found(full_read: _FullRead, missing: int) -> list[str]:
    """What is wrong with the packets; for each fault the middle of a sentence."""
    found = []
    if missing:
        found.append(f"{_packets(missing)} of its index cannot be read")
    if full_read.misshapen.count:
        where = f"the first at {full_read.misshapen.first_seconds:.3f} s"
        found.append(f"{_packets(full_read.misshapen.count)} with lost or changed bytes, {where}")
    if full_read.undecodable.count:
        where = f"the first near {full_read.undecodable.first_seconds:.1f} s"
        found.append(f"{_packets(full_read.undecodable.count)} cannot be decoded, {where}")
    return found


def _packets(count: int) -> str:
    return f"{count:,} packet{'s' if count > 1 else ''}"
