"""Makes source formats, from open FFmpeg streams or from the bytes of a keyframe, independent of the connection.

A format holds a template for each track: a stream of an output container that is never written. It has a copy of the
codec parameters, stays valid when the connection is closed, and can be given to any number of muxers.
"""

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError

from seacorder.base.errors import InputFailed
from seacorder.model.sample import SourceFormat, Track, TrackFormat

VIDEO_CODECS = ("h264", "hevc")
_NO_RATE = "1000"
"""What FFmpeg assumes where a stream tells no frame rate: a value that `sane_rate` discards."""
_FRAMES_TO_BELIEVE = 8
_RATE_LIMITS = (Fraction(1, 10), Fraction(480))


class NullFile:
    """A file that keeps nothing, for containers that are never written."""

    name = "detached"

    def write(self, block: bytes) -> int:
        return len(block)

    def seek(self, offset: int, whence: int = 0) -> int:
        return offset

    def tell(self) -> int:
        return 0


def detached(stream: Any, time_base: Fraction) -> Any:
    """A template with the codec parameters of `stream`, in `time_base`."""
    # The null format takes every codec; MP4 would refuse some that are only decoded here.
    template: Any = av.open(NullFile(), "w", format="null").add_stream_from_template(stream, opaque=True)
    template.time_base = time_base
    context = template.codec_context
    if context.type == "video" and stream.sample_aspect_ratio is not None:
        # Some demuxers give the pixel aspect ratio to the stream, not to the codec parameters, which are copied.
        context.sample_aspect_ratio = stream.sample_aspect_ratio
    return template


def source_format(video: Any, audio: Any | None, *, frame_rate: Fraction | None) -> SourceFormat:
    """The format of a video template and an audio template; `audio` is None without sound."""
    templates = {Track.VIDEO: video} if audio is None else {Track.VIDEO: video, Track.AUDIO: audio}
    return SourceFormat(_video(video), None if audio is None else _audio(audio), frame_rate, templates)


def with_sound(found: SourceFormat, audio: Any) -> SourceFormat:
    """`found` with sound of the template `audio`."""
    return source_format(found.templates[Track.VIDEO], audio, frame_rate=found.frame_rate)


def probe_video(codec: str, access_unit: bytes, time_base: Fraction) -> Any:
    """A video template from one keyframe with its parameter sets, as a byte stream. InputFailed if it cannot be read.

    FFmpeg reads the parameter sets: it knows every profile, cropping and colour field, and follows the standards.
    """
    try:
        with av.open(io.BytesIO(access_unit), format=codec) as container:
            stream = container.streams.video[0]
            if stream.codec_context.width <= 0 or not stream.codec_context.extradata:
                raise _unreadable(f"{codec} parameter sets")
            return detached(stream, time_base)
    except (FFmpegError, IndexError) as error:
        raise _unreadable(f"{codec} parameter sets") from error


def probe_pictures(demuxer: str, content: bytes, time_base: Fraction) -> Any:
    """A video template from the beginning of a file that `demuxer` reads. InputFailed if it cannot be read."""
    try:
        with av.open(io.BytesIO(content), format=demuxer) as container:
            return detached(container.streams.video[0], time_base)
    except (FFmpegError, IndexError) as error:
        raise _unreadable("pictures") from error


@dataclass(frozen=True, slots=True)
class ProbedVideo:
    """What the parameter sets of a keyframe tell."""

    template: Any
    """For length-prefixed NAL units (ISO/IEC 14496-15), with the configuration record that MP4 keeps."""
    frame_rate: Fraction | None
    reorder_depth: int
    """How many pictures may be decoded before one that is shown before them (with B-frames)."""
    tells_depth: bool = True
    """False where the parameter sets do not tell it; `reorder_depth` is 0 then."""


def probe_for_mp4(codec: str, access_unit: bytes, time_base: Fraction) -> ProbedVideo:
    """As `probe_video`, with a template for length-prefixed packets, which a muxer for MP4 need not convert."""
    try:
        with av.open(io.BytesIO(access_unit), format=codec, options={"framerate": _NO_RATE}) as container:
            stream = container.streams.video[0]
            context: Any = stream.codec_context
            rate, depth = sane_rate(context.framerate), context.reorder_depth
            template = detached(stream, time_base)
        tells_depth = depth > 0 or _most_reordered(codec, access_unit) == 0
        return ProbedVideo(_with_configuration(template, access_unit, time_base), rate, depth, tells_depth)
    except (FFmpegError, IndexError, ValueError) as error:
        raise _unreadable(f"{codec} parameter sets") from error


def probe_by_record(codec: str, record: bytes, keyframe: bytes, time_base: Fraction) -> Any:
    """A video template from a configuration record (avcC, hvcC) and a keyframe. InputFailed if they cannot be read.

    The template has `record` exactly as it came: the same parameters in other bytes would look like a new format.
    """
    try:
        with av.open(io.BytesIO(_as_flv(codec, record, keyframe)), format="flv") as container:
            stream = container.streams.video[0]
            if stream.codec_context.width <= 0:
                raise _unreadable(f"{codec} parameter sets")
            return detached(stream, time_base)
    except (FFmpegError, IndexError) as error:
        raise _unreadable(f"{codec} parameter sets") from error


def _unreadable(what: str) -> InputFailed:
    action = "Restart the camera; if it stays, choose another codec or profile in it."
    return InputFailed(f"The source's {what} cannot be read.", action)


def _as_flv(codec: str, record: bytes, keyframe: bytes) -> bytes:
    """An FLV file of a record and a keyframe: the simplest container that takes both without conversion.

    Adobe FLV 10.1, E.4.3; Enhanced RTMP v1 for H.265.
    """
    heads = (b"\x17\x00\0\0\0", b"\x17\x01\0\0\0") if codec == "h264" else (b"\x90hvc1", b"\x93hvc1")
    file = b"FLV\x01\x01\x00\x00\x00\x09\x00\x00\x00\x00"
    for head, content in zip(heads, (record, keyframe), strict=True):
        size = len(head) + len(content)
        file += b"\x09" + size.to_bytes(3, "big") + bytes(7) + head + content + (size + 11).to_bytes(4, "big")
    return file


def _most_reordered(codec: str, access_unit: bytes) -> int:
    """How many pictures a stream may reorder by at most, by its profile, level and size.

    FFmpeg tells this where the stream itself does not, but only with the option `strict`.
    """
    options: Any = [{"strict": "strict"}]
    with av.open(io.BytesIO(access_unit), format=codec, stream_options=options) as container:
        context: Any = container.streams.video[0].codec_context
        return int(context.reorder_depth)


def _with_configuration(template: Any, access_unit: bytes, time_base: Fraction) -> Any:
    """A template with a configuration record (avcC, hvcC), made by writing an MP4 file to memory and reading it."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        packet = av.Packet(access_unit)
        packet.stream = out.add_stream_from_template(template, opaque=True)
        packet.pts = packet.dts = 0
        packet.time_base, packet.is_keyframe = time_base, True
        out.mux(packet)
    file.seek(0)
    with av.open(file) as container:
        stream = container.streams.video[0]
        if stream.codec_context.width <= 0 or not stream.codec_context.extradata:
            raise _unreadable("parameter sets")
        return detached(stream, time_base)


def probe_audio(description: str) -> Any:
    """The audio stream that FFmpeg reads out of a session description (SDP); None when it does not know the codec.

    No socket is opened. The stream keeps its container alive; nothing is ever read from it.
    """
    options = {"sdp_flags": "custom_io", "probesize": "32", "analyzeduration": "1"}
    try:
        container = av.open(io.BytesIO(description.encode()), format="sdp", options=options)
        stream = container.streams.audio[0]
    except (FFmpegError, IndexError, ValueError):
        return None
    return stream if stream.codec_context is not None and stream.codec_context.sample_rate > 0 else None


def probe_mpeg_audio(frame: bytes) -> Any:
    """The audio stream that FFmpeg reads out of one MPEG audio frame; None when it is not one. As `probe_audio`."""
    try:
        # FFmpeg takes bytes for an MPEG audio frame only when more frames follow.
        container = av.open(io.BytesIO(frame * _FRAMES_TO_BELIEVE), format="mp3")
        stream = container.streams.audio[0]
    except (FFmpegError, IndexError, ValueError):
        return None
    return stream if stream.codec_context is not None and stream.codec_context.sample_rate > 0 else None


def sane_rate(rate: Fraction | None) -> Fraction | None:
    """`rate`; None for what cannot be a frame rate, such as RTP's 90,000 a second or a guess from two packets."""
    return rate if rate is not None and _RATE_LIMITS[0] <= rate <= _RATE_LIMITS[1] else None


def _video(template: Any) -> TrackFormat:
    context = template.codec_context
    return TrackFormat(
        Track.VIDEO,
        context.codec.canonical_name,
        template.time_base,
        bytes(context.extradata or b""),
        width=context.width,
        height=context.height,
        pixel_format="" if context.codec.canonical_name in VIDEO_CODECS else context.pix_fmt or "",
    )


def _audio(template: Any) -> TrackFormat:
    context = template.codec_context
    return TrackFormat(
        Track.AUDIO,
        context.codec.canonical_name,
        template.time_base,
        bytes(context.extradata or b""),
        sample_rate=context.sample_rate,
        channels=context.channels,
    )
