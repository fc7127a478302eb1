"""What a channel's worker answers to a command that it cannot carry out."""

from typing import Any

import pytest

from fakes.clock import FakeClock
from seacorder.channel.channel import Channel
from seacorder.channel.orders import Orders
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import Command, StartClip, TakeFramegrab
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.recording import FileKind
from seacorder.model.report import Answer, Report

NAMING = Naming("/data", "", 0, "x", 0, FileKind.FRAMEGRAB)
NOW = Instant.now(FakeClock())
NO_SINKS: Any = None


@pytest.mark.parametrize(("command", "was_asked"), [
    (TakeFramegrab(1, "G", NOW, NAMING, None), False),
    (StartClip(1, "C", FileKind.CLIP, NOW, NAMING, None), True),
])
def test_without_a_picture_there_was_no_framegrab_to_take(command: Command, was_asked: bool) -> None:
    reports: list[Report] = []
    channel = Channel(ChannelSettings(0, "Bow", "test:"), FakeClock(), reports.append)
    Orders(channel, NO_SINKS, lambda: None).carry_out(command)
    outcome = ChannelOutcome("Bow", False, channel.why, was_asked=was_asked)
    assert reports[-1] == Answer(1, outcome)
