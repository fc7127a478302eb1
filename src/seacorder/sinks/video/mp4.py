"""The MP4 writer: packets in, a hybrid MP4 out, which players can read at every instant.

While it is written, the file is fragmented (ISO/IEC 14496-12, 8.8): a header, then one small fragment for each frame,
each complete in itself. On close the muxer appends an ordinary index and then overwrites eight bytes at offset 36: a
`free` box becomes an `mdat` box that spans all fragments. That makes an ordinary indexed MP4 (FFmpeg's
`hybrid_fragmented`). The box with the start time (`mp4.start_time`) is put behind the first one on the muxer's way to
the buffer; so the free box of which the `mdat` becomes stands that much further behind.

Times: the first video packet's decoding time becomes 0, and sound keeps its distance to it; an edit list says when it
begins (`mp4.sound_begin`). Until the file is closed there is no edit list, and the sound's first packet begins at 0 and
lasts until the second. Pictures have no edit list either: when frames are reordered (B-frames), the first picture is
shown at its own small delay, for example at 0.08 s. The sound that belongs to it has the same delay, so both stay in
sync in every player.
"""

from fractions import Fraction
from io import BytesIO
from typing import Any

import av

from seacorder.media.packets import muxable
from seacorder.model.file_note import NOTE_KEY, FileNote
from seacorder.model.instant import iso_utc
from seacorder.model.sample import Sample, SourceFormat, Track, TrackFormat
from seacorder.mp4.start_time import BehindFileType
from seacorder.sinks.video.fragment_buffer import FragmentBuffer

FRAGMENT_MICROSECONDS = 30_000
"""A fragment ends before the first packet that is this much later than its first one: so up to 33 frames a second each
frame has its own."""
BUFFER_BYTES = 128 * 1024
MOST_HELD_SOUND = 256
"""Packets of sound that wait for the next picture. Where pictures pause for longer, the sound goes on without them."""
_OPTIONS = {
    # `empty_moov`: the header stands before the first frame, so that no file is ever without one.
    "movflags": "+hybrid_fragmented+empty_moov+default_base_moof+use_metadata_tags",
    "frag_duration": str(FRAGMENT_MICROSECONDS),
    "flush_packets": "1",
    # Edit lists use these units; the usual 1,000 a second would round the time at which the sound begins.
    "movie_timescale": "90000",
    # In microseconds. By default a track that pauses would hold the other one back for ten seconds.
    "max_interleave_delta": "1",
}


class Mp4Writer:
    """One MP4 file while it is written. One thread; it writes into `buffer`, so it never waits for the disk."""

    pending_bytes = 0
    """Bytes that `put_fragments` would put into the buffer: none, since each packet is muxed at once."""

    def __init__(
        self, buffer: FragmentBuffer, source: SourceFormat, note: FileNote, first: Sample, start_time: bytes = b""
    ) -> None:
        """`start_time`: the box that says when it begins, if it is to have one."""
        self._buffer = buffer
        self._moved_bytes = len(start_time)
        self._container, self._streams = _begun(BehindFileType(buffer, start_time), source, note)
        self._time_bases: dict[Track, Fraction] = {}
        self._origins: dict[Track, int] = {}
        self._last_dts: dict[Track, int] = {}
        self._sound_late_ticks = 0
        """How much later than the file the sound begins, in ticks of the file's sound track, not of the source's."""
        self._held: Sample | None = None
        """The newest picture of a file with sound. The muxer takes the duration that a picture says for the distance to
        the next one: it would place the next one wrongly, or end the whole process where it comes much earlier (an
        assertion, `next_dts >= 0`). So a picture waits until the next one tells its duration."""
        self._held_sound: list[Sample] = []
        """The sound that has come since: in front of its picture, the muxer would place both wrongly."""
        self.unwritten_frames = 3 if source.audio else 1
        """How many of the newest pictures are not in the buffer yet. The muxer writes a fragment when the next frame
        comes, and with sound one more frame waits to be interleaved, and one is held."""
        origin = first.dts * source.video.time_base
        for track_format in (source.video, source.audio):
            if track_format is not None:
                self._time_bases[track_format.track] = track_format.time_base
                self._origins[track_format.track] = -int(-origin // track_format.time_base)

    def precedes(self, sample: Sample) -> bool:
        """True when `sample` is earlier than the file's first video packet."""
        return sample.dts < self._origins[sample.track]

    def write(self, sample: Sample) -> None:
        """Muxes one packet; with sound, those from the newest picture on wait for the next one. av.FFmpegError or
        ValueError when the muxer refuses one."""
        if Track.AUDIO not in self._streams:
            self._mux(sample, self._duration(sample))
        elif sample.track is Track.AUDIO:
            self._held_sound.append(sample)
            if len(self._held_sound) >= MOST_HELD_SOUND:
                self._mux_sound()
        else:
            held, self._held = self._held, sample
            if held is not None:
                self._last_dts[sample.track] = held.dts
                self._mux(held, sample.dts - held.dts)
            self._mux_sound()

    def _mux_sound(self) -> None:
        sound, self._held_sound = self._held_sound, []
        for sample in sound:
            self._mux(sample, self._duration(sample))

    def _mux(self, sample: Sample, duration: int) -> None:
        packet = muxable(sample)
        origin = self._origins[sample.track]
        # All of it is set each time: muxing changes a packet's times, and another sink may have muxed the same packet.
        packet.stream = self._streams[sample.track]
        packet.time_base = self._time_bases[sample.track]
        packet.pts = sample.pts - origin
        packet.dts = sample.dts - origin
        packet.duration = duration
        self._container.mux(packet)

    def write_text(self, begin_ns: int, end_ns: int, text: str) -> None:
        """Does nothing: such a file has no text track, only subtitles beside it."""

    def put_fragments(self) -> None:
        """Does nothing: the muxer alone knows when a fragment is complete."""

    def close(self) -> None:
        """Writes the index, then the eight bytes. StorageFailed when the file takes no more bytes."""
        if self._held is not None:
            self._mux(self._held, self._duration(self._held))
            self._held = None
        self._mux_sound()
        self._buffer.begin_index(self._sound_late_ticks, self._moved_bytes)
        self._container.close()

    def _duration(self, sample: Sample) -> int:
        """The source's own duration, else the distance to the packet before. The last one sets where the file ends."""
        last_dts = self._last_dts.get(sample.track)
        if last_dts is None and sample.track is Track.AUDIO:
            late = (sample.dts - self._origins[sample.track]) * self._time_bases[sample.track]
            # The muxer counts sound in samples, whatever units the source has; RTMP's are milliseconds.
            self._sound_late_ticks = int(late / self._streams[sample.track].time_base + Fraction(1, 2))
        self._last_dts[sample.track] = sample.dts
        if sample.duration > 0 or last_dts is None:
            return sample.duration
        return sample.dts - last_dts


def header_of(source: SourceFormat, note: FileNote | None) -> bytes:
    """The bytes with which such a file begins, before its first fragment. Without a note it says nothing of itself."""
    memory = BytesIO()
    container, _ = _begun(memory, source, note)
    header = memory.getvalue()
    container.close()
    return header


def _begun(
    file: BehindFileType | BytesIO, source: SourceFormat, note: FileNote | None
) -> tuple[Any, dict[Track, Any]]:
    container: Any = av.open(file, "w", format="mp4", options=_OPTIONS, buffer_size=BUFFER_BYTES)
    if note is not None:
        container.metadata.update(metadata_of(note))
    streams = {
        track_format.track: _added(container, track_format, source.templates[track_format.track])
        for track_format in (source.video, source.audio)
        if track_format is not None
    }
    container.start_encoding()
    return container, streams


def _added(container: Any, track_format: TrackFormat, template: Any) -> Any:
    stream = container.add_stream_from_template(template, opaque=True)
    stream.time_base = track_format.time_base
    if track_format.codec == "hevc":
        stream.codec_context.codec_tag = "hvc1"  # Apple's players refuse hev1
    return stream


def metadata_of(note: FileNote) -> dict[str, str]:
    """A file's metadata: the standard keys, the context under the names of its fields, and the note."""
    return {
        **note.context.said,
        "creation_time": iso_utc(note.first_frame_utc_ns, digits=6),
        "title": note.channel,
        NOTE_KEY: note.to_json(),
    }
