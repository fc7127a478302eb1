"""Cameras over RTSP (RFC 2326) read by FFmpeg's client (`#client=ffmpeg`), for those that our own cannot read.

One `FfmpegRtspInput` is one connection. RTP comes within the connection (TCP) unless the address says `#transport=udp`.
The first answer, and later each packet, has the time limit of the `PictureTimeout`, usually 5 s; after that the camera
counts as gone. The limit is FFmpeg's own option `timeout`: PyAV's limit would take the GIL at every poll.
`rtsps://` is encrypted, but the certificate is not checked: cameras sign their own.

No other thread can cancel a read that hangs; the supervisor then ends the process.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import av
from av.error import FFmpegError

from seacorder.base.clock import Clock
from seacorder.base.errors import InputFailed
from seacorder.inputs.failures import Cause, camera_failure
from seacorder.inputs.ffmpeg.failures import ffmpeg_camera_failure
from seacorder.inputs.ffmpeg.tracks import Tracks
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.model.address.address import RtspAddress, Transport
from seacorder.model.sample import SourceFormat, SourcePacket, Track

UDP_BUFFER_BYTES = 4 * 1024 * 1024
FFMPEG = "ffmpeg"
"""`SourceFormat.read_by` of pictures that this client reads; shown in the status."""
_GENERATE_PTS = 0x0001


class FfmpegRtspInput:
    """One connection to one camera; see `contract.Input`."""

    def __init__(self, address: RtspAddress, clock: Clock, picture_timeout: PictureTimeout) -> None:
        self._address = address
        self._picture_timeout = picture_timeout
        self._limit_ns = self._picture_timeout.limit_ns
        self._clock = clock
        self._source = f"Camera {address.redacted}"
        self._container: Any = None
        self._tracks: Tracks | None = None

    def open(self) -> SourceFormat:
        begin_ns = self._clock.monotonic_ns()
        try:
            options = _options(self._address, self._limit_ns)
            self._container = av.open(self._address.url_with_credentials, options=options)
            if self._clock.monotonic_ns() - begin_ns >= self._limit_ns:
                # FFmpeg hides a timeout that happens while it waits for the first picture; the next read would hang.
                self._picture_timeout.ended_in_silence()
                raise camera_failure(Cause.SILENT, self._address, self._source)
            # With this flag FFmpeg would hold back a packet without pts until a later one tells it.
            self._container.flags &= ~_GENERATE_PTS
            self._tracks = Tracks(self._container, self._source, self._clock, wants_audio=self._address.wants_audio)
            return replace(self._tracks.open(), read_by=FFMPEG)
        except FFmpegError as error:
            # FFmpeg reports an answer that never came as invalid data, too; only the time tells them apart.
            timed_out = self._clock.monotonic_ns() - begin_ns >= self._limit_ns
            if timed_out and self._container is not None:  # it answered, and then sent no picture
                self._picture_timeout.ended_in_silence()
            # `from None`: FFmpeg's error carries the address with its password.
            failure = ffmpeg_camera_failure(error, self._address, self._source, timed_out=timed_out, begins=True)
            raise failure from None

    def packets(self) -> Iterator[SourcePacket | SourceFormat]:
        if self._tracks is None:
            raise InputFailed(f"{self._source} is not open.")
        picture_timeout, came_ns = self._picture_timeout, self._clock.monotonic_ns()
        picture_timeout.begin()
        try:
            for item in self._tracks.packets():
                if isinstance(item, SourceFormat):
                    yield replace(item, read_by=FFMPEG)
                    continue
                if item.track is Track.VIDEO:
                    picture_timeout.came(item.arrived_ns - came_ns, item.arrived_ns)
                    came_ns = item.arrived_ns
                yield item
        except FFmpegError as error:
            if self._clock.monotonic_ns() - came_ns >= self._limit_ns:
                picture_timeout.ended_in_silence()
            raise ffmpeg_camera_failure(error, self._address, self._source) from None
        raise camera_failure(Cause.CLOSED, self._address, self._source)

    def close(self) -> None:
        container, tracks = self._container, self._tracks
        self._container = self._tracks = None
        if tracks is not None:
            tracks.close()
        if container is not None:
            container.close()


def _options(address: RtspAddress, limit_ns: int) -> dict[str, str]:
    options = {
        "rtsp_transport": address.transport.value,
        "timeout": str(limit_ns // 1000),
        # The SDP tells nearly everything, the first keyframe the rest. By default FFmpeg would read the stream for
        # seconds and start a decoder for it; with these options it reads one or two packets, which takes 0.1 s.
        "probesize": "32",
        "analyzeduration": "1",
        "fpsprobesize": "0",
        "tls_verify": "0",
    }
    if address.transport is Transport.UDP:
        options["buffer_size"] = str(UDP_BUFFER_BYTES)
    else:
        # TCP delivers in order, so FFmpeg need not hold packets back to sort them.
        options["reorder_queue_size"] = "0"
    if not address.wants_audio:
        options["allowed_media_types"] = "video"
    return options
