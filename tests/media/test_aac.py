"""Transcoded sound keeps its rhythm through jitter and follows its source over a hole; narration has its format."""

import io
import itertools
from collections.abc import Iterator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import av
import pytest

from seacorder.media.aac import FRAME_SAMPLES, AacTranscoder, can_pass, narration_format
from seacorder.model.narration import SAMPLE_RATE

RATE = 16_000
BLOCK = 1600


def pcm_packets(count: int) -> Iterator[tuple[Any, Any]]:
    """A stream of silence and its packets, each of a tenth of a second."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as out:
        stream = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for number in range(count):
            frame = av.AudioFrame(format="s16", layout="mono", samples=BLOCK)
            frame.sample_rate, frame.pts, frame.time_base = RATE, number * BLOCK, Fraction(1, RATE)
            frame.planes[0].update(bytes(2 * BLOCK))
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as given:
        for packet in given.demux(audio=0):
            if packet.size:
                yield given.streams.audio[0], packet


def transcoded(shifts_ms: list[int]) -> list[int]:
    """The times in samples of what comes out when each packet comes so much later than it should."""
    transcoder: AacTranscoder | None = None
    times: list[int] = []
    for (stream, packet), shift in zip(pcm_packets(len(shifts_ms)), shifts_ms, strict=True):
        transcoder = transcoder or AacTranscoder(stream)
        packet.pts += int(shift / 1000 / stream.time_base)
        times += [made.pts for made in transcoder.packets(packet)]
    assert transcoder is not None
    return times + [made.pts for made in transcoder.rest()]


def test_jitter_does_not_tear_the_sound() -> None:
    times = transcoded([0, 30, -20, 90, 0, -60, 10, 0])
    assert {after - before for before, after in itertools.pairwise(times)} == {FRAME_SAMPLES}


def test_a_hole_stays_a_hole() -> None:
    times = transcoded([0] * 5 + [1000] * 5)
    steps = [after - before for before, after in itertools.pairwise(times)]
    [hole] = [step for step in steps if step != FRAME_SAMPLES]
    assert hole - FRAME_SAMPLES == pytest.approx(RATE, abs=FRAME_SAMPLES)


@pytest.mark.parametrize(
    ("codec", "rate", "record", "passes"),
    [
        ("aac", 48_000, b"\x11\x90", True),
        ("aac", 48_000, None, False),
        ("opus", 48_000, b"\x00" * 19, True),
        ("mp3", 44_100, None, True),
        ("mp3", 90_000, None, False),
        ("pcm_alaw", 8_000, b"\x00" * 99, False),
    ],
)
def test_what_mp4_carries_passes(codec: str, rate: int, record: bytes | None, passes: bool) -> None:
    context = SimpleNamespace(codec=SimpleNamespace(canonical_name=codec), sample_rate=rate, extradata=record)
    assert can_pass(context) is passes


@pytest.mark.parametrize("channels", [1, 2])
def test_narration_is_known_before_a_word_is_said(channels: int) -> None:
    found = narration_format(channels)
    assert (found.track.codec, found.track.sample_rate, found.track.channels) == ("aac", SAMPLE_RATE, channels)
    decoder: Any = found.template.codec_context
    packet = av.Packet(found.silence)
    assert [frame.samples for frame in decoder.decode(packet)] == [FRAME_SAMPLES]
