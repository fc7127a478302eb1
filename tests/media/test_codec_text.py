"""The names of codecs as browsers know them."""

import pytest

from seacorder.media.codec_text import codec_text

H265 = bytes.fromhex("01 01 60 00 00 00 b0 00 00 00 00 00 5d".replace(" ", ""))
MAIN_10 = bytes.fromhex("01 22 20 00 00 00 90 00 00 00 00 00 99".replace(" ", ""))
SPACE = bytes.fromhex("01 41 40 00 00 00 00 00 00 00 00 01 5d".replace(" ", ""))


@pytest.mark.parametrize(
    ("kind", "record", "text"),
    [
        ("avcC", b"\x01\x64\x00\x28\xff", "avc1.640028"),
        ("avcC", b"\x01\x42\xc0\x1e\xff", "avc1.42C01E"),
        ("hvcC", H265, "hvc1.1.6.L93.B0"),
        ("hvcC", MAIN_10, "hvc1.2.4.H153.90"),
        ("hvcC", SPACE, "hvc1.A1.2.L93.0.0.0.0.0.1"),
        ("av1C", b"\x81\x04\x0c\x00", "av01.0.04M.08"),
        ("av1C", b"\x81\x2d\xcc\x00", "av01.1.13H.10"),
        ("av1C", b"\x81\x4d\x6c\x00", "av01.2.13M.12"),
        ("avcC", b"\x01\x64\x00", None),
        ("esds", bytes(20), None),
    ],
)
def test_the_name_of_a_codec(kind: str, record: bytes, text: str | None) -> None:
    assert codec_text(kind, record) == text
