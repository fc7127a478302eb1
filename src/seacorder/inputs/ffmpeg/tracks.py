"""The tracks of an open FFmpeg container that are recorded: one video track and at most one audio track.

This is what FFmpeg's cameras, streams, devices and files have in common: the choice of the tracks, their format, and
packets as `inputs.contract` wants them. A change of format in mid-stream is found like this:

* H.264 and H.265 as a byte stream carry parameter sets in the keyframe: new sequence parameter sets are a new format.
* H.264 and H.265 in the length-prefixed form (FLV) get a new configuration record beside the keyframe.
* MJPEG, MPEG-1 and MPEG-2 have the picture's size in the head of each keyframe. Other codecs do not tell.

The loop in `packets` runs for every packet of every camera. Whatever is not needed for each packet stays out of it.
"""

import logging
from collections.abc import Callable, Generator, Iterator
from typing import Any

from av.stream import Disposition

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.inputs.ffmpeg.track_sound import TrackSound
from seacorder.media import parameter_sets
from seacorder.media.formats import (
    VIDEO_CODECS,
    detached,
    probe_by_record,
    probe_pictures,
    probe_video,
    sane_rate,
    source_format,
)
from seacorder.media.picture_header import size_of
from seacorder.model.sample import SourceFormat, SourcePacket, Track

log = logging.getLogger(__name__)

KEYFRAME_WAIT_SECONDS = 20
"""How long a source may send packets without a keyframe. Looked at when a packet comes: silence is not its business."""
HEAD_PACKETS = 17
"""One more than the pictures that H.264 and H.265 may reorder by: 16."""
_RAW_DEMUXERS = {"mjpeg": "mjpeg", "mpeg1video": "mpegvideo", "mpeg2video": "mpegvideo"}
"""Codecs other than H.264 and H.265 whose keyframes tell the whole format, and FFmpeg's demuxer for one keyframe."""

CorrectTimes = Callable[[Any], None]
"""Corrects a packet's times in place, before anything else sees them."""


class Tracks:
    """Reads an open container once; one thread. `open`, then `packets`, then `close`."""

    def __init__(
        self,
        container: Any,
        source: str,
        clock: Clock,
        *,
        wants_audio: bool = True,
        correct_times: CorrectTimes | None = None,
    ) -> None:
        """`source` names the input in sentences, without credentials. InputFailed when there is no video to record."""
        self._container = container
        self._source = source
        self._clock = clock
        self._correct_times = correct_times
        self._video = _choose_video(container, source)
        sounds = container.streams.audio if wants_audio else ()
        self._sound = TrackSound(sounds[0] if sounds else None, source)
        self._codec = self._video.codec_context.codec.canonical_name
        self._may_pass = self._codec in VIDEO_CODECS
        extradata = self._video.codec_context.extradata
        self._is_byte_stream = self._may_pass and parameter_sets.is_byte_stream(extradata)
        self._record = bytes(extradata or b"")
        self._size: tuple[int, int] | None = None
        self._sequence: frozenset[bytes] = frozenset()
        self._first: Any = None
        self._demux: Generator[Any, None, None] = _nothing()

    def open(self) -> SourceFormat:
        """The format. Blocks until the first keyframe where only that tells it. Raises InputFailed and FFmpegError."""
        streams = [self._video] if self._sound.template is None else [self._video, self._sound.stream]
        packets = self._container.demux(streams)
        self._demux = packets if self._correct_times is None else _corrected(packets, self._correct_times)
        context = self._video.codec_context
        if not self._may_pass:
            return self._open_other()
        if context.extradata and context.width > 0:
            if self._is_byte_stream:
                self._sequence = parameter_sets.find(bytes(context.extradata), self._codec).sequence
            return self._format(detached(self._video, self._video.time_base))
        self._first = self._await_keyframe()
        if not self._is_byte_stream:
            return self._new_record(self._first[0]) or self._format_by(self._record, self._first[0])
        return self._format_of(self._first[0], self._record)

    def _open_other(self) -> SourceFormat:
        """The same for codecs other than H.264 and H.265."""
        context = self._video.codec_context
        if context.width > 0 and context.pix_fmt:
            self._size = (context.width, context.height)
            return self._format(detached(self._video, self._video.time_base))
        self._first = next(self._keyframes(), None)
        if self._first is None or self._codec not in _RAW_DEMUXERS:
            raise InputFailed(
                f"{self._source} does not tell the size of its pictures.",
                "Choose another of its streams, or another codec.",
            )
        return self._other_format_of(self._first[0])

    def packets(self) -> Iterator[SourcePacket | SourceFormat]:
        """Everything from the first keyframe on. Blocks. Raises FFmpegError when the connection breaks."""
        if not self._await_start():
            return
        for packet, arrived_ns in self._head():
            yield from self._items(packet, arrived_ns)
        video, clock_ns, changed = self._video.index, self._clock.monotonic_ns, self._changed_format
        sound = self._sound.packets
        for packet in self._demux:
            arrived_ns = clock_ns()
            if packet.stream_index != video:
                yield from sound(packet, arrived_ns)
                continue
            if packet.is_keyframe and (new := changed(packet)) is not None:
                yield new
            if packet.size:
                yield _picture(packet, arrived_ns)
        yield from self._sound.rest(clock_ns())

    def close(self) -> None:
        """Must be called before the container is closed: PyAV's generator would read from freed memory, and crash."""
        self._demux.close()

    def _head(self) -> list[tuple[Any, int]]:
        """The first keyframe, the sound beside it, and packets up to the first one with a decoding time.

        With B-frames FFmpeg leaves the first few pictures without a decoding time. They get one here, counted back by
        their durations from the first picture that has one; otherwise a muxer would have to guess their order.
        """
        head, video = [self._first], [self._first[0]]
        early = self._sound.held_from(video[0])
        self._first = None
        while video[-1].dts is None and len(video) < HEAD_PACKETS:
            packet = next(self._demux, None)
            if packet is None:
                break
            head.append((packet, self._clock.monotonic_ns()))
            if packet.stream_index == self._video.index and packet.size:
                video.append(packet)
        if video[-1].dts is not None:
            for before, packet in enumerate(reversed(video)):
                packet.dts = video[-1].dts - before * (packet.duration or 1)
        return [head[0], *early, *head[1:]]

    def _items(self, packet: Any, arrived_ns: int) -> Iterator[SourcePacket | SourceFormat]:
        """The same as the loop in `packets` does, for one packet of the head."""
        if packet.stream_index != self._video.index:
            yield from self._sound.packets(packet, arrived_ns)
            return
        if packet.is_keyframe and (new := self._changed_format(packet)) is not None:
            yield new
        if packet.size:
            yield _picture(packet, arrived_ns)

    def _await_start(self) -> bool:
        """Waits for the first keyframe. False when the source ended before it."""
        if self._first is None:
            self._first = next(self._keyframes(), None)
        return self._first is not None

    def _await_keyframe(self) -> tuple[Any, int]:
        """The first keyframe whose parameter sets are known, and when it came. Sound that comes earlier is held."""
        if self._is_byte_stream:
            is_known = parameter_sets.find(self._record, self._codec).is_complete
        else:
            is_known = bool(parameter_sets.of_record(self._record, self._codec))
        for packet, arrived_ns in self._keyframes():
            if is_known or self._brings_parameters(packet):
                return packet, arrived_ns
        raise InputFailed(f"{self._source} ended before a picture that can be decoded by itself.")

    def _keyframes(self) -> Iterator[tuple[Any, int]]:
        """Keyframes and their arrivals. InputFailed when none has come for too long."""
        limit_ns = self._clock.monotonic_ns() + KEYFRAME_WAIT_SECONDS * NS_PER_SECOND
        for packet in self._demux:
            arrived_ns = self._clock.monotonic_ns()
            if packet.stream_index != self._video.index:
                self._sound.hold(packet, arrived_ns)
            elif packet.is_keyframe and packet.size:
                yield packet, arrived_ns
            if arrived_ns > limit_ns:
                raise InputFailed(
                    f"{self._source} sent no keyframe with its parameters within {KEYFRAME_WAIT_SECONDS} s.",
                    "Set the keyframe (GOP, I-frame) interval of the camera or encoder to 1 or 2 seconds.",
                )

    def _brings_parameters(self, keyframe: Any) -> bool:
        if self._is_byte_stream:
            return self._parameters_of(keyframe).is_complete
        return bool(keyframe.has_sidedata("new_extradata"))

    def _parameters_of(self, packet: Any) -> parameter_sets.ParameterSets:
        return parameter_sets.find(bytes(memoryview(packet)[: parameter_sets.HEAD_BYTES]), self._codec)

    def _changed_format(self, keyframe: Any) -> SourceFormat | None:
        """The new format when `keyframe` begins one, else None."""
        if not keyframe.size:
            return None
        if not self._is_byte_stream:
            return self._new_record(keyframe) if self._may_pass else self._other_size(keyframe)
        found = self._parameters_of(keyframe)
        if not found.is_complete or found.sequence <= self._sequence:
            return None
        log.debug("%s changed its picture parameters.", self._source)
        return self._format_of(keyframe, b"")

    def _new_record(self, keyframe: Any) -> SourceFormat | None:
        """The new format when FFmpeg has put a new configuration record beside `keyframe`, else None."""
        if not keyframe.has_sidedata("new_extradata"):
            return None
        record = bytes(keyframe.get_sidedata("new_extradata"))
        if record == self._record or not parameter_sets.of_record(record, self._codec):
            return None
        self._record = record
        log.debug("%s changed its picture parameters.", self._source)
        return self._format_by(record, keyframe)

    def _format_by(self, record: bytes, keyframe: Any) -> SourceFormat:
        """The format of `keyframe`, whose parameter sets are in a configuration record."""
        return self._format(probe_by_record(self._codec, record, bytes(keyframe), self._video.time_base))

    def _other_size(self, keyframe: Any) -> SourceFormat | None:
        """The new format when `keyframe`, of another codec than H.264 or H.265, has another size, else None."""
        size = size_of(self._codec, memoryview(keyframe))
        if size is None or size == self._size or self._codec not in _RAW_DEMUXERS:
            return None
        log.debug("%s changed the size of its pictures.", self._source)
        return self._other_format_of(keyframe)

    def _other_format_of(self, keyframe: Any) -> SourceFormat:
        self._size = size_of(self._codec, memoryview(keyframe))
        return self._format(probe_pictures(_RAW_DEMUXERS[self._codec], bytes(keyframe), self._video.time_base))

    def _format_of(self, keyframe: Any, known: bytes) -> SourceFormat:
        """The format of `keyframe` by its own parameter sets, or by `known` where it has none; both as byte streams."""
        found = self._parameters_of(keyframe)
        access_unit = bytes(keyframe) if found.is_complete else known + bytes(keyframe)
        self._sequence = (found if found.is_complete else parameter_sets.find(known, self._codec)).sequence
        return self._format(probe_video(self._codec, access_unit, self._video.time_base))

    def _format(self, video_template: Any) -> SourceFormat:
        told = (self._video.average_rate, self._video.codec_context.framerate, self._video.guessed_rate)
        rate = next((rate for rate in map(sane_rate, told) if rate is not None), None)
        return source_format(video_template, self._sound.template, frame_rate=rate)


def _picture(packet: Any, arrived_ns: int) -> SourcePacket:
    return SourcePacket(
        Track.VIDEO,
        packet,
        packet.pts,
        packet.dts,
        packet.duration or 0,
        packet.is_keyframe,
        packet.size,
        arrived_ns,
        packet.is_corrupt,
    )


def _nothing() -> Generator[Any, None, None]:
    yield from ()


def _corrected(packets: Generator[Any, None, None], correct_times: CorrectTimes) -> Generator[Any, None, None]:
    try:
        for packet in packets:
            correct_times(packet)
            yield packet
    finally:
        packets.close()


def _choose_video(container: Any, source: str) -> Any:
    """The first video stream that can be recorded as it is, or else the first one that can be decoded."""
    pictures = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not pictures:
        raise InputFailed(f"{source} sends no video.", "Choose another of its streams.")
    known = [stream for stream in pictures if stream.codec_context is not None]
    passing = [stream for stream in known if stream.codec_context.codec.canonical_name in VIDEO_CODECS]
    if not known:
        raise InputFailed(f"{source} sends an unknown codec.", "Set it to H.264 or H.265.")
    return (passing or known)[0]


def _is_cover(stream: Any) -> bool:
    """A single picture that belongs to the sound, such as the cover of an album."""
    return bool(stream.disposition & Disposition.attached_pic)
