"""Sequence parameter sets of H.264 that say that nothing is reordered: FFmpeg reads it, and all else as before."""

import re
import subprocess

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.footage import Recipe, footage
from fakes.h264_keyframe import SIZE, keyframe
from seacorder.media.bits import Bits
from seacorder.media.h264_sequence import skip_to_size, unit_of
from seacorder.media.h264_vui import (
    packet_without_reordering,
    record_without_reordering,
    skip_to_vui,
    without_reordering,
)
from seacorder.media.parameter_sets import of_record

FIELD = re.compile(r"\] (\d+) +([a-z]\w+(?:\[\d+\])*) +[01]+ = (-?\d+)")
NOT_SAID = {"bitstream_restriction_flag": "", "max_num_reorder_frames": "", "max_dec_frame_buffering": ""}
RESTRICTION = {
    "motion_vectors_over_pic_boundaries_flag", "max_bytes_per_pic_denom", "max_bits_per_mb_denom",
    "log2_max_mv_length_horizontal", "log2_max_mv_length_vertical",
}  # fmt: skip
HRD = "nal-hrd=cbr:vbv-maxrate=900:vbv-bufsize=900:bitrate=900"
MANY: dict[str, tuple[str, str, str]] = {
    "high": ("cabac=1", "yuv420p", "high"),
    "baseline": ("cabac=0", "yuv420p", "baseline"),
    "main": ("slices=4", "yuv420p", "main"),
    "scaling lists": ("cqm=jvt", "yuv420p", "high"),
    "buffers": (HRD, "yuv420p", ""),
    "structure of pictures": (HRD + ":pic-struct=1", "yuv420p", ""),
    "ten bits": ("bframes=3", "yuv420p10le", ""),
    "4:4:4": ("cabac=1", "yuv444p", ""),
    "level 1": ("level=1", "yuv420p", "baseline"),
    "level 6.2, 16 references": ("level=6.2:ref=16", "yuv420p", "high"),
    "aspect ratio": ("sar=12/11", "yuv420p", ""),
    "odd aspect ratio": ("sar=1001/999", "yuv420p", ""),
    "signal type": ("range=pc:colorprim=bt709:transfer=bt709:colormatrix=bt709:videoformat=pal", "yuv420p", ""),
    "colour samples and overscan": ("chromaloc=2:overscan=crop", "yuv420p", ""),
    "fields": ("interlaced=1", "yuv420p", ""),
    "intra alone": ("keyint=1", "yuv420p", ""),
}


def read(units: tuple[bytes, ...], packet: bytes) -> dict[str, str]:
    """The fields of the first sequence parameter set, as FFmpeg reads them."""
    how = ("-c", "copy", "-bsf:v", "trace_headers", "-f", "null", "-")
    command = ("ffmpeg", "-v", "trace", "-f", "h264", "-i", "-", *how)
    stream = b"".join(b"\0\0\0\1" + unit for unit in units) + packet
    said = subprocess.run(command, input=stream, capture_output=True, check=True).stderr.decode("utf-8", "replace")
    part = said.partition("Sequence Parameter Set")[2].partition("Picture Parameter Set")[0]
    return {name: value for _, name, value in FIELD.findall(part) if name != "rbsp_alignment_zero_bit"}


def without_vui(sps: bytes) -> bytes:
    """The same parameter set as many cameras send it, which say nothing more than they must."""
    bits = Bits(sps[1:])
    whole, length = bits.rest()
    skip_to_size(bits)
    skip_to_vui(bits)
    return unit_of(sps[:1], f"{whole:0{length}b}"[: length - bits.left] + "0")


def shown(units: tuple[bytes, ...], packet: bytes) -> bytes:
    decoder = av.CodecContext.create("h264", "r")
    content = b"".join(b"\0\0\0\1" + one for one in units) + packet
    (frame,) = [*decoder.decode(av.Packet(content)), *decoder.decode(None)]
    assert (frame.width, frame.height) == SIZE
    return b"".join(bytes(plane) for plane in frame.planes)


@pytest.mark.parametrize("kind", MANY)
def test_it_says_so_and_nothing_else_changes(kind: str) -> None:
    (sps, *others), packet = keyframe(*MANY[kind])
    changed = without_reordering(sps) or sps
    before, after = read((sps, *others), packet), read((changed, *others), packet)
    assert after.pop("max_num_reorder_frames") == "0"
    assert after.pop("max_dec_frame_buffering") == before["max_num_ref_frames"]
    assert after | NOT_SAID == before | NOT_SAID | {key: after[key] for key in after.keys() - before.keys()}
    assert after.keys() - before.keys() <= RESTRICTION
    assert shown((changed, *others), packet) == shown((sps, *others), packet)
    assert without_reordering(changed) is None


def test_what_says_otherwise_is_changed() -> None:
    changed = [kind for kind, how in MANY.items() if without_reordering(keyframe(*how)[0][0]) is not None]
    assert {"high", "scaling lists", "buffers", "level 6.2, 16 references", "4:4:4", "fields"} <= set(changed)


@pytest.mark.parametrize("kind", MANY)
def test_a_parameter_set_without_a_vui_gets_one(kind: str) -> None:
    (sps, *others), packet = keyframe(*MANY[kind])
    bare = without_vui(sps)
    changed = without_reordering(bare)
    assert changed is not None
    before, after = read((bare, *others), packet), read((changed, *others), packet)
    assert (before["vui_parameters_present_flag"], after["vui_parameters_present_flag"]) == ("0", "1")
    assert (after["max_num_reorder_frames"], after["max_dec_frame_buffering"]) == ("0", before["max_num_ref_frames"])
    assert shown((changed, *others), packet) == shown((bare, *others), packet)


def test_bytes_that_would_look_like_a_start_code_are_protected() -> None:
    timing = next(sps for rate in range(1, 60) if b"\0\0\3" in (sps := keyframe(f"fps={rate}/1")[0][0]))
    changed = without_reordering(timing)
    assert changed is not None
    assert b"\0\0\3" in changed
    assert not any(changed.count(bytes((0, 0, value))) for value in range(3))


@given(st.binary(max_size=60))
def test_what_cannot_be_read_is_none_or_a_parameter_set(content: bytes) -> None:
    changed = without_reordering(b"\x67" + content)
    assert changed is None or changed[:1] == b"\x67"


def test_records_and_packets_say_it_too() -> None:
    made = footage(Recipe(frames=9, b_frames=2))
    record = made.source.video.extradata
    sps = of_record(record, "h264")[0]
    said = record_without_reordering(record)
    assert of_record(said, "h264")[0] == without_reordering(sps)
    assert of_record(said, "h264")[1:] == of_record(record, "h264")[1:]
    slices = bytes(made.samples[0].packet)
    assert packet_without_reordering(slices, record) == slices
    packet = packet_without_reordering(len(sps).to_bytes(4, "big") + sps + slices, record)
    changed = without_reordering(sps) or b""
    assert packet == len(changed).to_bytes(4, "big") + changed + slices
