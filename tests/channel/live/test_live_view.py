"""A channel's live view: what comes is sent while somebody looks, and recording never waits for it."""

import threading
from queue import SimpleQueue

import pytest

from fakes.footage import Footage, Recipe, footage
from seacorder.channel.live import live_view
from seacorder.channel.live.live_view import LiveView
from seacorder.model.live import LiveBegun, LiveBurst, LiveFragment, LivePiece, LiveReport

SECONDS = 20.0


class Sent:
    """What was sent, piece by piece. It blocks while `is_open` is not set."""

    def __init__(self) -> None:
        self.pieces: SimpleQueue[LivePiece] = SimpleQueue()
        self.together: list[int] = []
        """How many pieces came with each report."""
        self.began = threading.Event()
        self.is_open = threading.Event()
        self.is_open.set()

    def __call__(self, report: LiveReport) -> None:
        self.began.set()
        assert self.is_open.wait(SECONDS)
        pieces = report.pieces if isinstance(report, LiveBurst) else (report,)
        self.together.append(len(pieces))
        for piece in pieces:
            self.pieces.put(piece)

    def next(self, count: int) -> list[LivePiece]:
        return [self.pieces.get(timeout=SECONDS) for _ in range(count)]


@pytest.fixture
def made() -> Footage:
    return footage(Recipe(frames=40))


def utc_of(reports: list[LivePiece]) -> list[int]:
    return [one.utc_ns for one in reports if isinstance(one, LiveFragment)]


def test_it_begins_with_the_newest_pictures_and_goes_on_with_those_that_come(made: Footage) -> None:
    sent = Sent()
    view = LiveView(sent)
    view.begin((made.video[10:14], made.source))
    view.take(made.video[14], made.source)
    first, *pictures = sent.next(6)
    assert isinstance(first, LiveBegun)
    assert utc_of(pictures) == [sample.utc_ns for sample in made.video[10:15]]
    view.end()


def test_its_own_time_never_goes_back_for_one_who_saw_what_an_earlier_process_sent(made: Footage) -> None:
    ends: list[int] = []
    for first in (0, 20):  # each view is that of another process
        sent = Sent()
        view = LiveView(sent)
        view.begin((made.video[first : first + 10], made.source))
        pictures = [one for one in sent.next(11) if isinstance(one, LiveFragment)]
        assert not ends or pictures[0].media_us > ends[-1]
        ends.append(pictures[-1].media_us)
        view.end()


def test_nothing_is_taken_while_nobody_looks(made: Footage) -> None:
    sent = Sent()
    view = LiveView(sent)
    view.take(made.video[0], made.source)
    view.begin(None)
    view.take(made.video[1], made.source)
    view.take(made.video[10], made.source)
    view.end()
    view.take(made.video[11], made.source)
    view.begin((made.video[20:21], made.source))
    found = [*sent.next(2)]
    while utc_of(found)[-1:] != [made.video[20].utc_ns]:
        found += sent.next(1)
    assert set(utc_of(found)) <= {made.video[10].utc_ns, made.video[20].utc_ns}
    view.end()


def test_what_cannot_be_sent_is_dropped_up_to_a_keyframe(made: Footage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_view, "LIMIT_BYTES", sum(sample.size for sample in made.video[1:16]))
    sent = Sent()
    view = LiveView(sent)
    sent.is_open.clear()
    view.begin((made.video[:1], made.source))
    assert sent.began.wait(SECONDS)
    for sample in made.video[1:26]:
        view.take(sample, made.source)
    sent.is_open.set()
    _, *pictures = sent.next(2)
    view.take(made.video[30], made.source)
    pictures += sent.next(1)
    while utc_of(pictures)[-1] != made.video[30].utc_ns:
        pictures += sent.next(1)
    assert utc_of(pictures)[0] == made.video[0].utc_ns
    assert made.video[15].utc_ns not in utc_of(pictures)
    assert utc_of(pictures)[1] in {made.video[20].utc_ns, made.video[30].utc_ns}
    view.end()


def test_what_waits_is_sent_together_and_not_too_much_at_once(made: Footage) -> None:
    sent = Sent()
    view = LiveView(sent)
    sent.is_open.clear()
    view.begin((made.video[:1], made.source))
    assert sent.began.wait(SECONDS)
    for sample in made.video[1 : 2 + live_view.TOGETHER_MAX]:
        view.take(sample, made.source)
    sent.is_open.set()
    _, *pictures = sent.next(3 + live_view.TOGETHER_MAX)
    assert utc_of(pictures) == [sample.utc_ns for sample in made.video[: 2 + live_view.TOGETHER_MAX]]
    assert sent.together == [2, live_view.TOGETHER_MAX, 1]
    view.end()
