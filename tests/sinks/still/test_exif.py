"""What stills say of themselves is what EXIF asks for: exiftool, which knows the standard, has nothing to object."""

import json
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fakes.footage import Recipe, footage
from fakes.sinks import Bench, Outcome
from seacorder.model.dive_context import DiveContext
from seacorder.model.reading import Value
from seacorder.model.recording import Framegrab
from seacorder.sinks.still.exif import exif_of
from seacorder.sinks.still.framegrab import take_framegrab
from seacorder.sinks.still.xmp import xmp_of


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


READINGS: dict[str, tuple[Value, str]] = {
    "latitude": (-58.123456789, "°"),
    "longitude": (1.5, "°"),
    "depth": (312.25, "m"),
    "heading": (271.5, "°"),
    "course": (275.0, "°"),
    "speed": (0.7, "kn"),
    "beacon": ("ROV <914> & co", ""),
}


def test_other_programs_read_position_depth_heading_and_all_readings(tmp_path: Path) -> None:
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool is not installed")
    made, bench, done = footage(Recipe()), Bench(tmp_path), Outcome()
    asked: list[int] = []

    def readings_at(instant_ns: int) -> dict[str, tuple[Value, str]]:
        asked.append(instant_ns)
        return READINGS

    context = replace(bench.context, readings_at=readings_at, dive=lambda: DiveContext(project="Ågot", dive="12"))
    take_framegrab(bench.take_framegrab(made.video[0].instant_ns), made.video[:1], made.source, context, done)
    path = done.wait().path or ""
    command = ["exiftool", "-json", "-n", "-all", "-validate", "-G1", path]
    (told,) = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert told["ExifTool:Validate"] == "0 0 0"
    assert told["Composite:GPSLatitude"] == pytest.approx(-58.123456789, abs=1e-8)
    assert told["Composite:GPSLongitude"] == 1.5
    assert told["ExifIFD:WaterDepth"] == 312.25
    directed = (told["GPS:GPSImgDirectionRef"], told["GPS:GPSImgDirection"], told["GPS:GPSTrack"])
    assert directed == ("T", 271.5, 275)
    assert told["GPS:GPSSpeed"] == pytest.approx(0.7)
    said = {key.removeprefix("XMP-seacorder:"): value for key, value in told.items() if "XMP-seacorder" in key}
    assert said["Project"] == "Ågot"
    assert (said["Dive"], said["Depth"], said["Beacon"]) == (12, 312.25, "ROV <914> & co")
    assert "depth m" in said["Units"]
    assert asked == [made.video[0].instant_ns]


@given(
    st.dictionaries(
        st.sampled_from(["latitude", "longitude", "depth", "heading", "heading_magnetic", "course", "speed"]),
        st.tuples(st.floats(-1e300, 1e300) | st.text(max_size=5), st.just("")),
    )
)
def test_no_reading_breaks_the_block(readings: dict[str, tuple[Value, str]]) -> None:
    block = exif_of(grab_of("Bow", 3, 64, 64), Fraction(1), DiveContext(), readings)
    exif, details = read(block)
    place = exif.get_ifd(0x8825)
    depth = readings.get("depth", ("", ""))[0]
    if isinstance(depth, float) and abs(depth) <= 100_000:
        assert float(details[0x9403]) == pytest.approx(depth, abs=1e-3)
    else:
        assert 0x9403 not in details
    latitude, longitude = (readings.get(name, ("", ""))[0] for name in ("latitude", "longitude"))
    is_place = isinstance(latitude, float) and isinstance(longitude, float)
    assert (0x02 in place) == (is_place and abs(latitude) <= 90 and abs(longitude) <= 180)


@given(st.dictionaries(st.text(), st.tuples(st.text() | st.floats(allow_nan=False), st.text()), max_size=8))
def test_any_readings_make_a_packet_that_is_xml(readings: dict[str, tuple[Value, str]]) -> None:
    packet = xmp_of(DiveContext(task="a < b"), readings)
    assert "a < b" in {element.text for element in ET.fromstring(packet).iter()}


def test_a_small_number_stays_one() -> None:
    assert b"<seacorder:leak>2.5e-11</seacorder:leak>" in xmp_of(DiveContext(), {"leak": (2.5e-11, "A")})


def test_without_readings_and_context_there_is_no_packet_and_a_huge_one_is_cut() -> None:
    assert xmp_of(DiveContext(), {}) == b""
    huge = {f"f{number}": ("x" * 4000, "m") for number in range(100)}
    assert 50_000 < len(xmp_of(DiveContext(), huge)) < 65_000
