"""How wide a channel's holes are and how its files lie on the clocks, as well as that is known by now.

A count is noted when a hole ends and again when it is better known (docs/design/time.md). Not thread-safe.
"""

from dataclasses import dataclass

from seacorder.channel.timing.connection_clock import Mooring, Moorings, Place
from seacorder.channel.timing.timeline import media_ns
from seacorder.model.capture_time import RECOUNT_NS, Anchor, Anchors
from seacorder.model.loss import Loss, counted
from seacorder.model.sample import Begun, Sample, SourceFormat


@dataclass(slots=True)
class SettlingLoss:
    """A hole that has ended and been noted, whose count may still become better known."""

    loss: Loss
    before: Place
    after: Place
    frame_ns: int
    until_ns: int

    def look(self) -> Loss | None:
        """The loss with its new count, when that is another one or better founded than the last."""
        distance = self.before.distance(self.after)
        known = counted(self.loss, distance.frames_between(self.frame_ns), is_by_camera=distance.is_by_camera)
        if known == self.loss:
            return None
        self.loss = known
        return known


class Counts:
    """Of one worker."""

    def __init__(self) -> None:
        self._moorings = Moorings()
        self._settling: list[SettlingLoss] = []
        self._has_camera_clock = False
        self.newest: Place | None = None
        """Of the newest frame; None before the first."""

    def connected(self, number: int, mooring: Mooring) -> None:
        """A connection begins, with that frame number."""
        self._moorings.begin(number, mooring)
        self._has_camera_clock = False

    def took(self, sample: Sample, source: SourceFormat) -> None:
        """A frame of the present connection."""
        self.newest = Place(self._moorings.newest, media_ns(sample, source.video))

    def noted(self, loss: Loss, before: Place, frame_ns: int, now_ns: int) -> None:
        """A hole has ended with the newest frame."""
        if self.newest is not None:
            self._settling.append(SettlingLoss(loss, before, self.newest, frame_ns, now_ns + RECOUNT_NS))

    def better(self, now_ns: int) -> list[Loss]:
        """The losses whose count has become better known since."""
        found = [loss for settling in self._settling if (loss := settling.look()) is not None]
        self._settling = [settling for settling in self._settling if now_ns < settling.until_ns]
        return found

    def camera_told(self) -> bool:
        """The camera has told its clock; True for the first time in a connection."""
        is_first, self._has_camera_clock = not self._has_camera_clock, True
        return is_first

    def anchors(self, first: Begun | None, newest: Begun | None) -> Anchors | None:
        """Of what has been recorded, by how its first and its newest file began."""
        if first is None or newest is None:
            return None
        begun, now = self._moorings.of(first.frame.number), self._moorings.newest
        return Anchors(
            first=_anchor(begun, first),
            first_number=first.number,
            newest=_anchor(now, newest),
            is_confirmed=begun.is_confirmed or now is not begun,
        )


def _anchor(mooring: Mooring, begun: Begun) -> Anchor:
    return mooring.anchor(media_ns(begun.frame, begun.source.video), begun.frame.utc_ns)
