"""A camera's sound: makes packets that MP4 can carry, with times counted from the first picture.

One connection's; runs on the channel's ingest thread. Sound that cannot be read is left out, and never costs the
picture.
"""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from seacorder.base.clock import NS_PER_SECOND
from seacorder.inputs.rtp.adts import guessed_configuration
from seacorder.inputs.rtp.arrivals import Burst
from seacorder.inputs.rtp.audio import NO_TYPE, AacUnits, MpegAudioUnits, Sound, SoundUnits, configured, sound_units
from seacorder.inputs.rtp.audio_offset import RtpMoment, SoundOffset, moment_of, nearest
from seacorder.inputs.rtp.packets import Unwrapped
from seacorder.inputs.rtp.rtcp import SenderReport
from seacorder.inputs.rtp.sdp import OfferedTrack, static_type
from seacorder.inputs.rtp.sound_clock import SoundClock
from seacorder.media.aac import UNREADABLE, AacTranscoder, can_pass
from seacorder.media.formats import detached, probe_audio, probe_mpeg_audio
from seacorder.media.packets import Packet
from seacorder.model.sample import SourcePacket, Track

log = logging.getLogger(__name__)

EMPTY_SECONDS = 3
"""After so long with pictures and without sound a warning is logged."""

_CHOOSE = "Choose AAC or G.711 in the camera."
_NOT_RECORDED = f"It is not recorded; video is. {_CHOOSE}"
_NONE_READABLE = (
    "%s offers sound (%s) and sends none that can be read. The file's sound track stays empty; video is recorded. "
    f"{_CHOOSE}"
)

PictureOrigin = tuple[int, int]
"""RTP time of the first picture, unwrapped, and when it came (monotonic nanoseconds)."""


def open_sound(tracks: tuple[OfferedTrack, ...], source: str) -> "AudioTrack | None":
    """The first audio track that can be recorded; None when there is none. Logs if there are some, but none is
    known."""
    offered = _sounds(tracks)
    for track in offered:
        units = sound_units(track)
        if units is None:
            continue
        try:
            return AudioTrack(track, units, source)
        except UNREADABLE:
            continue
    if offered:
        names = ", ".join(track.encoding.lower() or "of an unknown codec" for track in offered)
        log.warning("%s: its sound (%s) cannot be read. %s", source, names, _NOT_RECORDED)
    return None


def _sounds(tracks: tuple[OfferedTrack, ...]) -> list[OfferedTrack]:
    """The sound that the camera sends, without what it receives (a loudspeaker, ONVIF's back channel).

    The description's directions are the client's: sound to the camera is `sendonly`. Some cameras give their own
    directions instead; they are known by a picture that is `sendonly`, too.
    """
    is_from_camera = any(track.media == "video" and track.direction == "sendonly" for track in tracks)
    others = ("inactive", "recvonly" if is_from_camera else "sendonly")
    sections = [track for track in tracks if track.media == "audio" and track.direction not in others]
    return [one for track in sections for one in (track, *track.alternatives)]


class AudioTrack:
    """One connection's sound. `units` takes the payloads; `items` returns what is finished.

    `template` is None until the sound's format is known. Of MPEG audio the description does not tell layer, rate and
    channels, and of AAC it may leave the configuration out: then the first frame tells.
    """

    def __init__(self, offered: OfferedTrack, units: SoundUnits, source: str = "Camera") -> None:
        """One of `UNREADABLE` when this sound cannot be decoded."""
        self.offered = offered
        self.units = units
        self._source = source
        self._time_base = Fraction(1, offered.clock_rate)
        self._transcoder: AacTranscoder | None = None
        self.template: Any = None
        self._is_given_up = self._is_broken = False
        self._type = offered.payload_type
        if not _tells_by_its_frames(offered, units):
            self._open(_probed(offered))
        self._times = Unwrapped()
        self._clock = SoundClock(offered.clock_rate)
        self._last = 0
        """RTP time of the newest packet, unwrapped, as the camera stamped it."""
        self._place = 0
        """The same with wrong timestamps corrected (`sound_clock`)."""
        self._offset: SoundOffset | None = None
        self._begin: tuple[int, int] | None = None
        self._learned: tuple[SenderReport | None, SenderReport | None] = (None, None)
        self._watch_from_ns: int | None = None
        self._has_packets = self._is_said = False

    @property
    def is_awaited(self) -> bool:
        """The sound's format is not known yet, but may be."""
        return self.template is None and not self._is_given_up

    def give_up(self) -> None:
        """If the sound's format is not known by now, all sound of this connection is dropped."""
        self._is_given_up = True

    def begin_at(self, video_timestamp: int, sound_timestamp: int) -> None:
        """The camera says that both RTP times stand for one moment."""
        self._begin = (video_timestamp, sound_timestamp)

    def learn(self, video: SenderReport | None, sound: SenderReport | None, picture: PictureOrigin) -> None:
        """The newest sender report of each track."""
        if video is None or sound is None or self._offset is None or (video, sound) == self._learned:
            return
        self._learned = (video, sound)
        if self._clock.is_counted:
            return  # the report's RTP time is of the same wrong clock
        moment = moment_of(sound, self._last)
        mended = RtpMoment(round(moment.time - self._clock.shift), moment.ns)
        self._offset.learn(moment_of(video, picture[0]), mended)

    def items(self, burst: Burst, picture: PictureOrigin | None) -> Iterator[SourcePacket]:
        """The finished packets; what comes before the first picture is dropped."""
        ready = self.units.ready
        if self.is_awaited and ready:
            self._open_by(ready[0].content)
        if picture is not None and self.template is not None and not self._is_broken:
            self._watch(burst.came_ns)
            try:
                # Arrival judges the times of sound, so it does not come out of them.
                for sound, arrived_ns in zip(ready, burst.evenly(len(ready)), strict=True):
                    yield from self._packets(sound, picture, arrived_ns)
            except UNREADABLE as error:
                # Sound never costs the picture.
                self._is_broken = True
                log.warning("%s: its sound cannot be read any more (%s). %s", self._source, error, _NOT_RECORDED)
        ready.clear()

    def _watch(self, arrived_ns: int) -> None:
        """Logs once when the sound that the camera offers does not come."""
        if self._watch_from_ns is None:
            self._watch_from_ns = arrived_ns
        is_late = arrived_ns - self._watch_from_ns >= EMPTY_SECONDS * NS_PER_SECOND
        if is_late and not self._has_packets and not self._is_said:
            self._is_said = True
            log.warning(_NONE_READABLE, self._source, self.offered.encoding.lower())

    def _open_by(self, frame: bytes) -> None:
        stream = probe_mpeg_audio(frame) if isinstance(self.units, MpegAudioUnits) else self._probed_aac()
        if stream is not None:
            with contextlib.suppress(*UNREADABLE):
                self._open(stream)

    def _probed_aac(self) -> Any:
        """AAC without a configuration: the one of its ADTS headers, else AAC-LC of the rate that is named."""
        offered, told = self.offered, getattr(self.units, "configuration", b"")
        told = told or guessed_configuration(offered.clock_rate, offered.channels)
        if not told:
            return None
        return _probed(replace(offered, format_text=f"{offered.format_text};config={told.hex()}"))

    def _open(self, stream: Any) -> None:
        """One of `UNREADABLE` when this sound cannot be decoded."""
        if stream is None:
            raise ValueError("FFmpeg knows no such sound")
        if can_pass(stream.codec_context):
            self.template = detached(stream, self._time_base)
        else:
            self._transcoder = AacTranscoder(stream)
            self.template = self._transcoder.template

    def _pts(self, picture: PictureOrigin, arrived_ns: int) -> int:
        if self._offset is None:
            rate = self.offered.clock_rate
            self._offset = SoundOffset(rate, RtpMoment(*picture), RtpMoment(self._place, arrived_ns))
            if self._begin is not None:
                video, sound = self._begin
                self._offset.begin_at(nearest(video, picture[0]), nearest(sound, self._last))
        return self._offset.pts(self._place)

    def _follow(self, payload_type: int) -> None:
        """The camera sends another codec than its description says; a static payload type tells which (RFC 3551, 6)."""
        self._type, told = payload_type, static_type(payload_type)
        if told is None or self._transcoder is None or told[0] == self.offered.encoding:
            return
        sent = replace(self.offered, payload_type=payload_type, encoding=told[0], clock_rate=told[1], channels=told[2])
        stream, template = _probed(sent), self._transcoder.template.codec_context
        if stream is None:
            return
        transcoder = AacTranscoder(stream)
        made = transcoder.template.codec_context
        if (made.sample_rate, made.channels) == (template.sample_rate, template.channels):
            announced, sent_now = self.offered.encoding.lower(), told[0].lower()
            log.warning("%s announces %s sound and sends %s.", self._source, announced, sent_now)
            self._transcoder = transcoder

    def _packets(self, sound: Sound, picture: PictureOrigin, arrived_ns: int) -> Iterator[SourcePacket]:
        was_counted = self._clock.is_counted
        self._last = self._times.take(sound.timestamp)
        self._place = self._clock.take(self._last, sound.seconds, sound.missing, arrived_ns)
        if self._clock.is_counted and not was_counted:
            log.debug("%s stamps its sound by another clock than it says; its samples are counted.", self._source)
        if sound.payload_type not in (NO_TYPE, self._type):
            self._follow(sound.payload_type)
        packet = Packet(sound.content)
        packet.pts = packet.dts = self._pts(picture, arrived_ns)
        packet.time_base = self._time_base
        made = (packet,) if self._transcoder is None else self._transcoder.packets(packet)
        for one in made:
            self._has_packets = True
            yield SourcePacket(
                Track.AUDIO, one, one.pts, one.dts, one.duration or 0, True, one.size, arrived_ns
            )


def _tells_by_its_frames(offered: OfferedTrack, units: SoundUnits) -> bool:
    """The description does not tell enough of the sound to open it."""
    return isinstance(units, MpegAudioUnits) or (isinstance(units, AacUnits) and not configured(offered.parameters))


def _probed(offered: OfferedTrack) -> Any:
    return probe_audio(_description(offered))


def _description(track: OfferedTrack) -> str:
    """A session description of this track alone. FFmpeg reads it: it knows all ways in which codecs are described."""
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
