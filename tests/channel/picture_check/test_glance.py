"""Glances: the verdict is that of looks at whole keyframes, and most of the decoding is saved."""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.channel.picture_check.glance import FIRST_SHARE, LEAST_SHARE, LOOKS, MOST_SHARE, Glances, GlanceShare
from seacorder.channel.picture_check.judge import COLUMNS, ROWS, KeyframeLook, PictureJudge
from seacorder.channel.picture_check.luma import luma_of, upper_luma_of
from seacorder.channel.picture_check.watch import LOOK_EVERY_NS
from seacorder.model.channel import PictureFault
from seacorder.model.sample import Sample, SourceFormat, Track, TrackFormat

SIZE = (768, 432)
LARGE = (1280, 720)
CODECS = {"libx264": "h264", "libx265": "hevc"}
Keyframe = tuple[Sample, SourceFormat]


def scene(seed: int, size: tuple[int, int]) -> bytes:
    """Coarse blocks of chance, so that every line of the picture has something in it."""
    chance = random.Random(seed)
    across, down = size[0] // 16, size[1] // 16
    rows = [b"".join(bytes([chance.randrange(30, 220)]) * 16 for _ in range(across)) for _ in range(down)]
    return b"".join(row * 16 for row in rows)


def with_noise(luma: bytes, seed: int, begin: int = 0) -> bytes:
    """From byte `begin` on."""
    noise = random.Random(seed).randbytes(len(luma) - begin)
    grain = noise.translate(bytes(value >> 4 for value in range(256)))
    # No byte overflows, so both are added as one long number.
    sums = int.from_bytes(luma[begin:], "big") + int.from_bytes(grain, "big")
    return luma[:begin] + sums.to_bytes(len(grain), "big")


def pictures_of(kinds: str, size: tuple[int, int]) -> list[bytes]:
    """m: moves, s: stands still, n: stands still with noise, l: the same, but in the lower half alone, b: black."""
    still, black = scene(999, size), bytes([16]) * (size[0] * size[1])
    make = {
        "m": lambda number: scene(number, size),
        "s": lambda _: still,
        "n": lambda number: with_noise(still, number),
        "l": lambda number: with_noise(still, number, len(still) // 2),
        "b": lambda _: black,
    }
    return [make[kind](number) for number, kind in enumerate(kinds)]


def units(content: bytes) -> list[bytes]:
    """Of a byte stream."""
    return [unit.rstrip(b"\0") for unit in content.split(b"\0\0\1")[1:]]


def with_lengths(content: bytes) -> bytes:
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units(content))


def record(extradata: bytes) -> bytes:
    """avcC of ISO/IEC 14496-15."""
    sequence, picture = units(extradata)[:2]
    sets = b"\xe1" + len(sequence).to_bytes(2, "big") + sequence + b"\x01" + len(picture).to_bytes(2, "big") + picture
    return b"\x01" + sequence[1:4] + b"\xff" + sets


def keyframes(
    kinds: str, codec: str, size: tuple[int, int] = SIZE, *, byte_stream: bool = False
) -> Iterator[Keyframe]:
    """Two seconds apart."""
    params = "log-level=none:keyint=1" if codec == "libx265" else "keyint=1"
    with av.open(io.BytesIO(), "w", format="mpegts" if byte_stream else "mp4") as container:
        stream: Any = container.add_stream(codec, rate=1)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size, "yuv420p", 1
        stream.options = {"preset": "ultrafast", "crf": "24", f"{codec[3:]}-params": params}
        packets = []
        for number, luma in enumerate(pictures_of(kinds, size)):
            frame = av.VideoFrame(*size, "yuv420p")
            chroma = b"\x80" * (len(luma) // 4)
            for plane, content in zip(frame.planes, (luma, chroma, chroma), strict=True):
                plane.update(content)
            frame.pts, frame.time_base = number, Fraction(1)
            packets += stream.encode(frame)
        packets += stream.encode(None)
        extradata = bytes(stream.codec_context.extradata or b"")
        if not byte_stream and codec == "libx264":
            extradata, packets = record(extradata), [av.Packet(with_lengths(bytes(packet))) for packet in packets]
        video = TrackFormat(Track.VIDEO, CODECS[codec], Fraction(1), extradata, *size)
        source = SourceFormat(video, None, Fraction(1), {})
        for number, packet in enumerate(packets):
            at = number * LOOK_EVERY_NS
            yield Sample(Track.VIDEO, packet, number, number, 1, True, packet.size, at, at, number), source


@dataclass
class Decoding:
    """Decodes, and counts how many keyframes' worth of lines that took."""

    work: float = 0.0
    shares: list[float] = field(default_factory=list)

    def whole(self, keyframe: Sample, source: SourceFormat) -> bytes | None:
        self.work += 1
        return luma_of(keyframe, source)

    def upper(self, keyframe: Sample, source: SourceFormat, share: float) -> bytes:
        self.work += share
        self.shares.append(share)
        return upper_luma_of(keyframe, source, share)

    def glances(self) -> Glances:
        return Glances(self.whole, self.upper)


def verdicts(shown: list[Keyframe]) -> list[PictureFault | None]:
    """Of looks at whole keyframes."""
    judge, found = PictureJudge(), []
    for keyframe, source in shown:
        luma = luma_of(keyframe, source)
        assert luma is not None
        found.append(judge.see(KeyframeLook(keyframe.instant_ns, luma)))
    return found


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("kinds", ["mmmssssssmmbbbbbbmm", "nnnnnnssssssnn", "llllllssssss", "mbmsmbnsnn"])
def test_glances_find_what_whole_looks_find(codec: str, kinds: str) -> None:
    shown = list(keyframes(kinds, codec))
    glances = Decoding().glances()
    assert [glances.see(*one) for one in shown] == verdicts(shown)


def test_a_picture_that_moves_costs_a_small_part_of_a_keyframe() -> None:
    shown = list(keyframes("m" * 6, "libx264", LARGE))
    decoding = Decoding()
    glances = decoding.glances()
    for place in range(60):
        assert glances.see(*shown[place % 6]) is None
    assert decoding.work < 60 / 6


def test_where_a_part_never_tells_glances_end() -> None:
    """A live camera before a still scene: its noise tells only over the whole picture."""
    shown = list(keyframes("l" * 6, "libx264"))
    decoding = Decoding()
    glances = decoding.glances()
    for place in range(40):
        glances.see(*shown[place % 6])
    assert decoding.work < 40 * 1.2


@pytest.mark.parametrize("byte_stream", [False, True])
@pytest.mark.parametrize("share", [LEAST_SHARE, FIRST_SHARE, MOST_SHARE])
def test_the_upper_lines_are_those_of_the_picture(byte_stream: bool, share: float) -> None:
    for keyframe, source in keyframes("mn", "libx264", byte_stream=byte_stream):
        whole, upper = luma_of(keyframe, source), upper_luma_of(keyframe, source, share)
        assert whole is not None
        assert whole.startswith(upper)
        assert len(upper) // COLUMNS == pytest.approx(ROWS * share, abs=1)


def test_other_codecs_are_looked_at_whole() -> None:
    ((keyframe, source),) = keyframes("m", "libx265")
    assert upper_luma_of(keyframe, source, 0.5) == b""


@pytest.mark.parametrize("damaged", [b"", b"\0\0\0\1" + bytes(500), b"\0\0\1\x65", b"\0\0\0\x09\x65"])
def test_a_damaged_keyframe_has_no_upper_lines(damaged: bytes) -> None:
    for byte_stream in (False, True):
        ((keyframe, source),) = keyframes("m", "libx264", byte_stream=byte_stream)
        assert upper_luma_of(keyframe._replace(packet=damaged), source, 0.5) == b""


levels = st.integers(0, 60)


@given(st.lists(st.tuples(levels, levels), min_size=ROWS, max_size=ROWS), st.integers(1, ROWS))
def test_what_the_upper_lines_tell_the_whole_confirms(lines: list[tuple[int, int]], known: int) -> None:
    """Whatever the other lines show: a look at all of them is new and not black."""
    before, after = (b"".join(bytes([line[place]]) * COLUMNS for line in lines) for place in (0, 1))
    judge = PictureJudge()
    judge.see(KeyframeLook(0, before))
    told = judge.lines_to_tell(after[: known * COLUMNS])
    if told is not None:
        assert told <= known
        assert judge.see(KeyframeLook(LOOK_EVERY_NS, after)) is None
        assert not judge.is_suspicious


def test_a_share_grows_at_once_and_shrinks_when_much_less_was_enough_for_long() -> None:
    share = GlanceShare()
    for _ in range(LOOKS):
        share.told(2, 6)
    assert share.height == FIRST_SHARE / 2
    while not share.is_whole:
        share.failed()
    assert share.height == 2 * MOST_SHARE


def test_a_share_that_has_just_proved_too_small_is_tried_again_much_later() -> None:
    share, tries, before = GlanceShare(), 0, 0
    for _ in range(40 * LOOKS):
        before = tries
        if share.height < FIRST_SHARE:
            share.failed()
            tries += 1
        share.told(2, 6)
    assert before <= 5
