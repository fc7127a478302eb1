"""When a command as a whole is done, complete or failed."""

from seacorder.base.message import Message
from seacorder.model.outcome import ChannelOutcome, CommandFailed, CommandOutcome


def came_to(*channels: ChannelOutcome) -> CommandOutcome:
    return CommandOutcome(None, "x", channels)  # type: ignore[arg-type]


def test_what_is_complete_and_what_has_failed() -> None:
    done = ChannelOutcome("Bow", True)
    failed = ChannelOutcome("Stern", False, Message("It failed."))
    away = ChannelOutcome("Port", False, Message("It is away."), was_asked=False)
    assert came_to(done, away).is_complete
    assert came_to().is_complete
    assert not came_to(done, failed, away).is_complete
    assert CommandFailed("Not all.", came_to(done, failed, away)).sentence == "Not all. Stern: It failed."
    assert CommandFailed("None.", came_to(failed, away)).sentence == "None. Stern: It failed. Port: It is away."


def test_a_command_is_ok_when_a_channel_did_it_or_will() -> None:
    failed = ChannelOutcome("Stern", False, Message("It failed."))
    assert came_to(failed, ChannelOutcome("Bow", True)).ok
    coming = ChannelOutcome("Port", False, Message("It is being encoded."), is_coming=True)
    assert came_to(failed, coming).ok
    assert not came_to(failed).ok
    assert not came_to().ok


def test_one_that_is_coming_does_not_make_up_for_one_that_has_failed() -> None:
    done = ChannelOutcome("Bow", True)
    failed = ChannelOutcome("Stern", False, Message("It failed."))
    coming = ChannelOutcome("Port", False, Message("It is being encoded."), is_coming=True)
    assert came_to(done, coming).is_complete
    assert not came_to(coming, failed).is_complete
