"""Access units (coded pictures) out of RTP payloads: what H.264 and H.265 have in common.

A picture's packets share one timestamp, and the last of them bears the marker bit. So a picture is handed over with
its marker, at once, and not when the next one begins. Cameras that set the marker on every slice or on none are found
out: markers are believed only when each has been followed by a new timestamp, else the change of timestamp counts.
Once they are believed, a picture with the timestamp of the one before it is a picture all the same.

NAL units come out length-prefixed (ISO/IEC 14496-15), as MP4 wants them; parameter sets come apart from the rest.
Fragments stay slices of the receive buffer until `settle`, and are joined once.

A picture of which a packet is known to be lost is dropped: `damaged` counts those of which something came.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

UNIT_LIMIT = 32 * 1024 * 1024
"""Bytes of one picture; beyond that it is no picture."""
MARKER = 0x80


class AccessUnit(NamedTuple):
    """One coded picture."""

    content: bytes
    """NAL units, each with its length in four bytes in front, without parameter sets."""
    parameter_sets: tuple[bytes, ...]
    """Those that came with it, as NAL units."""
    timestamp: int
    """RTP's own, 32 bits."""
    is_keyframe: bool
    is_doubtful: bool
    """Packets right before it are lost; its slices are whole, but what stands before them may be missing."""
    damaged: int
    """Pictures that were dropped between the one before it and this one."""
    lost: int
    """Packets that are missing between them, those of the dropped ones included."""


class AccessUnits(ABC):
    """Takes payloads in sequence; finished pictures are in `ready`. Never raises for what a camera sends."""

    def __init__(self) -> None:
        self.ready: list[AccessUnit] = []
        self.damaged = 0
        self._timestamp: int | None = None
        self._is_open = False
        self._had_marker = False
        self._repeats_timestamp = False
        self._believes_marker: bool | None = None
        self._pieces: list[bytes | memoryview] = []
        self._fragments: list[bytes | memoryview] = []
        self._fragment_bytes = 0
        self._fragment_kind = 0
        self.continuation = b""
        self._sets: list[bytes] = []
        self._has_slice = False
        self._has_key = False
        self._is_damaged = False
        self._wants_first_slice = True
        self._is_doubtful = False
        self._lost = 0
        self._damaged_before = 0
        """What `damaged` was when the last picture was handed over."""

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        """One packet's payload, `view[begin:end]`. `second`: the header's byte of marker and type. `lost`: packets
        missing right before it.
        """
        if timestamp != self._timestamp or not self._is_open:
            self._turn(timestamp, lost)
        elif lost:
            self._lost += lost
            self._lose()
        elif self._had_marker:
            self._had_marker, self._believes_marker = False, False
        self._unpack(view, begin, end)
        if second & MARKER and self._has_slice:
            self._had_marker = True
            if self._believes_marker:
                self._finish()

    def take_run(self, payloads: Sequence[bytes]) -> None:
        """Fragments that go on with the open NAL unit, without what `continuation` says."""
        self._fragments += payloads
        self._fragment_bytes += sum(map(len, payloads))

    @property
    def is_within(self) -> bool:
        """A picture has begun and is not known to be whole."""
        return self._is_open

    def settle(self) -> None:
        """Lets go of every view that was taken; call it before their buffer is used again."""
        if self._pieces:
            self._pieces = [b"".join(self._pieces)]
        if self._fragments:
            self._fragments = [b"".join(self._fragments)]
            if self._fragment_bytes > UNIT_LIMIT:
                self._lose()

    @abstractmethod
    def _unpack(self, view: memoryview, begin: int, end: int) -> None:
        """Takes NAL units, or a part of one, out of one payload."""

    @abstractmethod
    def _note(self, kind: int, view: memoryview, begin: int, end: int) -> None:
        """A NAL unit of `kind` begins; `view[begin:end]` is what follows its header, as far as it is here."""

    @staticmethod
    @abstractmethod
    def _is_parameter_set(kind: int) -> bool: ...

    def _whole(self, kind: int, view: memoryview, begin: int, end: int, header_bytes: int) -> None:
        """A whole NAL unit lies in one payload."""
        if end - begin <= header_bytes:
            return
        if self._is_parameter_set(kind):
            self._sets.append(bytes(view[begin:end]))
            return
        self._note(kind, view, begin + header_bytes, end)
        self._pieces += ((end - begin).to_bytes(4, "big"), view[begin:end])

    def _start(self, kind: int, header: bytes, view: memoryview, begin: int, end: int) -> None:
        """The first fragment of a NAL unit; `view[begin:end]` follows the header that it gets."""
        if self._fragments:
            self._lose()  # the unit before never ended
        self._note(kind, view, begin, end)
        self._fragments = [header, view[begin:end]]
        self._fragment_bytes = len(header) + end - begin
        self._fragment_kind = kind

    def _end(self) -> None:
        """The last fragment has come."""
        if self._is_parameter_set(self._fragment_kind):
            self._sets.append(b"".join(self._fragments))
        else:
            self._pieces.append(self._fragment_bytes.to_bytes(4, "big"))
            self._pieces += self._fragments
        self._fragments = []
        self.continuation = b""

    def _slice_begins(self, *, is_first: bool, is_key: bool) -> None:
        if self._wants_first_slice and not is_first:
            self._lose()
        if self._repeats_timestamp and not is_first:
            self._believes_marker = False  # the marker was not the end; with a first slice the camera's clock stands
        self._repeats_timestamp = False
        self._wants_first_slice = False
        self._has_slice = True
        self._has_key = self._has_key or is_key

    def _lose(self) -> None:
        """Something of this picture is missing."""
        self._is_damaged = True
        self._fragments = []
        self._pieces = []
        self.continuation = b""

    def _turn(self, timestamp: int, lost: int) -> None:
        """Another picture begins."""
        if self._is_open:
            if lost and not self._had_marker:
                self._lose()
            self._finish()
        if self._had_marker and self._believes_marker is None:
            self._believes_marker = True
        self._repeats_timestamp = timestamp == self._timestamp
        self._timestamp, self._is_open, self._had_marker = timestamp, True, False
        self._wants_first_slice = self._wants_first_slice or lost > 0
        self._is_doubtful = lost > 0
        self._lost += lost

    def _finish(self) -> None:
        """Hands the picture over where it is one; parameter sets that came alone stay for the next."""
        self._is_open = False
        if self._fragments:
            self._lose()
        if not self._has_slice and not self._is_damaged:
            return
        if self._is_damaged or self._timestamp is None:
            self.damaged += 1
        else:
            content, damaged = b"".join(self._pieces), self.damaged - self._damaged_before
            unit = AccessUnit(
                content, tuple(self._sets), self._timestamp, self._has_key, self._is_doubtful, damaged, self._lost
            )
            self.ready.append(unit)
            self._damaged_before, self._lost = self.damaged, 0
        self._pieces, self._sets = [], []
        self._has_slice = self._has_key = self._is_damaged = self._wants_first_slice = False
