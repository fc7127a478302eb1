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


@dataclass(frozen=True, slots=True)
class CommandResult:
    """One instant, one result per channel. `ok` when at least one channel did it."""

    instant: Instant
    id: str
    """Of the recording, clip or framegrab; empty when there is none."""
    channels: tuple[ChannelResult, ...]

    @property
    def ok(self) -> bool:
        return any(result.ok for result in self.channels)

    @property
    def sentence(self) -> str:
        """Each channel's reason, in one line."""
        return " ".join(f"{result.channel}: {result.sentence}" for result in self.channels if not result.ok)


class CommandFailed(NotPossible):
    """A command that no channel could carry out; `result` has each channel's reason, the sentence has them all."""

    def __init__(self, what: str, result: CommandResult) -> None:
        super().__init__(f"{what} {result.sentence or 'No channel is set up.'}")
        self.result = result
