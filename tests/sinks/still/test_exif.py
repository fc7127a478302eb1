"""What stills say of themselves is what EXIF asks for: exiftool, which knows the standard, has nothing to object."""

import json
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fakes.footage import Recipe, footage
from fakes.sinks import Bench, Outcome
from seacorder.model.recording import Framegrab
from seacorder.sinks.still.exif import exif_of
from seacorder.sinks.still.framegrab import take_framegrab


def grab_of(channel: str, frame: int, width: int, height: int) -> Framegrab:
    return Framegrab("G1", channel, "", 1_700_000_000_123_456_789, 1_700_000_000_120_000_000, frame, width, height, 0)


def read(block: bytes) -> tuple[Any, Any]:
    exif = Image.Exif()
    exif.load(block)
    return exif, exif.get_ifd(0x8769)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60),
    st.integers(0, 1 << 40),
    st.integers(1, 16_000),
    st.integers(1, 16_000),
    st.fractions(Fraction(1, 8), 8, max_denominator=1000),
)
def test_every_tag_is_read_back(channel: str, frame: int, width: int, height: int, aspect: Fraction) -> None:
    exif, details = read(exif_of(grab_of(channel, frame, width, height), aspect))
    assert exif[0x010E].encode("latin-1").decode() == channel
    assert (exif[0x0131], exif[0x0132], exif[0x0128]) == ("Seacorder", "2023:11:14 22:13:20", 2)
    # Square on the screen when each direction has its own resolution.
    assert Fraction(exif[0x011B].numerator, exif[0x011B].denominator) == 72 * aspect
    assert (details[0x9000], details[0xA001], details[0xA002], details[0xA003]) == (b"0232", 1, width, height)
    assert (details[0x9003], details[0x9011], details[0x9291]) == ("2023:11:14 22:13:20", "+00:00", "120")
    comment = json.loads(details[0x9286].removeprefix(b"ASCII\0\0\0"))
    assert (comment["channel"], comment["frame"], details[0xA420]) == (channel, frame, str(frame))


@pytest.mark.parametrize("channel", ["Bow", "Brücke ⚓", "A" * 64, "x"])
@pytest.mark.parametrize("width", [320, 322])
def test_exiftool_has_nothing_to_object(channel: str, width: int, tmp_path: Path) -> None:
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool is not installed")
    made, bench, done = footage(Recipe()), Bench(tmp_path), Outcome()
    take_framegrab(
        bench.take_framegrab(made.video[0].instant_ns), made.video[:1], made.source, bench.context, done
    )
    path = Path(done.wait().path or "")
    with Image.open(path) as image:
        image.resize((width, 64)).save(
            tmp_path / "named.jpg", exif=exif_of(grab_of(channel, 3, width, 64), Fraction(64, 45))
        )
    for still in (path, tmp_path / "named.jpg"):
        command = ["exiftool", "-validate", "-warning", "-error", "-a", "-s", str(still)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
        assert [line for line in told if line.strip()] == ["Validate                        : OK"]
