"""Whether bytes have reached a file lately enough to say that a channel records."""


import pytest

from seacorder.control.workers.freshness import FRESH_NS, StoredBytes, fresh_limit_ns
from seacorder.model.channel import ChannelState, ChannelStatus, PictureFormat
from seacorder.model.recording import FileKind, FileStatus

SECOND = 1_000_000_000


def beat(last_stored_ns: int, *, identifier: str = "a", frame_rate: float = 25.0) -> ChannelStatus:
    file = FileStatus(identifier, "/x.mp4", 1, 0, 1, 1, last_stored_ns)
    picture = PictureFormat("h264", 1920, 1080, frame_rate)
    return ChannelStatus("Bow", ChannelState.LIVE, 0, None, picture, recording=file)


@pytest.mark.parametrize(("rate", "limit_ns"), [(25, FRESH_NS), (0, FRESH_NS), (1, 3 * SECOND), (0.5, 6 * SECOND)])
def test_slow_sources_are_given_three_frame_intervals(rate: float, limit_ns: int) -> None:
    assert fresh_limit_ns(rate) == limit_ns


def test_a_new_part_without_bytes_does_not_undo_the_one_before() -> None:
    stored = StoredBytes("a", FileKind.RECORDING)
    stored.saw_status(beat(10 * SECOND))
    stored.saw_status(beat(0))
    assert stored.is_fresh("Bow", 11 * SECOND)
    assert not stored.is_fresh("Bow", 12 * SECOND)


def test_bytes_of_another_recording_do_not_count() -> None:
    stored = StoredBytes("a", FileKind.RECORDING)
    stored.saw_status(beat(10 * SECOND, identifier="b"))
    assert not stored.any_fresh(["Bow"], 10 * SECOND)
