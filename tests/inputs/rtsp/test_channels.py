"""Which track a channel belongs to, however cameras answer."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.inputs.rtp.audio import PlainUnits
from seacorder.inputs.rtp.receiver import RtpReceiver
from seacorder.inputs.rtsp.channels import Channels, Pair


def assigned(answers: Sequence[Pair | None]) -> tuple[Channels, list[tuple[RtpReceiver, Pair]]]:
    channels, tracks = Channels(), []
    for answer in answers:
        receiver, asked = RtpReceiver(None, PlainUnits()), channels.free_pair()
        channels.assign(receiver, asked, answer)
        tracks.append((receiver, asked))
    return channels, tracks


def test_the_answered_pair_and_the_asked_one() -> None:
    channels, [(video, asked), (sound, _)] = assigned([(4, 5), (6, 7)])
    assert asked == (0, 1)
    assert channels.rtp[0] is channels.rtp[4] is video
    assert channels.rtp[2] is channels.rtp[6] is sound
    assert channels.rtcp[5] is video
    assert channels.rtcp[7] is sound


def test_without_an_answer_it_is_what_was_asked() -> None:
    channels, [(video, _), (sound, _)] = assigned([None, None])
    assert (channels.rtp, channels.rtcp) == ({0: video, 2: sound}, {1: video, 3: sound})


def test_an_answer_goes_before_what_only_was_asked() -> None:
    channels, [(video, _), (sound, _)] = assigned([(2, 3), (0, 1)])
    assert channels.rtp[2] is video
    assert channels.rtp[0] is sound
    assert channels.rtcp[1] is sound


@pytest.mark.parametrize("count", [2, 3])
def test_one_pair_for_all_leaves_each_its_own(count: int) -> None:
    channels, tracks = assigned([(0, 1)] * count)
    assert channels.rtp[0] is tracks[0][0]
    for receiver, asked in tracks[1:]:
        assert channels.rtp[asked[0]] is receiver


@given(st.lists(st.one_of(st.none(), st.tuples(st.integers(0, 300), st.integers(0, 300))), min_size=1, max_size=6))
def test_every_track_has_a_channel_and_no_channel_is_asked_for_twice(answers: list[Pair | None]) -> None:
    channels, tracks = assigned(answers)
    asked = [number for _, pair in tracks for number in pair]
    assert len(set(asked)) == len(asked)
    assert set(channels.rtp.values()) <= {receiver for receiver, _ in tracks}
    assert channels.rtp
