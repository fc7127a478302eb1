"""Gathers NAL units into the pictures (access units) that they belong to. Pure.

`picture_states` has the theory: when a picture begins and ends, and what a lost packet means. A damaged picture, of
which a slice or a part of one is missing or may be, is dropped and counted. A doubtful one is handed over.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from seacorder.inputs.rtp.picture_states import (
    AFTER,
    AFTER_LOSS,
    BEGIN,
    CHANGE_SENDER,
    CONTINUE,
    END,
    HAND_OVER,
    HANDED_OVER,
    LOSE,
    MARK,
    MARKED,
    START,
    TAKE_BACK,
    WITHIN,
    Markers,
    Move,
    PictureState,
)

UNIT_LIMIT = 32 * 1024 * 1024
"""No unit and no picture is that large, and memory must stay bounded: what has more bytes is dropped, and the camera
counts as one whose pictures do not end (`is_endless`)."""
FRONT_PIECES_MAX = 4096
"""Pieces (two to a unit) and parameter sets that may wait for a picture's first slice. When there are more, or more
than `UNIT_LIMIT` bytes, all of them are dropped: memory must stay bounded when no slice comes."""
_SET_BYTES = 64
"""What Python keeps beside the bytes of a parameter set."""
CLOSE_TICKS = 900
"""10 ms of the 90 kHz clock. Some cameras stamp the slices of one picture differently, by no more than this."""

Piece = bytes | memoryview
SliceStart = tuple[bool | None, bool, int | None]
"""What the first bytes of a slice tell: whether it is the first of its picture (None: that cannot be told); whether its
picture can be decoded by itself; `AccessUnit.recovery_frames`. A plain tuple, for it is made for each slice."""


class AccessUnit(NamedTuple):
    """One coded picture."""

    content: bytes
    """NAL units, each with its length in four bytes in front (ISO/IEC 14496-15), without parameter sets."""
    parameter_sets: tuple[bytes, ...]
    """Those that came with it, as NAL units."""
    timestamp: int
    """RTP's own, 32 bits, of its first slice."""
    is_keyframe: bool
    is_doubtful: bool
    """Packets right before it are lost. Its slices are whole, but what stands in front of them may be missing."""
    damaged: int
    """Pictures that were dropped between the one before it and this one."""
    lost: int
    """Packets that are missing between the one before it and this one, those of dropped pictures included."""
    recovery_frames: int | None = None
    """At a recovery point: after how many pictures the decoded pictures are right."""


@dataclass(slots=True)
class OpenPicture:
    """A picture that has begun, while its parts come."""

    timestamp: int
    is_doubtful: bool
    pieces: list[Piece] = field(default_factory=list)
    """Its NAL units with their lengths, in pieces that are joined at the end."""
    parameter_sets: list[bytes] = field(default_factory=list)
    first_slices: int = 0
    """How many of its slices say that they are the first: two in a picture of two fields."""
    has_slice: bool = False
    is_key: bool = False
    is_damaged: bool = False
    recovery_frames: int | None = None
    copied: int = 0
    """So many pieces, the first ones, no longer lie in the receive buffer."""
    size: int = 0
    """Bytes of those."""
    set_bytes: int = 0
    """Of the parameter sets that stood in front of its slices."""

    def learn(self, start: SliceStart) -> None:
        """A slice of it has come."""
        _, is_key, recovery_frames = start
        self.is_key = self.is_key or is_key
        if recovery_frames is not None:
            self.recovery_frames = recovery_frames

    def drop(self) -> None:
        """Nothing of it is used."""
        self.pieces = []
        self.copied = self.size = 0


def copy_new(pieces: list[Piece], copied: int) -> int:
    """Joins all pieces but the first `copied` ones, which are left as they are: what comes with many reads is not
    copied again with each of them. Returns how many bytes that were; there is one more copied piece then, unless 0.
    """
    if len(pieces) == copied:
        return 0
    joined = b"".join(pieces[copied:])
    pieces[copied:] = [joined]
    return len(joined)


@dataclass(slots=True)
class _Front:
    """Units that stand in front of the next slice, and so belong to its picture."""

    pieces: list[bytes] = field(default_factory=list)
    parameter_sets: list[bytes] = field(default_factory=list)
    size: int = 0
    """Bytes of both."""
    set_bytes: int = 0


@dataclass(slots=True)
class _Losses:
    """What was lost since the last picture that was handed over."""

    packets: int = 0
    pictures: int = 0


class PictureAssembly:
    """One track's pictures. A unit is told of as it comes; finished pictures are in `ready`.

    `timestamp` is always that of the packet in which something has come.
    """

    def __init__(self, content_of: Callable[[OpenPicture], bytes]) -> None:
        """`content_of` joins a finished picture's pieces, and may correct what is known of it."""
        self.ready: list[AccessUnit] = []
        self.damaged = 0
        """Pictures that were dropped, of those of which something came."""
        self.picture = OpenPicture(0, is_doubtful=False)
        """The open picture. Between two pictures the last one, of which only the timestamp still counts."""
        self.is_open = False
        """A picture has begun and is not over: the state is `WITHIN` or `MARKED`."""
        self.is_endless = False
        """A picture, or a part of one, had more bytes than any can have, and was dropped."""
        self._state: PictureState = START
        self._front = _Front()
        self._is_anew = False
        """The sequence numbers began anew after the picture began, so packets may be missing that nobody can count."""
        self._losses = _Losses()
        self._markers = Markers()
        self._content_of = content_of

    @property
    def newest(self) -> list[Piece]:
        """The newest unit's bytes are the last ones of these pieces joined; empty when nothing is kept of it. Units in
        front of the next picture that have come while this one is open are left out.
        """
        front = self._front
        last = front.parameter_sets[-1:] or [picture.content for picture in self.ready[-1:]]
        return self.picture.pieces or [*(front.pieces or last)]

    def put_set(self, unit: bytes) -> None:
        """A parameter set, which belongs to the next slice's picture."""
        front = self._front
        front.parameter_sets.append(unit)
        front.set_bytes += len(unit) + _SET_BYTES
        self._bound_front(len(unit) + _SET_BYTES)

    def put_in_front(self, unit: bytes) -> None:
        """Another unit that belongs to the next slice's picture."""
        self._front.pieces += (len(unit).to_bytes(4, "big"), unit)
        self._bound_front(len(unit))

    def begin_slice(self, start: SliceStart, timestamp: int, *, may_be_field: bool) -> None:
        """The first bytes of a slice have come. Opens its picture if it is not open, which may end the one before. The
        caller then puts the slice itself into `picture.pieces`. `may_be_field`: two first slices with one timestamp may
        be the two fields of one picture.
        """
        is_first = start[0]
        if self.is_open and is_first and self._is_next(timestamp, may_be_field):
            self._finish(END)
        if self._state is MARKED:
            self._markers.disprove()
            self._move(CONTINUE)
        elif self._state is not WITHIN:
            self._open_for(is_first, timestamp)
        picture, front = self.picture, self._front
        if front.pieces or front.parameter_sets:
            picture.pieces += front.pieces
            picture.parameter_sets += front.parameter_sets
            picture.set_bytes += front.set_bytes
            self._front = _Front()
        picture.has_slice = True
        picture.first_slices += is_first is True
        picture.learn(start)

    def mark(self, *, is_within_unit: bool) -> None:
        """The marker has come with a part of the open picture; `is_within_unit`: in the middle of a NAL unit."""
        if is_within_unit:
            self._markers.disprove()
        elif self.is_open and self.picture.has_slice:
            if self._markers.are_believed(is_key=self.picture.is_key):
                self._finish(HAND_OVER)
            else:
                self._move(MARK)

    def damage(self, timestamp: int) -> None:
        """Something of the open picture, or of one that would begin here, is missing."""
        if not self.is_open:
            self._open(timestamp)
        self.picture.is_damaged = True
        self.picture.drop()

    def lose(self, packets: int, timestamp: int) -> None:
        """So many packets are missing right before a unit, or a fragment of one, that has come."""
        if self.is_open:
            if timestamp == self.picture.timestamp:
                self._losses.packets += packets
                self.damage(timestamp)
                return
            # After a marker only the next picture can miss packets. Without one, the end of this one may be missing.
            if self._state is not MARKED:
                self.damage(timestamp)
            self._finish(END)
        self._move(LOSE)
        self._losses.packets += packets

    def begin_anew(self) -> None:
        """The sequence numbers begin anew with the next packet: whether something is missing is not known."""
        self._is_anew = True

    def change_sender(self) -> None:
        """Another sender's packets come next: the open picture is over, and what stood in front of a next one is not
        used.
        """
        self._is_anew = True
        self._finish(END)
        self._front = _Front()
        self._move(CHANGE_SENDER)

    def settle(self) -> None:
        """Copies the slices that still lie in the receive buffer, so that the buffer may be used again."""
        picture = self.picture
        if count := copy_new(picture.pieces, picture.copied):
            picture.copied += 1
            picture.size += count
        if picture.size + picture.set_bytes > UNIT_LIMIT:
            self.is_endless = True
            self.damage(picture.timestamp)
            self.picture.parameter_sets, self.picture.set_bytes = [], 0

    def _bound_front(self, count: int) -> None:
        """So many bytes have been put in front."""
        front = self._front
        front.size += count
        if len(front.pieces) + len(front.parameter_sets) > FRONT_PIECES_MAX or front.size > UNIT_LIMIT:
            self._front = _Front()

    def _is_next(self, timestamp: int, may_be_field: bool) -> bool:
        """A first slice that has come while a picture is open is of the next picture, not of the open one."""
        if timestamp != self.picture.timestamp or self._is_anew:
            return True
        if not self.picture.has_slice:
            return False  # only a lost part of this very picture has opened it
        return not may_be_field or self.picture.first_slices > 1

    def _open_for(self, is_first: bool | None, timestamp: int) -> None:
        """No picture is open: a slice begins one, or belongs to the last one in spite of its marker."""
        state = self._state
        if state is HANDED_OVER and not is_first and self._is_close(timestamp):
            self._take_back(timestamp)
            return
        self._open(timestamp)
        if state in (START, AFTER_LOSS) and is_first is False:
            self.damage(timestamp)

    def _is_close(self, timestamp: int) -> bool:
        """The timestamp can be one of the last picture's."""
        return (timestamp - self.picture.timestamp + CLOSE_TICKS) & 0xFFFF_FFFF <= 2 * CLOSE_TICKS

    def _open(self, timestamp: int) -> None:
        """A picture begins."""
        self.picture = OpenPicture(timestamp, self._state is AFTER_LOSS)
        self._is_anew = False
        self._move(BEGIN)

    def _take_back(self, timestamp: int) -> None:
        """The last picture was not whole, although its marker was believed: opens it again for a further slice."""
        self._markers.disprove()
        if not self.ready or self.picture.is_damaged:
            # Its first part has been fetched and cannot be taken back, or was dropped; `ready` may hold another one.
            self._open(timestamp)
            self.damage(timestamp)
            return
        last = self.ready.pop()
        self.picture = OpenPicture(
            last.timestamp,
            last.is_doubtful,
            [last.content],
            list(last.parameter_sets),
            has_slice=True,
            is_key=last.is_keyframe,
            recovery_frames=last.recovery_frames,
        )
        self._losses.packets += last.lost
        self._losses.pictures += last.damaged
        self._move(TAKE_BACK)

    def _finish(self, move: Move) -> None:
        """Hands the open picture over, if there is one. What stands in front of the next one stays."""
        if not self.is_open:
            return
        picture = self.picture
        if self._state is MARKED:
            self._markers.prove(is_key=picture.is_key)
        elif self._is_anew and move is END and self._markers.are_believed(is_key=picture.is_key):
            # The marker should have come, and the count began anew in between: the end may be missing.
            picture.is_damaged = True
        if picture.is_damaged:
            self.damaged += 1
            self._losses.pictures += 1
        else:
            self._hand_over(picture)
        picture.drop()
        picture.parameter_sets.clear()
        picture.set_bytes = 0
        self._move(move)

    def _hand_over(self, picture: OpenPicture) -> None:
        content = self._content_of(picture)
        losses = self._losses
        if losses.packets or losses.pictures:
            self._losses = _Losses()
        unit = AccessUnit(
            content,
            tuple(picture.parameter_sets),
            picture.timestamp,
            picture.is_key,
            picture.is_doubtful,
            losses.pictures,
            losses.packets,
            picture.recovery_frames,
        )
        self.ready.append(unit)

    def _move(self, move: Move) -> None:
        self._state = state = AFTER[self._state, move]
        self.is_open = state is WITHIN or state is MARKED
