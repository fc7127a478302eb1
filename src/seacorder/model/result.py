"""What a command to all channels came to."""

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
    def sentence(self) -> str:
        """Each channel's reason, in one line."""
        return " ".join(f"{result.channel}: {result.sentence}" for result in self.channels if not result.ok)


class CommandFailed(NotPossible):
    """A command that no channel could carry out; `result` has each channel's reason, the sentence has them all."""

    def __init__(self, what: str, result: CommandResult) -> None:
        super().__init__(f"{what} {result.sentence or 'No channel is set up.'}")
        self.result = result
