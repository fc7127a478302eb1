"""Whether a picture is open, and what has to come next: the states of a stream of RTP packets, as a table. Pure.

RTP does not say where a picture begins or ends. `PictureAssembly` finds out by these rules.

**Begin.** A picture begins with its first slice, which says of itself that it is the first (`first_mb_in_slice` is 0 in
H.264, `first_slice_segment_in_pic_flag` is 1 in H.265). All slices up to the next first slice are of the same picture,
even where the camera gives them slightly different timestamps.

**End.** The last packet of a picture should bear RTP's marker bit. Some cameras set the marker on every slice, some set
none. So a marker is believed only after a picture with a marker was followed by another picture (`Markers`). Until
then the picture stays open, and the next one's first slice ends it. A marker that is believed ends the picture at once.
If a further slice of it comes all the same, the picture is taken back, unless somebody has fetched it.

**Loss.** Packets that are missing while a picture is open may be its end: the picture is damaged, which means that it
will be dropped. After a marker they are the next picture's, unless what comes next has the open picture's timestamp.
The next picture's first slice may be among the missing packets. So the next slice must be a first one; a slice that
says that it is another one damages its picture. After a first one the slices are all there, but parameter sets in front
of them may be missing: the picture is doubtful. So is one whose slice cannot tell.

Example: a camera with two slices to a picture, each in one packet, whose markers are right. All pictures are of one
kind (none is a keyframe), so what the first one's marker proves holds for all.

    packet                  state after it   what happens
    first slice             WITHIN           picture 1 begins
    other slice, marker     MARKED           the marker is not believed yet
    first slice             WITHIN           picture 1 comes out; its marker was right; picture 2 begins
    other slice, marker     HANDED_OVER      picture 2 comes out with its last packet
    (first slice, lost)
    other slice, marker     HANDED_OVER      AFTER_LOSS, then picture 3 begins without its first slice: it is dropped
    first slice             WITHIN           picture 4 begins
"""

from enum import IntEnum


class PictureState(IntEnum):
    """A picture is open in the last two states only."""

    START = 0
    """No picture of this sender has begun. Its first slice may be of a picture whose beginning was not sent to us."""
    AFTER_LOSS = 1
    """Packets are missing since the last picture."""
    BETWEEN = 2
    """The last picture is over, and no packet is missing since."""
    HANDED_OVER = 3
    """As `BETWEEN`, but only the last picture's marker says that it is over."""
    WITHIN = 4
    """A part of a picture has come."""
    MARKED = 5
    """As `WITHIN`, and the newest slice bears a marker that is not believed."""


class Move(IntEnum):
    """What can happen to a picture."""

    BEGIN = 0
    """A slice begins a picture, or a fragment does whose slice has lost its beginning."""
    TAKE_BACK = 1
    """A further slice has come of the picture that was handed over."""
    MARK = 2
    """A marker that is not believed has come with the end of a slice."""
    CONTINUE = 3
    """A further slice has come after the marker."""
    END = 4
    """The next picture, a loss or another sender shows that the picture is over."""
    HAND_OVER = 5
    """A marker that is believed shows that the picture is over."""
    LOSE = 6
    """Packets are missing, and no picture is open."""
    CHANGE_SENDER = 7
    """Packets of another sender follow, and no picture is open. A loss before them still counts: `AFTER_LOSS` stays."""


START, AFTER_LOSS, BETWEEN, HANDED_OVER, WITHIN, MARKED = PictureState
BEGIN, TAKE_BACK, MARK, CONTINUE, END, HAND_OVER, LOSE, CHANGE_SENDER = Move
# These run for each picture: `PictureState.WITHIN` takes 0.17 µs in Python 3.11, a name of the module almost nothing.


class IllegalMoveError(RuntimeError):
    """A fault of the program, not of the camera: whatever a camera sends, only legal moves follow from it."""


class _Table(dict[tuple[PictureState, Move], PictureState]):
    def __missing__(self, key: tuple[PictureState, Move]) -> PictureState:
        state, move = key
        raise IllegalMoveError(f"{move.name} cannot happen in the state {state.name}.")


AFTER = _Table(
    {
        (START, BEGIN): WITHIN,
        (START, LOSE): AFTER_LOSS,
        (START, CHANGE_SENDER): START,
        (AFTER_LOSS, BEGIN): WITHIN,
        (AFTER_LOSS, LOSE): AFTER_LOSS,
        (AFTER_LOSS, CHANGE_SENDER): AFTER_LOSS,
        (BETWEEN, BEGIN): WITHIN,
        (BETWEEN, LOSE): AFTER_LOSS,
        (BETWEEN, CHANGE_SENDER): START,
        (HANDED_OVER, BEGIN): WITHIN,
        (HANDED_OVER, TAKE_BACK): WITHIN,
        (HANDED_OVER, LOSE): AFTER_LOSS,
        (HANDED_OVER, CHANGE_SENDER): START,
        (WITHIN, MARK): MARKED,
        (WITHIN, HAND_OVER): HANDED_OVER,
        (WITHIN, END): BETWEEN,
        (MARKED, MARK): MARKED,
        (MARKED, CONTINUE): WITHIN,
        (MARKED, END): BETWEEN,
    }
)
"""The state after a move; IllegalMoveError for a move that cannot happen in that state."""


class Markers:
    """Whether this camera's markers mean that a picture is over.

    Keyframes and other pictures are judged apart, since they may have different numbers of slices: a camera that sets
    the marker on every slice looks right as long as its pictures have one slice only.
    """

    def __init__(self) -> None:
        self._proved: set[bool] = set()
        self._are_wrong = False

    def are_believed(self, *, is_key: bool) -> bool:
        """A marker on a picture of that kind means that it is over."""
        return is_key in self._proved and not self._are_wrong

    def prove(self, *, is_key: bool) -> None:
        """A picture with a marker on its newest slice was followed by another picture."""
        self._proved.add(is_key)

    def disprove(self) -> None:
        """A marker stood in the middle of a picture: from now on this camera's markers are ignored."""
        self._are_wrong = True
