"""Reads a video file through, packet by packet, so that damage in its middle is found and not only a wrong end.

These things are looked at, each dearer than the one before:

- whether the header is as long as the index, and the index names what the fragments inside of the file name;
- whether every packet that the index promises can be read from where it says;
- whether a picture's packet is what an encoder makes (`evidence.shape`);
- on demand, whether everything decodes. That takes minutes of processor time for each recorded hour.

A few changed bits inside a picture may pass all three: only a checksum from outside would tell.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av

from seacorder.evidence.hidden import Hidden, hidden_faults
from seacorder.evidence.inspect import inspect_file, main_stream
from seacorder.evidence.layout import Layout
from seacorder.evidence.opening import open_video
from seacorder.evidence.shape import Shape, length_bytes_of, shape_of
from seacorder.evidence.siblings import STRICT, readable_layout
from seacorder.model.report import FileExamined

BytesRead = Callable[[int], None]
"""Is told how many bytes have been read since it was last told."""

_TELL_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How a file stands, its frames counted one by one, and what is wrong inside of it."""

    facts: FileExamined
    damage: str = ""
    """The end of a sentence that begins with the file; empty when nothing was found."""


def check_file(path: Path, *, decodes: bool = False, progress: BytesRead | None = None) -> CheckResult:
    """Reads all of one file without changing it; with `decodes` every picture and sound is decoded too.

    Never raises for what is in the file. Blocks for as long as the disk, or the decoder, takes.
    """
    try:
        layout = readable_layout(path)
    except OSError:
        return CheckResult(inspect_file(path))
    facts = inspect_file(path, layout)
    if facts.state is None:
        return CheckResult(facts)
    through = _Through(progress or (lambda _bytes: None), decodes=decodes)
    try:
        with open_video(path, layout) as container:
            through.read(container, layout.pieces.size)
            # Where an interrupted file ends is no damage: what was cut there is listed as lost.
            missing = _missing(container, through) if layout.is_whole else 0
        hidden = hidden_faults(path, layout) if layout.is_whole else Hidden()
    except (av.FFmpegError, OSError) as fault:
        return CheckResult(replace(facts, frames=through.frames), f"cannot be read to its end ({fault.strerror}).")
    found = [*_found(through, missing), *_of_holes(layout), *hidden.sentences]
    sentence = f"is damaged: {'; '.join(found)}." if found else ""
    if layout.is_whole:
        facts = replace(facts, frames=through.frames)
    return CheckResult(facts, " ".join(filter(None, (sentence, _short(layout)))))


def _of_holes(layout: Layout) -> list[str]:
    """What cannot be read of a file that was not closed, or not closed well."""
    holes = layout.holes
    found = [f"its index {layout.index_fault}, and `seacorder repair` makes it anew"] if layout.index_fault else []
    if layout.sibling is not None:
        found.append(
            f"what it says of its tracks cannot be read; `seacorder repair` takes that from {layout.sibling.name}"
        )
    if holes:
        damaged = sum(hole.end - hole.begin for hole in holes)
        found.append(
            f"{damaged:,} bytes in {len(holes):,} places, the first at byte {holes[0].begin:,}, cannot be read"
        )
    return found


def _short(layout: Layout) -> str:
    """The sentence on a header that is shorter than the file's own index: players that hold to it end too early."""
    short = [track for track in layout.index if track.is_short]
    if not short:
        return ""
    seconds = max(one.lacking_ticks / one.units for one in short)
    return (
        f"has a header that is {seconds:.3f} s shorter than its index, so some players leave out its last pictures; "
        "`seacorder repair` makes it as long."
    )


def still_damage(path: Path) -> str:
    """Decodes a framegrab; the end of a sentence, empty when all of it decodes. Never raises for what is in it."""
    try:
        with av.open(str(path), format="jpeg_pipe") as container:
            container.streams.video[0].codec_context.options = STRICT
            decoded = sum(1 for _ in container.decode(video=0))
    except (av.FFmpegError, OSError, IndexError):
        decoded = 0
    return "" if decoded == 1 else "is damaged: it cannot be decoded."


class _Faults:
    """How many there are, and where the first is."""

    def __init__(self) -> None:
        self.count = 0
        self.first_seconds = 0.0

    def add(self, packet: Any) -> None:
        if self.count == 0 and packet.pts is not None:
            self.first_seconds = float(packet.pts * packet.time_base)
        self.count += 1


class _Through:
    """One way through one file."""

    def __init__(self, progress: BytesRead, *, decodes: bool) -> None:
        self._progress = progress
        self._decodes = decodes
        self._untold = 0
        self._length_bytes: dict[int, int] = {}
        self._first_picture: int | None = None
        self._main = 0
        self.packets: dict[int, int] = {}
        """By the stream's index."""
        self.frames = 0
        self.unreadable = 0
        self.misshapen = _Faults()
        self.undecodable = _Faults()

    def read(self, container: Any, size: int) -> None:
        """All packets; `size` is where the file makes sense up to."""
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
        self._progress(self._untold)

    def _take(self, packet: Any, size: int) -> None:
        self._untold += packet.size
        if self._untold >= _TELL_BYTES:
            self._progress(self._untold)
            self._untold = 0
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
        """True for pictures shown before the first keyframe: with open groups they are predicted from another part."""
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


def _missing(container: Any, through: _Through) -> int:
    """Packets that the index has and that could not be read."""
    short: int = sum(max(0, stream.frames - through.packets.get(stream.index, 0)) for stream in container.streams)
    return max(short, through.unreadable)


def _found(through: _Through, missing: int) -> list[str]:
    """What is wrong with the packets, each the middle of a sentence."""
    found = []
    if missing:
        found.append(f"{_packets(missing)} of its index cannot be read")
    if through.misshapen.count:
        where = f"the first at {through.misshapen.first_seconds:.3f} s"
        found.append(f"{_packets(through.misshapen.count)} with lost or changed bytes, {where}")
    if through.undecodable.count:
        where = f"the first near {through.undecodable.first_seconds:.1f} s"
        found.append(f"{_packets(through.undecodable.count)} cannot be decoded, {where}")
    return found


def _packets(count: int) -> str:
    return f"{count:,} packet{'s' if count > 1 else ''}"
