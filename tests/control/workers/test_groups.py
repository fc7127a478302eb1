"""Who shares a process with whom."""

import pytest

from seacorder.control.workers.groups import groups_of, may_share
from seacorder.model.channel import ChannelSettings
from seacorder.model.narration import NarrationSettings


def cameras(count: int) -> list[ChannelSettings]:
    return [ChannelSettings(number, f"C{number}", f"rtsp://cam/{number}") for number in range(count)]


@pytest.mark.parametrize(
    ("channels", "per_process", "sizes"),
    [
        (1, 0, []),
        (16, 0, []),
        (17, 0, [6, 6, 5]),
        (24, 0, [8, 8, 8]),
        (25, 0, [7, 6, 6, 6]),
        (64, 0, [8] * 8),
        (8, 8, [8]),
        (9, 8, [5, 4]),
        (3, 2, [2]),
        (3, 64, [3]),
        (64, 1, []),
        (0, 8, []),
    ],
)
def test_how_many_share_a_process(channels: int, per_process: int, sizes: list[int]) -> None:
    groups = groups_of(cameras(channels), (), per_process)
    assert [len(group) for group in groups] == sizes


def test_they_are_in_the_order_of_the_settings_and_each_is_in_one_group() -> None:
    groups = groups_of(cameras(20), (), 0)
    assert [name for group in groups for name in group] == [f"C{number}" for number in range(20)]


@pytest.mark.parametrize(
    ("address", "shares"),
    [
        ("rtsp://cam/1", True),
        ("rtsp://user:secret@cam:8554/1#audio=off", True),
        ("rtsp://cam/1#transport=udp", False),
        ("rtsp://cam/1#client=ffmpeg", False),
        ("rtsps://cam/1", False),
        ("http://cam/video.mjpg", False),
        ("udp://:5000", False),
        ("v4l2:/dev/video0", False),
        ("test:", False),
    ],
)
def test_only_a_camera_that_our_own_client_reads_over_tcp_may_share(address: str, shares: bool) -> None:
    assert may_share(ChannelSettings(0, "Bow", address)) is shares


def test_a_channel_with_narration_and_the_narrator_are_alone() -> None:
    assert not may_share(ChannelSettings(0, "Bow", "rtsp://cam/1", narration_channels=1))
    assert not may_share(ChannelSettings(0, "Voice", "rtsp://cam/1", narrator=NarrationSettings("token")))


def test_who_encodes_is_alone_and_does_not_count() -> None:
    groups = groups_of(cameras(18), ("C0", "C9"), 0)
    assert groups == (), "sixteen are left"
    assert groups_of(cameras(4), ("C1",), 8) == (("C0", "C2", "C3"),)
