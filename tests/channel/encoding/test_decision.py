"""What is decided for a source: passes through or is encoded, with what, how much, and that the sentence says why."""

from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.channel.encoding.stage import decide
from seacorder.model.encoders import BY_NAME, ENCODERS, SHORT_NAMES, SOFTWARE
from seacorder.model.encoding import COPY, EncodingSettings, Machine
from seacorder.model.encoding_decision import (
    BIT_RATE_MAX,
    BIT_RATE_MIN,
    MEGAPIXELS_PER_CORE,
    PASS_THROUGH_CODECS,
    bit_rate_for,
)
from seacorder.model.sample import SourceFormat, Track, TrackFormat

STRONG = Machine(SOFTWARE, cores=16)


def source(
    codec: str = "h264",
    width: int = 1920,
    height: int = 1080,
    rate: int | Fraction | None = 25,
    pixels: str = "yuv420p",
) -> SourceFormat:
    video = TrackFormat(Track.VIDEO, codec, Fraction(1, 90_000), b"", width, height)
    template = SimpleNamespace(codec_context=SimpleNamespace(pix_fmt=pixels))
    return SourceFormat(video, None, None if rate is None else Fraction(rate), {Track.VIDEO: template})


def by_hand(encoder: str = "x264", **others: object) -> EncodingSettings:
    return EncodingSettings(is_smart=False, encoder=encoder, **others)  # type: ignore[arg-type]


sources = st.builds(
    source,
    codec=st.sampled_from(["h264", "hevc", "rawvideo", "mjpeg", "mpeg2video", "av1"]),
    width=st.integers(1, 8192),
    height=st.integers(1, 8192),
    rate=st.none() | st.fractions(Fraction(1, 10), 240, max_denominator=1001),
    pixels=st.sampled_from(["yuv420p", "yuyv422", "yuv420p10le", "p010le"]),
)
settings = st.builds(
    EncodingSettings,
    is_smart=st.booleans(),
    encoder=st.sampled_from([COPY, *SHORT_NAMES, *BY_NAME]),
    bitrate_mbits=st.just(0.0) | st.floats(0.001, 10_000),
    resolution=st.just((0, 0)) | st.tuples(st.integers(1, 16_384), st.integers(1, 16_384)),
    frame_rate=st.just(0.0) | st.floats(0.001, 1000),
    burn_in=st.booleans(),
    keep_clean=st.booleans(),
    deinterlace=st.booleans(),
)
machines = st.builds(
    Machine,
    encoders=st.lists(st.sampled_from([one.name for one in ENCODERS]), unique=True).map(tuple),
    cores=st.floats(0, 128),
)


@given(sources, settings, machines)
def test_a_plan_can_always_be_carried_out(one: SourceFormat, asked: EncodingSettings, machine: Machine) -> None:
    plan = decide(one, asked, machine)
    assert plan.sentence.endswith(".")
    if plan.is_pass_through:
        assert one.video.codec in PASS_THROUGH_CODECS
        assert not asked.burn_in
        assert not asked.deinterlace
        assert (plan.encoder, plan.bit_rate, plan.preset, plan.next_best) == (COPY, 0, "", ())
        return
    encoder = BY_NAME[plan.encoder]
    assert plan.encoder in (machine.encoders or SOFTWARE)
    assert {plan.encoder, *plan.next_best} == set(machine.encoders or SOFTWARE)
    assert plan.encoder not in plan.next_best
    assert plan.preset in (encoder.presets or ("",))
    assert plan.bit_rate > 0
    assert plan.width % 2 == plan.height % 2 == 0
    assert min(plan.width, plan.height) >= encoder.least_side
    assert plan.frame_rate >= 0
    assert encoder.name in plan.sentence


@given(sources, settings, machines)
def test_the_settings_for_the_other_way_do_not_matter(
    one: SourceFormat, asked: EncodingSettings, machine: Machine
) -> None:
    """With smart encoding the four fields are not used."""
    smart = EncodingSettings(burn_in=asked.burn_in, deinterlace=asked.deinterlace)
    if asked.is_smart:
        assert decide(one, asked, machine) == decide(one, smart, machine)


@given(sources, settings, machines)
def test_more_cores_never_make_the_preset_easier(
    one: SourceFormat, asked: EncodingSettings, machine: Machine
) -> None:
    plan = decide(one, asked, machine)
    more = decide(one, asked, Machine(machine.encoders, machine.cores * 2 + 1))
    presets = ("", *BY_NAME[plan.encoder].presets) if not plan.is_pass_through else ("",)
    assert presets.index(more.preset) >= presets.index(plan.preset)


@given(
    st.sampled_from(["h264", "hevc", "av1"]),
    st.integers(1, 8192),
    st.integers(1, 8192),
    st.floats(0.1, 240),
    st.floats(1, 4),
)
def test_more_pixels_and_frames_never_get_fewer_bits(
    codec: str, width: int, height: int, rate: float, factor: float
) -> None:
    bits = bit_rate_for(codec, width, height, rate)
    assert BIT_RATE_MIN <= bits <= BIT_RATE_MAX
    assert bits <= bit_rate_for(codec, int(width * factor), height, rate)
    assert bits <= bit_rate_for(codec, width, height, rate * factor)
    assert bits <= bit_rate_for("h264", width, height, rate)


@pytest.mark.parametrize("codec", PASS_THROUGH_CODECS)
def test_smart_lets_through_what_can_be_stored(codec: str) -> None:
    plan = decide(source(codec), EncodingSettings(), STRONG)
    assert plan.is_pass_through
    assert "nothing is burned in" in plan.sentence


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (EncodingSettings(burn_in=True), "because the overlay is burned in"),
        (EncodingSettings(deinterlace=True), "because deinterlacing is on"),
        (by_hand(COPY, burn_in=True), "because the overlay is burned in"),
        (by_hand("x264"), "as the settings ask"),
    ],
)
def test_what_changes_the_picture_is_encoded(asked: EncodingSettings, why: str) -> None:
    plan = decide(source(), asked, STRONG)
    assert not plan.is_pass_through
    assert why in plan.sentence


@pytest.mark.parametrize("asked", [EncodingSettings(), by_hand(COPY)])
def test_what_cannot_be_stored_is_encoded_whatever_was_asked(asked: EncodingSettings) -> None:
    plan = decide(source("rawvideo"), asked, STRONG)
    assert plan.encoder == "libx264"
    assert "uncompressed video, and such pictures cannot be stored as they come" in plan.sentence


def test_copy_wins_over_size_rate_and_bit_rate_and_says_so() -> None:
    plan = decide(source(), by_hand(COPY, resolution=(640, 480), frame_rate=5.0, bitrate_mbits=1.0), STRONG)
    assert plan.is_pass_through
    assert (plan.width, plan.height, plan.frame_rate) == (1920, 1080, 0)
    assert plan.sentence.endswith("Not used with the encoder copy: bit rate, size, frame rate.")


def test_by_hand_means_what_was_asked() -> None:
    plan = decide(source(), by_hand("x265", resolution=(640, 480), frame_rate=12.5, bitrate_mbits=1.5), STRONG)
    assert (plan.encoder, plan.width, plan.height) == ("libx265", 640, 480)
    assert (plan.frame_rate, plan.bit_rate) == (Fraction(25, 2), 1_500_000)


def test_the_sources_own_rate_leaves_no_frame_out() -> None:
    assert decide(source(rate=25), by_hand(frame_rate=25.0), STRONG).frame_rate == 0
    assert decide(source(rate=Fraction(30_000, 1001)), by_hand(frame_rate=29.97), STRONG).frame_rate == 0
    assert decide(source(rate=25), by_hand(frame_rate=29.97), STRONG).frame_rate == Fraction(30_000, 1001)
    assert decide(source(rate=None), by_hand(frame_rate=25.0), STRONG).frame_rate == 25


def test_hardware_comes_before_software() -> None:
    machine = Machine(("hevc_nvenc", "h264_qsv", *SOFTWARE), cores=1)
    plan = decide(source(), EncodingSettings(burn_in=True), machine)
    assert (plan.encoder, plan.next_best[0]) == ("h264_qsv", "hevc_nvenc")


def test_ten_bits_and_large_pictures_get_an_encoder_that_keeps_them() -> None:
    machine = Machine(("h264_nvenc", "hevc_nvenc", *SOFTWARE), cores=4)
    asked = EncodingSettings(burn_in=True)
    assert decide(source(pixels="yuv420p10le"), asked, machine).encoder == "hevc_nvenc"
    assert decide(source(width=5760), asked, machine).encoder == "hevc_nvenc"
    assert decide(source(pixels="yuv420p10le"), asked, STRONG).encoder == "libx265"


def test_hardware_that_opens_is_not_denied_where_software_keeps_more() -> None:
    said = "No hardware encoder opens on this computer."
    asked, hardware = EncodingSettings(burn_in=True), Machine(("h264_nvenc", *SOFTWARE), cores=4)
    for one, chosen in ((source(pixels="yuv420p10le"), "libx265"), (source(width=5760), "libx264")):
        plan = decide(one, asked, hardware)
        assert (plan.encoder, said in plan.sentence) == (chosen, False)
    assert said in decide(source(), asked, STRONG).sentence


def test_an_encoder_that_does_not_open_here_gives_way_to_one_of_its_codec() -> None:
    plan = decide(source(), by_hand("n265"), STRONG)
    assert plan.encoder == "libx265"
    assert "The encoder n265 does not open on this computer." in plan.sentence


def test_too_few_cores_are_said() -> None:
    plan = decide(source("rawvideo", 3840, 2160, 60), EncodingSettings(), Machine(SOFTWARE, cores=0.5))
    assert plan.preset == "ultrafast"
    too_slow = "This computer is likely too slow for 3840x2160 at 60 frames per second. Choose a smaller size or rate."
    assert too_slow in plan.sentence


def test_odd_and_tiny_pictures_become_what_the_encoder_takes() -> None:
    plan = decide(source("rawvideo", 641, 1), EncodingSettings(), STRONG)
    assert (plan.width, plan.height) == (642, 2)
    assert "Stored with 642x2 pixels: the encoder does not take 641x1." in plan.sentence


def test_every_preset_of_the_software_encoders_has_its_speed() -> None:
    for name in SOFTWARE:
        speeds = MEGAPIXELS_PER_CORE[name]
        assert tuple(speeds) == BY_NAME[name].presets
        assert list(speeds.values()) == sorted(speeds.values(), reverse=True)
