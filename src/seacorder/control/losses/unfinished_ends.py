"""What single channels miss at the end of a recording that the program did not live to stop and that does not go on.

A channel whose worker had been lost, or whose camera was away, ended before the others did. That hole was only in
memory; what is left of it is that the channel's last part ends before the recording does.
"""

from collections.abc import Iterable

from seacorder.base.clock import NS_PER_SECOND
from seacorder.control.losses.resumption import mean_rate
from seacorder.model.capture_time import frame_distance_ns, frames_between
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import FileState, Part

UNEVEN_NS = NS_PER_SECOND
"""By so much the ends of files that were all being written may differ: fragments of half a second."""


class Tails:
    """Of one recording. Every method returns the losses once they are known: when no part waits to be examined."""

    def __init__(self) -> None:
        self._newest: dict[str, Part] = {}
        self._waiting: set[str] = set()
        self._written: frozenset[str] = frozenset()

    def begin(self, parts: Iterable[Part], written: Iterable[str]) -> list[Loss]:
        """`parts` are all of the recording, `written` the paths of those that were open; they are being examined."""
        self._newest = {part.channel: part for part in sorted(parts, key=lambda part: part.number)}
        self._written = frozenset(written)
        self._waiting = set(self._written)
        return self._losses_if_known()

    def examined(self, path: str, part: Part | None) -> list[Loss]:
        """None: the examination did not work, and the part is taken as it was known."""
        if path not in self._waiting:
            return []
        self._waiting.remove(path)
        if part is not None and self._newest.get(part.channel, part).number == part.number:
            self._newest[part.channel] = part
        return self._losses_if_known()

    def give_up(self) -> list[Loss]:
        """No examination comes any more."""
        self._waiting.clear()
        return self._losses_if_known()

    def _losses_if_known(self) -> list[Loss]:
        if self._waiting:
            return []
        parts, self._newest = list(self._newest.values()), {}
        end_utc_ns = max((_end(part) for part in parts), default=0)
        return [loss for loss in (self._loss(part, end_utc_ns) for part in parts) if loss is not None]

    def _loss(self, part: Part, end_utc_ns: int) -> Loss | None:
        was_written = part.path in self._written
        frames = frames_between(end_utc_ns - _end(part), frame_distance_ns(mean_rate(part)))
        if frames == 0 or end_utc_ns - _end(part) <= (UNEVEN_NS if was_written else 0):
            return None
        is_lost = not was_written and part.state is not FileState.WHOLE
        cause = LossCause.WORKER_KILLED if is_lost else LossCause.PROGRAM_ENDED
        detail = "Nothing more of it was stored until the program ended unexpectedly."
        return Loss(part.channel, _end(part), end_utc_ns, frames, cause, part.recording_id, detail)


def _end(part: Part) -> int:
    return part.end_utc_ns or part.start_utc_ns
