"""The backlog: whole groups of pictures, enough to reach back, never without bound."""

from fractions import Fraction

from seacorder.channel.backlog import Backlog
from seacorder.model.sample import Sample, SourceFormat, Track, TrackFormat

SECOND = 1_000_000_000
SOURCE = SourceFormat(TrackFormat(Track.VIDEO, "h264", Fraction(1, 90000), b""), None, Fraction(10), {})


def picture(number: int, *, group: int = 10, size: int = 1000, at_ns: int | None = None) -> Sample:
    at = number * SECOND // 10 if at_ns is None else at_ns
    return Sample(Track.VIDEO, None, number, number, 1, number % group == 0, size, at, at, number)


def filled(frames: int, seconds: float = 3.0, **kwargs: int) -> Backlog:
    backlog = Backlog(seconds, **kwargs)
    for number in range(frames):
        backlog.push([picture(number)], SOURCE)
    return backlog


def numbers(backlog: Backlog, instant_ns: int) -> list[int]:
    return [sample.number for samples, _ in backlog.since(instant_ns) for sample in samples]


def test_begins_with_the_newest_keyframe_at_or_before_the_instant() -> None:
    backlog = filled(45)
    assert numbers(backlog, int(3.55 * SECOND))[0] == 30
    assert numbers(backlog, 3 * SECOND)[0] == 30
    assert numbers(backlog, 3 * SECOND - 1)[0] == 20
    assert numbers(backlog, 3 * SECOND)[-1] == 44


def test_an_instant_before_everything_gives_everything() -> None:
    backlog = filled(25)
    assert numbers(backlog, -5) == list(range(25))


def test_reaches_back_at_least_its_window_and_no_more_than_a_group_beyond() -> None:
    backlog = filled(1000)
    oldest = numbers(backlog, 0)[0]
    assert 99.9 - 3 - 1 - 0.1 <= oldest / 10 <= 99.9 - 3


def test_what_comes_before_the_first_keyframe_is_not_kept() -> None:
    backlog = Backlog(3)
    backlog.push([picture(5)], SOURCE)
    assert numbers(backlog, 0) == []
    assert backlog.newest_keyframe() is None


def test_the_picture_of_an_instant_needs_its_group_up_to_it() -> None:
    backlog = filled(35)
    found = backlog.group_at(int(2.55 * SECOND))
    assert found is not None
    assert [sample.number for sample in found[0]] == list(range(20, 26))


def test_with_reordered_pictures_the_newest_at_or_before_the_instant_is_last() -> None:
    backlog = Backlog(3)
    for number, place in enumerate([0, 3, 1, 2, 6, 4, 5]):
        backlog.push([picture(number, at_ns=place * SECOND)], SOURCE)
    found = backlog.group_at(2 * SECOND)
    assert found is not None
    assert [sample.number for sample in found[0]] == [0, 1, 2, 3]


def test_memory_is_bounded_in_bytes_too() -> None:
    backlog = filled(1000, seconds=1000.0, limit_bytes=50_000)
    assert backlog.bytes <= 50_000
    assert numbers(backlog, 0)[-1] == 999


def test_tells_how_much_changes_from_picture_to_picture() -> None:
    backlog = Backlog(3)
    assert backlog.newest_difference_bytes() == 0
    backlog.push([picture(0, size=90_000)], SOURCE)
    assert backlog.newest_difference_bytes() == 0
    for number in (1, 2, 3):
        backlog.push([picture(number, size=number * 1000)], SOURCE)
    assert backlog.newest_difference_bytes() == 2000


def test_a_picture_behind_a_recovery_point_brings_what_must_be_decoded_before_it() -> None:
    backlog = Backlog(seconds=10)
    for number in range(30):
        made = picture(number)._replace(recovery_frames=12 if number % 10 == 0 else 0)
        backlog.push([made], SOURCE)
    found = backlog.group_at(picture(25).instant_ns)
    assert found is not None
    assert [sample.number for sample in found[0]] == list(range(10, 26)), "15 pictures lie before it, 12 are enough"
    newest = backlog.newest_keyframe()
    assert newest is not None
    assert [sample.number for sample in newest[0]] == list(range(21)), "of 10 before it only 20 are enough"
