"""Headers of pictures and configuration records, against what real encoders and muxers write."""

import io
from fractions import Fraction
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.fixtures import MakeSource
from rig.source_files import SourceSpec, as_byte_stream
from rig.web_camera import jpegs
from seacorder.media.formats import probe_by_record, probe_for_mp4
from seacorder.media.parameter_sets import of_record
from seacorder.media.picture_header import size_of


@pytest.mark.parametrize(("width", "height"), [(1, 1), (321, 181), (640, 360), (4095, 16)])
@pytest.mark.parametrize(
    ("encoder", "pixels"),
    [("mjpeg", "yuvj420p"), ("png", "rgb24"), ("mpeg2video", "yuv420p"), ("mpeg1video", "yuv420p")],
)
def test_a_picture_tells_its_size(encoder: str, pixels: str, width: int, height: int) -> None:
    context: Any = av.CodecContext.create(encoder, "w")
    context.width, context.height, context.pix_fmt = width, height, pixels
    context.time_base, context.framerate, context.color_range = Fraction(1, 25), Fraction(25), 2
    frame = av.VideoFrame(width, height, pixels)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.pts = 0
    packets = [*context.encode(frame), *context.encode(None)]
    assert size_of(encoder, memoryview(bytes(packets[0]))) == (width, height)


def test_what_stands_before_the_size_is_passed_over() -> None:
    [picture] = jpegs(count=1)
    comment = b"\xff\xfe" + (4 + 2).to_bytes(2, "big") + b"\xff\xc0\x00\x00"
    assert size_of("mjpeg", memoryview(picture[:2] + comment + b"\xff" + picture[2:])) == (320, 180)


@given(st.sampled_from(["mjpeg", "png", "mpeg2video", "h264"]), st.binary(max_size=80))
def test_any_content_is_read_or_not(codec: str, content: bytes) -> None:
    for head in (b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"\x00\x00\x01\xb3"):
        size = size_of(codec, memoryview(head + content))
        assert size is None or len(size) == 2


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_records_hold_the_parameter_sets(rig_source: MakeSource, codec: str) -> None:
    source = rig_source(SourceSpec(width=320, height=180, seconds=1, gop=10, codec=codec))
    with av.open(str(source.path)) as container:
        stream = container.streams.video[0]
        record = bytes(stream.codec_context.extradata or b"")
        keyframe = next(bytes(packet) for packet in container.demux(stream) if packet.size)
    sets = of_record(record, codec)
    kinds = [one[0] & 31 if codec == "h264" else one[0] >> 1 & 63 for one in sets]
    assert set(kinds) >= ({7, 8} if codec == "h264" else {32, 33, 34})
    again = b"".join(b"\x00\x00\x00\x01" + one for one in sets) + as_byte_stream(keyframe, 4)
    probed = probe_for_mp4(codec, again, Fraction(1, 90_000))
    assert (probed.template.codec_context.width, probed.template.codec_context.height) == (320, 180)
    with av.open(io.BytesIO(again), format=codec) as container:
        assert len(list(container.decode(video=0))) == 1
    told = probe_by_record(codec, record, keyframe, Fraction(1, 1_000)).codec_context
    assert (told.width, told.height, bytes(told.extradata or b"")) == (320, 180, record)


@given(st.sampled_from(["h264", "hevc"]), st.binary(max_size=60))
def test_any_record_is_read_or_not(codec: str, record: bytes) -> None:
    assert isinstance(of_record(record, codec), tuple)
