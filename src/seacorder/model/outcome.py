"""What a command came to, on one channel and on all of them.

One value for each channel travels all the way: a sink or the worker makes it, the `Answer` carries it to the control
process, `control` puts those of all channels into a `CommandOutcome`, and the API writes that as JSON.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from seacorder.base.errors import NotPossible
from seacorder.model.instant import Instant


@dataclass(frozen=True, slots=True)
class ChannelOutcome:
    """How a start, a stop or a framegrab ended on one channel."""

    channel: str
    ok: bool
    sentence: str = ""
    """Why not; empty when done."""
    achieved_utc_ns: int | None = None
    """Capture time of the first frame of a start, of the last of a stop, of the frame of a framegrab."""
    path: str | None = None
    is_unanswered: bool = False
    """Set by `control`: the worker did not answer within the limit; it may still do what it was told."""
    was_asked: bool = True
    """Set by `control`. False: there was nothing to do on this channel, since it is not live or has no file."""


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """One instant, one outcome per channel. `ok` when at least one channel did it, or will without being told again."""

    instant: Instant
    id: str
    """Of the recording, clip or framegrab; empty when there is none."""
    channels: tuple[ChannelOutcome, ...]
    is_coming: bool = False
    """At least one channel has not done it yet and will."""

    @property
    def ok(self) -> bool:
        return self.is_coming or any(one.ok for one in self.channels)

    @property
    def failed(self) -> tuple[ChannelOutcome, ...]:
        """The channels that were asked and did not do it."""
        return tuple(one for one in self.channels if one.was_asked and not one.ok)

    @property
    def is_complete(self) -> bool:
        """Every channel that was asked did it, or will."""
        return self.is_coming or not self.failed

    @property
    def sentence(self) -> str:
        """Each channel's reason, in one line."""
        return _reasons(self.channels)


class CommandFailed(NotPossible):
    """A command that no channel could carry out, or, where the client is to know that, not every one that was asked.

    `outcome` has each channel's reason; the sentence has those of the channels that failed, all where none did it.
    """

    def __init__(self, what: str, outcome: CommandOutcome) -> None:
        reasons = _reasons(outcome.failed) if outcome.ok else outcome.sentence
        super().__init__(f"{what} {reasons or 'No channel is set up.'}")
        self.outcome = outcome


def _reasons(outcomes: Iterable[ChannelOutcome]) -> str:
    return " ".join(f"{one.channel}: {one.sentence}" for one in outcomes if not one.ok)
