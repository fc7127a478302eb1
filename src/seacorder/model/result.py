"""What a command to all channels came to."""

from dataclasses import dataclass

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
