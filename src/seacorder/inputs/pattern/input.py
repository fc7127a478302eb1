"""The test pattern: pictures that the recorder draws itself, in real time.

They come encoded as H.264 or H.265, as a camera sends them, or as JPEG or uncompressed, as a capture card does. Each
frame shows its number, from 0, and the UTC time at which it was due, in digits and in the machine-readable `strip`.
No frame is left out when the machine is too slow: frames then come late, and their times still are those at which they
were due.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock, both_ns
from seacorder.base.errors import InputFailed
from seacorder.inputs.pattern.picture import PatternFormat, TestPicture
from seacorder.inputs.real_time import RealTime, Waiter
from seacorder.media.formats import probe_pictures, probe_video, source_format
from seacorder.model.address.address import PatternAddress
from seacorder.model.sample import SourceFormat, SourcePacket, Track

TIME_BASE = Fraction(1, 90_000)
_ENCODERS = {"h264": "libx264", "hevc": "libx265", "raw": "rawvideo", "mjpeg": "mjpeg"}
_FULL_RANGE, _LIMITED_RANGE = 2, 1
_JPEG_QUALITY = 4 * 118
"""FFmpeg's quality 4 in its unit lambda (118 a step): to the eye the same as the original."""


class PatternInput:
    """One run of the pattern; see `contract.Input`. `wait_until` is for tests, which do not wait."""

    def __init__(
        self,
        address: PatternAddress,
        *,
        channel_name: str,
        channel_index: int,
        clock: Clock,
        wait_until: Waiter | None = None,
    ) -> None:
        self._address = address
        self._clock = clock
        self._wait_until = wait_until or RealTime(clock).wait_until
        self._name, self._index = channel_name, channel_index
        self._picture: TestPicture | None = None
        self._encoder: Any = None
        self._begin_ns = 0
        self._utc_offset_ns = 0
        self._first: list[Any] = []

    def open(self) -> SourceFormat:
        address = self._address
        try:
            pattern_format = PatternFormat(address.depth, address.is_full_range, address.is_interlaced)
            self._picture = TestPicture(address.width, address.height, self._name, self._index, pattern_format)
            self._encoder = _encoder(address)
            self._begin_ns, begin_utc_ns = both_ns(self._clock)
            self._utc_offset_ns = begin_utc_ns - self._begin_ns
            self._first = self._encode(0)
        except FFmpegError as error:
            fact = f"The test pattern cannot be encoded ({error.strerror})."
            raise InputFailed(fact, "Choose another size, or codec=raw.") from error
        return source_format(_template(address, bytes(self._first[0])), None, frame_rate=address.rate)

    def packets(self) -> Iterator[SourcePacket | SourceFormat]:
        number, ready = 0, self._first
        while True:
            arrived_ns = self._clock.monotonic_ns()
            for packet in ready:
                yield SourcePacket(
                    Track.VIDEO,
                    packet,
                    packet.pts,
                    packet.dts,
                    self._ticks(1),
                    packet.is_keyframe,
                    packet.size,
                    arrived_ns,
                )
            number += 1
            self._wait_until(self._due_ns(number))
            ready = self._encode(number)

    def close(self) -> None:
        """Nothing is open."""

    def _encode(self, number: int) -> list[Any]:
        if self._picture is None:
            raise InputFailed("The test pattern is not open.")
        utc_ms = (self._due_ns(number) + self._utc_offset_ns) // NS_PER_MS
        frame = self._picture.frame(number, utc_ms)
        frame.pts, frame.time_base = self._ticks(number), TIME_BASE
        packets: list[Any] = self._encoder.encode(frame)
        return packets

    def _ticks(self, frames: int) -> int:
        return round(frames / self._address.rate / TIME_BASE)

    def _due_ns(self, number: int) -> int:
        return self._begin_ns + int(number * NS_PER_SECOND / self._address.rate)


def _template(address: PatternAddress, first: bytes) -> Any:
    if address.codec == "raw":
        return probe_pictures("yuv4mpegpipe", _stream_header(address) + first, TIME_BASE)
    if address.codec == "mjpeg":
        return probe_pictures("mjpeg", first, TIME_BASE)
    return probe_video(address.codec, first, TIME_BASE)


def _stream_header(address: PatternAddress) -> bytes:
    """The header of a YUV4MPEG2 stream with one frame. Raw pictures do not describe themselves; FFmpeg reads this."""
    fields = "t" if address.is_interlaced else "p"
    samples = "420p10" if address.depth == 10 else "420mpeg2"
    colour = "FULL" if address.is_full_range else "LIMITED"
    rate = f"{address.rate.numerator}:{address.rate.denominator}"
    size = f"W{address.width} H{address.height}"
    return f"YUV4MPEG2 {size} F{rate} I{fields} A1:1 C{samples} XCOLORRANGE={colour}\nFRAME\n".encode()


def _encoder(address: PatternAddress) -> Any:
    """An encoder that puts parameter sets into every keyframe, so that the first packet tells the format."""
    encoder: Any = av.CodecContext.create(_ENCODERS[address.codec], "w")
    encoder.width, encoder.height = address.width, address.height
    encoder.pix_fmt = "yuv420p10le" if address.depth == 10 else "yuv420p"
    encoder.color_range = _FULL_RANGE if address.is_full_range else _LIMITED_RANGE
    encoder.time_base, encoder.framerate = TIME_BASE, address.rate
    encoder.thread_count = 1
    encoder.options = _encoder_options(address)
    if address.codec in ("h264", "hevc"):
        encoder.gop_size = address.gop
    return encoder


def _encoder_options(address: PatternAddress) -> dict[str, str]:
    if address.codec == "raw":
        return {}
    if address.codec == "mjpeg":
        return {"flags": "+qscale", "global_quality": str(_JPEG_QUALITY)}
    options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "23"}
    if address.codec == "hevc":
        interval = f"keyint={address.gop}:min-keyint={address.gop}:scenecut=0"
        return options | {"x265-params": f"log-level=none:repeat-headers=1:pools=1:{interval}"}
    fields = {"x264-params": "tff=1"} if address.is_interlaced else {}
    return options | fields | {"sc_threshold": "0", "keyint_min": str(address.gop), "forced-idr": "1"}
