"""A hundred thousand frames through FFmpeg's muxer and through our own writer: the same files. Long form only."""

from collections.abc import Iterator
from random import Random

import pytest

from fakes.footage import Footage, Recipe, footage
from fakes.mp4_writing import packets_by_track, said_but_for_ends, with_sound, written_by
from faults.results import note
from seacorder.model.sample import Sample, Track, TrackFormat

pytestmark = [pytest.mark.slow, pytest.mark.long_form, pytest.mark.timeout(900)]

NEWEST = 3
"""Packets of a track that may be in the newest fragment, and so not in a file that is open."""
FRAMES, FRAMES_A_FILE = 100_000, 12_500
SOUND_FROM = 75_000
"""From this frame on the films have sound."""


def films() -> Iterator[tuple[Footage, list[Sample]]]:
    """Eight files' packets; one frame in fifty is lost, and the frames' times jitter."""
    dice = Random(11)
    kinds = [footage(Recipe(frames=40, b_frames=b, size=(256, 16))) for b in (0, 2, 3)]
    for begin in range(0, FRAMES, FRAMES_A_FILE):
        made = with_sound("aac") if begin >= SOUND_FROM else kinds[begin // FRAMES_A_FILE % len(kinds)]
        samples: list[Sample] = []
        for one in _repeated(made, FRAMES_A_FILE):
            if one.track is Track.AUDIO or not samples:
                samples.append(one)
            elif dice.random() >= 0.02:
                later = dice.randrange(100)
                samples.append(one._replace(dts=one.dts + later, pts=one.pts + later))
        yield made, samples


def _repeated(made: Footage, frames: int) -> Iterator[Sample]:
    """The footage again and again, with times that go on."""
    lengths = {Track.VIDEO: _length(made, made.source.video)}
    if made.source.audio is not None:
        lengths[Track.AUDIO] = _length(made, made.source.audio)
    first = {one.track: one.dts for one in reversed(made.samples)}
    for turn in range(frames // len(made.video) + 1):
        for one in made.samples:
            if one.dts < first[one.track] + lengths[one.track]:  # the last sound ends behind the last picture
                later = turn * lengths[one.track]
                yield one._replace(dts=one.dts + later, pts=one.pts + later)


def _length(made: Footage, track_format: TrackFormat) -> int:
    """How long the pictures last, in units of the track."""
    return int(len(made.video) / 25 / track_format.time_base)


def test_a_hundred_thousand_frames_are_the_same_in_both_writers_files() -> None:
    frames = differing = 0
    for made, samples in films():
        cuts = frozenset(range(10, len(samples), 10))
        theirs, ours = (written_by(writer, made, samples, cuts) for writer in ("FFmpeg's", "ours"))
        frames += sum(one.track is Track.VIDEO for one in samples)
        if not are_the_same(theirs, ours):
            differing += 1
    note("frames through FFmpeg's muxer and through our own writer: the same packets with the same times", times=frames,
         worst=f"{differing} files differ", limit="0 files", kept=differing == 0)  # fmt: skip
    assert differing == 0
    assert frames > 97_500


def are_the_same(theirs: tuple[bytes, bytes], ours: tuple[bytes, bytes]) -> bool:
    """Each the file before it was closed, and the closed file. How long the last packet lasts both guess."""
    wanted, found, still_open = (packets_by_track(file) for file in (theirs[1], ours[1], ours[0]))
    return said_but_for_ends(theirs[1]) == said_but_for_ends(ours[1]) and all(
        found[track][:-1] == packets[:-1]
        and [one.timed for one in found[track]] == [one.timed for one in packets]
        and [one.timed for one in still_open[track]] == [one.timed for one in packets[: len(still_open[track])]]
        and len(packets) - len(still_open[track]) <= NEWEST
        for track, packets in wanted.items()
    )
