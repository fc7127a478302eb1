"""What a command to all channels came to."""

from collections.abc import Iterable
from dataclasses import dataclass

from seacorder.base.errors import NotPossible
from seacorder.model.instant import Instant


@dataclass(frozen=True, slots=True)
class ChannelResult:
    channel: str
    ok: bool
    sentence: str = ""
    """Why not; empty when done."""
    achieved_utc_ns: int | None = None
    path: str | None = None
    is_unanswered: bool = False
    """Its worker did not say within the limit; it may still do it."""
    was_asked: bool = True
    """False: there was nothing to do on this channel, since it is not live or has no file."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """One instant, one result per channel. `ok` when at least one channel did it, or will without being told again."""

    instant: Instant
    id: str
    """Of the recording, clip or framegrab; empty when there is none."""
    channels: tuple[ChannelResult, ...]
    is_coming: bool = False
    """At least one channel has not done it yet and will."""

    @property
    def ok(self) -> bool:
        return self.is_coming or any(result.ok for result in self.channels)

    @property
    def failed(self) -> tuple[ChannelResult, ...]:
        """The channels that were asked and did not do it."""
        return tuple(result for result in self.channels if result.was_asked and not result.ok)

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

    `result` has each channel's reason; the sentence has those of the channels that failed, all where none did it.
    """

    def __init__(self, what: str, result: CommandResult) -> None:
        reasons = _reasons(result.failed) if result.ok else result.sentence
        super().__init__(f"{what} {reasons or 'No channel is set up.'}")
        self.result = result


def _reasons(results: Iterable[ChannelResult]) -> str:
    return " ".join(f"{result.channel}: {result.sentence}" for result in results if not result.ok)
