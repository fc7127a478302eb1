"""What a group may hold, and what has to leave before any of it has reached the channel."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fakes.footage import footage
from seacorder.base.errors import InputFailed
from seacorder.base.message import Message
from seacorder.channel.group.membership import MembersFeed
from seacorder.model.sample import SourceFormat, SourcePacket


class Behind:
    """What is behind the feed."""

    def __init__(self) -> None:
        self.sources: list[SourceFormat] = []

    def take(self, packet: SourcePacket) -> None: ...

    def take_all(self, packets: Sequence[SourcePacket]) -> None: ...

    def connected(self, source: SourceFormat) -> None:
        self.sources.append(source)

    def disconnected(self, why: Message) -> None: ...


def source_of(codec: str, read_by: str = "") -> SourceFormat:
    source = footage().source
    return replace(source, video=replace(source.video, codec=codec), read_by=read_by)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_what_passes_through_stays(codec: str) -> None:
    behind, left = Behind(), list[str]()
    MembersFeed(behind, left.append).connected(source_of(codec))
    assert (len(behind.sources), left) == (1, [])


@pytest.mark.parametrize(
    ("codec", "read_by", "why"),
    [
        ("mjpeg", "", "its pictures have to be encoded"),
        ("h264", "ffmpeg", "another client than Seacorder's own reads its camera"),
    ],
)
def test_what_a_group_may_not_hold_leaves(codec: str, read_by: str, why: str) -> None:
    behind, left = Behind(), list[str]()
    with pytest.raises(InputFailed, match=why):
        MembersFeed(behind, left.append).connected(source_of(codec, read_by))
    assert (behind.sources, left) == ([], [why])
