"""Where sound lies beside the picture: RTP times of two tracks begin anywhere, each for itself.

Best known from sender reports, which give the camera's own clock for both (RFC 3550, 6.4.1); before they come, from
what the answer to PLAY says of the beginning, where arrival agrees with it; else from arrival alone. A correction is
not made at once, which would tear the sound: it is worked off slowly, and what nobody hears is left.
"""

from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND
from seacorder.inputs.rtp.rtcp import SenderReport

VIDEO_RATE = 90_000
HEARD_NS = 40_000_000
"""Less than that between sound and picture nobody notices (ITU-R BT.1359)."""
SANE_NS = 2 * NS_PER_SECOND
"""What a camera says is believed when arrival differs by less."""
SLOWNESS = 32
"""Of so much sound at most one part is stretched or left out."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A track's RTP time and the moment that belongs to it, in nanoseconds of some clock."""

    time: int
    ns: int


class SoundOffset:
    """RTP times of sound to pts on the picture's origin; all of one connection. Times are unwrapped."""

    def __init__(self, rate: int, video: Anchor, sound: Anchor) -> None:
        """`video`: the picture's origin and when it came; `sound`: the first packet and when it came."""
        self._rate = rate
        self._video_origin = video.time
        self._zero = sound.time - self._ticks(sound.ns - video.ns)
        """The sound's time at the picture's origin."""
        self._wanted = self._zero
        self._is_moving = False
        self._last = sound.time

    def begin_at(self, video_time: int, sound_time: int) -> None:
        """Both times stand for one moment, the camera says at the beginning."""
        zero = self._zero_of(video_time, sound_time, 0)
        if abs(zero - self._zero) < self._ticks(SANE_NS):
            self._zero = self._wanted = zero

    def learn(self, video: Anchor, sound: Anchor) -> None:
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
    """A 32-bit time as the endless number that lies nearest to `unwrapped`."""
    return unwrapped + ((timestamp - unwrapped + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000


def anchor_of(report: SenderReport, unwrapped: int) -> Anchor:
    """A sender report with its time beside a known one."""
    return Anchor(nearest(report.timestamp, unwrapped), report.ntp_ns)
