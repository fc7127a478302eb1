"""What a command came to, on one channel and on all of them.

One value for each channel travels all the way: a sink or the worker makes it, the `Answer` carries it to the control
process, `control` puts those of all channels into a `CommandOutcome`, and the API writes that as JSON.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from seacorder.base.errors import NotPossible
from seacorder.base.message import Message, joined, named
from seacorder.model.instant import Instant


@dataclass(frozen=True, slots=True)
class ChannelOutcome:
    """How a start, a stop or a framegrab ended on one channel."""

    channel: str
    ok: bool
    why: Message | None = None
    """Why not; None when done."""
    achieved_utc_ns: int | None = None
    """Capture time of the first frame of a start, of the last of a stop, of the frame of a framegrab."""
    path: str | None = None
    is_unanswered: bool = False
    """Set by `control`: the worker did not answer within the limit; it may still do what it was told."""
    is_coming: bool = False
    """Set by `control`: it has not done it yet, and will without being told again."""
    was_asked: bool = True
    """False: there was nothing to do on this channel, since it is not live or has no file. Set by `control`; by the
    worker where a framegrab was asked for just after the picture had gone, which `control` did not know yet."""

    @property
    def reason(self) -> Message:
        """`why`, or two empty texts when done."""
        return self.why or Message("")


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """One instant, one outcome per channel. `ok` when at least one channel did it, or will without being told again."""

    instant: Instant
    id: str
    """Of the recording, clip or framegrab; empty when there is none."""
    channels: tuple[ChannelOutcome, ...]

    @property
    def ok(self) -> bool:
        return any(one.ok or one.is_coming for one in self.channels)

    @property
    def failed(self) -> tuple[ChannelOutcome, ...]:
        """The channels that were asked and did not do it."""
        return tuple(one for one in self.channels if one.was_asked and not one.ok)

    @property
    def is_complete(self) -> bool:
        """Every channel that was asked did it, or will."""
        return all(one.is_coming for one in self.failed)

    @property
    def reasons(self) -> str:
        """What is wrong with each channel, in one line: `Bow: … Stern: …`."""
        return _reasons(self.channels)


class CommandFailed(NotPossible):
    """A command that no channel could carry out, or, where the client is to know that, not every one that was asked.

    `outcome` has each channel's reason; the fact has those of the channels that failed, all where none did it.
    """

    def __init__(self, what: str, outcome: CommandOutcome, action: str = "") -> None:
        """`what` begins the fact; `action` ends the action, behind what is to do for every channel that failed."""
        reasons = _reasons(outcome.failed) if outcome.ok else outcome.reasons
        super().__init__(f"{what} {reasons or 'No channel is set up.'}", joined((_shared_action(outcome), action)))
        self.outcome = outcome


def _reasons(outcomes: Iterable[ChannelOutcome]) -> str:
    return joined(named(one.channel, one.reason.fact) for one in outcomes if not one.ok)


def _shared_action(outcome: CommandOutcome) -> str:
    """What to do, if it is the same for every channel that failed; else empty."""
    actions = {one.reason.action for one in outcome.channels if not one.ok}
    return actions.pop() if len(actions) == 1 else ""
