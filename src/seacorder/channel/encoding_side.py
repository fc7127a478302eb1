"""What a channel and the stage before it know of each other's encoding."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seacorder.base.clock import NS_PER_SECOND
from seacorder.channel.backlog import Backlog
from seacorder.model.encoding import EncodingStatus
from seacorder.model.sample import Sample, SourceFormat

PRIMER_NS = 4 * NS_PER_SECOND
"""So much of a group of pictures is decoded so that encoding can begin in its middle."""


@dataclass(slots=True)
class EncodingSide:
    """What `Stage` lets the channel know of its encoding."""

    is_on: bool = False
    """What is stored comes from an encoder, which makes a keyframe wherever it is told."""
    on_from_ns: int | None = None
    """The instant (monotonic) from which on it will be; None when it is, or when nobody asks for it."""
    status: Callable[[], EncodingStatus | None] = lambda: None
    waiting: Callable[[], int] = lambda: 0
    """Pictures that have come and are not encoded yet."""
    hangs_seconds: Callable[[], float] = lambda: 0.0
    """How long the encode thread has been with one picture."""


def primer_of(backlog: Backlog, source: SourceFormat | None) -> Sequence[Sample]:
    """The pictures that a decoder must have seen before the next one of `source`; none when they are too many."""
    found = backlog.newest_pictures()
    if found is None or source is None or not found[1].fits(source):
        return []
    pictures = found[0]
    return pictures if pictures[-1].instant_ns - pictures[0].instant_ns <= PRIMER_NS else []
