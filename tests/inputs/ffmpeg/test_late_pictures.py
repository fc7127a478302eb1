"""Streams in which sound begins long before the first picture that can be decoded: FLV, as RTMP and HTTP carry it."""

import io
import itertools
from fractions import Fraction
from typing import Any, cast

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fakes.clock import FakeClock
from rig.fixtures import MakeSource
from rig.flv import SOUND_RATE, Join, Tag, add_sound, as_flv, joined
from rig.source_files import SourceSpec
from seacorder.base.errors import InputFailed
from seacorder.inputs.ffmpeg.stream import StreamInput
from seacorder.inputs.http_answer import AnswerContent, WebAnswer
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.model.address.address import StreamAddress
from seacorder.model.sample import SourceFormat, SourcePacket, Track

SECONDS = 16
AAC_FRAME = Fraction(1024, SOUND_RATE)
ADDRESS = StreamAddress("http://127.0.0.1/live.flv")


class Streams(dict[tuple[str, int], list[Tag]]):
    """By codec and frames of a group."""

    def __repr__(self) -> str:
        return "streams"  # hypothesis would print all their bytes


@pytest.fixture(scope="module")
def streams(rig_source: MakeSource, tmp_path_factory: pytest.TempPathFactory) -> Streams:
    found = Streams()
    for codec, gop, b_frames in (("h264", 25, 2), ("h264", 125, 0), ("hevc", 50, 0)):
        spec = SourceSpec(width=160, height=96, rate=12, seconds=SECONDS, gop=gop, codec=codec, b_frames=b_frames)
        path = tmp_path_factory.mktemp("late") / "with_sound.mp4"
        add_sound(rig_source(spec).path, path, SECONDS)
        found[codec, gop] = as_flv(path)
    return found


def read(content: bytes) -> tuple[SourceFormat, list[SourcePacket]]:
    answer = WebAnswer(connection=cast(Any, None), response=cast(Any, io.BytesIO(content)))
    source = StreamInput(ADDRESS, FakeClock(), PictureTimeout(), content=AnswerContent(answer), container="flv")
    found = source.open()
    packets: list[SourcePacket] = []
    with pytest.raises(InputFailed, match="ended"):
        packets.extend(item for item in source.packets() if isinstance(item, SourcePacket))
    source.close()
    return found, packets


joins = st.builds(
    Join,
    at_ms=st.integers(0, 2_000),
    pictures=st.sampled_from(["all", "keyframe"]),
    record=st.sampled_from(["first", "late"]),
    lead_ms=st.sampled_from([0, 0, 40, 700, 1_200, 3_000, 4_000]),
)


@settings(max_examples=16, phases=[Phase.explicit, Phase.generate])
@given(which=st.sampled_from([("h264", 25), ("h264", 125), ("hevc", 50)]), join=joins)
def test_whoever_joins_gets_every_picture_from_the_first_keyframe_on_and_the_sound_beside_it(
    streams: Streams, which: tuple[str, int], join: Join
) -> None:
    tags = streams[which]
    found, packets = read(joined(tags, join))
    assert (found.video.codec, found.video.width, found.video.height) == (which[0], 160, 96)
    assert found.audio is not None
    pictures = [packet for packet in packets if packet.track is Track.VIDEO]
    sound = [packet for packet in packets if packet.track is Track.AUDIO]
    keyframe = next(tag.ms for tag in tags if tag.is_keyframe and tag.ms >= join.at_ms)
    sent = [tag.ms + join.lead_ms for tag in tags if tag.is_picture and tag.ms >= keyframe]
    assert packets[0].track is Track.VIDEO
    assert packets[0].is_keyframe
    assert [packet.dts for packet in pictures] == sent
    begin = Fraction(sent[0], 1000)
    times = [(packet.pts or 0) * found.templates[Track.AUDIO].time_base for packet in sound]
    beside = [time for time in times if time >= begin]
    # FLV's times are whole milliseconds.
    assert all(abs(after - before - AAC_FRAME) <= Fraction(1, 500) for before, after in itertools.pairwise(beside))
    if join.lead_ms or join.pictures == "keyframe":
        assert beside[0] - begin <= AAC_FRAME + Fraction(1, 500)


def test_parameters_are_told_alike_whether_the_keyframe_comes_early_or_late(streams: Streams) -> None:
    """Else a reconnection would begin a new part."""
    for tags in streams.values():
        formats = [read(joined(tags, Join(lead_ms=lead)))[0] for lead in (0, 4_000)]
        assert formats[0].fits(formats[1])


def test_sound_alone_is_no_stream(streams: Streams) -> None:
    whole = joined(streams["h264", 25], Join(record="late", lead_ms=9_000))
    answer = WebAnswer(connection=cast(Any, None), response=cast(Any, io.BytesIO(whole[:400])))
    source = StreamInput(ADDRESS, FakeClock(), PictureTimeout(), content=AnswerContent(answer), container="flv")
    with pytest.raises(InputFailed, match="sends no video"):
        source.open()
    source.close()
