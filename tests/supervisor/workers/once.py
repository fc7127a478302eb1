"""A worker that does one thing and ends by itself."""

from seacorder.base.pipe import Link
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.report import Answer

link = Link.from_stdio()
link.send(Answer(next(link.messages()), ChannelOutcome("once", ok=True)))
