"""Streams over the network that FFmpeg reads: MPEG-TS over UDP, TCP and HTTP, FLV over RTMP and HTTP.

One `StreamInput` is one connection. Connecting, learning the format and the wait for each packet and each picture have
the same time limit: the `PictureTimeout`, usually 5 s. An encoder that is to connect to us has at least
`VISITOR_SECONDS`. PyAV ends a read that takes longer; FFmpeg asks it ten times a second whether to go on.

Packets that UDP loses show as gaps in the continuity counters of MPEG-TS (ISO/IEC 13818-1, 2.4.3.3). FFmpeg marks as
corrupt the picture that ends where the damaged data begin, which is the one before the damaged one. `_whole` therefore
leaves out the picture after a marked one, and tells with the next whole picture how many are missing.
"""

import logging
from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

import av

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.base.log import RateLimit
from seacorder.inputs.failures import PACKETS_LOST, Cause, stream_failure
from seacorder.inputs.ffmpeg.failures import BROKEN, ffmpeg_stream_failure
from seacorder.inputs.ffmpeg.initial_burst import spread_burst
from seacorder.inputs.ffmpeg.tracks import KEYFRAME_WAIT_SECONDS, Tracks
from seacorder.inputs.http_answer import AnswerContent
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.model.address.address import StreamAddress
from seacorder.model.capture_time import frames_between
from seacorder.model.sample import SourceFormat, SourcePacket, Track

log = logging.getLogger(__name__)

VISITOR_SECONDS = 10
"""How long the recorder listens for an encoder that is to connect."""
UDP_BUFFER_BYTES = 4 * 1024 * 1024
STUDY_US = 1_000_000
"""How much of a stream FFmpeg reads, in stream time, to find out what is in it."""
LONG_STUDY_US = KEYFRAME_WAIT_SECONDS * 1_000_000
"""The same, for a second attempt where the first one has found no picture."""
_GENERATE_PTS = 0x0001
_FORMATS = {"udp": "mpegts", "tcp": "mpegts", "rtmp": "flv", "rtmps": "flv"}
_TELLS_LATE = ("flv", "live_flv")
"""Containers whose header may not list the video track; it becomes known with its first packet."""
_TIME_BITS = {"mpegts": 33, "flv": 32}
"""Containers whose times wrap, and the number of bits in which they count."""


class StreamInput:
    """One connection to one stream; see `contract.Input`."""

    def __init__(
        self,
        address: StreamAddress,
        clock: Clock,
        picture_timeout: PictureTimeout,
        content: AnswerContent | None = None,
        container: str | None = None,
    ) -> None:
        """`content`: the answer of an HTTP server, which is read in place of a connection of FFmpeg's own.
        `container`: FFmpeg's name of the container in it, where that is known.
        """
        self._address = address
        self._picture_timeout = picture_timeout
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

    def open(self) -> SourceFormat:
        address, begin_ns = self._address, self._clock.monotonic_ns()
        first_limit_seconds = max(VISITOR_SECONDS, self._limit_seconds) if address.listens else self._limit_seconds
        try:
            self._container = self._connect(first_limit_seconds)
            # With this flag FFmpeg would hold back a packet without pts until a later one tells it.
            self._container.flags &= ~_GENERATE_PTS
            bits = _TIME_BITS.get(self._container.format.name)
            correct_times = None if bits is None else WrappedTimes(bits).correct
            tracks = Tracks(
                self._container, self._source, self._clock, wants_audio=address.wants_audio, correct_times=correct_times
            )
            self._tracks = tracks
            found = tracks.open()
        except BROKEN as error:
            if self._clock.monotonic_ns() - begin_ns >= first_limit_seconds * NS_PER_SECOND:
                self._picture_timeout.ended_in_silence()
                # Where RTMP or TLS lies between, FFmpeg reports some other error for the same timeout.
                raise stream_failure(Cause.SILENT, address, self._source) from None
            # `from None`: FFmpeg's error carries the address with its password.
            raise ffmpeg_stream_failure(error, address, self._source) from None
        self._time_bases = {track: template.time_base for track, template in found.templates.items()}
        return found

    def packets(self) -> Iterator[SourcePacket | SourceFormat]:
        if self._tracks is None:
            raise InputFailed(f"{self._source} is not open.")
        picture_timeout, picture_came_ns = self._picture_timeout, self._clock.monotonic_ns()
        picture_timeout.begin()
        try:
            for item in self._whole(spread_burst(self._tracks.packets(), self._time_bases)):
                if isinstance(item, SourcePacket):
                    if item.track is Track.VIDEO:
                        picture_timeout.came(item.arrived_ns - picture_came_ns, item.arrived_ns)
                        picture_came_ns = item.arrived_ns
                    elif item.arrived_ns - picture_came_ns > picture_timeout.limit_ns:
                        picture_timeout.ended_in_silence()
                        raise stream_failure(Cause.SILENT, self._address, self._source)
                yield item
        except BROKEN as error:
            if isinstance(error, (TimeoutError, av.error.ExitError)):  # ExitError: PyAV's own time limit
                picture_timeout.ended_in_silence()
            raise ffmpeg_stream_failure(error, self._address, self._source) from None
        raise stream_failure(Cause.CLOSED, self._address, self._source)

    def _connect(self, limit_seconds: float) -> Any:
        """An open container.

        Sound may come long before the first picture in FLV, and then the first attempt finds no video. The second one
        reads on for as long as a keyframe may take: of an HTTP answer from its begin, if that is still kept, else over
        a new connection.
        """
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
        """Leaves out pictures of which packets were lost; the next whole picture tells how many they were."""
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
            yield item if not missing else item._replace(missing_before=max(missing, _missing_between(last, item)))
            last, missing = item, 0

    def _say_damaged(self) -> None:
        self._damaged += 1
        if self._rate_limit.allow("damaged") is not None:
            log.warning(PACKETS_LOST, self._source, self._damaged)

    def close(self) -> None:
        container, tracks = self._container, self._tracks
        self._container = self._tracks = None
        if tracks is not None:
            tracks.close()
        if container is not None:
            container.close()


class WrappedTimes:
    """Makes times that wrap continuous: of all tracks of one connection, whose source counts in `bits` bits.

    MPEG-TS counts 90 kHz ticks in 33 bits (ISO/IEC 13818-1, 2.4.3.7), which wrap after 26.5 hours; FLV counts
    milliseconds in 32 bits, which wrap after 49 days. FFmpeg corrects one wrap at most, and a recorder runs longer.
    Every time is placed next to the one before it, at most half a turn away.
    """

    def __init__(self, bits: int) -> None:
        self._turn = 1 << bits
        self._half = self._turn // 2
        self._last: dict[int, int] = {}
        """The newest time of each track: sound and picture may be some way apart."""
        self._first: int | None = None

    def correct(self, packet: Any) -> None:
        """Replaces the packet's times by continuous ones; pts is placed next to dts."""
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
    """By their times: a picture whose beginning was lost, too, does not show at all, not even as a damaged one."""
    if before is None or before.dts is None or after.dts is None or not before.duration:
        return 0
    return frames_between(after.dts - before.dts, before.duration) or 0


def _url(address: StreamAddress) -> str:
    """The address as FFmpeg wants it: to listen on every network card, `tcp://:5000` needs a host."""
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
