"""When frames were captured, on two clocks, and how many are missing between two of them. Pure.

The monotonic instant is an estimate from arrivals: late by what the network, the camera and a busy machine take at
the least. The camera's own clock, which RTCP sender reports tell, knows no delay; but it begins anywhere, some
cameras set it now and then, and some never tell it. So the camera's clock counts where it agrees roughly with the
other one at both ends of a hole (docs/design/time.md).
"""

from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND

AGREEMENT_NS = NS_PER_SECOND // 4
"""By so much both clocks may differ over a hole: arrivals are late, a clock that was set is not."""
AGREEMENT_SHARE = 1000
"""And by one part in so many of the hole: clocks drift."""
RECOUNT_NS = 15 * NS_PER_SECOND
"""How long after its end a hole is counted again: cameras tell their clock about every five seconds, and the count
becomes better known with that."""


def frames_between(distance: float, usual: float) -> int | None:
    """How many frames are missing between two that follow each other at `distance`, where `usual` is the distance of
    two frames without a hole, both in the same unit; None when the usual distance is not known (0).

    At 40 ms a frame, two frames that are 120 ms apart have lost two between them.
    """
    return max(0, round(distance / usual) - 1) if usual > 0 else None


def frame_distance_ns(frame_rate: float) -> float:
    """The usual distance of two frames at so many frames a second; 0 for an unknown rate (0)."""
    return NS_PER_SECOND / frame_rate if frame_rate > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Captured:
    """When one frame was captured."""

    instant_ns: int
    """On this machine's monotonic clock, as well as it is known by now."""
    camera_ns: int | None = None
    """By the camera's own clock; None while the camera has not told it."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """How the times of one file lie on the clocks: what its UTC is ahead of them."""

    monotonic_ns: int
    camera_ns: int | None = None

    def earlier(self, by_ns: int) -> "Anchor":
        """The same for frames that the camera captured so much earlier."""
        return self if self.camera_ns is None else Anchor(self.monotonic_ns, self.camera_ns + by_ns)

    def captured(self, utc_ns: int) -> Captured:
        """The capture of the file's frame that the file tells as `utc_ns`."""
        camera_ns = None if self.camera_ns is None else utc_ns - self.camera_ns
        return Captured(utc_ns - self.monotonic_ns, camera_ns)


@dataclass(frozen=True, slots=True)
class Anchors:
    """Of what a worker has recorded since it began: over a reconnect, and in another part, another one holds."""

    first: Anchor
    """For the first frame of its first part."""
    first_number: int
    """That part's number."""
    newest: Anchor
    """For the newest frames of its newest part."""
    is_confirmed: bool = False
    """`newest` does not hang on the first connection's first report alone, which may be wrong."""


@dataclass(frozen=True, slots=True)
class PartAnchor:
    """The newest anchor of a part, kept for the case that the program ends unexpectedly."""

    recording_id: str
    channel: str
    number: int
    monotonic_ns: int
    camera_ns: int | None
    boot: str = ""
    """Which start of the machine the monotonic instants count from; empty when that is not known."""
    asleep_ns: int = 0
    """How long the machine had slept since."""

    @property
    def anchor(self) -> Anchor:
        return Anchor(self.monotonic_ns, self.camera_ns)


@dataclass(frozen=True, slots=True)
class Distance:
    """From one frame to a later one."""

    ns: int
    is_by_camera: bool = False
    """True when the camera's clock told it at both ends."""

    def frames_between(self, frame_ns: float) -> int | None:
        """How many frames lie between the two at their usual distance; None when that is not known."""
        return frames_between(self.ns, frame_ns)


def distance(before: Captured, after: Captured, camera_ahead_ns: int | None = None) -> Distance:
    """`camera_ahead_ns`: what the camera's clock is ahead of the monotonic one, from other frames of the camera; it
    stands in where one end has only an estimate, so that the errors of neighbouring holes cancel out."""
    instants_ns = after.instant_ns - before.instant_ns
    begin_ns, end_ns = (_by_camera(one, camera_ahead_ns) for one in (before, after))
    if begin_ns is None or end_ns is None:
        return Distance(instants_ns)
    by_camera_ns = end_ns - begin_ns
    if abs(by_camera_ns - instants_ns) > AGREEMENT_NS + abs(instants_ns) // AGREEMENT_SHARE:
        return Distance(instants_ns)
    return Distance(by_camera_ns, is_by_camera=before.camera_ns is not None and after.camera_ns is not None)


def _by_camera(one: Captured, camera_ahead_ns: int | None) -> int | None:
    if one.camera_ns is not None:
        return one.camera_ns
    return None if camera_ahead_ns is None else one.instant_ns + camera_ahead_ns
