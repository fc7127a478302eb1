"""What goes wrong between a client and the recorder."""

from dataclasses import dataclass

from seacorder.base.errors import SeacorderError


@dataclass(frozen=True, slots=True)
class ChannelReason:
    """What a command that failed came to on one channel; `sentence` says why not."""

    channel: str
    ok: bool
    sentence: str


class InspectorError(SeacorderError):
    """The recorder refused, failed or did not answer."""

    kind = "inspector"

    def __init__(
        self,
        fact: str,
        action: str = "",
        *,
        status: int | None = None,
        field: str | None = None,
        channels: tuple[ChannelReason, ...] = (),
    ) -> None:
        super().__init__(fact, action)
        self.status = status
        """HTTP status of the answer; None when there was none."""
        self.field = field
        """The field that was not accepted, where the recorder named one."""
        self.channels = channels
        """Each channel's result, where a command failed on one of them or on all."""


def strange_answer(command: str, answer: object) -> InspectorError:
    """The error for an answer that no recorder gives to this command."""
    return InspectorError(f"{command} was answered with {answer!r:.80}.", "Check that this is the recorder's address.")
