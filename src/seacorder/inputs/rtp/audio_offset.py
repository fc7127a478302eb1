"""Places sound beside the picture: the RTP times of each track begin at a number of its own. Pure.

Three sources say which sound belongs to which picture. The best are sender reports, which give the camera's own clock
for both tracks (RFC 3550, 6.4.1). Until they come, the answer to PLAY may tell both tracks' RTP times at the beginning
(RTP-Info); it is used where arrival agrees with it. Otherwise the time of arrival decides.

A correction is never a jump, which would be heard: it is worked off slowly. An error that nobody hears is left.
"""

from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND
from seacorder.inputs.rtp.rtcp import SenderReport

VIDEO_RATE = 90_000
HEARD_NS = 40_000_000
"""40 ms. Nobody notices a smaller offset between sound and picture (ITU-R BT.1359)."""
SANE_NS = 2 * NS_PER_SECOND
"""What a camera says is believed when it differs from arrival by less; some say nonsense."""
SLOWNESS = 32
"""A correction takes at most 1/32 of the sound's duration."""


@dataclass(frozen=True, slots=True)
class RtpMoment:
    """A track's RTP time and the moment that belongs to it, in nanoseconds of some clock."""

    time: int
    ns: int


class SoundOffset:
    """Makes presentation times, counted from the first picture, of sound's RTP times; one connection.

    Times are unwrapped; the picture's are in ticks of 1/90000 s, the sound's in ticks of its own RTP clock.
    """

    def __init__(self, rate: int, video: RtpMoment, sound: RtpMoment) -> None:
        """`video`: the first picture and when it came; `sound`: the first packet of sound and when it came, by this
        machine's monotonic clock.
        """
        self._rate = rate
        self._video_origin = video.time
        self._zero = sound.time - self._ticks(sound.ns - video.ns)
        """The sound's RTP time at the first picture, as it is used now."""
        self._wanted = self._zero
        """The same, as it should be by the best source."""
        self._is_moving = False
        self._last = sound.time

    def begin_at(self, video_time: int, sound_time: int) -> None:
        """The camera says at the beginning that both times stand for one moment."""
        zero = self._zero_of(video_time, sound_time, 0)
        if abs(zero - self._zero) < self._ticks(SANE_NS):
            self._zero = self._wanted = zero

    def learn(self, video: RtpMoment, sound: RtpMoment) -> None:
        """One sender report of each track, on the camera's clock."""
        wanted = self._zero_of(video.time, sound.time, sound.ns - video.ns)
        if abs(wanted - self._zero) < self._ticks(SANE_NS):
            self._wanted = wanted
            self._is_moving = self._is_moving or abs(wanted - self._zero) > self._ticks(HEARD_NS)

    def pts(self, time: int) -> int:
        """The pts of sound with that RTP time, in the sound's own ticks."""
        if self._is_moving:
            most = max(1, abs(time - self._last) // SLOWNESS)
            error = self._wanted - self._zero
            self._zero += max(-most, min(most, error))
            self._is_moving = self._zero != self._wanted
        self._last = time
        return time - self._zero

    def _zero_of(self, video_time: int, sound_time: int, sound_later_ns: int) -> int:
        since = (video_time - self._video_origin) * self._rate // VIDEO_RATE
        return sound_time - since - self._ticks(sound_later_ns)

    def _ticks(self, ns: int) -> int:
        return ns * self._rate // NS_PER_SECOND


def nearest(timestamp: int, unwrapped: int) -> int:
    """The unwrapped time nearest to `unwrapped` whose low 32 bits are `timestamp`."""
    return unwrapped + ((timestamp - unwrapped + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000


def moment_of(report: SenderReport, unwrapped: int) -> RtpMoment:
    """A sender report's RTP time, unwrapped to be nearest to `unwrapped`, and its moment by the camera's clock."""
    return RtpMoment(nearest(report.timestamp, unwrapped), report.ntp_ns)
