"""The loss book: every loss becomes a row, one sentence and a number, whichever way it comes in."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from fakes.clock import FakeClock
from seacorder.control.losses.loss_book import LossBook
from seacorder.model.capture_time import Anchor, Anchors
from seacorder.model.channel import ChannelState, ChannelStatus
from seacorder.model.loss import BY_CAMERA, Loss, LossCause, MissingCounts, loss_fact, recount_fact
from seacorder.model.recording import Clip, FileKind, FileState, FileStatus, Part, Recording, RecordingState
from seacorder.model.report import Damage, FileExamined

SECOND = 10**9
AHEAD_NS = FakeClock().utc_ns() - FakeClock().monotonic_ns()
RECORDING = Recording("r1", 0, None, RecordingState.RUNNING)
LOSS = Loss("Bow", 10 * SECOND, 11 * SECOND, 24, LossCause.RECONNECT, "r1", "The camera was away.")
FRAME_NS = 40_000_000
PART = Part("r1", "Bow", 1, "/d/1.mp4", 0, 10 * SECOND, 0, 250, 900, FileState.INTERRUPTED)
NEXT = Part("r1", "Bow", 2, "/d/2.mp4", 10 * SECOND, None, 250, 0, 0, FileState.OPEN)
CLIP = Clip("c1", "Bow", FileKind.CLIP, "/d/c.mp4", 0, 9 * SECOND, 0, 225, 900, FileState.INTERRUPTED)


def seconds(book: LossBook, channel: str = "Bow") -> float:
    return book.counts(ChannelStatus(channel, ChannelState.LIVE, 0, None)).seconds_of_recording


@dataclass
class Written:
    """What the book writes into the catalogue and the journal."""

    rows: list[Loss] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    def record(self, row: Loss) -> None:
        self.rows.append(row)

    def warn(self, kind: str, sentence: str, action: str = "", *, channel: str) -> None:
        self.sentences.append(sentence)

    note = warn


def count(book: LossBook, channel: str = "Bow") -> int:
    told = MissingCounts(since_worker_start=7)
    counts = book.counts(ChannelStatus(channel, ChannelState.LIVE, 0, None, missing=told))
    assert counts.since_worker_start == 7
    return counts.of_recording


class Start:
    """Says whether bytes of the recording are on disk, and keeps calls until then."""

    def __init__(self) -> None:
        self.has_bytes = True
        self.kept: list[Callable[[], None]] = []

    def waits(self, recording_id: str | None, again: Callable[[], None]) -> bool:
        if not self.has_bytes:
            self.kept.append(again)
        return not self.has_bytes


@pytest.fixture
def written() -> Written:
    return Written()


@pytest.fixture
def start() -> Start:
    return Start()


@pytest.fixture
def book(written: Written, start: Start) -> LossBook:
    watch = SimpleNamespace(frame_rate=lambda channel: 25.0)
    made = LossBook(SimpleNamespace(clock=FakeClock(), watch=watch, catalogue=written, journal=written), start.waits)
    made.recording_begins(RECORDING)
    return made


def test_a_worker_s_loss_becomes_a_row_a_sentence_and_a_number(book: LossBook, written: Written) -> None:
    book.take(LOSS)
    assert written.rows == [LOSS]
    assert written.sentences == [loss_fact(LOSS)]
    assert (count(book), count(book, "Stern")) == (1, 0)
    assert (seconds(book), seconds(book, "Stern")) == (1.0, 0.0)


def test_a_better_count_replaces_the_row_and_is_no_second_loss(book: LossBook, written: Written) -> None:
    better = replace(LOSS, frames=25, detail="Counted by the camera's clock.")
    for loss in (LOSS, LOSS, better):
        book.take(loss)
    assert written.rows == [LOSS, LOSS, better]
    assert written.sentences[1:] == [recount_fact(LOSS, better)]
    assert count(book) == 1


def test_the_seconds_that_are_missing_follow_a_better_count(book: LossBook) -> None:
    book.take(LOSS)
    book.take(replace(LOSS, to_utc_ns=LOSS.to_utc_ns + 500_000_000))
    book.take(replace(LOSS, from_utc_ns=LOSS.from_utc_ns + 2 * 10**9, to_utc_ns=LOSS.from_utc_ns + 5 * 10**9))
    assert (count(book), seconds(book)) == (2, 4.5)
    book.take(replace(LOSS, from_utc_ns=LOSS.from_utc_ns + 9 * 10**9, recording_id="another"))
    assert seconds(book) == 4.5, "of this recording alone"


def test_nothing_is_written_before_something_of_the_recording_is_on_disk(
    book: LossBook, written: Written, start: Start
) -> None:
    start.has_bytes = False
    book.take(LOSS)
    assert not written.rows
    start.has_bytes = True
    start.kept[0]()
    assert written.rows == [LOSS]


def test_another_report_is_left_to_others(book: LossBook, written: Written) -> None:
    book.take("an answer that came too late")
    assert not written.rows


def test_a_loss_inside_a_gap_is_counted_with_the_gap(book: LossBook, written: Written) -> None:
    book.worker_lost(PART, "The worker was killed.", path=None, anchors=(None, None), before=None)
    book.take(replace(LOSS, from_utc_ns=10 * SECOND + 1))
    assert not written.rows
    book.part_opened(replace(PART, number=2, start_utc_ns=12 * SECOND))
    assert [(loss.cause, loss.frames) for loss in written.rows] == [(LossCause.WORKER_KILLED, 49)]


def test_right_behind_a_split_the_part_before_tells_the_camera_s_clock(book: LossBook, written: Written) -> None:
    """The first frame of part 1 came 46 ms late; its last heartbeat knew of 25 ms. Part 2 had no heartbeat yet."""
    begin_ns, ahead_ns, camera_behind_ns, late_ns = FakeClock().utc_ns(), AHEAD_NS, 10 * SECOND, 46_000_000
    start_ns = begin_ns + late_ns
    before = replace(PART, start_utc_ns=start_ns, end_utc_ns=start_ns + 74 * FRAME_NS, frames=75)
    start_ns = begin_ns + 75 * FRAME_NS
    last = replace(NEXT, start_utc_ns=start_ns, end_utc_ns=start_ns + 9 * FRAME_NS, first_frame=75, frames=10)
    anchors = None, Anchor(ahead_ns + late_ns - 25_000_000, camera_behind_ns + late_ns)
    book.worker_lost(last, "The worker was killed.", path=None, anchors=anchors, before=before)
    after_ns = 30_000_000
    book.part_opened(replace(NEXT, number=3, start_utc_ns=begin_ns + 300 * FRAME_NS + after_ns))
    first = Anchor(ahead_ns + after_ns, camera_behind_ns + after_ns)
    file = FileStatus("r1", "/d/3.mp4", 3, 0, 10, 1000, 5, anchors=Anchors(first, 3, first, is_confirmed=True))
    book.saw_status(ChannelStatus("Bow", ChannelState.LIVE, 0, None, recording=file))
    assert (written.rows[-1].frames, written.rows[-1].detail.endswith(BY_CAMERA)) == (300 - 85, True)


def test_what_is_missing_behind_a_part_that_was_split_off_is_a_loss(book: LossBook, written: Written) -> None:
    book.split_off_examined(PART, replace(NEXT, start_utc_ns=10 * SECOND + FRAME_NS), 25.0, "The worker was killed.")
    assert not written.rows
    book.split_off_examined(PART, replace(NEXT, start_utc_ns=11 * SECOND), 25.0, "The worker was killed.")
    assert [loss.frames for loss in written.rows] == [24]


@pytest.mark.parametrize("missing", [0, 1, 5, 12])
def test_behind_a_part_that_holds_every_frame_the_numbers_tell_however_late_its_first_one_came(
    missing: int, book: LossBook, written: Written
) -> None:
    """The first frame of a connection came 46 ms late, and the file keeps its clock; the next part begins on time."""
    late_ns = 46_000_000
    part = replace(PART, start_utc_ns=late_ns, end_utc_ns=late_ns + 249 * FRAME_NS)
    following = replace(NEXT, start_utc_ns=(250 + missing) * FRAME_NS, first_frame=250 + missing)
    book.split_off_examined(part, following, 25.0, "The worker was killed.")
    assert [loss.frames for loss in written.rows] == ([missing] if missing else [])
    assert all(loss.to_utc_ns > loss.from_utc_ns for loss in written.rows)


def test_damage_in_a_clip_belongs_to_no_recording(book: LossBook, written: Written) -> None:
    damage = Damage(100, 200, SECOND, None, 3)
    book.clip_examined(CLIP, FileExamined("/d/c.mp4", FileState.INTERRUPTED, frames=222, damage=(damage,)))
    assert [(loss.recording_id, loss.frames, loss.to_utc_ns) for loss in written.rows] == [(None, 3, 9 * SECOND)]
    assert count(book) == 0


def test_a_file_of_which_nothing_can_be_read_is_missing_whole(book: LossBook, written: Written) -> None:
    book.part_examined(PART, None, FileExamined(PART.path, None, "Nothing in it can be read.", bytes=900))
    book.part_examined(replace(PART, number=2), None, FileExamined("/d/2.mp4", None, "It is gone."))
    assert [(loss.cause, loss.frames) for loss in written.rows] == [(LossCause.DAMAGED, 250)]


def test_the_next_recording_is_counted_anew(book: LossBook) -> None:
    book.take(LOSS)
    book.recording_begins(replace(RECORDING, id="r2"))
    book.take(replace(LOSS, from_utc_ns=1))
    assert count(book) == 0
