"""What every input promises, whatever its kind, and what a new kind of input needs.

The promises:

* The first video packet is a keyframe that fits the format which `open` has returned.
* Pictures stay in the codec of the source. H.264 and H.265 can be recorded as they are. Pictures of every other codec
  (`mjpeg`, `mpeg2video`, …, or `rawvideo`, whose planes follow each other without padding) have to be encoded before
  they can go into a file. The codec context of the format's template decodes them: it knows pixel format, colour,
  aspect ratio and field order.
* When the parameters change during a connection, a new `SourceFormat` comes between the packets. All packets after it
  have the new format, and the first of them is a keyframe.
* Times are the source's own, in the time base of their track, and None where the source gives none. They may jump, wrap
  or repeat: the channel's timeline corrects them.
* Where an input leaves out damaged pictures, the next picture says how many (`missing_before`), if the input knows.
* Sound has a codec that MP4 can carry: AAC, Opus or MP3. Sound of any other codec has been transcoded to AAC.
* The message of an `InputFailed` never holds a user name or a password.

A new kind of input needs:

1. Its address: a frozen value and its parser in `model/address/local.py` (what is on this machine) or `network.py`
   (what comes over the network), entered in the tables of `model/address/address.py`.
2. Its class with the three methods of `Input`: a room of its own here, or a module of `ffmpeg` where FFmpeg reads the
   source. A new room goes into the contract "rooms of inputs" of `pyproject.toml`. A room gets packets and formats from
   `media`; one that must import PyAV itself is added to the contract on PyAV.
3. Its case in `open.py`; and where its pictures can never be stored as they come, in `_must_encode` of
   `control/recording/encoding_orders.py`, so that encoders are tried before its worker starts.
4. Its case in `tests/inputs/test_contract.py`, where the promises are tested on every kind, and tests of its own.
5. Its entry in `docs/reference/settings.md`, in `docs/setup/cameras.md` (network) or `sources.md` (this machine), and a
   line in `CHANGELOG.md`.

Errors become an `InputFailed` whose message says what is wrong and what to do; `failures` has those of the network.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Protocol, runtime_checkable

from seacorder.model.sample import SourceFormat, SourcePacket

Item = SourcePacket | SourceFormat
Items = Iterator[Item]


class Input(Protocol):
    """One connection to one source. One thread calls all three methods; an input is not opened twice."""

    def open(self) -> SourceFormat:
        """Connects and waits until the format is known. Blocks. InputFailed says why it failed and what to do."""
        ...

    def packets(self) -> Items:
        """Yields what the source sends, when it comes, after `open`. Blocks between two packets.

        Ends where the source ends (a file). InputFailed when the connection breaks. Not continued after `close`.
        """
        ...

    def close(self) -> None:
        """Releases the connection; does nothing the second time. Templates of formats stay usable."""
        ...


class Unread(Enum):
    """What a read has left behind."""

    NOTHING_CAME = "nothing had come"
    ALL_TAKEN = "all that had come was taken"
    WITHIN = "the same, and the rest of a picture is on its way"
    MORE = "more is there"


class OpenConnection(Protocol):
    """A connection whose reads never wait, so that one thread may read several of them in turn, each when it wants."""

    @property
    def number(self) -> int:
        """The file descriptor that can be read when something has come; -1 once it is closed."""
        ...

    @property
    def unread(self) -> Unread:
        """What the last read has left behind."""
        ...

    def may_wait_ns(self) -> int:
        """How long what comes may lie unread without harm; 0: not at all."""
        ...

    def read(self) -> Sequence[Item]:
        """What has come and is whole. Never waits. InputFailed when the connection breaks; not called again then."""
        ...


@runtime_checkable
class BurstInput(Input, Protocol):
    """An input that may be read in bursts."""

    def connection(self) -> OpenConnection | None:
        """After `open`, in the place of `packets`; None where only `packets` can be used."""
        ...
