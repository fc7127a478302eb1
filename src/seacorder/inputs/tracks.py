"""The tracks of an open FFmpeg container that are recorded: one video, at most one audio.

What cameras, streams, devices and files have in common: the choice of tracks, their format, and packets in the form of
the contract. H.264 and H.265 tell of a change in parameter sets, in the pictures or beside them; other codecs in the
head of their keyframes, where they tell at all.
The loop over packets is what eight cameras pay for; whatever need not be there for every packet is elsewhere.
"""

import logging
from collections.abc import Callable, Generator, Iterator
from typing import Any

from av.error import FFmpegError
from av.stream import Disposition

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.inputs import configuration_record, parameter_sets
from seacorder.inputs.audio import AacTranscoder, can_pass
from seacorder.inputs.formats import (
    VIDEO_CODECS,
    detached,
    probe_for_mp4,
    probe_pictures,
    probe_video,
    sane_rate,
    source_format,
)
from seacorder.inputs.picture_header import size_of
from seacorder.model.sample import SourceFormat, SourcePacket, Track

log = logging.getLogger(__name__)

KEYFRAME_WAIT_SECONDS = 20
"""How long a source may send pictures without one that can be decoded by itself."""
HEAD_PACKETS = 17
"""H.264 and H.265 let at most 16 pictures wait for others."""
_RAW_DEMUXERS = {"mjpeg": "mjpeg", "mpeg1video": "mpegvideo", "mpeg2video": "mpegvideo"}
"""Codecs other than H.264 and H.265 whose keyframes tell their whole format, and what reads them."""

Mend = Callable[[Any], None]
"""Puts a packet's times right before anything looks at them."""


class Tracks:
    """Reads an open container; one thread, one pass."""

    def __init__(
        self, container: Any, source: str, clock: Clock, *, wants_audio: bool = True, mend: Mend | None = None
    ) -> None:
        """`source` is what sentences call it, without credentials. InputFailed when nothing here can be recorded."""
        self._container = container
        self._source = source
        self._clock = clock
        self._mend = mend
        self._video = _choose_video(container, source)
        self._audio = container.streams.audio[0] if wants_audio and container.streams.audio else None
        self._transcoder: AacTranscoder | None = None
        self._audio_template = self._open_audio()
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
        """The format; blocks until the first keyframe where only that tells. Raises InputFailed and FFmpegError."""
        streams = [self._video] if self._audio_template is None else [self._video, self._audio]
        packets = self._container.demux(streams)
        self._demux = packets if self._mend is None else _mended(packets, self._mend)
        context = self._video.codec_context
        if not self._may_pass:
            return self._open_other()
        if context.extradata and context.width > 0:
            if self._is_byte_stream:
                self._sequence = parameter_sets.find(bytes(context.extradata), self._codec).sequence
            return self._format(detached(self._video, self._video.time_base))
        self._first = self._await_keyframe()
        return self._format_of(self._first[0], bytes(context.extradata or b""))

    def _open_other(self) -> SourceFormat:
        context = self._video.codec_context
        if context.width > 0 and context.pix_fmt:
            self._size = (context.width, context.height)
            return self._format(detached(self._video, self._video.time_base))
        self._first = next(self._keyframes(), None)
        if self._first is None or self._codec not in _RAW_DEMUXERS:
            raise InputFailed(f"{self._source} does not tell the size of its pictures.")
        return self._other_format_of(self._first[0])

    def packets(self) -> Iterator[SourcePacket | SourceFormat]:
        """Everything from the first keyframe on. Raises FFmpegError when the source breaks."""
        if not self._await_start():
            return
        for packet, arrived_ns in self._head():
            yield from self._items(packet, arrived_ns)
        video, clock_ns, changed = self._video.index, self._clock.monotonic_ns, self._changed_format
        for packet in self._demux:
            arrived_ns = clock_ns()
            if packet.stream_index != video:
                yield from self._audio_packets(packet, arrived_ns)
                continue
            if packet.is_keyframe and (new := changed(packet)) is not None:
                yield new
            if packet.size:
                yield _picture(packet, arrived_ns)
        if self._transcoder is not None:
            yield from (_sound(one, clock_ns()) for one in self._transcoder.rest())

    def close(self) -> None:
        """To be called before the container is closed: PyAV would go on reading from what is no more, and crash."""
        self._demux.close()

    def _head(self) -> list[tuple[Any, int]]:
        """The first keyframe, and what must be waited for until FFmpeg knows decoding times.

        With B-frames it leaves the first few without one, which would make their order a guess for whoever writes
        them. They are counted back here from the first that has one.
        """
        head, video = [self._first], [self._first[0]]
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
        return head

    def _items(self, packet: Any, arrived_ns: int) -> Iterator[SourcePacket | SourceFormat]:
        """One packet as the loop in `packets` hands it over."""
        if packet.stream_index != self._video.index:
            yield from self._audio_packets(packet, arrived_ns)
            return
        if packet.is_keyframe and (new := self._changed_format(packet)) is not None:
            yield new
        if packet.size:
            yield _picture(packet, arrived_ns)

    def _audio_packets(self, packet: Any, arrived_ns: int) -> Iterator[SourcePacket]:
        if packet.size:
            made = (packet,) if self._transcoder is None else self._transcoder.packets(packet)
            yield from (_sound(one, arrived_ns) for one in made)

    def _await_start(self) -> bool:
        """True when the first keyframe has come, False when the source ended before it."""
        if self._first is None:
            self._first = next(self._keyframes(), None)
        return self._first is not None

    def _await_keyframe(self) -> tuple[Any, int]:
        """The first keyframe that brings its own parameter sets, and when it came."""
        known = parameter_sets.find(bytes(self._video.codec_context.extradata or b""), self._codec)
        for packet, arrived_ns in self._keyframes():
            if known.is_complete or self._parameters_of(packet).is_complete:
                return packet, arrived_ns
        raise InputFailed(f"{self._source} ended before a picture that can be decoded by itself.")

    def _keyframes(self) -> Iterator[tuple[Any, int]]:
        limit_ns = self._clock.monotonic_ns() + KEYFRAME_WAIT_SECONDS * NS_PER_SECOND
        for packet in self._demux:
            arrived_ns = self._clock.monotonic_ns()
            if packet.stream_index == self._video.index and packet.is_keyframe and packet.size:
                yield packet, arrived_ns
            if arrived_ns > limit_ns:
                raise InputFailed(
                    f"{self._source} sent no keyframe with its parameters within {KEYFRAME_WAIT_SECONDS} s; "
                    "set the camera's keyframe (GOP, I-frame) interval to 1 or 2 seconds."
                )

    def _parameters_of(self, packet: Any) -> parameter_sets.ParameterSets:
        return parameter_sets.find(bytes(memoryview(packet)[: parameter_sets.HEAD_BYTES]), self._codec)

    def _changed_format(self, keyframe: Any) -> SourceFormat | None:
        """The new format when `keyframe` brings sequence parameters that were not known before."""
        if not keyframe.size:
            return None
        if not self._is_byte_stream:
            return self._told_beside(keyframe) if self._may_pass else self._other_size(keyframe)
        found = self._parameters_of(keyframe)
        if not found.is_complete or found.sequence <= self._sequence:
            return None
        log.info("%s changed its picture parameters.", self._source)
        return self._format_of(keyframe, b"")

    def _told_beside(self, keyframe: Any) -> SourceFormat | None:
        """The same of pictures whose parameter sets travel outside of them."""
        if not keyframe.has_sidedata("new_extradata"):
            return None
        record = bytes(keyframe.get_sidedata("new_extradata"))
        sets = configuration_record.parameter_sets(record, self._codec)
        if not sets or record == self._record:
            return None
        self._record = record
        log.info("%s changed its picture parameters.", self._source)
        length = configuration_record.length_bytes(record, self._codec)
        stream = b"".join(b"\x00\x00\x00\x01" + unit for unit in sets)
        stream += configuration_record.as_byte_stream(bytes(keyframe), length)
        return self._format(probe_for_mp4(self._codec, stream, self._video.time_base).template)

    def _other_size(self, keyframe: Any) -> SourceFormat | None:
        size = size_of(self._codec, memoryview(keyframe))
        if size is None or size == self._size or self._codec not in _RAW_DEMUXERS:
            return None
        log.info("%s changed the size of its pictures.", self._source)
        return self._other_format_of(keyframe)

    def _other_format_of(self, keyframe: Any) -> SourceFormat:
        self._size = size_of(self._codec, memoryview(keyframe))
        return self._format(probe_pictures(_RAW_DEMUXERS[self._codec], bytes(keyframe), self._video.time_base))

    def _format_of(self, keyframe: Any, known: bytes) -> SourceFormat:
        """The format of `keyframe` by its own parameter sets, or by `known` ones where it brings none."""
        found = self._parameters_of(keyframe)
        access_unit = bytes(keyframe) if found.is_complete else known + bytes(keyframe)
        self._sequence = (found if found.is_complete else parameter_sets.find(known, self._codec)).sequence
        return self._format(probe_video(self._codec, access_unit, self._video.time_base))

    def _format(self, video_template: Any) -> SourceFormat:
        told = (self._video.average_rate, self._video.codec_context.framerate, self._video.guessed_rate)
        rate = next((rate for rate in map(sane_rate, told) if rate is not None), None)
        return source_format(video_template, self._audio_template, frame_rate=rate)

    def _open_audio(self) -> Any | None:
        """The template of the sound that will come out; None without sound, or when it cannot be read."""
        if self._audio is None or self._audio.codec_context is None or self._audio.codec_context.sample_rate <= 0:
            return None
        context = self._audio.codec_context
        if can_pass(context):
            return detached(self._audio, self._audio.time_base)
        try:
            self._transcoder = AacTranscoder(self._audio)
        except (FFmpegError, ValueError):
            log.warning("%s: its sound cannot be read and is not recorded.", self._source)
            return None
        return self._transcoder.template


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


def _sound(packet: Any, arrived_ns: int) -> SourcePacket:
    return SourcePacket(
        Track.AUDIO, packet, packet.pts, packet.dts, packet.duration or 0, True, packet.size, arrived_ns
    )


def _nothing() -> Generator[Any, None, None]:
    yield from ()


def _mended(packets: Generator[Any, None, None], mend: Mend) -> Generator[Any, None, None]:
    try:
        for packet in packets:
            mend(packet)
            yield packet
    finally:
        packets.close()


def _choose_video(container: Any, source: str) -> Any:
    """The first that can be recorded as it is, else the first that can be decoded."""
    pictures = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not pictures:
        raise InputFailed(f"{source} sends no video; choose another of its streams.")
    known = [stream for stream in pictures if stream.codec_context is not None]
    passing = [stream for stream in known if stream.codec_context.codec.canonical_name in VIDEO_CODECS]
    if not known:
        raise InputFailed(f"{source} sends an unknown codec, which is not supported; set it to H.264 or H.265.")
    return (passing or known)[0]


def _is_cover(stream: Any) -> bool:
    """A single picture beside sound, such as the cover of an album."""
    return bool(stream.disposition & Disposition.attached_pic)
