"""Encoders: no picture is held back, keyframes where asked, one ladder shares its parameter sets."""

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fakes.clock import FakeClock
from fakes.encoding import SlowEncoder
from fakes.footage import picture
from seacorder.channel.encoding.encoder import AnyEncoder, Encoder, EncoderOrder, Looks
from seacorder.channel.encoding.encoder_options import ENCODERS
from seacorder.channel.encoding.probe import tried
from seacorder.model.encoders import BY_NAME

SIZE = (320, 192)
TICKS = 3600
SOFTWARE = ("libx264", "libx265", "libsvtav1")


def order(name: str, preset: str = "", *, size: tuple[int, int] = SIZE, bit_rate: int = 500_000) -> EncoderOrder:
    looks = Looks(*size, "yuv420p", (1, 1, 1, 1), Fraction(4, 3))
    return EncoderOrder(name, preset, bit_rate, Fraction(25), Fraction(1, 90_000), 1, looks)


def slow(name: str) -> AnyEncoder:
    """The fake of other tests: it must keep what the real one promises."""
    return SlowEncoder(order(name), FakeClock(), {})


def real(name: str) -> AnyEncoder:
    return Encoder(order(name))


def encoded(encoder: AnyEncoder, count: int, keyframes: set[int]) -> list[Any]:
    packets = []
    for number in range(count):
        made = encoder.encode(picture(number, SIZE), number * TICKS, as_keyframe=number in keyframes)
        assert [packet.pts for packet in made] == [number * TICKS], "a picture was held back"
        packets += made
    assert encoder.flush() == []
    return packets


@pytest.mark.parametrize("make", [real, slow])
@pytest.mark.parametrize("name", SOFTWARE)
def test_each_picture_comes_out_at_once_and_keyframes_are_where_they_are_asked_for(
    name: str, make: Callable[[str], AnyEncoder]
) -> None:
    packets = encoded(make(name), 24, {0, 7, 8, 20})
    assert [number for number, packet in enumerate(packets) if packet.is_keyframe] == [0, 7, 8, 20]
    assert all(packet.dts == packet.pts for packet in packets)


@pytest.mark.parametrize("name", SOFTWARE)
def test_all_presets_of_a_ladder_share_their_parameter_sets(name: str) -> None:
    kind = ENCODERS[name]
    formats = []
    for preset in kind.known.presets:
        encoder = Encoder(order(name, preset))
        encoded(encoder, 2, {0})
        formats.append(encoder.format.video)
    assert formats[0].extradata
    assert formats.count(formats[0]) == len(kind.known.presets)


@pytest.mark.parametrize("make", [real, slow])
@pytest.mark.parametrize("name", SOFTWARE)
def test_the_stored_format_says_what_the_picture_is(name: str, make: Callable[[str], AnyEncoder]) -> None:
    encoder = make(name)
    encoded(encoder, 1, {0})
    video = encoder.format.video
    assert (video.codec, video.width, video.height) == (ENCODERS[name].known.codec, *SIZE)


def test_every_known_encoder_has_its_options() -> None:
    assert set(ENCODERS) == set(BY_NAME)
    for kind in ENCODERS.values():
        for preset in kind.known.presets or ("",):
            assert all(isinstance(value, str) for value in kind.options(preset).values())


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="schedulers are named on Linux alone")
@pytest.mark.parametrize("name", ["libx264", "libsvtav1"])
def test_an_encoder_leaves_no_real_time_thread_behind(name: str) -> None:
    """SVT-AV1 makes threads real-time where the user is root, and two of them stop a machine of two cores."""
    assert tried(name).is_usable
    encoder = real(name)
    policies = {os.sched_getscheduler(int(task.name)) for task in Path("/proc/self/task").iterdir()}
    assert policies == {os.SCHED_OTHER}
    encoder.flush()
