"""NAL units out of RTP payloads, and pictures out of those: what H.264 and H.265 have in common.

A payload holds a NAL unit, several of them (an aggregate), or a fragment of one. Units are put together here;
`picture_assembly` gathers them into pictures.

Payloads are not copied when they come: they stay slices of the receive buffer until `settle`, which joins them once.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from seacorder.inputs.rtp.nal_units import NOTHING, SET, SLICE, START_CODE, TRAILING, Role, is_byte_stream, split
from seacorder.inputs.rtp.picture_assembly import (
    UNIT_LIMIT,
    AccessUnit,
    OpenPicture,
    PictureAssembly,
    Piece,
    SliceStart,
    copy_new,
)

MARKER = 0x80
SEARCHED_FIRST = 50
"""So many pictures are searched for start codes, then only each `SEARCHED_EACH`-th, since searching takes time."""
SEARCHED_EACH = 17
_TAIL_BYTES = 200


@dataclass(slots=True)
class _FragmentedUnit:
    """A NAL unit whose last fragment has not come."""

    pieces: list[Piece]
    size: int
    kind: int
    """The NAL unit type that its fragments' headers tell."""
    role: Role
    """What it is to the picture: `NOTHING` for a piece of byte stream, whatever the fragments' headers tell."""
    copied: int = 0
    """As `OpenPicture.copied`."""


class _StartCodeSearch:
    """Which pictures are searched for start codes. Searching takes time, so most pictures of most cameras are not."""

    def __init__(self) -> None:
        self._count = 0
        self._has_found = False

    def is_due(self) -> bool:
        self._count += 1
        return self._has_found or self._count < SEARCHED_FIRST or self._count % SEARCHED_EACH == 0

    def found(self) -> None:
        """The camera sends start codes: from now on every picture is searched."""
        self._has_found = True


class AccessUnits(ABC):
    """Takes payloads in sequence; finished pictures are in `ready`. Never raises for what a camera sends."""

    codec: ClassVar[str]
    roles: ClassVar[tuple[Role, ...]]
    """What a NAL unit is to a picture, by its type."""
    header_bytes: ClassVar[int]
    """Of a NAL unit."""
    may_be_field = True
    """Two first slices with one timestamp may be the two fields of one picture."""

    def __init__(self) -> None:
        self._pictures = PictureAssembly(self._content_of)
        self.ready: list[AccessUnit] = self._pictures.ready
        self.continuation = b""
        """As `interleaved.Receiver` has it: not empty exactly while a NAL unit's fragments are coming."""
        self._timestamp = 0
        """The packet's."""
        self._missing = 0
        """Packets that are missing before the next unit, which will show what picture they were of."""
        self._holds_slice = False
        """The packet holds a part of the open picture, so that its marker means that picture."""
        self._unit: _FragmentedUnit | None = None
        self._search = _StartCodeSearch()
        self._recovery_frames: int | None = None
        """What a recovery point says that has come in front of the next slice; the slice takes it."""

    @property
    def damaged(self) -> int:
        """Pictures that were dropped because a packet of them is missing, of those of which something came."""
        return self._pictures.damaged

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        """One packet's payload, `view[begin:end]`. `second`: the header's byte of marker and type. `lost`: packets
        missing right before it.
        """
        self._missing += lost
        self._timestamp = timestamp
        self._holds_slice = False
        self._unpack(view, begin, end)
        if second & MARKER and self._holds_slice:
            self._pictures.mark(is_within_unit=self._unit is not None)

    def take_run(self, payloads: Sequence[memoryview]) -> None:
        """Fragments that go on with the open NAL unit, without the bytes of `continuation` in front."""
        if self._unit is not None:
            self._unit.pieces += payloads
            self._unit.size += sum(map(len, payloads))

    def begin_anew(self, *, is_other_sender: bool) -> None:
        """What comes next does not follow on what came last; whether something is missing is not known."""
        if not is_other_sender:
            self._pictures.begin_anew()
            return
        if self._unit is not None and self._unit.role is SLICE:
            self._damage()
        self._drop_unit()
        self._pictures.change_sender()

    def has_just_taken(self, block: bytes) -> bool:
        """False when the newest payload that was taken is certainly another one than `block`."""
        # Only the ends are compared: of a payload that was taken the headers may be gone, and the rest is in pieces.
        tail = block[-min(len(block) - self.header_bytes - 1, _TAIL_BYTES) :]
        newest = self._pictures.newest if self._unit is None else self._unit.pieces
        return not newest or len(block) <= self.header_bytes + 1 or _end_with(newest, tail)

    @property
    def is_within(self) -> bool:
        """A picture, or a unit in front of one, has begun and is not known to be whole."""
        return self._pictures.is_open or self._unit is not None

    @property
    def is_endless(self) -> bool:
        """The camera sends a picture without end: none is so large."""
        return self._pictures.is_endless

    def settle(self) -> None:
        """Copies what was taken out of the receive buffer; call it before that buffer is used again."""
        self._pictures.settle()
        unit = self._unit
        if unit is not None:
            unit.copied += copy_new(unit.pieces, unit.copied) > 0
            if unit.size > UNIT_LIMIT:
                self._pictures.is_endless = True
                self._damage()

    @abstractmethod
    def _unpack(self, view: memoryview, begin: int, end: int) -> None:
        """Takes NAL units, or a part of one, out of one payload."""

    @abstractmethod
    def _look_at_slice(self, kind: int, view: memoryview, begin: int, end: int) -> SliceStart:
        """Reads the beginning of a slice; `view[begin:end]` is what follows its header, as far as it is here."""

    @abstractmethod
    def _look_at_set(self, unit: bytes) -> None:
        """A parameter set has come."""

    @abstractmethod
    def _look_at_message(self, kind: int, view: memoryview, begin: int, end: int) -> None:
        """A unit in front of slices has come; arguments as in `_look_at_slice`."""

    @abstractmethod
    def _kind_at(self, block: Piece, at: int) -> int:
        """The type of the NAL unit that begins at `block[at]`; one with the role `NOTHING` if another layer has it."""

    def _take_aggregate(self, view: memoryview, at: int, end: int) -> None:
        """Whole NAL units, each with its length in two bytes in front."""
        while end - at > 2:
            stop = at + 2 + (view[at] << 8 | view[at + 1])
            if stop > end:
                self._damage()
                return
            self._take_whole(view, at + 2, stop)
            at = stop

    def _take_whole(self, view: memoryview, begin: int, end: int) -> None:
        """A whole NAL unit."""
        if end - begin <= self.header_bytes:
            return
        kind = self._kind_at(view, begin)
        role = self.roles[kind]
        if view[begin] == 0 == view[begin + 1]:
            # No NAL unit of a picture begins with two zeros. Either start codes follow, or it is nothing.
            self._take_other(bytes(view[begin:end]), kind, NOTHING)
        elif role is SLICE:
            self._begin_slice(kind, view, begin + self.header_bytes, end)
            self._pictures.picture.pieces += ((end - begin).to_bytes(4, "big"), view[begin:end])
        elif role is not NOTHING:
            self._take_other(bytes(view[begin:end]), kind, role)

    def _take_other(self, unit: bytes, kind: int, role: Role) -> None:
        """A whole unit that is no slice, or several units with start codes between them."""
        if START_CODE in unit:
            units = split(unit, self.codec)
            if units != [unit]:
                self._search.found()
                for one in units:
                    self._take_whole(memoryview(one), 0, len(one))
                return
        if role is NOTHING:
            return
        if self._missing:
            self._attribute_loss()
        if role is SET:
            self._look_at_set(unit)
            self._pictures.put_set(unit)
        elif role is TRAILING and self._pictures.is_open:
            self._holds_slice = True
            self._pictures.picture.pieces += (len(unit).to_bytes(4, "big"), unit)
        else:
            self._look_at_message(kind, memoryview(unit), self.header_bytes, len(unit))
            self._pictures.put_in_front(unit)

    def _begin_unit(self, kind: int, header: bytes, view: memoryview, begin: int, end: int) -> bool:
        """The first fragment of a NAL unit; `header` and `view[begin:end]` are its first bytes. False when the unit is
        not the picture's, so that the fragment is ignored.
        """
        role = self.roles[kind]
        begins_with_zero = not header[0] or (begin < end and not view[begin])
        if begins_with_zero and _is_byte_stream(header, bytes(view[begin : min(end, begin + 4)])):
            # Some cameras cut a piece of their byte stream into fragments. Its units are found when all of it is here.
            role = NOTHING
        elif role is NOTHING:
            return False
        if role is SLICE:
            self._begin_slice(kind, view, begin, end)
        else:
            if self._missing:
                self._attribute_loss()
            if self._unit is not None:
                self._damage()  # the unit before never ended
        self._unit = _FragmentedUnit([header, view[begin:end]], len(header) + end - begin, kind, role)
        return True

    def _continue_unit(self, kind: int, view: memoryview, begin: int, end: int) -> bool:
        """A fragment that is not the first of its unit. False when it belongs to nothing, so that it is ignored."""
        if self.roles[kind] is NOTHING and (self._unit is None or self._unit.kind != kind):
            return False
        if self._missing:
            self._attribute_loss()
        unit = self._unit
        if unit is None:
            self._damage()
            return False
        self._holds_slice = unit.role is SLICE
        unit.pieces.append(view[begin:end])
        unit.size += end - begin
        return True

    def _end_unit(self) -> None:
        """The last fragment has come."""
        unit = self._unit
        self._drop_unit()
        if unit is None:
            return
        if unit.role is SLICE:
            pieces = self._pictures.picture.pieces
            pieces.append(unit.size.to_bytes(4, "big"))
            pieces += unit.pieces
        else:
            self._take_other(b"".join(unit.pieces), unit.kind, unit.role)

    def _begin_slice(self, kind: int, view: memoryview, begin: int, end: int) -> None:
        if self._missing:
            self._attribute_loss()
        if self._unit is not None:
            self._damage()  # the unit before never ended
        start = self._look_at_slice(kind, view, begin, end)
        self._pictures.begin_slice(start, self._timestamp, may_be_field=self.may_be_field)
        self._holds_slice = True

    def _attribute_loss(self) -> None:
        """Packets are missing before a unit or a fragment that has come, which shows which picture they were of."""
        missing, self._missing = self._missing, 0
        self._drop_unit()
        self._pictures.lose(missing, self._timestamp)

    def _damage(self) -> None:
        """Something of a unit is missing, and so of its picture."""
        self._drop_unit()
        self._pictures.damage(self._timestamp)

    def _drop_unit(self) -> None:
        self._unit, self.continuation = None, b""

    def _content_of(self, picture: OpenPicture) -> bytes:
        """The picture's units with their lengths, taken apart where a camera has sent several units as one slice."""
        content = b"".join(picture.pieces)
        if not self._search.is_due() or content.find(START_CODE, 4) < 0:
            return content
        pieces: list[bytes] = []
        at = 0
        while at + 4 <= len(content):
            stop = at + 4 + int.from_bytes(content[at : at + 4], "big")
            units = split(content[at + 4 : stop], self.codec)
            if len(units) > 1:
                self._search.found()
            for unit in units:
                self._keep_split(unit, picture, pieces)
            at = stop
        return b"".join(pieces)

    def _keep_split(self, unit: bytes, picture: OpenPicture, pieces: list[bytes]) -> None:
        kind = self._kind_at(unit, 0)
        role = self.roles[kind]
        if role is SET:
            self._look_at_set(unit)
            picture.parameter_sets.append(unit)
        elif role is not NOTHING:
            if role is SLICE:
                picture.learn(self._look_at_slice(kind, memoryview(unit), self.header_bytes, len(unit)))
            pieces += (len(unit).to_bytes(4, "big"), unit)


def _end_with(pieces: Sequence[Piece], tail: bytes) -> bool:
    """True when the joined pieces end with `tail`. Of large pictures only the end is looked at."""
    end = b""
    for piece in reversed(pieces):
        end = bytes(piece[-len(tail) :]) + end
        if len(end) >= len(tail):
            break
    return end.endswith(tail)


def _is_byte_stream(header: bytes, body: bytes) -> bool:
    """A unit that was cut into fragments begins with a start code, before or after the header that it was given."""
    return is_byte_stream(body) or is_byte_stream(header + body)
