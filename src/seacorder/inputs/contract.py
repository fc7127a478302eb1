"""What every input promises, whatever its kind.

* The first video packet is a keyframe, and its parameters are in the format that came before it.
* Pictures come in the codec in which the source has them. H.264 and H.265 can be recorded as they are; every other
  one (`mjpeg`, `mpeg2video`, … and `rawvideo`, whose planes follow each other without padding) is to be encoded by
  whoever wants a file. The template's codec context decodes it: it has pixel format, colour, aspect and field order.
* When the parameters change in mid-stream, the new `SourceFormat` comes between the packets: what follows it is of the
  new format and begins with a keyframe.
* Times are the source's own: in the track's time base, None where missing, mended by nobody yet.
* A picture that is left out because it came damaged is told by the next one (`missing_before`), where the input knows.
* Sound is of a codec that MP4 carries: AAC, Opus or MP3; other sound has become AAC.
* No sentence of an `InputFailed` holds a user name or a password.
"""

from collections.abc import Iterator
from typing import Protocol

from seacorder.model.sample import SourceFormat, SourcePacket

Items = Iterator[SourcePacket | SourceFormat]


class Input(Protocol):
    """One connection to one source. All three are called from one thread; an input is not opened twice."""

    def open(self) -> SourceFormat:
        """Connects and waits until the format is known. Blocks; InputFailed with one sentence on why not."""
        ...

    def packets(self) -> Items:
        """What comes, as it comes, after `open`. Blocks; ends where the source ends; InputFailed when it breaks."""
        ...

    def close(self) -> None:
        """Lets go of everything; does nothing the second time. Templates of formats stay good."""
        ...
