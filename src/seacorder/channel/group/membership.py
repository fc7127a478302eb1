"""Which sources may stay in a group, asked each time that a connection is made."""

from collections.abc import Callable, Sequence

from seacorder.base.errors import InputFailed
from seacorder.base.message import Message
from seacorder.channel.ingest import Feed
from seacorder.model.encoding_decision import PASS_THROUGH_CODECS
from seacorder.model.sample import SourceFormat, SourcePacket


class MembersFeed:
    """A `Feed` that lets through only what a group may hold."""

    def __init__(self, feed: Feed, leave: Callable[[str], None]) -> None:
        """`leave` begins the channel's way out of the group and returns at once; it gets the reason."""
        self.take: Callable[[SourcePacket], None] = feed.take
        self.take_all: Callable[[Sequence[SourcePacket]], None] = feed.take_all
        self.disconnected: Callable[[Message], None] = feed.disconnected
        self._connected = feed.connected
        self._leave = leave

    def connected(self, source: SourceFormat) -> None:
        """Raises InputFailed for a source that has to leave; nothing of it has reached the channel by then."""
        why = why_not(source)
        if why:
            self._leave(why)
            raise InputFailed(f"It goes on in a recording process of its own, because {why}.")
        self._connected(source)


def why_not(source: SourceFormat) -> str:
    """Why a source cannot be in a group, as the end of a sentence; empty if it can. Pure."""
    if source.video.codec not in PASS_THROUGH_CODECS:
        return "its pictures have to be encoded"
    if source.read_by:
        return "another client than Seacorder's own reads its camera"
    return ""
