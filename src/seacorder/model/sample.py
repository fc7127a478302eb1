"""Compressed pictures and sound on their way through a worker: inputs make `SourcePacket`s, the timeline makes
`Sample`s of them, sinks store those.

Both are named tuples, because one of each is made for every picture of every camera: a frozen dataclass of that size
takes some ten times as long to make.

The compressed bytes stay where the input has put them, in PyAV's packet or, from our own RTP client, in plain `bytes`,
since a packet around them takes 4 µs to make and hardly anybody needs it; `bytes(packet)` works for both. Nothing here
copies them. A packet is shared by several files, each with times of its own, so whoever hands it to a muxer sets its
times first.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple

from seacorder.model.channel import PictureFormat

_DEPTH = re.compile(r"(?<![0-9])(?:[py][0-4])?(1[0-6])(?:le|be)$")
"""The bit depth in FFmpeg's names of pixel formats: `yuv420p10le`, `gray12be`, `p010le`."""


class Track(StrEnum):
    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class TrackFormat:
    """What one track of a source carries. Packets of two connections can go into one file if their formats are equal.
    """

    track: Track
    codec: str
    time_base: Fraction
    extradata: bytes
    width: int = 0
    height: int = 0
    sample_rate: int = 0
    channels: int = 0
    pixel_format: str = ""
    """FFmpeg's name, for raw pictures, whose bytes do not say it; empty for H.264 and H.265, whose parameter sets do.
    """


@dataclass(frozen=True, slots=True, eq=False)
class SourceFormat:
    """What a source sends during one connection. `templates` has a PyAV stream for each track, from which files are
    begun.
    """

    video: TrackFormat
    audio: TrackFormat | None
    frame_rate: Fraction | None
    templates: dict[Track, Any]
    read_by: str = ""
    """`ffmpeg` if FFmpeg's RTSP client reads a camera that ours cannot; else empty."""

    def fits(self, other: "SourceFormat") -> bool:
        """True if a file that was begun with this format can take packets of `other` as well."""
        return self.video == other.video and self.audio == other.audio

    @property
    def picture(self) -> PictureFormat:
        """The format of the pictures, as the status and the encoding decision need it."""
        return PictureFormat(
            codec=self.video.codec,
            width=self.video.width,
            height=self.video.height,
            frame_rate=float(self.frame_rate or 0),
            audio_codec=self.audio.codec if self.audio else None,
            bit_depth=self.bit_depth,
            read_by=self.read_by,
        )

    @property
    def bit_depth(self) -> int:
        """Bits of one colour value of a pixel; 8 if the source does not say."""
        context = getattr(self.templates.get(Track.VIDEO), "codec_context", None)
        found = _DEPTH.search(getattr(context, "pix_fmt", None) or "")
        return int(found[1]) if found else 8


class SourcePacket(NamedTuple):
    """A packet as an input hands it over, with the source's own times: in the track's time base, None where missing."""

    track: Track
    packet: Any
    pts: int | None
    dts: int | None
    duration: int
    is_keyframe: bool
    size: int
    arrived_ns: int
    """Monotonic time at which the packet was complete; at which it began to come, where its end lay unread."""
    is_corrupt: bool = False
    camera_ns: int | None = None
    """The camera's own clock at `pts`, if the camera has just reported it. Its zero may be any moment."""
    missing_before: int = 0
    """How many pictures right before this one are known to be missing, even if the times show no hole."""
    is_counted: bool = False
    """The input has counted missing packets by their numbers, so a hole in the times means no further missing pictures.
    """
    recovery_frames: int = 0
    """For a keyframe that is only a recovery point (intra refresh): pictures are complete this many frames later. Else
    0.
    """


class Sample(NamedTuple):
    """A packet after the timeline: corrected times in the track's time base, and its capture time on both clocks."""

    track: Track
    packet: Any
    pts: int
    dts: int
    duration: int
    is_keyframe: bool
    size: int
    instant_ns: int
    """Capture time on the monotonic clock."""
    utc_ns: int
    """Capture time, UTC."""
    number: int
    """Video: the channel's frame number, in decoding order, from 0 at the worker's start. Audio: -1."""
    recovery_frames: int = 0
    """As in `SourcePacket`."""

    @property
    def clock_ns(self) -> int:
        """UTC minus monotonic, as it was when the packet came. It changes only with a step of the wall clock."""
        return self.utc_ns - self.instant_ns

    def on_clock(self, clock_ns: int) -> "Sample":
        """The same sample, with its UTC as the wall clock would have shown it while it was `clock_ns` ahead.

        A file keeps the offset that it began with: a step of the wall clock makes no hole in its times.
        """
        utc_ns = self.instant_ns + clock_ns
        if utc_ns == self.utc_ns:
            return self
        # `_replace` takes three times as long, and this runs for every picture of every file.
        return Sample(
            self.track,
            self.packet,
            self.pts,
            self.dts,
            self.duration,
            self.is_keyframe,
            self.size,
            self.instant_ns,
            utc_ns,
            self.number,
            self.recovery_frames,
        )


@dataclass(frozen=True, slots=True)
class Begun:
    """With what a part began."""

    frame: Sample
    source: SourceFormat
    number: int
    """The part's number."""
