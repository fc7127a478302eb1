"""The sound of a camera: packets that MP4 carries, on the picture's origin."""

import contextlib
import logging
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError

from seacorder.inputs.audio import AacTranscoder, can_pass
from seacorder.inputs.audio_payload import MpegAudioUnits, SoundUnits, sound_units
from seacorder.inputs.formats import detached, probe_audio, probe_mpeg_audio
from seacorder.inputs.rtcp import SenderReport
from seacorder.inputs.rtp import Unwrapped
from seacorder.inputs.sdp import OfferedTrack
from seacorder.inputs.sound_offset import Anchor, SoundOffset, anchor_of, nearest
from seacorder.model.sample import SourcePacket, Track

log = logging.getLogger(__name__)

PictureOrigin = tuple[int, int]
"""RTP time of the first picture, unwrapped, and when it came (monotonic nanoseconds)."""


def open_sound(tracks: tuple[OfferedTrack, ...], source: str) -> "AudioTrack | None":
    """The first sound that can be recorded; None without one, which is logged where there is some."""
    offered = [track for track in tracks if track.media == "audio"]
    for track in offered:
        units, stream = sound_units(track), probe_audio(_description(track))
        if units is None or stream is None:
            continue
        try:
            return AudioTrack(track, units, stream)
        except (FFmpegError, ValueError):
            continue
    if offered:
        log.warning("%s: its sound cannot be read and is not recorded.", source)
    return None


class AudioTrack:
    """One connection's sound. `units` takes the payloads; `items` gives what is finished.

    A session description does not tell layer, rate and channels of MPEG audio: `template` is None until the first
    frame has.
    """

    def __init__(self, offered: OfferedTrack, units: SoundUnits, stream: Any) -> None:
        """FFmpegError or ValueError when this sound cannot be decoded."""
        self.offered = offered
        self.units = units
        self._time_base = Fraction(1, offered.clock_rate)
        self._transcoder: AacTranscoder | None = None
        self.template: Any = None
        self._is_given_up = False
        if not isinstance(units, MpegAudioUnits):
            self._open(stream)
        self._times = Unwrapped()
        self._last = 0
        self._offset: SoundOffset | None = None
        self._begin: tuple[int, int] | None = None
        self._learned: tuple[SenderReport | None, SenderReport | None] = (None, None)

    @property
    def is_awaited(self) -> bool:
        """Nobody knows yet what sound it is."""
        return self.template is None and not self._is_given_up

    def give_up(self) -> None:
        """Whatever comes is dropped from now on."""
        self._is_given_up = True

    def begin_at(self, video_timestamp: int, sound_timestamp: int) -> None:
        """The camera says that both RTP times stand for one moment."""
        self._begin = (video_timestamp, sound_timestamp)

    def learn(self, video: SenderReport | None, sound: SenderReport | None, picture: PictureOrigin) -> None:
        """The newest sender report of each track."""
        if video is None or sound is None or self._offset is None or (video, sound) == self._learned:
            return
        self._learned = (video, sound)
        self._offset.learn(anchor_of(video, picture[0]), anchor_of(sound, self._last))

    def items(self, arrived_ns: int, picture: PictureOrigin | None) -> Iterator[SourcePacket]:
        """Finished packets; none before the first picture, which gives the origin."""
        ready = self.units.ready
        if self.is_awaited and ready:
            self._open_by(ready[0].content)
        if picture is not None and self.template is not None:
            for sound in ready:
                self._last = self._times.take(sound.timestamp)
                yield from self._packets(sound.content, self._pts(picture, arrived_ns), arrived_ns)
        ready.clear()

    def _open_by(self, frame: bytes) -> None:
        stream = probe_mpeg_audio(frame)
        if stream is not None:
            with contextlib.suppress(FFmpegError, ValueError):
                self._open(stream)

    def _open(self, stream: Any) -> None:
        """FFmpegError or ValueError when this sound cannot be decoded."""
        if can_pass(stream.codec_context):
            self.template = detached(stream, self._time_base)
        else:
            self._transcoder = AacTranscoder(stream)
            self.template = self._transcoder.template

    def _pts(self, picture: PictureOrigin, arrived_ns: int) -> int:
        if self._offset is None:
            rate = self.offered.clock_rate
            self._offset = SoundOffset(rate, Anchor(*picture), Anchor(self._last, arrived_ns))
            if self._begin is not None:
                video, sound = self._begin
                self._offset.begin_at(nearest(video, picture[0]), nearest(sound, self._last))
        return self._offset.pts(self._last)

    def _packets(self, content: bytes, pts: int, arrived_ns: int) -> Iterator[SourcePacket]:
        packet: Any = av.Packet(content)
        packet.pts = packet.dts = pts
        packet.time_base = self._time_base
        made = (packet,) if self._transcoder is None else self._transcoder.packets(packet)
        for one in made:
            yield SourcePacket(
                Track.AUDIO, one, one.pts, one.dts, one.duration or 0, True, one.size, arrived_ns
            )


def _description(track: OfferedTrack) -> str:
    """A session description of one track alone, for FFmpeg, which knows every way of writing sound down."""
    channels = f"/{track.channels}" if track.channels > 1 else ""
    lines = [
        "v=0",
        "o=- 0 0 IN IP4 127.0.0.1",
        "s=-",
        "c=IN IP4 127.0.0.1",
        "t=0 0",
        f"m=audio 0 RTP/AVP {track.payload_type}",
        f"a=rtpmap:{track.payload_type} {track.encoding}/{track.clock_rate}{channels}",
    ]
    if track.format_text:
        lines.append(f"a=fmtp:{track.payload_type} {track.format_text}")
    return "\r\n".join([*lines, ""])
