"""Access units (coded pictures) out of RTP payloads: what H.264 and H.265 have in common.

A picture begins with its first slice, whose number in the picture is 0, and what stands in front of that. So slices of
one picture may be stamped differently, and what is not the picture's, whatever its stamp, is passed over.

A picture ends where the next one begins, or at once with its last packet, which bears the marker bit. Cameras that set
the marker on every slice or on none are found out: a marker counts only when one on a picture of the same kind
(keyframe or not: they may have different numbers of slices) has been followed by another picture. A marker that proves
wrong makes all of them wrong.

NAL units come out length-prefixed (ISO/IEC 14496-15), as MP4 wants them; parameter sets come apart from the rest.
Fragments stay slices of the receive buffer until `settle`, and are joined once.

A picture of which a packet is known to be lost is dropped: `damaged` counts those of which something came.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from seacorder.inputs.rtp.nal_units import START_CODE, Role, is_byte_stream, split

UNIT_LIMIT = 32 * 1024 * 1024
"""Bytes of one picture; beyond that it is no picture."""
FRONT_PIECES_MAX = 4096
"""Units that may wait for a picture's first slice."""
MARKER = 0x80
SEARCHED_FIRST = 50
"""So many pictures are searched for start codes; of those after them each `SEARCHED_EACH`-th, since it takes time."""
SEARCHED_EACH = 17
_TAIL_BYTES = 200
CLOSE_TICKS = 900
"""10 ms: slices of one picture may be stamped so far apart when the marker has stood between them."""
_BYTE_STREAM = -1
"""Stands for the kind of a fragmented piece of byte stream; as an index it is the last kind, which means nothing."""

Piece = bytes | memoryview


class AccessUnit(NamedTuple):
    """One coded picture."""

    content: bytes
    """NAL units, each with its length in four bytes in front, without parameter sets."""
    parameter_sets: tuple[bytes, ...]
    """Those that came with it, as NAL units."""
    timestamp: int
    """RTP's own, 32 bits, of its first slice."""
    is_keyframe: bool
    is_doubtful: bool
    """Packets right before it are lost; its slices are whole, but what stands before them may be missing."""
    damaged: int
    """Pictures that were dropped between the one before it and this one."""
    lost: int
    """Packets that are missing between them, those of the dropped ones included."""
    recovery_frames: int | None = None
    """At a recovery point: how many pictures after it everything is right."""


class _Markers:
    """Whether a camera's markers mean that a picture ends, for keyframes and for others."""

    def __init__(self) -> None:
        self._proved: set[bool] = set()
        self._are_wrong = False

    def count(self, *, is_key: bool) -> bool:
        """A marker on a picture of that kind can be believed."""
        return is_key in self._proved and not self._are_wrong

    def prove(self, *, is_key: bool) -> None:
        """A picture with a marker was followed by another one."""
        self._proved.add(is_key)

    def disprove(self) -> None:
        """A marker stood in the midst of a picture."""
        self._are_wrong = True


class _Search:
    """Which pictures are searched for start codes: it takes time, so not all of an ordinary camera's are."""

    def __init__(self) -> None:
        self._count = 0
        self._has_found = False

    def is_due(self) -> bool:
        self._count += 1
        return self._has_found or self._count < SEARCHED_FIRST or self._count % SEARCHED_EACH == 0

    def found(self) -> None:
        """The camera sends start codes: from now on all are searched."""
        self._has_found = True


class AccessUnits(ABC):
    """Takes payloads in sequence; finished pictures are in `ready`. Never raises for what a camera sends."""

    codec: ClassVar[str]
    roles: ClassVar[tuple[Role, ...]]
    header_bytes: ClassVar[int]
    """Of a NAL unit."""
    may_be_field = True
    """Two first slices with one timestamp may be the two fields of a picture."""

    def __init__(self) -> None:
        self.ready: list[AccessUnit] = []
        self.damaged = 0
        self.continuation = b""
        self._packet_timestamp = 0
        self._gap = 0
        """So many packets are missing before the next unit."""
        self._has_picture_part = False
        """The packet held a part of the picture whose slices have come."""
        self._front: list[Piece] = []
        """Units that stand in front of the next slice."""
        self._front_sets: list[bytes] = []
        self._timestamp: int | None = None
        self._is_open = False
        """A picture's slices, or fragments of them, have come."""
        self._pieces: list[Piece] = []
        self._sets: list[bytes] = []
        self._fragments: list[Piece] = []
        self._fragment_bytes = 0
        self._fragment_kind = self._fragment_told = 0
        """What the fragments are, and which kind their packets tell."""
        self._first_slices = 0
        self._has_slice = False
        self._has_key = False
        self._is_damaged = False
        self._is_doubtful = False
        self._announced: int | None = None
        """What a recovery point in front of the next slice says."""
        self._recovery_frames: int | None = None
        self._wants_first_slice = True
        self._is_doubtful_next = False
        self._had_marker = False
        self._ended_by_marker = False
        """The last picture was handed over because of its marker, and nothing has come since."""
        self._markers = _Markers()
        self._is_anew = False
        self._lost = 0
        self._damaged_before = 0
        """What `damaged` was when the last picture was handed over."""
        self._search = _Search()

    def take(self, view: memoryview, begin: int, end: int, second: int, timestamp: int, lost: int) -> None:
        """One packet's payload, `view[begin:end]`. `second`: the header's byte of marker and type. `lost`: packets
        missing right before it.
        """
        self._gap += lost
        self._packet_timestamp = timestamp
        self._has_picture_part = False
        self._unpack(view, begin, end)
        if second & MARKER and self._has_picture_part:
            self._take_marker()

    def take_run(self, payloads: Sequence[bytes]) -> None:
        """Fragments that go on with the open NAL unit, without what `continuation` says."""
        if self._fragments:
            self._fragments += payloads
            self._fragment_bytes += sum(map(len, payloads))

    def begin_anew(self, *, is_other_sender: bool) -> None:
        """What comes next does not follow on what came last; whether something is missing is not known."""
        self._is_anew = True
        if is_other_sender:
            self._finish()
            self._fragments, self._front, self._front_sets, self.continuation = [], [], [], b""
            self._wants_first_slice, self._ended_by_marker = True, False

    def has_just_taken(self, block: bytes) -> bool:
        """False when the newest payload that was taken is certainly another one than `block`."""
        tail = block[-min(len(block) - self.header_bytes - 1, _TAIL_BYTES) :]
        last = self._front_sets[-1:] or [unit.content for unit in self.ready[-1:]]
        newest = self._fragments or self._pieces or self._front or last
        return not newest or len(block) <= self.header_bytes + 1 or b"".join(newest).endswith(tail)

    @property
    def is_within(self) -> bool:
        """A picture has begun and is not known to be whole."""
        return self._is_open or bool(self._fragments)

    def settle(self) -> None:
        """Lets go of every view that was taken; call it before their buffer is used again."""
        if self._pieces:
            self._pieces = [b"".join(self._pieces)]
        if len(self._front) > 1:
            self._front = [b"".join(self._front)]
            if len(self._front[0]) > UNIT_LIMIT:
                self._front = []
        if self._fragments:
            self._fragments = [b"".join(self._fragments)]
            if self._fragment_bytes > UNIT_LIMIT:
                self._lose()

    @abstractmethod
    def _unpack(self, view: memoryview, begin: int, end: int) -> None:
        """Takes NAL units, or a part of one, out of one payload."""

    @abstractmethod
    def _look_at_slice(self, kind: int, view: memoryview, begin: int, end: int) -> tuple[bool | None, bool]:
        """Whether a slice is its picture's first (None: that cannot be told), and whether it is of a keyframe.
        `view[begin:end]` is what follows its header, as far as it is here.
        """

    @abstractmethod
    def _look_at_set(self, unit: bytes) -> None:
        """A parameter set has come."""

    @abstractmethod
    def _look_at_message(self, kind: int, view: memoryview, begin: int, end: int) -> None:
        """A unit in front of slices has come; as `_look_at_slice`."""

    @abstractmethod
    def _kind_of(self, unit: Piece) -> int:
        """The NAL unit type; one that means nothing where its layer is not the base layer."""

    def _aggregate(self, view: memoryview, at: int, end: int) -> None:
        """NAL units with their lengths in two bytes in front."""
        while end - at > 2:
            stop = at + 2 + (view[at] << 8 | view[at + 1])
            if stop > end:
                self._lose()
                return
            self._whole(view, at + 2, stop)
            at = stop

    def _whole(self, view: memoryview, begin: int, end: int) -> None:
        """A whole NAL unit lies in one payload."""
        if end - begin <= self.header_bytes:
            return
        kind = self._kind_of(view[begin : begin + self.header_bytes])
        role = self.roles[kind]
        if view[begin] == 0 == view[begin + 1]:
            self._take_other(bytes(view[begin:end]), kind, Role.NOTHING)  # it begins with a start code, or is nothing
        elif role is Role.SLICE:
            self._slice_begins(kind, view, begin + self.header_bytes, end)
            self._pieces += ((end - begin).to_bytes(4, "big"), view[begin:end])
        elif role is not Role.NOTHING:
            self._take_other(bytes(view[begin:end]), kind, role)

    def _take_other(self, unit: bytes, kind: int, role: Role) -> None:
        """A whole unit that is no slice; or several, with start codes between them."""
        if START_CODE in unit:
            units = split(unit, self.codec)
            if units != [unit]:
                self._search.found()
                for one in units:
                    self._whole(memoryview(one), 0, len(one))
                return
        if role is Role.NOTHING:
            return
        self._note_gap()
        if role is Role.SET:
            self._look_at_set(unit)
            self._front_sets.append(unit)
        elif role is Role.TRAILING and self._is_open:
            self._has_picture_part = True
            self._pieces += (len(unit).to_bytes(4, "big"), unit)
        else:
            self._look_at_message(kind, memoryview(unit), self.header_bytes, len(unit))
            self._front += (len(unit).to_bytes(4, "big"), unit)
        if len(self._front) + len(self._front_sets) > FRONT_PIECES_MAX:
            self._front, self._front_sets = [], []

    def _start(self, kind: int, header: bytes, view: memoryview, begin: int, end: int) -> bool:
        """The first fragment of a NAL unit; `view[begin:end]` follows the header that it gets. False when that is
        nothing.
        """
        role, told = self.roles[kind], kind
        head = bytes(view[begin : min(end, begin + 4)])
        if is_byte_stream(head) or is_byte_stream(header + head):
            kind, role = _BYTE_STREAM, Role.NOTHING
        elif role is Role.NOTHING:
            return False
        if role is Role.SLICE:
            self._slice_begins(kind, view, begin, end)
        else:
            self._note_gap()
            if self._fragments:
                self._lose()  # the unit before never ended
        self._fragments = [header, view[begin:end]]
        self._fragment_bytes = len(header) + end - begin
        self._fragment_kind, self._fragment_told = kind, told
        return True

    def _goes_on(self, kind: int, view: memoryview, begin: int, end: int) -> bool:
        """Takes a fragment that is not the first of its unit. False when it belongs to nothing."""
        if self.roles[kind] is Role.NOTHING and (not self._fragments or self._fragment_told != kind):
            return False
        self._note_gap()
        if not self._fragments:
            self._lose()
            return False
        self._has_picture_part = self.roles[self._fragment_kind] is Role.SLICE
        self._fragments.append(view[begin:end])
        self._fragment_bytes += end - begin
        return True

    def _end(self) -> None:
        """The last fragment has come."""
        fragments, self._fragments, self.continuation = self._fragments, [], b""
        kind = self._fragment_kind
        role = self.roles[kind]
        if role is Role.SLICE:
            self._pieces.append(self._fragment_bytes.to_bytes(4, "big"))
            self._pieces += fragments
        else:
            self._take_other(b"".join(fragments), kind, role)

    def _slice_begins(self, kind: int, view: memoryview, begin: int, end: int) -> None:
        self._note_gap()
        if self._fragments:
            self._lose()  # the unit before never ended
        is_first, is_key = self._look_at_slice(kind, view, begin, end)
        if self._is_open and is_first and self._is_next_picture():
            self._finish()
        if not self._is_open:
            if not is_first and self._ended_by_marker and self._is_close():
                self._take_back()
            else:
                self._open()
        elif self._had_marker:
            self._markers.disprove()
            self._had_marker = False
        if self._wants_first_slice and is_first is False:
            self._lose()
        self._wants_first_slice = self._ended_by_marker = False
        self._pieces += self._front
        self._sets += self._front_sets
        self._front, self._front_sets = [], []
        self._has_picture_part = self._has_slice = True
        self._first_slices += is_first is True
        self._has_key = self._has_key or is_key

    def _is_next_picture(self) -> bool:
        """A first slice has come while a picture is open: it is another picture's."""
        if self._packet_timestamp != self._timestamp or self._is_anew:
            return True
        if not self._has_slice:
            return False  # something of this very picture is missing
        return not self.may_be_field or self._first_slices > 1

    def _is_close(self) -> bool:
        """The packet's time is as good as that of the picture before it."""
        ticks = self._packet_timestamp - (self._timestamp or 0)
        return (ticks + CLOSE_TICKS) & 0xFFFF_FFFF <= 2 * CLOSE_TICKS

    def _open(self) -> None:
        """A picture begins."""
        self._is_open, self._timestamp, self._had_marker = True, self._packet_timestamp, False
        self._is_doubtful, self._is_doubtful_next = self._is_doubtful_next, False
        self._is_anew = False

    def _take_back(self) -> None:
        """The picture before was not whole, for all its marker."""
        self._markers.disprove()
        if not self.ready:
            self._open()
            self._lose()  # its first part has gone out
            return
        last = self.ready.pop()
        self._is_open, self._timestamp, self._had_marker = True, last.timestamp, False
        self._pieces, self._sets = [last.content], list(last.parameter_sets)
        self._has_slice, self._has_key, self._is_doubtful = True, last.is_keyframe, last.is_doubtful
        self._recovery_frames = last.recovery_frames
        self._damaged_before, self._lost = self.damaged - last.damaged, self._lost + last.lost

    def _note_gap(self) -> None:
        """A unit or a fragment has come: where packets are missing before it, it is known now what they were of."""
        if not self._gap:
            return
        lost, self._gap = self._gap, 0
        if self._is_open and self._packet_timestamp == self._timestamp:
            self._lost += lost
            self._lose()
            return
        if self._is_open:
            if not self._had_marker:
                self._lose()
            self._finish()
        self._fragments, self.continuation = [], b""
        self._ended_by_marker = False
        self._wants_first_slice = self._is_doubtful_next = True
        self._lost += lost

    def _take_marker(self) -> None:
        if self._fragments:
            self._markers.disprove()  # a unit has not even ended
        elif self._is_open and self._has_slice:
            self._had_marker = True
            if self._markers.count(is_key=self._has_key):
                self._finish()
                self._ended_by_marker = True

    def _lose(self) -> None:
        """Something of this picture is missing."""
        if not self._is_open:
            self._open()
        self._is_damaged = True
        self._fragments = []
        self._pieces = []
        self.continuation = b""

    def _finish(self) -> None:
        """Hands the picture over; what stands in front of the next one stays."""
        if not self._is_open:
            return
        is_cut = self._is_anew and not self._had_marker and self._markers.count(is_key=self._has_key)
        if is_cut or (self._fragments and self.roles[self._fragment_kind] is Role.SLICE):
            self._lose()
        self._is_open = False
        if self._had_marker:
            self._markers.prove(is_key=self._has_key)
        if self._is_damaged or self._timestamp is None:
            self.damaged += 1
        else:
            content = self._without_start_codes(b"".join(self._pieces))
            unit = AccessUnit(
                content,
                tuple(self._sets),
                self._timestamp,
                self._has_key,
                self._is_doubtful,
                self.damaged - self._damaged_before,
                self._lost,
                self._recovery_frames,
            )
            self.ready.append(unit)
            self._damaged_before, self._lost = self.damaged, 0
        self._pieces, self._sets = [], []
        self._has_slice = self._has_key = self._is_damaged = self._wants_first_slice = self._had_marker = False
        self._first_slices, self._recovery_frames = 0, None

    def _without_start_codes(self, content: bytes) -> bytes:
        """The picture's units, taken apart where several of them came as one."""
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
                self._keep_split(unit, pieces)
            at = stop
        return b"".join(pieces)

    def _keep_split(self, unit: bytes, pieces: list[bytes]) -> None:
        kind = self._kind_of(unit)
        role = self.roles[kind]
        if role is Role.SET:
            self._look_at_set(unit)
            self._sets.append(unit)
        elif role is not Role.NOTHING:
            if role is Role.SLICE:
                self._has_key |= self._look_at_slice(kind, memoryview(unit), self.header_bytes, len(unit))[1]
            pieces += (len(unit).to_bytes(4, "big"), unit)
