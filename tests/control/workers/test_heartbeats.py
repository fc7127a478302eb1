"""Each channel's last heartbeat: what changes becomes an event, and what a start may wait for."""

from dataclasses import replace

import pytest

from fakes.clock import FakeClock
from fakes.journal import journal_of
from seacorder.base.message import Message
from seacorder.control.workers.freshness import USUAL_PATIENCE_NS
from seacorder.control.workers.heartbeats import OVERLOAD_OVER_NS, ChannelWatch
from seacorder.model.channel import ChannelState, ChannelStatus, PictureFormat
from seacorder.model.encoding import EncodingStatus
from seacorder.model.recording import FileStatus

PICTURE = PictureFormat("h264", 1920, 1080, 25.0)
LIVE = ChannelStatus("Bow", ChannelState.LIVE, 0, None, PICTURE)
ENCODES = EncodingStatus(sentence="It encodes with libx264.", encoder="libx264")
FILE = FileStatus("r", "/1.mp4", 1, 0, 10, 0, 0)


class Bench:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.journal = journal_of(self.clock)
        self.watch = ChannelWatch(self.clock, self.journal, ["Bow", "Stern"], narrator="Talk")

    def kinds(self) -> list[str]:
        return [event.kind for event in self.journal.events.after(0)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_change_of_state_is_an_event_and_a_repeated_heartbeat_is_none(bench: Bench) -> None:
    bench.watch.saw_status(LIVE)
    bench.watch.saw_status(LIVE)
    bench.watch.saw_status(replace(LIVE, state=ChannelState.STALLED, why=Message("No frames come.")))
    assert bench.kinds() == ["channel_live", "channel_stalled"]
    assert bench.watch.why("Bow") == Message("No frames come.")


def test_the_narrator_is_no_channel(bench: Bench) -> None:
    bench.watch.saw_status(replace(LIVE, channel="Talk"))
    bench.watch.saw_status(LIVE)
    assert bench.watch.live == ("Bow",)
    assert bench.kinds() == ["channel_live"]


def test_a_lost_worker_s_channel_has_failed_until_the_next_one_reports(bench: Bench) -> None:
    bench.watch.saw_status(replace(LIVE, recording=FILE))
    last = bench.watch.worker_lost("Bow", "signal 9")
    assert last.recording == FILE
    assert bench.watch["Bow"].state is ChannelState.FAILED
    assert bench.watch["Bow"].recording is None
    assert bench.watch.lost == {"Bow": "signal 9"}
    bench.watch.saw_status(LIVE)
    assert bench.watch.lost == {}


def test_frames_left_out_are_an_overload_for_some_seconds(bench: Bench) -> None:
    bench.watch.saw_status(replace(LIVE, encoding=ENCODES))
    bench.watch.saw_status(replace(LIVE, encoding=replace(ENCODES, dropped_frames=1)))
    assert bench.watch.overloaded == {"Bow"}
    bench.clock.advance(OVERLOAD_OVER_NS / 1e9)
    assert bench.watch.overloaded == frozenset()


@pytest.mark.parametrize(
    ("status", "is_coming"),
    [
        (LIVE, False),
        (replace(LIVE, encoding=ENCODES), True),
        (replace(LIVE, encoding=ENCODES, recording=FILE), True),
        (replace(LIVE, encoding=ENCODES, recording=replace(FILE, frames=25)), False),
        (replace(LIVE, encoding=ENCODES, recording=replace(FILE, why=Message("The disk is full."))), False),
        (replace(LIVE, patience_ns=USUAL_PATIENCE_NS + 1), True),
        (replace(LIVE, patience_ns=USUAL_PATIENCE_NS + 1, recording=replace(FILE, newest_stored_ns=5)), False),
    ],
)
def test_a_start_may_wait_for_a_slow_encoder_or_source_and_for_no_disk(
    status: ChannelStatus, is_coming: bool, bench: Bench
) -> None:
    bench.watch.saw_status(status)
    assert bench.watch.is_coming("Bow") is is_coming
