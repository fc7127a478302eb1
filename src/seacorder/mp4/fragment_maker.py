"""Makes fragments (ISO/IEC 14496-12, 8.8): the `moof` box and the `mdat` header in front of the samples' bytes. Pure.

`fragments` reads them. In one fragment each track has one run of samples, and the bytes of the first track stand before
those of the second:

    moof ( mfhd, perhaps free, traf of the pictures, traf of the sound )   mdat ( pictures, sound )

A power cut tears a write at the edge of a sector of the disk, and a reader of a file that still grows finds it cut at
the edge of a memory page. FFmpeg's reader refuses a whole file whose end lies within certain bytes of a `traf`: behind
its first eight, or within the rows of its `trun`. So no `traf` lies across such an edge: where it would, a `free` box
in front moves it behind the edge. A picture has 84 bytes of `traf`: one in six gets a box, of some 45 bytes.

This is made for every frame that is recorded, so it is packed by two calls, with a layout that is kept.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from seacorder.mp4.boxes import HEADER_BYTES, made

KEYFRAME, OTHER_FRAME = 0x0200_0000, 0x0101_0000
"""Sample flags (8.8.3.1): depends on no other sample; depends on others and is no sync sample."""
_BASE_IS_MOOF, _DEFAULT_FLAGS = 0x020000, 0x20
_DATA_OFFSET, _EACH_DURATION, _EACH_SIZE, _EACH_FLAGS, _EACH_SHIFT = 0x1, 0x100, 0x200, 0x400, 0x800
_LONG_MDAT = 1 << 32
SECTOR_BYTES = 512
"""Of all disks. Larger sectors, and memory pages, are multiples."""
_FRONT = struct.Struct(">I4s I4sII")
"""`moof` up to the end of `mfhd`."""
_MFHD_BYTES = HEADER_BYTES + 8
_TFHD_BYTES = HEADER_BYTES + 12
_TFDT_BYTES = HEADER_BYTES + 12
_TFDT_VERSION = 0x0100_0000
_TRUN_BYTES = HEADER_BYTES + 12
"""Without rows."""
_PICTURE_RUN = _DATA_OFFSET | _EACH_DURATION | _EACH_SIZE | _EACH_FLAGS | _EACH_SHIFT
_SOUND_RUN = _DATA_OFFSET | _EACH_DURATION | _EACH_SIZE
_PICTURE_ROW, _SOUND_ROW = 4, 2


@dataclass(slots=True)
class NewSample:
    """A picture or a piece of sound on its way into a file. Times are in units of its track."""

    dts: int
    """Decoding time, 0 at the file's begin."""
    size: int
    """In bytes, at least 1."""
    duration: int
    """The newest sample's is a guess until the next sample has come."""
    shift: int = 0
    """How much later than decoded it is shown; never negative."""
    is_keyframe: bool = True


class Run(NamedTuple):
    """The samples of one track in a fragment; at least one."""

    track: int
    is_sound: bool
    """Of sound every sample stands for itself, and none is shifted."""
    samples: Sequence[NewSample]


def fragment_head(number: int, runs: Sequence[Run], place: int) -> bytes:
    """`moof` and the header of `mdat`, which begin at offset `place` of the file; the samples' bytes follow in the
    order of `runs`.

    `number` counts the file's fragments from 1. ValueError when the samples are longer than an `mdat` with a short
    header can be, 4 GiB.
    """
    shape: tuple[tuple[bool, int], ...] = ()
    for run in runs:
        shape += ((run.is_sound, len(run.samples)),)
    layout, sizes = _layout(shape)
    trafs_bytes = layout.size - HEADER_BYTES
    padding = _padding(place + _FRONT.size, trafs_bytes)
    moof_bytes = _FRONT.size + len(padding) + trafs_bytes
    at = moof_bytes + HEADER_BYTES
    values: list[int | bytes] = []
    for run, (traf_bytes, trun_bytes) in zip(runs, sizes, strict=True):
        samples = run.samples
        values += (
            *(traf_bytes, b"traf"),
            *(_TFHD_BYTES, b"tfhd", _BASE_IS_MOOF | _DEFAULT_FLAGS, run.track, KEYFRAME),
            *(_TFDT_BYTES, b"tfdt", _TFDT_VERSION, samples[0].dts),
            *(trun_bytes, b"trun", _SOUND_RUN if run.is_sound else _PICTURE_RUN, len(samples), at),
        )
        for sample in samples:
            if run.is_sound:
                values += (sample.duration, sample.size)
            else:
                flags = KEYFRAME if sample.is_keyframe else OTHER_FRAME
                values += (sample.duration, sample.size, flags, sample.shift)
            at += sample.size
    if at - moof_bytes >= _LONG_MDAT:
        raise ValueError(f"a fragment of {at - moof_bytes} bytes")
    front = _FRONT.pack(moof_bytes, b"moof", _MFHD_BYTES, b"mfhd", 0, number)
    return front + padding + layout.pack(*values, at - moof_bytes, b"mdat")


def _padding(place: int, count: int) -> bytes:
    """The `free` box at `place` behind which `count` bytes lie in one sector; empty where they do without it.

    Also empty for more bytes than fit into a sector: those of more than 27 pictures in a fragment's 30 ms.
    """
    room = -place % SECTOR_BYTES
    if not 0 < room < count or count > SECTOR_BYTES - HEADER_BYTES:
        return b""
    return made(b"free", bytes(max(room - HEADER_BYTES, 0)))


@lru_cache(maxsize=256)
def _layout(shape: tuple[tuple[bool, int], ...]) -> tuple[struct.Struct, list[tuple[int, int]]]:
    """For runs of sound or not and of so many samples: the layout of all `traf` and of the head of `mdat`, and the
    bytes of each `traf` and `trun`."""
    layout, sizes = [">"], []
    for is_sound, count in shape:
        row = _SOUND_ROW if is_sound else _PICTURE_ROW
        trun_bytes = _TRUN_BYTES + 4 * row * count
        sizes.append((HEADER_BYTES + _TFHD_BYTES + _TFDT_BYTES + trun_bytes, trun_bytes))
        layout.append(f"I4s I4sIII I4sIQ I4sIII {row * count}I")
    return struct.Struct(" ".join([*layout, "I4s"])), sizes
