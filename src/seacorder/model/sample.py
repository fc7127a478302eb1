"""Compressed pictures and sound on their way through a worker: from inputs over the timeline to sinks.

The compressed bytes themselves stay in the media library's packet, which is reference-counted and never copied;
here it is only carried. Whoever hands a packet to a muxer sets its times first and does not rely on what it finds.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from seacorder.model.channel import PictureFormat

_DEPTH = re.compile(r"(?<![0-9])(?:[py][0-4])?(1[0-6])(?:le|be)$")
"""In FFmpeg's names of pixel formats: `yuv420p10le`, `gray12be`, `p010le`."""


class Track(StrEnum):
    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class TrackFormat:
    """One track of a source, detached from the connection that it came over. Equal formats can share a file."""

    track: Track
    codec: str
    time_base: Fraction
    extradata: bytes
    width: int = 0
    height: int = 0
    sample_rate: int = 0
    channels: int = 0
    pixel_format: str = ""
    """FFmpeg's name, of pictures that tell it nowhere in themselves; empty for H.264 and H.265."""


@dataclass(frozen=True, slots=True, eq=False)
class SourceFormat:
    """What a source sends during one connection; `templates` holds one detached PyAV stream a track."""

    video: TrackFormat
    audio: TrackFormat | None
    frame_rate: Fraction | None
    templates: dict[Track, Any]
    read_by: str = ""
    """`ffmpeg` where FFmpeg's client reads a camera in the place of ours."""

    def fits(self, other: "SourceFormat") -> bool:
        """True when packets of `other` can go on in a file that was begun with this format."""
        return self.video == other.video and self.audio == other.audio

    @property
    def picture(self) -> PictureFormat:
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
        """Bits a sample; 8 where the source does not tell."""
        context = getattr(self.templates.get(Track.VIDEO), "codec_context", None)
        found = _DEPTH.search(getattr(context, "pix_fmt", None) or "")
        return int(found[1]) if found else 8


@dataclass(frozen=True, slots=True)
class SourcePacket:
    """A packet as an input hands it over: the source's own times, in the track's time base, None where missing."""

    track: Track
    packet: Any
    pts: int | None
    dts: int | None
    duration: int
    is_keyframe: bool
    size: int
    arrived_ns: int
    """Monotonic time at which the packet was complete."""
    is_corrupt: bool = False
    camera_ns: int | None = None
    """What the camera's own clock showed at `pts`, where it has just told that; any origin."""
    missing_before: int = 0
    """Pictures right before it that are known to be missing, whatever the times say."""
    is_counted: bool = False
    """The input knows by packet numbers what is missing before it: its time tells nothing more of that."""
    recovery_frames: int = 0
    """Of a keyframe that is a recovery point only: so many pictures after it everything is right."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A packet after the timeline: mended times in the track's time base, and its place on the machine's clocks."""

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
        """What UTC was ahead of the monotonic clock when it came; another one after a step of the wall clock."""
        return self.utc_ns - self.instant_ns

    def on_clock(self, clock_ns: int) -> "Sample":
        """The same with its capture time by the wall clock as it was when that was `clock_ns` ahead."""
        utc_ns = self.instant_ns + clock_ns
        if utc_ns == self.utc_ns:
            return self
        # `dataclasses.replace` takes ten times as long, and this is done for every picture of every file.
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
    """How a file began."""

    frame: Sample
    source: SourceFormat
    number: int
    """The part's."""
