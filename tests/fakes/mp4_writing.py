"""Files made by either of the two MP4 writers in memory, and what a reader finds in them."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av

from fakes.footage import Footage, Recipe, encoded, samples_of
from seacorder.model.file_note import FileNote
from seacorder.model.recording import FileKind
from seacorder.model.sample import Sample, SourceFormat, Track
from seacorder.mp4.start_time import start_time_box, with_start_time
from seacorder.sinks.video.direct_mp4 import DirectMp4Writer
from seacorder.sinks.video.fragment_buffer import FragmentBuffer
from seacorder.sinks.video.mp4 import Mp4Writer, header_of

NOTE = FileNote(FileKind.RECORDING, "Bow", "R1", 3, 7, 1_700_000_000_123_456_789, "R1", 0)
BEGIN_UTC_NS = 1_700_000_000_043_456_700
"""The start time in the files."""


def _ours(buffer: FragmentBuffer, source: SourceFormat, note: FileNote, first: Sample) -> DirectMp4Writer:
    header = with_start_time(header_of(source, note), BEGIN_UTC_NS)
    return DirectMp4Writer(buffer, header, source, first)


def _ffmpegs(buffer: FragmentBuffer, source: SourceFormat, note: FileNote, first: Sample) -> Mp4Writer:
    return Mp4Writer(buffer, source, note, first, start_time_box(BEGIN_UTC_NS))


WRITERS: dict[str, Callable[..., Any]] = {"FFmpeg's": _ffmpegs, "ours": _ours}
SOUND_SAMPLES = {"aac": 1024, "libopus": 960, "libmp3lame": 1152}


class MemoryFile:
    """A durable file of which all bytes are in memory."""

    def __init__(self) -> None:
        self.content = io.BytesIO()
        self.tell, self.seek = self.content.tell, self.content.seek

    def write_all(self, pieces: Iterable[Any]) -> int:
        return sum(self.content.write(bytes(piece)) for piece in pieces)

    def put_milestone(self, milestone: int) -> None: ...


def written_by(
    writer: str, made: Footage, samples: Sequence[Sample], cuts: frozenset[int] = frozenset()
) -> tuple[bytes, bytes]:
    """(the file before it was closed, the closed file); handed over behind the samples at the positions `cuts`."""
    file = MemoryFile()
    buffer = FragmentBuffer(file)  # type: ignore[arg-type]
    first = next(sample for sample in samples if sample.track is Track.VIDEO)
    muxer = WRITERS[writer](buffer, made.source, NOTE, first)
    for position, sample in enumerate(samples):
        if not muxer.precedes(sample):
            muxer.write(sample)
        if position in cuts:
            muxer.put_fragments()
            buffer.hand_over()
    muxer.put_fragments()
    buffer.hand_over()
    is_open = file.content.getvalue()
    muxer.close()
    buffer.hand_over()
    return is_open, file.content.getvalue()


@dataclass(frozen=True)
class Packet:
    """A packet as it was read back; times in seconds."""

    pts: Fraction
    dts: Fraction
    is_keyframe: bool
    duration: Fraction
    data: bytes

    @property
    def timed(self) -> tuple[Fraction, Fraction, bool, bytes]:
        """All but the duration."""
        return self.pts, self.dts, self.is_keyframe, self.data


def packets_by_track(file: bytes) -> dict[str, list[Packet]]:
    found: dict[str, list[Packet]] = {}
    with av.open(io.BytesIO(file)) as container:
        for packet in container.demux():
            if packet.size:
                base = packet.time_base
                times = (packet.pts * base, packet.dts * base)
                one = Packet(*times, packet.is_keyframe, (packet.duration or 0) * base, bytes(packet))
                found.setdefault(packet.stream.type, []).append(one)
    return found


def described(file: bytes) -> dict[str, object]:
    """What a file says of itself and of its tracks."""
    with av.open(io.BytesIO(file)) as container:
        said: dict[str, object] = {"metadata": dict(container.metadata), "duration": container.duration}
        for stream in container.streams:
            codec: Any = stream.codec_context
            said[stream.type] = (
                codec.name,
                codec.codec_tag,
                bytes(codec.extradata or b""),
                stream.frames,
                stream.start_time,
                stream.duration,
                stream.time_base,
                dict(stream.metadata),
                getattr(codec, "width", None),
                getattr(codec, "sample_rate", None),
                stream.disposition,
            )
        return said


def said_but_for_ends(file: bytes) -> dict[str, object]:
    """The same without durations: how long the last packet lasts nobody can know, so the two writers guess."""
    said = described(file)
    return {key: value for key, value in said.items() if key != "duration"} | {
        track: [field for place, field in enumerate(said[track]) if place != 5]  # type: ignore[arg-type, var-annotated]
        for track in ("video", "audio")
        if track in said
    }


def with_sound(codec: str) -> Footage:
    """Pictures with sound of that encoder, 48 kHz mono, that begins with them."""
    recipe = Recipe(frames=40, group=10, b_frames=2, size=(256, 16))
    out = io.BytesIO()
    with av.open(encoded(recipe)) as pictures, av.open(out, "w", format="mp4") as file:
        video = file.add_stream_from_template(pictures.streams.video[0])
        sound: Any = file.add_stream(codec, rate=48_000, layout="mono")
        packets: list[Any] = []
        for packet in pictures.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                packets.append(packet)
        samples = SOUND_SAMPLES[codec]
        for block in range(recipe.frames * 48_000 // recipe.rate // samples):
            frame = av.AudioFrame(sound.codec_context.format.name, "mono", samples)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate, frame.pts, frame.time_base = 48_000, block * samples, Fraction(1, 48_000)
            packets += sound.encode(frame)
        for packet in [*packets, *sound.encode(None)]:
            file.mux(packet)
    out.seek(0)
    return samples_of(out)
