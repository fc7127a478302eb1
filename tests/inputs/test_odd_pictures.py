"""Cameras that send their pictures oddly, read by the input alone: which pictures come out, and what counts as lost."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from rig.fixtures import MakeSource
from rig.frames import decoded_frames, frame_numbers
from rig.inputs import read_camera
from rig.odd_camera import ORDINARY, OddCamera, Quirk, RtpPacket, footage, fragments
from rig.recording import write
from rig.source_files import SourceSpec

SPECS = {
    codec: SourceSpec(width=320, height=240, seconds=8, gop=10, codec=codec, bits_per_second=2_000_000)
    for codec in ("h264", "hevc")
}
COUNT = 60


def assert_all_come(camera: OddCamera, path: Path) -> None:
    """Every picture that is sent is taken, once, in order and whole, as one format, and none counts as missing."""
    formats, pictures = read_camera(camera.url, COUNT)
    assert len(formats) == 1
    assert sum(picture.missing_before for picture in pictures) == 0
    assert not any(picture.is_corrupt for picture in pictures)
    write(formats[0], pictures, path)
    numbers = frame_numbers(path)
    assert numbers == list(itertools.islice(itertools.count(numbers[0]), COUNT))


def _vendor(codec: str) -> bytes:
    return bytes((30,)) + b"vendor" * 9 if codec == "h264" else bytes((47 << 1, 1)) + b"vendor" * 9


def _other_level(codec: str, number: int, unit: bytes) -> bytes:
    """Each second keyframe tells another level in its sequence parameters."""
    if number // 10 % 2 == 0:
        return unit
    if codec == "h264":
        return unit[:3] + bytes((unit[3] + 3,)) + unit[4:] if unit[0] & 0x1F == 7 else unit
    return unit.replace(b"\x03\x00\x3f", b"\x03\x00\x5d", 1) if unit[0] >> 1 in (32, 33) else unit


def _quirks(codec: str) -> dict[str, Quirk]:
    """Everything odd that keeps each picture whole."""
    code = b"\x00\x00\x00\x01"

    def jump(number: int, packets: list[RtpPacket]) -> list[RtpPacket]:
        step = {7: -499, 23: -29_999, 31: 20_000}.get(number, 1)
        return [replace(packets[0], step=step), *packets[1:]]

    def others(number: int, packets: list[RtpPacket]) -> list[RtpPacket]:
        foreign = [
            replace(packet, ssrc=0xABC, sequence=number * 100 + place, timestamp=number)
            for place, packet in enumerate(packets)
            if not packet.is_rtcp
        ]
        return [*foreign, *packets] if number else packets

    return {
        "ordinary": ORDINARY,
        "vendor units": Quirk(units=lambda number, units: [_vendor(codec), *units, _vendor(codec)]),
        "byte stream in fragments": Quirk(payloads=lambda _, units: fragments(code.join(units), codec)),
        "byte stream with a start code in front": Quirk(
            payloads=lambda _, units: fragments(code + code.join(units), codec),
            description=lambda text: "\r\n".join(line for line in text.split("\r\n") if "fmtp" not in line),
        ),
        "another payload type": Quirk(
            packets=lambda number, packets: [RtpPacket(b"\x1c\x80private", 5, payload_type=50), *packets]
        ),
        "another sender": Quirk(packets=others),
        "numbers that jump": Quirk(packets=jump),
        "no marker": Quirk(packets=lambda _, packets: [replace(one, is_marker=False) for one in packets]),
        "marker on all": Quirk(packets=lambda _, packets: [replace(one, is_marker=True) for one in packets]),
        "parameters to and fro": Quirk(units=lambda number, units: [_other_level(codec, number, one) for one in units]),
        "packets a tick apart": Quirk(
            packets=lambda _, packets: [
                replace(one, timestamp=one.timestamp + (30 if place else 0)) for place, one in enumerate(packets)
            ]
        ),
    }


@pytest.mark.parametrize("codec", SPECS)
@pytest.mark.parametrize("name", _quirks("h264"))
def test_every_picture_of_a_camera_comes(name: str, codec: str, rig_source: MakeSource, tmp_path: Path) -> None:
    with OddCamera(footage(rig_source(SPECS[codec])), _quirks(codec)[name], seconds=0) as camera:
        assert_all_come(camera, tmp_path / "taken.mp4")


@pytest.mark.parametrize("codec", SPECS)
def test_intra_refresh_begins_at_a_recovery_point_and_is_right_from_there_on(
    codec: str, rig_source: MakeSource, tmp_path: Path
) -> None:
    spec = SourceSpec(width=320, height=240, seconds=8, gop=20, codec=codec, intra_refresh=True)
    # x265 refreshes but does not say so.
    message = bytes.fromhex("4e010602051480")
    told = Quirk(units=lambda number, units: units if number % 20 else [message, *units])
    quirk = ORDINARY if codec == "h264" else told
    with OddCamera(footage(rig_source(spec)), quirk, first=33, seconds=0) as camera:
        formats, pictures = read_camera(camera.url, COUNT)
    recovery = pictures[0].recovery_frames
    assert pictures[0].is_keyframe
    assert 0 < recovery <= 20
    beginnings = [place for place, picture in enumerate(pictures) if picture.is_keyframe]
    assert beginnings == [0, 20, 40]
    write(formats[0], pictures, tmp_path / "taken.mp4")
    shown = {round(frame.seconds * 25): frame.reading for frame in decoded_frames(tmp_path / "taken.mp4")}
    right = [shown[place] for place in range(recovery, COUNT)]
    assert all(reading is not None for reading in right)
    numbers = [reading.number for reading in right if reading is not None]
    assert numbers == list(range(numbers[0], numbers[0] + len(right)))
