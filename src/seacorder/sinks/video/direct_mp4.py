"""The MP4 writer for H.264 and H.265: no library looks at the packets again.

It makes the same hybrid form as `mp4`: a header, fragments, and on close an index and the eight bytes that make an
ordinary file of it. The header is FFmpeg's own, so both writers describe a track alike. Packets are not copied: their
bytes go from where they were received to the disk. Those of a byte stream (ITU-T H.264 and H.265, annex B), which
encoders give, are copied once and cut at their start codes, in whose place each NAL unit gets its length. H.265 loses
the parameter sets on the way: the header has them, and in `hvc1` they stand nowhere else (ISO/IEC 14496-15).

A fragment holds what FFmpeg's would: up to 33 frames a second each frame has its own, with the sound that came with it.
It ends when the next frame comes, so its times are certain. All fragments of a hand-over are made together, which is
cheaper than making each when its frame comes.

A track of timed text (`mp4.text_track`) has the cues that also stand beside the file. Each is put into the fragment
that is being made when it has ended.

Times: as in `mp4`, but for sound that begins later than the pictures. Its fragments say so themselves, and an open file
is right from the beginning.
"""

import logging
import struct
from collections.abc import Sequence
from fractions import Fraction

from seacorder.base.clock import NS_PER_MS
from seacorder.model.file_note import FileNote
from seacorder.model.sample import Sample, SourceFormat, Track, TrackFormat
from seacorder.mp4.boxes import NotMp4, boxes
from seacorder.mp4.fragment_maker import NewSample, Run, fragment_head
from seacorder.mp4.index_maker import index_for
from seacorder.mp4.sample_table import SampleTable
from seacorder.mp4.start_time import start_time_box_of
from seacorder.mp4.text_track import text_sample, text_track_of
from seacorder.mp4.tracks import tracks_in
from seacorder.sinks.video.fragment_buffer import FragmentBuffer
from seacorder.sinks.video.mp4 import FRAGMENT_MICROSECONDS, Mp4Writer
from seacorder.sinks.video.sample_form import LEFT_OUT, SampleForm
from seacorder.storage.byte_run import Data

_SHORT = 1 << 32
_LONGEST = (1 << 31) - 1
"""The most that a sample in a fragment can be shifted, or last; the next fragment says for itself when it begins."""
_START_CODES = (b"\0\0\1", b"\0\0\0\1")
_SOUND_AS_RECEIVED = {"aac", "opus", "mp3", "mp3float"}
_ADTS = 0xFFF0
"""The first twelve bits of AAC with a header of its own (ISO/IEC 13818-7), which does not belong into MP4."""
_OPUS_ROLL = Fraction(80, 1000)
"""Seconds that a decoder of Opus needs to come right (RFC 7845, 4.6)."""
_DEFAULT_RATE, _DEFAULT_SOUND_RATE = 25, 50

_log = logging.getLogger(__name__)


def takes(source: SourceFormat) -> bool:
    """True when MP4 can hold the source's packets as NAL units with lengths, and its sound without headers.

    A configuration is needed: that of MP4 (ISO/IEC 14496-15), which begins with its version, 1, or parameter sets of a
    byte stream, which begin with a start code.
    """
    video, audio = source.video, source.audio
    if video.codec not in LEFT_OUT or not video.extradata.startswith((b"\1", *_START_CODES)):
        return False
    if audio is None:
        return True
    return audio.codec in _SOUND_AS_RECEIVED and (audio.codec.startswith("mp3") or bool(audio.extradata))


def writer_for(
    buffer: FragmentBuffer, header: bytes, source: SourceFormat, note: FileNote, first: Sample
) -> "DirectMp4Writer | Mp4Writer":
    """Our own writer where it can store the source's packets, else FFmpeg's muxer, whose errors it raises.

    `header`: what `mp4.header_of` gives for the same file, with or without a start time (`mp4.start_time`).
    """
    if takes(source):
        try:
            return DirectMp4Writer(buffer, header, source, first)
        except NotMp4 as why:
            _log.warning("FFmpeg's muxer is used, because its header is not understood: %s.", why)
    return Mp4Writer(buffer, source, note, first, start_time_box_of(header))


class _TextTrack:
    """The track of timed text: its samples follow each other from the file's begin on."""

    is_sound = True
    """As with sound, each sample stands for itself."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.table = SampleTable()
        self.samples: list[NewSample] = []
        self.packets: list[Data] = []
        self._end = 0
        """Up to where they reach, in milliseconds."""

    def add(self, begin_ns: int, end_ns: int, text: str) -> int:
        """Takes a text and returns how many bytes that has made."""
        begin, end = max(self._end, begin_ns // NS_PER_MS), end_ns // NS_PER_MS
        before = sum(map(len, self.packets))
        if begin > self._end:
            self._append(begin, "")
        if end > begin:
            self._append(end, text)
        return sum(map(len, self.packets)) - before

    def _append(self, end: int, text: str) -> None:
        content = text_sample(text)
        self.samples.append(NewSample(self._end, len(content), end - self._end))
        self.packets.append(content)
        self._end = end


class _OpenTrack(SampleForm):
    """A track of the file: its times, and its samples in the newest fragment."""

    def __init__(self, track_format: TrackFormat, number: int, units: int, origin: Fraction, rate: Fraction) -> None:
        """`origin`: the time in seconds at which the file begins. `rate`: samples a second, if nothing says better."""
        super().__init__(track_format, units)
        self.number = number
        self.is_sound = track_format.track is Track.AUDIO
        self.has_no_adts = track_format.codec == "aac"
        self.origin = -int(-origin // track_format.time_base)
        """The first time of the source, in its own units, that belongs into the file."""
        self.guess = max(1, int(units / rate))
        """How long a sample lasts of which nothing is known, in units of the track."""
        self.longest = units * FRAGMENT_MICROSECONDS // 1_000_000
        """A fragment ends before the first sample that is this much later than its first."""
        self.table = SampleTable(
            roll_samples=track_format.codec == "aac",
            roll_ticks=int(_OPUS_ROLL * units) if track_format.codec == "opus" else 0,
        )
        self.samples: list[NewSample] = []
        self.packets: list[Data] = []
        self.last_dts = -1


_Fragment = tuple[list[Run], list[Data]]
"""The run of each track that has samples in it, and the samples' bytes in the order of the runs."""


class DirectMp4Writer:
    """One MP4 file while it is written. Its caller sees to it that one thread at a time calls it; it never blocks."""

    def __init__(self, buffer: FragmentBuffer, header: bytes, source: SourceFormat, first: Sample) -> None:
        """`header`: as FFmpeg's muxer makes it (`mp4.header_of`); it is written at once.

        NotMp4, and nothing written, when it does not describe the source's tracks.
        """
        self._buffer = buffer
        self._header = header
        units = {track.number: track.units for track in tracks_in(self._header)}
        text = text_track_of(header)
        self._text = None if text is None else _TextTrack(text)
        units.pop(text or 0, None)
        if sorted(units) != [1, 2][: 1 if source.audio is None else 2]:
            raise NotMp4(f"it describes the tracks {sorted(units)}")
        free = [box.at for box in boxes(header, 0, len(header)) if box.kind == b"free"]
        if len(free) != 2:
            raise NotMp4("no room for the header of an mdat")
        self._large_mdat_at, self._mdat_at = free
        """Where the two `free` boxes begin, of which the `mdat` of the closed file is made: both together where its
        size takes eight bytes, else the second."""
        buffer.write(self._header)
        origin = first.dts * source.video.time_base
        pictures = Fraction(source.frame_rate or _DEFAULT_RATE)
        self._tracks = {Track.VIDEO: _OpenTrack(source.video, 1, units[1], origin, pictures)}
        if source.audio is not None:
            self._tracks[Track.AUDIO] = _OpenTrack(source.audio, 2, units[2], origin, Fraction(_DEFAULT_SOUND_RATE))
        self._all_tracks = (*self._tracks.values(), *(() if self._text is None else (self._text,)))
        self._fragments = 0
        """How many have been put into the buffer."""
        self._waiting: list[_Fragment] = []
        """Those that are not in the buffer yet, but for the newest."""
        self.pending_bytes = 0
        """Bytes that `put_fragments` would put into the buffer, but for the fragments' heads."""
        self._open_bytes = 0
        """Bytes in the newest fragment, which may still get samples."""
        self.unwritten_frames = 0
        """How many of the newest pictures are not in the buffer yet."""

    def precedes(self, sample: Sample) -> bool:
        """True when `sample` is earlier than the file's first video packet."""
        return sample.dts < self._tracks[sample.track].origin

    def write(self, sample: Sample) -> None:
        """Takes one packet; ValueError when it cannot stand in an MP4 file. Its bytes must not change any more."""
        track = self._tracks[sample.track]
        dts, pts, duration = sample.dts - track.origin, sample.pts - track.origin, sample.duration
        if not track.has_source_units:
            dts, pts, duration = track.ticks(dts), track.ticks(pts), track.ticks(duration)
        shift = pts - dts
        if dts <= track.last_dts or not 0 <= shift <= _LONGEST:
            raise ValueError("times that MP4 cannot hold")
        packet = memoryview(sample.packet)
        stored = packet if track.is_as_received else track.stored(packet)
        if track.has_no_adts and len(packet) > 1 and (packet[0] << 8 | packet[1]) & _ADTS == _ADTS:
            raise ValueError("sound with headers of its own")
        if track.samples:
            track.samples[-1].duration = min(dts - track.last_dts, _LONGEST)
            if dts - track.samples[0].dts >= track.longest:
                self._end_fragment()
        duration = duration or (dts - track.last_dts if track.last_dts >= 0 else track.guess)
        is_keyframe = track.is_sound or sample.is_keyframe
        track.samples.append(NewSample(dts, len(stored), min(duration, _LONGEST), shift, is_keyframe))
        track.packets.append(stored)
        track.last_dts = dts
        self._open_bytes += len(stored)
        self.unwritten_frames += not track.is_sound

    def write_text(self, begin_ns: int, end_ns: int, text: str) -> None:
        """Takes a text of the file's text track, if it has one, with its times on the file's own. It is put into the
        fragment that gets samples just now."""
        if self._text is not None:
            self._open_bytes += self._text.add(begin_ns, end_ns, text)

    def put_fragments(self) -> None:
        """Puts the packets that wait into the buffer, but for the newest fragment's."""
        offset = self._buffer.tell()
        pieces: list[Data] = []
        chunks: dict[int, list[tuple[int, Sequence[NewSample]]]] = {track.number: [] for track in self._all_tracks}
        for runs, packets in self._waiting:
            self._fragments += 1
            head = fragment_head(self._fragments, runs, offset)
            pieces.append(head)
            pieces += packets
            offset += len(head)
            for number, _, samples in runs:
                chunks[number].append((offset, samples))
                for sample in samples:
                    offset += sample.size
        for track in self._all_tracks:
            track.table.add_chunks(chunks[track.number])
        self._waiting.clear()
        self.pending_bytes = 0
        self.unwritten_frames = len(self._tracks[Track.VIDEO].samples)
        if pieces:
            self._buffer.write_all(pieces)

    def _end_fragment(self) -> None:
        runs: list[Run] = []
        packets: list[Data] = []
        for track in self._all_tracks:
            if track.samples:
                runs.append(Run(track.number, track.is_sound, track.samples))
                packets += track.packets
                track.samples, track.packets = [], []
        if runs:
            self._waiting.append((runs, packets))
        self.pending_bytes += self._open_bytes
        self._open_bytes = 0

    def close(self) -> None:
        """Writes the index, then the bytes that make all fragments one `mdat`. StorageFailed as the buffer's."""
        self._end_fragment()
        self.put_fragments()
        end = self._buffer.tell()
        self._buffer.write(index_for(self._header, {track.number: track.table for track in self._all_tracks}))
        size = end - self._mdat_at
        at, header = (
            (self._mdat_at, struct.pack(">I4s", size, b"mdat"))
            if size < _SHORT
            else (self._large_mdat_at, struct.pack(">I4sQ", 1, b"mdat", end - self._large_mdat_at))
        )
        self._buffer.seek(at)
        self._buffer.write(header)
