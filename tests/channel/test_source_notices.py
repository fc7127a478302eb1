"""What is said of an odd source, and how often."""

from fractions import Fraction
from typing import Any

import pytest

from seacorder.channel.source_notices import MENDED_EVERY_NS, SourceNotices
from seacorder.channel.timing.timeline import Mended
from seacorder.model.event import Severity
from seacorder.model.sample import Sample, SourceFormat, Track, TrackFormat

Said = list[tuple[Any, ...]]
"""Kind, severity, fact, and an action where there is one."""


@pytest.fixture
def said() -> Said:
    return []


@pytest.fixture
def notices(said: Said) -> SourceNotices:
    return SourceNotices("Bow", lambda *event: said.append(event))


def keyframe(recovery_frames: int) -> Sample:
    return Sample(Track.VIDEO, None, 0, 0, 0, True, 1, 0, 0, 0, recovery_frames)


def test_intra_refresh_is_said_once_and_stands_as_long_as_it_is_sent(
    notices: SourceNotices, said: Said
) -> None:
    stands = []
    for frames in (0, 30, 30, 0, 30):
        notices.keyframe_came(keyframe(frames))
        stands.append(notices.begins_at_recovery_points)
    assert stands == [False, True, True, False, True]
    assert [kind for kind, *_ in said] == ["intra_refresh"]
    assert said[0][2:] == (
        (
            "Bow sends intra refresh instead of keyframes. It is recorded, but the first 30 frames of each file are "
            "incomplete."
        ),
        "Nothing to do during a dive. Later: switch intra refresh off in the camera.",
    )


def test_mended_times_are_said_once_a_minute_at_most_and_only_when_there_are_more(
    notices: SourceNotices, said: Said
) -> None:
    begin_ns = 10 * MENDED_EVERY_NS
    for seconds, repeated in ((0, 0), (1, 2), (30, 5), (62, 5), (63, 6), (200, 6)):
        notices.times_mended(Mended(repeated=repeated), begin_ns + seconds * 10**9)
    assert [fact for _, _, fact, _ in said] == [
        f"Bow: its time stamps are irregular ({count} corrected so far). Every frame is stored." for count in (2, 5, 6)
    ]


def test_a_new_format_is_named(notices: SourceNotices, said: Said) -> None:
    video = TrackFormat(Track.VIDEO, "hevc", Fraction(1, 90_000), b"", 1920, 1080)
    notices.format_changed(SourceFormat(video, None, None, {}))
    fact = "Bow now sends hevc 1920x1080. A running recording goes on in a new file."
    assert said == [("format_changed", Severity.INFO, fact)]
