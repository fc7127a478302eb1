"""Streams over the network that FFmpeg reads: MPEG-TS over UDP, TCP and HTTP, FLV over RTMP and HTTP.

One connection. Its begin, what the stream says of itself, each packet and each picture may take five seconds, those of
a slow source longer (`picture_timeout`), and an encoder that is to connect to us `VISITOR_SECONDS`; then the other
side counts as gone. FFmpeg looks at that clock ten times a second while it waits.

What UDP loses on the way shows in the counters of MPEG-TS (ISO/IEC 13818-1, 2.4.3.3). A picture of which something is
missing is left out, as one over RTSP is, and the next one tells that it is a loss. FFmpeg marks the picture that ends
where the damaged data begin, which is the one before.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

import av

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.base.log import RateLimit
from seacorder.inputs.failures import Cause, stream_failure
from seacorder.inputs.ffmpeg.failures import BROKEN, ffmpeg_stream_failure
from seacorder.inputs.ffmpeg.initial_burst import timely
from seacorder.inputs.ffmpeg.tracks import KEYFRAME_WAIT_SECONDS, Tracks
from seacorder.inputs.http_answer import AnswerContent
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.model.address.address import StreamAddress
from seacorder.model.capture_time import frames_between
from seacorder.model.sample import SourceFormat, SourcePacket, Track

log = logging.getLogger(__name__)

VISITOR_SECONDS = 10
UDP_BUFFER_BYTES = 4 * 1024 * 1024
STUDY_US = 1_000_000
"""How much of a stream is looked at where it does not tell what is in it, in its own time."""
LONG_STUDY_US = KEYFRAME_WAIT_SECONDS * 1_000_000
"""The same where no picture has shown itself."""
_GENERATE_PTS = 0x0001
_FORMATS = {"udp": "mpegts", "tcp": "mpegts", "rtmp": "flv", "rtmps": "flv"}
_TELLS_LATE = ("flv", "live_flv")
_TIME_BITS = {"mpegts": 33, "flv": 32}


class StreamInput:
    """One connection to one stream; see `contract.Input`."""

    def __init__(
        self,
        address: StreamAddress,
        clock: Clock,
        picture_timeout: PictureTimeout | None = None,
        content: AnswerContent | None = None,
        container: str | None = None,
    ) -> None:
        """`content`: what an HTTP server has begun to send, which is read instead of asking for it; `container`: its
        kind, where it is known."""
        self._address = address
        self._picture_timeout = picture_timeout or PictureTimeout()
        self._limit_seconds = self._picture_timeout.limit_ns / NS_PER_SECOND
        self._content = content
        self._kind = container or _FORMATS.get(address.scheme)
        self._clock = clock
        self._source = f"Stream {address.redacted}"
        self._container: Any = None
        self._tracks: Tracks | None = None
        self._time_bases: dict[Track, Fraction] = {}
        self._rate_limit = RateLimit(clock)
        self._damaged = 0
        self._is_closed = False

    def open(self) -> SourceFormat:
        address, begin_ns = self._address, self._clock.monotonic_ns()
        first_limit_seconds = max(VISITOR_SECONDS, self._limit_seconds) if address.listens else self._limit_seconds
        try:
            self._container = self._connect(first_limit_seconds)
            # A packet without pts is to be handed over at once, not when a later one has told it.
            self._container.flags &= ~_GENERATE_PTS
            bits = _TIME_BITS.get(self._container.format.name)
            mend = None if bits is None else WrappedTimes(bits).mend
            tracks = Tracks(
                self._container, self._source, self._clock, wants_audio=address.wants_audio, mend=mend
            )
            self._tracks = tracks
            found = tracks.open()
        except BROKEN as error:
            if self._clock.monotonic_ns() - begin_ns >= first_limit_seconds * NS_PER_SECOND:
                self._picture_timeout.ended_in_silence()
                # FFmpeg has other words for it where a protocol stands between.
                raise stream_failure(Cause.SILENT, address, self._source) from None
            # The library's error carries the address with its password, so it does not go on as a cause.
            raise ffmpeg_stream_failure(error, address, self._source) from None
        self._time_bases = {track: template.time_base for track, template in found.templates.items()}
        return found

    def packets(self) -> Iterator[SourcePacket | SourceFormat]:
        if self._tracks is None:
            raise InputFailed(f"{self._source} is not open.")
        picture_timeout, picture_came_ns = self._picture_timeout, self._clock.monotonic_ns()
        picture_timeout.begin()
        try:
            for item in self._whole(timely(self._tracks.packets(), self._time_bases)):
                if isinstance(item, SourcePacket):
                    if item.track is Track.VIDEO:
                        picture_timeout.came(item.arrived_ns - picture_came_ns, item.arrived_ns)
                        picture_came_ns = item.arrived_ns
                    elif item.arrived_ns - picture_came_ns > picture_timeout.limit_ns:
                        picture_timeout.ended_in_silence()
                        raise stream_failure(Cause.SILENT, self._address, self._source)
                yield item
        except BROKEN as error:
            if isinstance(error, (TimeoutError, av.error.ExitError)):  # the second is PyAV's own limit
                picture_timeout.ended_in_silence()
            raise ffmpeg_stream_failure(error, self._address, self._source) from None
        if self._is_closed:
            raise InputFailed(f"{self._source} was closed.")
        raise stream_failure(Cause.CLOSED, self._address, self._source)

    def _connect(self, limit_seconds: float) -> Any:
        """An open container. FLV tells of a picture when its first bytes come, which may be long after the sound's."""
        container = self._opened(STUDY_US, limit_seconds)
        if container.format.name in _TELLS_LATE and not container.streams.video:
            container.close()
            if self._content is None or self._content.begin_again():
                container = self._opened(LONG_STUDY_US, limit_seconds + KEYFRAME_WAIT_SECONDS)
        if self._content is not None:
            self._content.forget()
        return container

    def _opened(self, study_us: int, limit_seconds: float) -> Any:
        return av.open(
            _url(self._address) if self._content is None else self._content,
            format=self._kind,
            options=_options(self._address, study_us),
            timeout=(limit_seconds, self._limit_seconds),
        )

    def _whole(self, items: Iterator[SourcePacket | SourceFormat]) -> Iterator[SourcePacket | SourceFormat]:
        """All but the pictures of which something is missing; the next one tells how many they were."""
        is_damaged, missing = False, 0
        last: SourcePacket | None = None
        for item in items:
            if isinstance(item, SourceFormat) or item.track is not Track.VIDEO:
                yield item
                continue
            was_damaged, is_damaged = is_damaged, item.is_corrupt
            if was_damaged:
                missing += 1
                self._say_damaged()
                continue
            yield item if not missing else replace(item, missing_before=max(missing, _missing_between(last, item)))
            last, missing = item, 0

    def _say_damaged(self) -> None:
        self._damaged += 1
        if self._rate_limit.allow("damaged") is not None:
            sentence = "%s: packets were lost; %d pictures so far came damaged and were dropped."
            log.warning(sentence, self._source, self._damaged)

    def close(self) -> None:
        self._is_closed = True
        container, tracks = self._container, self._tracks
        self._container = self._tracks = None
        if tracks is not None:
            tracks.close()
        if container is not None:
            container.close()


class WrappedTimes:
    """Puts the packets of all tracks of one connection right. `bits` is how many the source counts with."""

    def __init__(self, bits: int) -> None:
        self._turn = 1 << bits
        self._half = self._turn // 2
        self._last: dict[int, int] = {}
        """Of each track, so that sound and picture may lie some way from each other."""
        self._first: int | None = None

    def mend(self, packet: Any) -> None:
        """Replaces the packet's times by endless ones; decoding and presentation stay near to each other."""
        known = packet.dts if packet.dts is not None else packet.pts
        if known is None:
            return
        track = packet.stream_index
        near = self._last.get(track, self._first)
        dts = known if near is None else self._nearest(known, near)
        if self._first is None:
            self._first = dts
        self._last[track] = dts
        if packet.pts is not None:
            packet.pts = self._nearest(packet.pts, dts)
        if packet.dts is not None:
            packet.dts = dts

    def _nearest(self, time: int, near: int) -> int:
        return near + (time - near + self._half) % self._turn - self._half


def _missing_between(before: SourcePacket | None, after: SourcePacket) -> int:
    """As the times tell it: a picture whose begin was lost too is not even seen as a damaged one."""
    if before is None or before.dts is None or after.dts is None or not before.duration:
        return 0
    return frames_between(after.dts - before.dts, before.duration) or 0


def _url(address: StreamAddress) -> str:
    """As FFmpeg wants it; what is meant by a host that is this machine's own, it takes as an option."""
    url = address.url_with_credentials
    if address.scheme == "tcp" and not urlsplit(url).hostname:
        return url.replace("tcp://:", "tcp://0.0.0.0:", 1)
    return url


def _options(address: StreamAddress, study_us: int) -> dict[str, str]:
    options = {"analyzeduration": str(study_us), "fpsprobesize": "0", "correct_ts_overflow": "0", "tls_verify": "0"}
    if address.scheme == "udp":
        options |= {"buffer_size": str(UDP_BUFFER_BYTES), "overrun_nonfatal": "1", "reuse": "1"}
        if address.interface is not None:
            options["localaddr"] = address.interface
    if address.listens:
        options["listen"] = "1"
    if address.scheme in ("rtmp", "rtmps"):
        options |= {"rtmp_live": "live", "rtmp_enhanced_codecs": "hvc1"}
    return options
