"""When frames were captured, on two clocks, and how many are missing between two of them. Pure.

The monotonic time of a frame is an estimate from when it arrived. It is always late, at least by the smallest delay
that network, camera and a busy machine cause together. The camera's own clock, which RTCP sender reports carry, has no
such delay. But it may start at any value, some cameras step it now and then, and some never send it. So the length of
a hole is taken from the camera's clock only if both clocks roughly agree on it (docs/design/time.md).
"""

from dataclasses import dataclass, replace

from seacorder.base.clock import NS_PER_SECOND

AGREEMENT_NS = NS_PER_SECOND // 4
"""The two clocks may differ by this much over a hole, and still agree: arrivals jitter. More is a clock step."""
AGREEMENT_SHARE = 1000
"""They may differ by one part in this many of the hole's length besides: clocks drift."""
RECOUNT_NS = 15 * NS_PER_SECOND
"""For this long after its end, a hole is counted again and again. Cameras report their clock about every five seconds,
and each report makes the count more exact.
"""


def frames_between(distance: float, usual: float) -> int | None:
    """How many frames are missing between two frames that are `distance` apart; None if `usual` is 0: not known.

    `usual` is the time between two frames without a hole, in the same unit. At 40 ms, two frames that are 120 ms apart
    have lost two between them.
    """
    return max(0, round(distance / usual) - 1) if usual > 0 else None


def frame_distance_ns(frame_rate: float) -> float:
    """The time between two frames at this many frames a second; 0 if the rate is 0: not known."""
    return NS_PER_SECOND / frame_rate if frame_rate > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Captured:
    """When one frame was captured."""

    instant_ns: int
    """On this machine's monotonic clock; an estimate, which gets better as more frames arrive."""
    camera_ns: int | None = None
    """On the camera's own clock; None while the camera has sent no report of it."""
    is_unconfirmed: bool = False
    """`camera_ns` rests on the first report of its connection alone, which is wrong with some cameras."""

    @property
    def is_exact(self) -> bool:
        """The camera has told its clock, and confirmed it."""
        return self.camera_ns is not None and not self.is_unconfirmed


@dataclass(frozen=True, slots=True)
class Anchor:
    """The offsets between a file's UTC times and both clocks: UTC minus monotonic, UTC minus the camera's clock.

    `camera_ns` is None while the camera has sent no report of its clock.
    """

    monotonic_ns: int
    camera_ns: int | None = None
    is_unconfirmed: bool = False
    """As in `Captured`."""

    def earlier(self, by_ns: int) -> "Anchor":
        """The anchor that dates each frame `by_ns` earlier on the camera's clock; the monotonic offset stays."""
        return self if self.camera_ns is None else replace(self, camera_ns=self.camera_ns + by_ns)

    def captured(self, utc_ns: int) -> Captured:
        """When the frame was captured that the file dates `utc_ns`."""
        camera_ns = None if self.camera_ns is None else utc_ns - self.camera_ns
        return Captured(utc_ns - self.monotonic_ns, camera_ns, self.is_unconfirmed)


@dataclass(frozen=True, slots=True)
class Anchors:
    """The first and the newest anchor of what a worker has recorded. They differ after a reconnect or a new part."""

    first: Anchor
    """For the first frame of its first part."""
    first_number: int
    """That part's number."""
    newest: Anchor
    """For the newest frames of its newest part."""
    is_confirmed: bool = False
    """`newest` rests on more than the first report of the first connection, which may be wrong."""


@dataclass(frozen=True, slots=True)
class PartAnchor:
    """The newest anchor of a part. The catalogue keeps it, in case the program ends unexpectedly."""

    recording_id: str
    channel: str
    number: int
    monotonic_ns: int
    camera_ns: int | None
    boot: str = ""
    """Identifies the machine's start from which the monotonic clock counts; empty if not known."""
    asleep_ns: int = 0
    """How long the machine had been suspended since that start; the monotonic clock stands still then."""
    is_unconfirmed: bool = False
    """As in `Captured`."""

    @property
    def anchor(self) -> Anchor:
        return Anchor(self.monotonic_ns, self.camera_ns, self.is_unconfirmed)


@dataclass(frozen=True, slots=True)
class Distance:
    """The time from one frame to a later one."""

    ns: int
    is_by_camera: bool = False
    """True if the length is the camera's, which told its clock for both ends and confirmed it."""

    def frames_between(self, frame_ns: float) -> int | None:
        """How many frames are missing between the two, which usually follow each other after `frame_ns`; None if that
        is 0: not known.
        """
        return frames_between(self.ns, frame_ns)


def distance(before: Captured, after: Captured, camera_ahead_ns: int | None = None) -> Distance:
    """The time from `before` to `after`: by the camera's clock where both clocks agree, else by the monotonic one.

    `camera_ahead_ns` is the camera's clock minus the monotonic clock, as other frames of the camera show it. With it, a
    camera time that is missing at one end is estimated. An error in it that makes one hole longer makes the next one
    shorter by as much, so the sum stays right.

    Frames 10.000 s apart by arrival and 10.040 s by the camera's clock: the clocks agree, the distance is 10.040 s. If
    the camera says 12 s, its clock was stepped in between, and the distance is 10.000 s.
    """
    instants_ns = after.instant_ns - before.instant_ns
    begin_ns, end_ns = (_by_camera(one, camera_ahead_ns) for one in (before, after))
    if begin_ns is None or end_ns is None:
        return Distance(instants_ns)
    by_camera_ns = end_ns - begin_ns
    if abs(by_camera_ns - instants_ns) > AGREEMENT_NS + abs(instants_ns) // AGREEMENT_SHARE:
        return Distance(instants_ns)
    return Distance(by_camera_ns, is_by_camera=before.is_exact and after.is_exact)


def _by_camera(one: Captured, camera_ahead_ns: int | None) -> int | None:
    if one.camera_ns is not None:
        return one.camera_ns
    return None if camera_ahead_ns is None else one.instant_ns + camera_ahead_ns
