"""Reads a video file through, packet by packet, so that damage in its middle is found and not only a wrong end.

Three things are looked at, each dearer than the one before:

- whether every packet that the index promises can be read from where it says;
- whether a picture's packet is made of whole NAL units: each stands behind its own length (ISO/IEC 14496-15, 5.3.2),
  and three zero bytes never stand inside of one (ITU-T H.264 and H.265, 7.4.1). Blocks that a disk or file system has
  lost come back as zeros, which breaks one or the other;
- on demand, whether everything decodes. That takes minutes of processor time for each recorded hour.

A few changed bits inside a picture may pass all three: only a checksum from outside would tell.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av

from seacorder.evidence.boxes import layout_of
from seacorder.evidence.inspect import inspect_file, main_stream, open_video
from seacorder.model.recording import FileState
from seacorder.model.report import FileExamined

BytesRead = Callable[[int], None]
"""Is told how many bytes have been read since it was last told."""

_TELL_BYTES = 4 * 1024 * 1024
_STRICT = {"err_detect": "explode"}
"""FFmpeg's decoders otherwise paint over what they cannot decode, and say nothing."""
_LENGTH_SIZE_AT = {"h264": 4, "hevc": 21}
"""Where the decoder configuration has the size of a NAL unit's length, in its lowest two bits, less one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file stands, its frames counted one by one, and what is wrong inside of it."""

    facts: FileExamined
    damage: str = ""
    """The end of a sentence that begins with the file; empty when nothing was found."""


def read_through(path: Path, *, decodes: bool = False, progress: BytesRead | None = None) -> Reading:
    """Reads all of one file without changing it; with `decodes` every picture and sound is decoded too.

    Never raises for what is in the file. Blocks for as long as the disk, or the decoder, takes.
    """
    facts = inspect_file(path)
    if facts.state is None:
        return Reading(facts)
    through = _Through(progress or (lambda _bytes: None), decodes=decodes)
    try:
        layout = layout_of(path)
        with open_video(path, layout) as container:
            through.read(container, layout.readable_bytes)
            # Where an interrupted file ends is no damage: what was cut there is listed as lost.
            missing = _missing(container, through) if facts.state is not FileState.INTERRUPTED else 0
    except (av.FFmpegError, OSError) as fault:
        return Reading(replace(facts, frames=through.frames), f"cannot be read to its end ({fault.strerror}).")
    return Reading(replace(facts, frames=through.frames), _sentence(through, missing))


def still_damage(path: Path) -> str:
    """Decodes a framegrab; the end of a sentence, empty when all of it decodes. Never raises for what is in it."""
    try:
        with av.open(str(path), format="jpeg_pipe") as container:
            container.streams.video[0].codec_context.options = _STRICT
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
            self._length_bytes[stream.index] = _length_bytes(stream)
            if self._decodes:
                stream.codec_context.options = _STRICT
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
        if not _is_well_shaped(packet, self._length_bytes[index]):
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


def _length_bytes(stream: Any) -> int:
    """How many bytes of length stand before each NAL unit; 0 where packets are not made of those."""
    at = _LENGTH_SIZE_AT.get(stream.codec_context.name)
    configuration = stream.codec_context.extradata or b""
    return (configuration[at] & 3) + 1 if at is not None and len(configuration) > at and configuration[0] == 1 else 0


def _is_well_shaped(packet: Any, length_bytes: int) -> bool:
    """False for a packet that is not what an encoder makes."""
    data = bytes(packet)
    if not length_bytes:
        return len(data) < 8 or any(data)
    is_slice = _is_h264_slice if packet.stream.codec_context.name == "h264" else _is_h265_slice
    for unit in _units(data, length_bytes):
        if not unit or unit[0] & 0x80 or (is_slice(unit[0]) and b"\0\0\0" in unit.rstrip(b"\0")):
            return False
    return True


def _units(data: bytes, length_bytes: int) -> Iterator[bytes]:
    """The NAL units of one packet; an empty one where a length cannot be right."""
    at = 0
    while at < len(data):
        begin = at + length_bytes
        at = begin + int.from_bytes(data[at:begin], "big")
        if at > len(data):
            yield b""
            return
        yield data[begin:at]


def _is_h264_slice(head: int) -> bool:
    return 1 <= head & 0x1F <= 5


def _is_h265_slice(head: int) -> bool:
    return head >> 1 & 0x3F < 32


def _missing(container: Any, through: _Through) -> int:
    """Packets that the index has and that could not be read."""
    short: int = sum(max(0, stream.frames - through.packets.get(stream.index, 0)) for stream in container.streams)
    return max(short, through.unreadable)


def _sentence(through: _Through, missing: int) -> str:
    found = []
    if missing:
        found.append(f"{_packets(missing)} of its index cannot be read")
    if through.misshapen.count:
        where = f"the first at {through.misshapen.first_seconds:.3f} s"
        found.append(f"{_packets(through.misshapen.count)} with lost or changed bytes, {where}")
    if through.undecodable.count:
        where = f"the first near {through.undecodable.first_seconds:.1f} s"
        found.append(f"{_packets(through.undecodable.count)} cannot be decoded, {where}")
    return f"is damaged: {'; '.join(found)}." if found else ""


def _packets(count: int) -> str:
    return f"{count:,} packet{'s' if count > 1 else ''}"
