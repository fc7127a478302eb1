"""The tracks of an open FFmpeg container that are recorded: one video, at most one audio.

What cameras and files have in common: the choice of tracks, their format, and packets in the form of the contract.
The loop over packets is what eight cameras pay for; whatever need not be there for every packet is elsewhere.
"""

import logging
from collections.abc import Generator, Iterator
from typing import Any

from av.error import FFmpegError

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.inputs import parameter_sets
from seacorder.inputs.audio import AacTranscoder, can_pass
from seacorder.inputs.formats import VIDEO_CODECS, detached, probe_video, sane_rate, source_format
from seacorder.model.sample import SourceFormat, SourcePacket, Track

log = logging.getLogger(__name__)

KEYFRAME_WAIT_SECONDS = 20
"""How long a source may send pictures without one that can be decoded by itself."""
HEAD_PACKETS = 17
"""H.264 and H.265 let at most 16 pictures wait for others."""


class Tracks:
    """Reads an open container; one thread, one pass."""

    def __init__(self, container: Any, source: str, clock: Clock, *, wants_audio: bool = True) -> None:
        """`source` is what sentences call it, without credentials. InputFailed when nothing here can be recorded."""
        self._container = container
        self._source = source
        self._clock = clock
        self._video = _choose_video(container, source)
        self._audio = container.streams.audio[0] if wants_audio and container.streams.audio else None
        self._transcoder: AacTranscoder | None = None
        self._audio_template = self._open_audio()
        self._codec = self._video.codec_context.codec.canonical_name
        self._is_byte_stream = parameter_sets.is_byte_stream(self._video.codec_context.extradata)
        self._sequence: frozenset[bytes] = frozenset()
        self._first: Any = None
        self._demux: Generator[Any, None, None] = _nothing()

    def open(self) -> SourceFormat:
        """The format; blocks until the first keyframe where only that tells. Raises InputFailed and FFmpegError."""
        streams = [self._video] if self._audio_template is None else [self._video, self._audio]
        self._demux = self._container.demux(streams)
        context = self._video.codec_context
        if context.extradata and context.width > 0:
            if self._is_byte_stream:
                self._sequence = parameter_sets.find(bytes(context.extradata), self._codec).sequence
            return self._format(detached(self._video, self._video.time_base))
        self._first = self._await_keyframe()
        return self._format_of(self._first[0], bytes(context.extradata or b""))

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
        if not self._is_byte_stream or not keyframe.size:
            return None
        found = self._parameters_of(keyframe)
        if not found.is_complete or found.sequence <= self._sequence:
            return None
        log.info("%s changed its picture parameters.", self._source)
        return self._format_of(keyframe, b"")

    def _format_of(self, keyframe: Any, known: bytes) -> SourceFormat:
        """The format of `keyframe` by its own parameter sets, or by `known` ones where it brings none."""
        found = self._parameters_of(keyframe)
        access_unit = bytes(keyframe) if found.is_complete else known + bytes(keyframe)
        self._sequence = (found if found.is_complete else parameter_sets.find(known, self._codec)).sequence
        return self._format(probe_video(self._codec, access_unit, self._video.time_base))

    def _format(self, video_template: Any) -> SourceFormat:
        rate = sane_rate(self._video.average_rate) or sane_rate(self._video.guessed_rate)
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


def _choose_video(container: Any, source: str) -> Any:
    pictures = container.streams.video
    if not pictures:
        raise InputFailed(f"{source} sends no video; choose another of its streams.")
    for stream in pictures:
        context = stream.codec_context
        if context is not None and context.codec.canonical_name in VIDEO_CODECS:
            return stream
    context = pictures[0].codec_context
    codec = "an unknown codec" if context is None else context.codec.canonical_name
    raise InputFailed(f"{source} sends {codec}, which is not supported; set it to H.264 or H.265.")
