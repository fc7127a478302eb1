"""The queue before the encode thread is bounded; what finds no room is told, and where it would have been."""

import pytest

from seacorder.channel.encoding.frame_queue import BYTES_MAX, FRAMES_MAX, FRAMES_MIN, Arrival, Drained, FrameQueue
from seacorder.model.sample import Sample, Track


def sample(number: int, *, is_keyframe: bool = False, size: int = 1, track: Track = Track.VIDEO) -> Sample:
    return Sample(track, None, number, number, 1, is_keyframe, size, instant_ns=number, utc_ns=number, number=number)


def put(queue: FrameQueue, numbers: range, keyframes: tuple[int, ...] = (), size: int = 1) -> None:
    for number in numbers:
        queue.put(Arrival(sample(number, is_keyframe=number in keyframes, size=size), number))


def taken(queue: FrameQueue) -> list[int | list[int]]:
    """Numbers of pictures, and lists of those that were refused, in order."""
    found: list[int | list[int]] = []
    while (item := queue.get(0)) is not None:
        if isinstance(item, Arrival):
            found.append(item.sample.number)
        elif not isinstance(item, Drained):
            found.append([number for _, number in item.pictures])  # type: ignore[union-attr]
    return found


def test_what_finds_no_room_is_told_in_its_place() -> None:
    queue = FrameQueue()
    put(queue, range(FRAMES_MAX + 3))
    assert queue.frames == FRAMES_MAX
    assert taken(queue) == [*range(FRAMES_MAX), [FRAMES_MAX, FRAMES_MAX + 1, FRAMES_MAX + 2]]


def test_once_full_it_takes_nothing_until_it_is_half_empty_and_a_keyframe_comes() -> None:
    queue = FrameQueue()
    put(queue, range(FRAMES_MAX + 1))
    for _ in range(FRAMES_MAX // 2):
        queue.get(0)
    put(queue, range(200, 202), keyframes=(200,))  # half of it waits, which is one too many
    queue.get(0)
    put(queue, range(202, 206), keyframes=(204,))
    assert taken(queue)[-3:] == [[FRAMES_MAX, 200, 201, 202, 203], 204, 205]


def test_large_pictures_are_bounded_by_their_bytes_but_a_few_always_fit() -> None:
    queue = FrameQueue()
    put(queue, range(FRAMES_MIN + 2), size=BYTES_MAX)
    assert taken(queue) == [*range(FRAMES_MIN), [FRAMES_MIN, FRAMES_MIN + 1]]


def test_sound_is_refused_only_when_very_much_waits_and_counts_as_no_picture() -> None:
    queue = FrameQueue()
    for number in range(50 * FRAMES_MAX + 5):
        queue.put(Arrival(sample(number, track=Track.AUDIO), number))
    assert queue.frames == 0
    assert len(taken(queue)) == 50 * FRAMES_MAX


@pytest.mark.parametrize("full", [False, True])
def test_what_is_no_picture_always_goes_in(full: bool) -> None:
    queue, said = FrameQueue(), []
    put(queue, range(FRAMES_MAX + 1 if full else 1))
    queue.put(Drained(lambda: said.append("drained")))
    items = []
    while (item := queue.get(0)) is not None:
        items.append(item)
    assert isinstance(items[-1], Drained)
    items[-1].said()
    assert said == ["drained"]
