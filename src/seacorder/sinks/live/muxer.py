"""Makes a channel's pictures into fragmented MP4 for the player of a browser (Media Source Extensions).

One fragment holds one picture and goes out at once: what a file's writer knows only when the next picture has come, how
long this one lasts, is taken from the pictures before. Sound is left out.

A browser that meets a hole in the times of more than twice the length of the last picture shows nothing until the next
keyframe (W3C Media Source Extensions, 3.5.8). So the stream has a time of its own, in which a hole is twice a picture's
length at most; when a picture was taken stands beside the fragment. A player follows the newest picture, not a clock.

Where no picture is reordered the header says so (`media.h264_vui`), or the player would hold pictures back. That is
assumed until a picture comes that is shown later than it is decoded; then the stream begins anew at the next keyframe.
"""

import logging
from collections.abc import Iterator
from fractions import Fraction

from av.error import FFmpegError

from seacorder.base.errors import InputFailed
from seacorder.base.message import Message
from seacorder.media.codec_text import codec_text
from seacorder.media.h264_vui import packet_without_reordering, record_without_reordering
from seacorder.model.live import LiveBegun, LiveFragment, LivePiece, LiveRefused, LiveStream
from seacorder.model.sample import Sample, SourceFormat, Track
from seacorder.mp4.boxes import NotMp4
from seacorder.mp4.configuration import configuration_of, with_configuration
from seacorder.mp4.fragment_maker import NewSample, Run, fragment_head
from seacorder.mp4.tracks import TrackHead, head_for, tracks_in
from seacorder.sinks.video.mp4 import header_of
from seacorder.sinks.video.sample_form import SampleForm

LONGEST_SECONDS = 2
"""The longest that a picture is said to last. Of a source that sends fewer, the player shows the last one on."""
_STEPS = 4
"""A picture is said to last as long as the longest of so many distances of pictures before it: a source whose pictures
come at uneven distances makes no holes then."""
_DEFAULT_RATE = Fraction(25)
_DELIMITER = b"\x12\x00"
"""With what a picture of AV1 begins in a stream, and not in MP4 (AV1 in ISO Media File Format, 2.4)."""
_US = 1_000_000

log = logging.getLogger(__name__)


class LiveMuxer:
    """One stream of one channel, for all who look at it. Used on one thread; nothing in here waits."""

    def __init__(self, stream: LiveStream, begin_us: int | None = 0) -> None:
        """`begin_us`: where the stream's own time begins; None: where this machine's clock (monotonic) was at the first
        picture, so that it never goes back for a viewer who has seen what a muxer before this one sent."""
        self._stream = stream
        self._source: SourceFormat | None = None
        """The format in force, also where it was refused."""
        self._track: OpenTrack | None = None
        """None until a keyframe has come that can be shown."""
        self._is_refused = False
        self._reorders = False
        """A picture of this format has been shown later than it was decoded."""
        self._is_begun = begin_us is not None
        self._media_us = max(0, begin_us or 0)
        """Up to where the stream's own time reaches, over all formats."""

    def take(self, sample: Sample, source: SourceFormat) -> Iterator[LivePiece]:
        """What comes of a packet: nothing, a fragment, or a new beginning and then a fragment."""
        if sample.track is not Track.VIDEO:
            return
        if not self._is_begun:
            self._is_begun, self._media_us = True, sample.instant_ns // 1000
        if self._source is None or self._source.video != source.video:
            self._leave()
            self._source, self._reorders, self._is_refused = source, False, False
        if sample.pts > sample.dts and not self._reorders:
            self._reorders = True
            self._leave()
        if self._track is None:
            if not sample.is_keyframe or self._is_refused:
                return
            yield self._begun(source)
        if self._track is not None:
            fragment = self._track.fragment(sample, self._stream)
            if fragment is not None:
                yield fragment

    def end(self) -> None:
        """Nobody looks any more. There is nothing to let go of."""

    def _leave(self) -> None:
        """What follows needs another header."""
        if self._track is not None:
            self._media_us = self._track.media_end_us
            self._track = None

    def _begun(self, source: SourceFormat) -> LiveBegun | LiveRefused:
        try:
            track = OpenTrack(source, reorders=self._reorders, begin_us=self._media_us)
        except (FFmpegError, InputFailed, NotMp4, ValueError) as error:
            log.info("The live view cannot show this format (%s). Recording is not affected.", error)
            self._is_refused = True
            return LiveRefused(self._stream, _unplayable(source.video.codec))
        self._track = track
        return LiveBegun(self._stream, track.codecs, source.video.width, source.video.height, track.header)


class OpenTrack:
    """The stream between two headers."""

    def __init__(self, source: SourceFormat, *, reorders: bool, begin_us: int) -> None:
        """`begin_us`: the time of the stream at which it begins. Raises NotMp4, ValueError, FFmpegError where MP4 has
        no form for the format."""
        silent = SourceFormat(source.video, None, source.frame_rate, source.templates)
        head = next(one for one in tracks_in(header_of(silent, None)) if one.handler == b"vide")
        kind, self._record = configuration_of(head.trak)
        self._is_rewritten = kind == "avcC" and not reorders
        if self._is_rewritten:
            self._record = record_without_reordering(self._record)
        codecs = codec_text(kind, self._record)
        if codecs is None:
            raise NotMp4("a codec without a name")
        self.codecs = codecs
        self.header = head_for([_configured(head, self._record)])
        self._number = head.number
        self._units = head.units
        self._form = SampleForm(source.video, head.units)
        self._is_av1 = kind == "av1C"
        usual = source.frame_rate or _DEFAULT_RATE
        self._steps = [max(1, int(head.units / usual))]
        self._longest = head.units * LONGEST_SECONDS
        self._last_dts: int | None = None
        self._at = -(-begin_us * head.units // _US)
        self._duration = self._steps[0]
        self._fragments = 0

    @property
    def media_end_us(self) -> int:
        """Up to where the stream's own time reaches."""
        return (self._at + self._duration) * _US // self._units

    def fragment(self, sample: Sample, stream: LiveStream) -> LiveFragment | None:
        """The fragment of a picture; None where its bytes or times do not fit into one."""
        try:
            content = bytes(self._form.stored(memoryview(sample.packet)))
        except ValueError:
            return None
        if self._is_rewritten and sample.is_keyframe:
            content = packet_without_reordering(content, self._record)
        if self._is_av1:
            content = content.removeprefix(_DELIMITER)
        shift = max(0, self._form.ticks(sample.pts - sample.dts))
        if not content or not self._goes_on(self._form.ticks(sample.dts)):
            return None
        self._fragments += 1
        one = NewSample(self._at, len(content), self._duration, shift, sample.is_keyframe)
        head = fragment_head(self._fragments, [Run(self._number, False, [one])], 0)
        shown_us = (self._at + shift) * _US // self._units
        return LiveFragment(stream, sample.is_keyframe, sample.utc_ns, shown_us, head + content)

    def _goes_on(self, dts: int) -> bool:
        """Moves the stream's own time on to a picture; False for one that goes back."""
        if self._last_dts is not None:
            step = dts - self._last_dts
            if step <= 0:
                return False
            self._at += min(step, 2 * self._duration)
            self._steps = [*self._steps, min(step, self._longest)][-_STEPS:]
            self._duration = max(self._steps)
        self._last_dts = dts
        return True


def _configured(head: TrackHead, record: bytes) -> TrackHead:
    """The description of the track, with this configuration."""
    return TrackHead(head.number, head.handler, head.units, with_configuration(head.trak, record))


def _unplayable(codec: str) -> Message:
    return Message(
        f"Pictures of the codec {codec} cannot be shown live in a browser as they are.",
        "Recording is not affected. The page shows a preview of them instead.",
    )
